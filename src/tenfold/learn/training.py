"""The training of digit networks: data in memory, gathered by the batch, no loader between."""

import math
import time
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from tenfold.arrays import Classifier, Images, Labels, Probabilities, as_images, as_labels, data_digest
from tenfold.errors import OptionError
from tenfold.learn.augment import augmented
from tenfold.learn.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from tenfold.learn.held_out import calibrated, logits_of
from tenfold.learn.learner import Learner
from tenfold.learn.networks import Ensemble, architecture, build_single, normalised
from tenfold.learn.objectives import LOSSES, METRICS, Tally, targets
from tenfold.learn.precision import with_precision
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.splits import LabelledImages, Splits
from tenfold.model.description import Epoch
from tenfold.model.promise import HeldOut

__all__ = ["Start", "Trained", "choose_device", "train"]

Tensor = torch.Tensor

KEPT = 40
"""Epochs of a network of which each is kept in the checkpoint; of more, the first, the last and every fortieth part is:
epochs of small sets are many, and shorter than writing one takes."""

RANGE_IMAGES = 3000
"""Training images on which the value ranges of an int8 model are measured, once as they are and once augmented."""


@dataclass(frozen=True, eq=False)
class Start:
    """Where training begins that does not begin from random weights.

    Attributes:
        network: The network; it is left as it is.
        architecture: What `build` makes the same network of.
        beside: Images `uint8 (n, 28, 28)` and labels `int64 (n,)` that are learned from besides, never held out; None
            for none.
        repeats: How often each of the other images is learned from in an epoch.
    """

    network: nn.Sequential
    architecture: Mapping[str, Any]
    beside: LabelledImages | None = None
    repeats: int = 1


@dataclass(frozen=True)
class Trained:
    """What training gives.

    Attributes:
        network: The network after its last whole epoch, on the CPU, in evaluation mode.
        architecture: What `build` makes the same network of; empty for a module of the user's own.
        options: How it was trained, in the precision that was decided.
        history: One entry per epoch; of an ensemble, or with folds, those of one network after those of another.
        classes: Names of the classes, in the order of the logits; a logit beyond them is for images of none of them.
        temperature: What its logits are divided by, so that its probabilities are right as often as they say; found
            on the images held out, 1 where none were.
        out_of_distribution: The score, 0…1, from which an image is refused as none of the classes; None where the
            network gives no score.
        held_out: Its answers to the images held out; None where none were.
        range_images: `uint8 (n, 28, 28)`, some of what it learned from, to measure the value ranges of int8 on; empty
            where the options ask for float32.
        finished: False where it was interrupted before the last epoch.
    """

    network: nn.Sequential | Ensemble
    architecture: Mapping[str, Any]
    options: TrainingOptions
    history: tuple[Epoch, ...]
    classes: tuple[str, ...]
    temperature: float
    out_of_distribution: float | None
    held_out: HeldOut | None
    range_images: Images
    finished: bool

    def classifier(self) -> Classifier:
        """Give the network as `Images` in, calibrated probabilities out."""

        def classify(images: Images, /) -> Probabilities:
            logits = logits_of(self.network, torch.from_numpy(np.ascontiguousarray(as_images(images))))
            probabilities: Probabilities = (logits[:, : len(self.classes)] / self.temperature).softmax(1).numpy()
            return probabilities

        return classify


def train(
    images: Images,
    labels: Labels,
    options: TrainingOptions,
    *,
    classes: Sequence[str] | None = None,
    network: nn.Module | None = None,
    start: Start | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
    sha256: str | None = None,
    progress: bool = False,
) -> Trained:
    """Train a network.

    The same arguments give the same weights on the same machine, also where a run was stopped and resumed. The
    precision `auto` is decided once, at the start: the checkpoint and `Trained.options` say which it was.

    Args:
        images: `uint8 (n, 28, 28)`.
        labels: `int64 (n,)`, each the place of its class in `classes`.
        options: How to train.
        classes: Names of the classes; by default the labels' own numbers, from 0 to the highest.
        network: A module of your own to train in place of the one `options` describe: from `float32 (n, 1, 28, 28)`
            in 0…1 to logits `(n, k)`, one for each class. It is trained where it stands; `save_module` writes it.
        start: Where to begin, in place of random weights; `tenfold.learn.starting.start_from` makes it of a model.
        checkpoint: A file that is replaced after each epoch with all that is needed to go on from there.
        resume: Go on from `checkpoint`.
        sha256: The digest of images and labels, by which a checkpoint knows its data; computed where it is not given.
        progress: Show a line of progress on standard error.

    Returns:
        The trained network. After Ctrl-C in a later epoch than the first: the one of the last whole epoch; of more
        than 40 epochs, of the last that was kept, which every fortieth part of them is.

    Raises:
        DataError: Images and labels do not match, or too few are left to train on.
        OptionError: The device is not there, the checkpoint is of another run, an ensemble is asked of one module, or
            digits are to be drawn and the classes are not the ten digits.
        TrainingError: The loss is no longer finite.
        KeyboardInterrupt: Interrupted before the first epoch was whole.
    """
    images = as_images(images)
    classes = tuple(classes) if classes is not None else _numbers_as_names(labels)
    labels = as_labels(labels, count=len(images), classes=len(classes))
    device = choose_device(options.device)
    data = (sha256 or data_digest(images, labels)) if checkpoint else ""
    saved = load_checkpoint(checkpoint, options, data) if resume and checkpoint else None
    options = with_precision(saved.options if saved else options, device)
    if network is not None and (options.members > 1 or options.outliers):
        raise OptionError(
            "an ensemble, folds, and a network that knows outliers are made of the networks that the options describe"
        )
    with torch.random.fork_rng():
        torch.manual_seed(options.seed)
        networks, described = _networks(options, len(classes), network, start)
        beside, repeats = (start.beside, start.repeats) if start else (None, 1)
        splits = Splits(images, labels, options, classes, device, beside, repeats)
        run = _Run(
            networks=nn.ModuleList(networks).to(device),
            options=options,
            splits=splits,
            targets=targets(len(classes) + (options.outliers > 0), options.label_smoothing).to(device),
            progress=TrainingProgress(options, progress),
            checkpoint=checkpoint,
            data=data,
        )
        history = _train_members(run, saved)
        made: nn.Sequential | Ensemble = networks[0]
        answering: list[tuple[nn.Module, int]] = [(made, 0)]
        if options.folds:
            answering = [(networks[number], number) for number in range(1, len(history) // options.epochs)]
        elif options.ensemble > 1:
            made = Ensemble(networks[: math.ceil(len(history) / options.epochs)])
            described = {"network": "ensemble", "members": len(made.members), "member": described}
            answering = [(made, 0)]
        held_out = [(each, splits.held_out(number)) for each, number in answering]
        torch.manual_seed(_epoch_seed(options.seed, 0))
        calibration = calibrated(held_out, options, len(classes))
        torch.manual_seed(_epoch_seed(options.seed, 0))
        range_images = splits.range_images(RANGE_IMAGES) if options.int8 else images[:0]
    finished = len(history) == options.epochs * options.members
    return Trained(_detached(made), described, options, history, classes, *calibration, range_images, finished)


def _networks(
    options: TrainingOptions, classes: int, own: nn.Module | None, start: Start | None
) -> tuple[list[nn.Sequential], Mapping[str, Any]]:
    """Give the networks to train, and what they are made of; of a module of the user's own that is not known."""
    if own is not None:
        return [normalised(own)], {}
    if start:
        return [deepcopy(start.network) for _ in range(options.members)], start.architecture
    described = architecture(options, classes)
    return [build_single(described) for _ in range(options.members)], described


def _numbers_as_names(labels: Labels) -> tuple[str, ...]:
    highest = int(np.max(labels, initial=0)) if np.asarray(labels).dtype.kind in "iu" else 0
    return tuple(str(number) for number in range(highest + 1))


def choose_device(name: str) -> torch.device:
    """Give the device of a name, or for `auto` the fastest that is there.

    Raises:
        OptionError: There is no such device on this machine.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise OptionError(f"device {name!r} is not to be had on this machine ({reason}); use cpu or auto") from error
    return device


@dataclass(frozen=True)
class _Run:
    networks: nn.ModuleList
    options: TrainingOptions
    splits: Splits
    targets: Tensor
    progress: TrainingProgress
    checkpoint: Path | None
    data: str


@dataclass(frozen=True)
class _Member:
    """One of a run's networks in training, with what it learns from and what is held out from it."""

    learner: Learner
    learned: LabelledImages
    held_out: LabelledImages

    @classmethod
    def of(cls, run: _Run, number: int) -> "_Member":
        learner = Learner(run.networks[number], run.options)
        return cls(learner, run.splits.learned(number), run.splits.held_out(number))


def _train_members(run: _Run, saved: Checkpoint | None) -> tuple[Epoch, ...]:
    """Train all networks from where the checkpoint left off; after Ctrl-C they are as after the last epoch kept."""
    epochs = run.options.epochs
    history = saved.history if saved else ()
    if saved:
        saved.restore_network(run.networks)
    weights, kept, between = _copy_of_weights(run.networks), history, -(-epochs // KEPT)
    try:
        with run.progress:
            for index in range(len(history) // epochs, len(run.networks)):
                member = _Member.of(run, index)
                optimizer, average = member.learner.optimizer, member.learner.average
                if saved and len(history) % epochs:
                    saved.restore_optimizer(optimizer, average)
                    with average.in_place():
                        weights = _copy_of_weights(run.networks)
                for number in range(len(history) + 1, (index + 1) * epochs + 1):
                    epoch = _train_epoch(run, member, number)
                    last = number == (index + 1) * epochs
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


def _train_epoch(run: _Run, member: _Member, number: int) -> Epoch:
    started = time.perf_counter()
    options, learner, (images, labels) = run.options, member.learner, member.learned
    torch.manual_seed(_epoch_seed(options.seed, number))
    batches = list(torch.split(torch.randperm(len(images)).to(images.device), options.batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1:  # batch normalisation cannot learn from a single image
        batches[-2:] = [torch.cat(batches[-2:])]
    tally = Tally(options.metrics)
    whole_epochs = (number - 1) % options.epochs
    learner.network.train()
    for step, batch in enumerate(batches):
        with learner.autocast():
            logits = learner.network(augmented(images.index_select(0, batch), options)).float()
        truth = labels.index_select(0, batch)
        loss = LOSSES[options.loss](logits, truth, run.targets.index_select(0, truth))
        done = (whole_epochs + (step + 0.5) / len(batches)) / options.epochs
        tally.add(learner.step(loss, done, f"step {step + 1} of epoch {number}"), logits.detach(), truth)
        run.progress.step(number, tally.seen, len(images), tally.means)
    return Epoch(number, time.perf_counter() - started, learner.learning_rate, tally.means())


def _score(run: _Run, member: _Member) -> dict[str, float] | None:
    images, labels = member.held_out
    if not len(images):
        return None
    logits = logits_of(member.learner.network, images)
    scores = {"loss": LOSSES[run.options.loss](logits, labels, run.targets[labels]).item()}
    return scores | {metric: METRICS[metric](logits, labels).item() for metric in run.options.metrics}


def _epoch_seed(seed: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def _copy_of_weights(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}


def _detached(network: nn.Sequential | Ensemble) -> nn.Sequential | Ensemble:
    """Give the network on the CPU, its weights no longer views of the optimiser's vector."""
    for parameter in network.parameters():
        parameter.data = parameter.detach().clone(memory_format=torch.contiguous_format)
    return network.to("cpu").eval()
