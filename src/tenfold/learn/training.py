"""The training loop: data in memory, gathered by the batch, no loader between."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from tenfold.arrays import Classifier, Images, Labels, Probabilities, as_images, as_labels, digest
from tenfold.errors import DataError, OptionError, TrainingError
from tenfold.learn.augment import augmented
from tenfold.learn.averaging import WeightAverage
from tenfold.learn.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from tenfold.learn.drawings import with_drawings
from tenfold.learn.networks import Ensemble, architecture, build, normalised
from tenfold.learn.optimizers import Optimizer
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import TrainingOptions
from tenfold.model.calibrate import HeldOut, fit_temperature
from tenfold.model.store import Epoch

__all__ = ["Trained", "choose_device", "train"]

Tensor = torch.Tensor

EVALUATION_BATCH = 1024

STRANGE = 0.5
"""An image is never refused that is more probably of one of the classes than of none."""

REFUSED = 0.002
"""Share of the images held out, all of which are of a class, that may be refused all the same."""

LOSSES: Mapping[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = MappingProxyType(
    {
        "cross-entropy": lambda logits, _, targets: F.cross_entropy(logits, targets),
        "mean-squared-error": lambda logits, _, targets: F.mse_loss(logits.softmax(1), targets),
        "hinge": lambda logits, labels, _: F.multi_margin_loss(logits, labels),
    }
)
"""From logits `(n, k)`, labels `(n,)` and targets `(n, k)`, which are the labels one-hot and smoothed, to a scalar."""

METRICS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = MappingProxyType(
    {
        "accuracy": lambda logits, labels: (logits.argmax(1) == labels).float().mean(),
        "top-2-accuracy": lambda logits, labels: (logits.topk(2).indices == labels[:, None]).any(1).float().mean(),
        "cross-entropy": lambda logits, labels: F.cross_entropy(logits, labels),
        "mean-squared-error": lambda logits, labels: F.mse_loss(
            logits.softmax(1), F.one_hot(labels, logits.shape[1]).float()
        ),
    }
)

SCHEDULES: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "constant": lambda _: 1.0,
        "linear": lambda done: 1 - done,
        "cosine": lambda done: (1 + math.cos(math.pi * done)) / 2,
        "one-cycle": lambda done: done / 0.2 if done < 0.2 else (1 - done) / 0.8,
    }
)
"""From the share of steps done, 0 to below 1, to the share of the peak learning rate."""


@dataclass(frozen=True)
class Trained:
    """What training gives.

    Attributes:
        network: The network after its last whole epoch, on the CPU, in evaluation mode.
        architecture: What `build` makes the same network of; empty for a module of the user's own.
        options: How it was trained.
        history: One entry per epoch, of an ensemble those of one network after those of another.
        classes: How many classes it tells apart; a logit beyond them is for what is none of them.
        temperature: What its logits are divided by so that its probabilities hold, found on the images held out; 1
            where none were.
        strangeness: From how probable on an image is refused as none of the classes; None where it cannot be.
        held_out: Its answers on the images held out; None where none were.
        finished: False where it was interrupted before the last epoch.
    """

    network: nn.Sequential | Ensemble
    architecture: Mapping[str, Any]
    options: TrainingOptions
    history: tuple[Epoch, ...]
    classes: int
    temperature: float
    strangeness: float | None
    held_out: HeldOut | None
    finished: bool

    def classifier(self) -> Classifier:
        """Give the network as `Images` in, calibrated probabilities out."""

        def classify(images: Images, /) -> Probabilities:
            logits = _logits(self.network, torch.from_numpy(np.ascontiguousarray(as_images(images))))
            probabilities: Probabilities = (logits[:, : self.classes] / self.temperature).softmax(1).numpy()
            return probabilities

        return classify


def train(
    images: Images,
    labels: Labels,
    options: TrainingOptions,
    *,
    classes: int = 10,
    network: nn.Module | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
    progress: bool = False,
) -> Trained:
    """Train a network.

    The same arguments give the same weights on the same machine, also where a run was stopped and resumed.

    Args:
        images: `uint8 (n, 28, 28)`.
        labels: `int64 (n,)`, 0 to `classes - 1`.
        options: How to train.
        classes: How many classes there are.
        network: A module of your own to train in place of the one `options` describe: from `float32 (n, 1, 28, 28)`
            in 0…1 to logits `(n, classes)`. It is trained where it stands.
        checkpoint: A file that is replaced after each epoch with all that is needed to go on from there.
        resume: Go on from `checkpoint`.
        progress: Show a line of progress on standard error.

    Returns:
        The trained network. After Ctrl-C in a later epoch than the first: the one of the last whole epoch.

    Raises:
        DataError: Images and labels do not match, or too few are left to train on.
        OptionError: The device is not there, the checkpoint is of another run, an ensemble is asked of one module, or
            digits are to be drawn for other classes than the ten.
        TrainingError: The loss is no longer finite.
        KeyboardInterrupt: Interrupted before the first epoch was whole.
    """
    images = as_images(images)
    labels = as_labels(labels, count=len(images), classes=classes)
    device = choose_device(options.device)
    if network is not None and (options.ensemble > 1 or options.strangers):
        raise OptionError(
            "an ensemble, and one that knows strangers, is made of the networks that the options describe"
        )
    with torch.random.fork_rng():
        torch.manual_seed(options.seed)
        described = architecture(options, classes) if network is None else {}
        made = build(described) if network is None else normalised(network)
        learned, held_out = _split(images, labels, options, device)
        if options.drawn or options.strangers:
            learned = with_drawings(*learned, options, classes)
        made.to(device)
        data = digest(images, labels) if checkpoint else ""
        saved = load_checkpoint(checkpoint, options, data) if resume and checkpoint else None
        targets = _targets(classes + (options.strangers > 0), options.label_smoothing).to(device)
        line = TrainingProgress(options, len(learned[0]), progress)
        run = _Run(made, options, learned, held_out, targets, line, _in_bfloat16(options, device), checkpoint, data)
        history = _train_members(run, saved)
        finished = len(history) == options.epochs * options.ensemble
        if isinstance(made, Ensemble) and not finished:
            trained_members = math.ceil(len(history) / options.epochs)
            made.keep(trained_members)
            described["members"] = trained_members
        calibration = _calibrated(made, held_out, classes)
    return Trained(_detached(made), described, options, history, classes, *calibration, finished)


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


def _in_bfloat16(options: TrainingOptions, device: torch.device) -> bool:
    """Say whether to train in bfloat16, for `auto` by timing one matrix product in both.

    Processors that have it are about twice as fast in it, the others several times slower, so the answer is the same
    at every run of a machine, however busy it is.
    """
    if options.precision != "auto":
        return options.precision == "bfloat16"
    matrix = torch.ones(512, 512, device=device)
    rounds = [(_seconds_of_product(matrix.bfloat16()), _seconds_of_product(matrix)) for _ in range(5)]
    return min(bfloat16 for bfloat16, _ in rounds) < min(float32 for _, float32 in rounds)


def _seconds_of_product(matrix: Tensor) -> float:
    started = time.perf_counter()
    (matrix @ matrix)[0, 0].item()
    return time.perf_counter() - started


@dataclass(frozen=True)
class _Run:
    network: nn.Sequential | Ensemble
    options: TrainingOptions
    learned: tuple[Tensor, Tensor]
    held_out: tuple[Tensor, Tensor]
    targets: Tensor
    progress: TrainingProgress
    bfloat16: bool
    checkpoint: Path | None
    data: str


@dataclass(frozen=True)
class _Member:
    """A network in training: the whole of it, or one of an ensemble."""

    network: nn.Module
    optimizer: Optimizer
    average: WeightAverage

    @classmethod
    def of(cls, network: nn.Module, options: TrainingOptions) -> "_Member":
        optimizer = Optimizer(options.optimizer, network, options.weight_decay)
        return cls(network, optimizer, WeightAverage(network, optimizer, options.averaging))


def _train_members(run: _Run, saved: Checkpoint | None) -> tuple[Epoch, ...]:
    """Train all networks from where the checkpoint left off; after Ctrl-C they are as after the last whole epoch."""
    members = list(run.network.members) if isinstance(run.network, Ensemble) else [run.network]
    epochs = run.options.epochs
    history = saved.history if saved else ()
    if saved:
        saved.restore_network(run.network)
    weights = _copy_of_weights(run.network)
    try:
        with run.progress:
            for index in range(len(history) // epochs, len(members)):
                member = _Member.of(members[index], run.options)
                if saved and len(history) % epochs:
                    saved.restore_optimizer(member.optimizer, member.average)
                    with member.average.in_place():
                        weights = _copy_of_weights(run.network)
                for number in range(len(history) + 1, (index + 1) * epochs + 1):
                    epoch = _train_epoch(run, member, number)
                    if number == (index + 1) * epochs:
                        member.average.settle()
                    with member.average.in_place():
                        weights = _copy_of_weights(run.network)
                        epoch = replace(epoch, validation=_score(run, member.network))
                    history = (*history, epoch)
                    if run.checkpoint:
                        save_checkpoint(
                            run.checkpoint,
                            run.network,
                            member.optimizer,
                            member.average,
                            run.options,
                            history,
                            run.data,
                        )
                    run.progress.finish_epoch(epoch)
    except KeyboardInterrupt:
        if not history:
            raise
        run.network.load_state_dict(weights)
    return history


def _train_epoch(run: _Run, member: _Member, number: int) -> Epoch:
    started = time.perf_counter()
    options, (images, labels) = run.options, run.learned
    torch.manual_seed(_epoch_seed(options.seed, number))
    batches = list(torch.split(torch.randperm(len(images)).to(images.device), options.batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1:  # batch normalisation cannot learn from a single image
        batches[-2:] = [torch.cat(batches[-2:])]
    loss_of, schedule = LOSSES[options.loss], SCHEDULES[options.schedule]
    tally = _Tally(options.metrics)
    whole_epochs = (number - 1) % options.epochs
    member.network.train()
    for step, batch in enumerate(batches):
        rate = options.learning_rate * schedule((whole_epochs + (step + 0.5) / len(batches)) / options.epochs)
        with torch.autocast(images.device.type, torch.bfloat16, enabled=run.bfloat16):
            logits = member.network(augmented(images.index_select(0, batch), options)).float()
        truth = labels.index_select(0, batch)
        loss = loss_of(logits, truth, run.targets.index_select(0, truth))
        member.optimizer.step(loss, rate)
        member.average.update()
        tally.add(loss.item(), logits.detach(), truth)
        if not math.isfinite(tally.loss):
            raise TrainingError(
                f"the loss became {loss.item()} at step {step + 1} of epoch {number}, so training stopped and no "
                f"model was written; try a smaller learning rate than {options.learning_rate:g}"
            )
        run.progress.step(number, tally.seen, tally.means)
    return Epoch(number, time.perf_counter() - started, rate, tally.means())


class _Tally:
    """Loss and metrics over the images of an epoch so far; the metrics are counted when they are asked for."""

    def __init__(self, metrics: tuple[str, ...]) -> None:
        self.loss = 0.0
        self.seen = 0
        self._sums = dict.fromkeys(metrics, 0.0)
        self._uncounted: list[tuple[Tensor, Tensor]] = []

    def add(self, loss: float, logits: Tensor, labels: Tensor) -> None:
        self.loss += loss * len(labels)
        self.seen += len(labels)
        self._uncounted.append((logits, labels))

    def means(self) -> dict[str, float]:
        logits, labels = (torch.cat(parts) for parts in zip(*self._uncounted, strict=True))
        self._uncounted = [(logits[:0], labels[:0])]
        if len(labels):
            for metric in self._sums:
                self._sums[metric] += METRICS[metric](logits, labels).item() * len(labels)
        return {"loss": self.loss / self.seen} | {name: total / self.seen for name, total in self._sums.items()}


def _score(run: _Run, network: nn.Module) -> dict[str, float] | None:
    images, labels = run.held_out
    if not len(images):
        return None
    logits = _logits(network, images)
    scores = {"loss": LOSSES[run.options.loss](logits, labels, run.targets[labels]).item()}
    return scores | {metric: METRICS[metric](logits, labels).item() for metric in run.options.metrics}


def _calibrated(
    network: nn.Module, held_out: tuple[Tensor, Tensor], classes: int
) -> tuple[float, float | None, HeldOut | None]:
    """Find on the images held out the temperature, from where on an image is none of the classes, and the answers."""
    images, labels = held_out
    if not len(images):
        return 1.0, None, None
    logits = _logits(network, images)
    temperature = fit_temperature(logits[:, :classes].cpu().numpy(), labels.cpu().numpy())
    probabilities = (logits[:, :classes] / temperature).softmax(1).cpu().numpy()
    answers = HeldOut.of(probabilities, labels.cpu().numpy())
    if logits.shape[1] == classes:
        return temperature, None, answers
    strangeness = logits.softmax(1)[:, classes].double()
    return temperature, max(STRANGE, float(strangeness.quantile(1 - REFUSED))), answers


def _logits(network: nn.Module, images: Tensor) -> Tensor:
    network.eval()
    with torch.inference_mode():
        batches = images.split(EVALUATION_BATCH)  # type: ignore[no-untyped-call]
        return torch.cat([network(batch) for batch in batches])


def _split(
    images: Images, labels: Labels, options: TrainingOptions, device: torch.device
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    held_out = round(len(images) * options.validation_split)
    if len(images) - held_out < 1:
        raise DataError(f"expected at least one image to train on, got {len(images)} of which {held_out} are held out")
    all_images = torch.from_numpy(np.ascontiguousarray(images)).to(device)
    all_labels = torch.from_numpy(labels).to(device)
    if not held_out:
        return (all_images, all_labels), (all_images[:0], all_labels[:0])
    first, rest = torch.randperm(len(images)).to(device).tensor_split([held_out])
    return (
        (all_images.index_select(0, rest), all_labels.index_select(0, rest)),
        (all_images.index_select(0, first), all_labels.index_select(0, first)),
    )


def _targets(classes: int, smoothing: float) -> Tensor:
    """Give for each class what a network should say of its images, `(k, k)`: the class, a little of all the others."""
    return torch.eye(classes) * (1 - smoothing) + smoothing / classes


def _epoch_seed(seed: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def _copy_of_weights(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}


def _detached(network: nn.Sequential | Ensemble) -> nn.Sequential | Ensemble:
    """Give the network on the CPU, its weights no longer views of the optimiser's vector."""
    for parameter in network.parameters():
        parameter.data = parameter.detach().clone(memory_format=torch.contiguous_format)
    return network.to("cpu").eval()
