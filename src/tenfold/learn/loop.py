"""The training loop: the networks of a run one after another, each by whole epochs that are saved."""

import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from tenfold.learn.augment import augmented
from tenfold.learn.checkpoint import Checkpoint, save_checkpoint
from tenfold.learn.data_parallel import Share
from tenfold.learn.held_out import logits_of
from tenfold.learn.learner import Learner
from tenfold.learn.objectives import LOSSES, METRICS, Tally
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.splits import LabelledImages, Splits
from tenfold.model.description import Epoch

__all__ = ["Run", "epoch_seed", "restore", "train_networks"]

Tensor = torch.Tensor

KEPT = 40
"""Epochs of a network of which each is kept in the checkpoint; of more, the first, the last and every fortieth part is:
epochs of small sets are many, and shorter than writing one takes."""


@dataclass(frozen=True)
class Run:
    """All that the loop needs.

    Attributes:
        networks: The networks to train.
        options: How, the precision decided.
        splits: What each of them learns from, and what is held out from it.
        targets: `float32 (k, k)`: for each class what a network should say of its images.
        progress: Told of steps and epochs.
        checkpoint: The file that is replaced after each epoch that is kept; None for none.
        data: The digest of the data, which a checkpoint is known by.
        member: The only one of the networks to train; None for all of them.
        share: Which of several workers this is, that train each network together.
    """

    networks: nn.ModuleList
    options: TrainingOptions
    splits: Splits
    targets: Tensor
    progress: TrainingProgress
    checkpoint: Path | None
    data: str
    member: int | None = None
    share: Share = field(default_factory=Share)


@dataclass(frozen=True)
class _Member:
    """One of a run's networks in training, with what it learns from and what is held out from it."""

    learner: Learner
    learned: LabelledImages
    held_out: LabelledImages

    @classmethod
    def of(cls, run: Run, number: int) -> "_Member":
        learner = Learner(run.networks[number], run.options, run.share)
        return cls(learner, run.splits.learned(number), run.splits.held_out(number))


def train_networks(run: Run, saved: Checkpoint | None) -> tuple[Epoch, ...]:
    """Train the networks of a run.

    Args:
        run: The run.
        saved: Where to go on from; None for the beginning.

    Returns:
        The epochs. After Ctrl-C the networks are as after the last epoch that was kept, and so are these.

    Raises:
        TrainingError: The loss is no longer finite.
        KeyboardInterrupt: Interrupted before an epoch was kept.
    """
    epochs = run.options.epochs
    history = saved.history if saved else ()
    if saved:
        saved.restore_network(run.networks)
    weights, kept, between = _copy_of_weights(run.networks), history, -(-epochs // KEPT)
    try:
        with run.progress:
            for index in range(len(run.networks)) if run.member is None else (run.member,):
                first, end = index * epochs + 1, (index + 1) * epochs
                done = sum(first <= epoch.number <= end for epoch in history)
                if done == epochs:
                    continue
                member = _Member.of(run, index)
                optimizer, average = member.learner.optimizer, member.learner.average
                if saved and done:
                    saved.restore_optimizer(optimizer, average)
                    with average.in_place():
                        weights = _copy_of_weights(run.networks)
                for number in range(first + done, end + 1):
                    epoch = _train_epoch(run, member, number)
                    last = number == end
                    if last:
                        average.apply()
                    keep = last or number == 1 or number % between == 0
                    with average.in_place():
                        if keep:
                            weights = _copy_of_weights(run.networks)
                        epoch = replace(epoch, validation=_score(run, member))
                    history = (*history, epoch)
                    if keep and run.checkpoint:
                        save_checkpoint(
                            run.checkpoint, run.networks, optimizer, average, run.options, history, run.data
                        )
                    if keep:
                        kept = history
                    run.progress.finish_epoch(epoch, len(member.learned[0]))
    except KeyboardInterrupt:
        if not kept:
            raise
        run.networks.load_state_dict(weights)
        return kept
    return history


def restore(run: Run, saved: Checkpoint) -> None:
    """Put into the networks of a run what they were when a checkpoint was made; the last of them may be unfinished."""
    saved.restore_network(run.networks)
    index, done = divmod(len(saved.history), run.options.epochs)
    if done:
        learner = Learner(run.networks[index], run.options)
        saved.restore_optimizer(learner.optimizer, learner.average)
        learner.average.apply()


def _train_epoch(run: Run, member: _Member, number: int) -> Epoch:
    started = time.perf_counter()
    options, learner, (images, labels) = run.options, member.learner, member.learned
    torch.manual_seed(epoch_seed(options.seed, number))
    batches = list(torch.split(torch.randperm(len(images)).to(images.device), options.batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1:  # batch normalisation cannot learn from a single image
        batches[-2:] = [torch.cat(batches[-2:])]
    tally, seen = Tally(options.metrics), 0
    whole_epochs = (number - 1) % options.epochs
    learner.network.train()
    for step, batch in enumerate(batches):
        part, weight = run.share.deal(len(batch))
        shown = augmented(images.index_select(0, batch), options)[part]  # all draw alike, so all images are changed
        with learner.autocast():
            logits = learner.network(shown).float()
        truth = labels.index_select(0, batch[part])
        loss = LOSSES[options.loss](logits, truth, run.targets.index_select(0, truth)) * weight
        done = (whole_epochs + (step + 0.5) / len(batches)) / options.epochs
        tally.add(learner.step(loss, done, f"step {step + 1} of epoch {number}"), logits.detach(), truth)
        seen += len(batch)
        run.progress.step(number, seen, len(images), tally.means)
    return Epoch(number, time.perf_counter() - started, learner.learning_rate, tally.means(run.share))


def _score(run: Run, member: _Member) -> dict[str, float] | None:
    images, labels = member.held_out
    if not len(images):
        return None
    part = run.share.of(len(images))
    logits = run.share.gathered(logits_of(member.learner.network, images[part]), len(images))
    scores = {"loss": LOSSES[run.options.loss](logits, labels, run.targets[labels]).item()}
    return scores | {metric: METRICS[metric](logits, labels).item() for metric in run.options.metrics}


def epoch_seed(seed: int, number: int) -> int:
    """Give the seed of all that is random in an epoch of a run with a seed."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def _copy_of_weights(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
