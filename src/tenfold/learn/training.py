"""The training of digit networks: data in memory, gathered by the batch, no loader between."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import nn

from tenfold.arrays import SIDE, Classifier, Images, Labels, Probabilities, as_images, as_labels, data_digest
from tenfold.errors import OptionError
from tenfold.learn.checkpoint import Checkpoint, load_checkpoint
from tenfold.learn.data_parallel import Share
from tenfold.learn.held_out import calibrated, logits_of
from tenfold.learn.loop import Run, epoch_seed, restore, train_networks
from tenfold.learn.networks import Ensemble, architecture, build_single, normalised
from tenfold.learn.objectives import targets
from tenfold.learn.precision import with_precision
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.splits import LabelledImages, Splits
from tenfold.model.description import Epoch
from tenfold.model.promise import HeldOut

__all__ = ["Start", "Trained", "as_saved", "choose_device", "train", "train_part"]

Tensor = torch.Tensor

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
    with _begun(images, labels, options, classes, network, start, checkpoint, resume, sha256, progress) as begun:
        return begun.trained(train_networks(begun.run, begun.saved))


def train_part(
    images: Images,
    labels: Labels,
    options: TrainingOptions,
    *,
    checkpoint: Path,
    share: Share,
    member: int | None = None,
    **others: Any,  # noqa: ANN401
) -> None:
    """Do one worker's part of a training: all that it leaves is the checkpoint.

    The workers together make what `train` makes alone: those that share the same networks take the same arguments but
    for `share`; those that train different networks of an ensemble, or different folds, are each told their `member`.

    Args:
        images: As for `train`.
        labels: As for `train`.
        options: As for `train`.
        checkpoint: The file that is replaced after each epoch.
        share: Which of the workers that train a network together this is.
        member: Which of the networks to train, from 0; None for all, one after another.
        **others: As for `train`.

    Raises:
        TenfoldError: As for `train`.
    """
    with _begun(images, labels, options, checkpoint=checkpoint, share=share, member=member, **others) as begun:
        train_networks(begun.run, begun.saved)


def as_saved(images: Images, labels: Labels, options: TrainingOptions, *, checkpoint: Path, **others: Any) -> Trained:  # noqa: ANN401
    """Give what a checkpoint holds, without training on.

    Args:
        images: As for `train`, as are all that follow.
        labels: What the images are.
        options: How it was trained.
        checkpoint: The file; it may be of a run that is not finished.
        **others: The other arguments of `train`.

    Returns:
        The network, as `train` gives it when it is finished, or when it is interrupted there.

    Raises:
        ModelError: There is no checkpoint, or it is damaged.
        OptionError: It is of another run.
    """
    cpu = torch.device("cpu")
    with _begun(images, labels, options, checkpoint=checkpoint, resume=True, device=cpu, **others) as begun:
        assert begun.saved  # noqa: S101  # it was asked for
        restore(begun.run, begun.saved)
        return begun.trained(begun.saved.history)


@dataclass(frozen=True)
class _Begun:
    """A run that is about to train, or to go on."""

    run: Run
    saved: Checkpoint | None
    architecture: Mapping[str, Any]
    classes: tuple[str, ...]

    def trained(self, history: tuple[Epoch, ...]) -> Trained:
        """Give what the networks are after the epochs of a history."""
        options, splits, described = self.run.options, self.run.splits, self.architecture
        networks = cast(list[nn.Sequential], list(self.run.networks))
        made: nn.Sequential | Ensemble = networks[0]
        answering: list[tuple[nn.Module, int]] = [(made, 0)]
        if options.folds:
            answering = [(networks[number], number) for number in range(1, len(history) // options.epochs)]
        elif options.ensemble > 1:
            made = Ensemble(networks[: math.ceil(len(history) / options.epochs)])
            described = {"network": "ensemble", "members": len(made.members), "member": described}
            answering = [(made, 0)]
        held_out = [(each, splits.held_out(number)) for each, number in answering]
        torch.manual_seed(epoch_seed(options.seed, 0))
        calibration = calibrated(held_out, options, len(self.classes))
        torch.manual_seed(epoch_seed(options.seed, 0))
        range_images = splits.range_images(RANGE_IMAGES) if options.int8 else np.zeros((0, SIDE, SIDE), np.uint8)
        finished = len(history) == options.epochs * options.members
        return Trained(_detached(made), described, options, history, self.classes, *calibration, range_images, finished)


@contextmanager
def _begun(
    images: Images,
    labels: Labels,
    options: TrainingOptions,
    classes: Sequence[str] | None = None,
    network: nn.Module | None = None,
    start: Start | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
    sha256: str | None = None,
    progress: bool | TrainingProgress = False,
    share: Share | None = None,
    member: int | None = None,
    device: torch.device | None = None,
) -> Iterator[_Begun]:
    """Check the arguments of `train` and make ready; within the block random numbers follow from the options' seed."""
    images = as_images(images)
    classes = tuple(classes) if classes is not None else _numbers_as_names(labels)
    labels = as_labels(labels, count=len(images), classes=len(classes))
    device = device or choose_device(options.device)
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
        run = Run(
            networks=nn.ModuleList(networks).to(device),
            options=options,
            splits=Splits(images, labels, options, classes, device, beside, repeats),
            targets=targets(len(classes) + (options.outliers > 0), options.label_smoothing).to(device),
            progress=progress if isinstance(progress, TrainingProgress) else TrainingProgress(options, progress),
            checkpoint=checkpoint,
            data=data,
            member=member,
            share=share or Share(),
        )
        yield _Begun(run, saved, described, classes)


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


def _detached(network: nn.Sequential | Ensemble) -> nn.Sequential | Ensemble:
    """Give the network on the CPU, its weights no longer views of the optimiser's vector."""
    for parameter in network.parameters():
        parameter.data = parameter.detach().clone(memory_format=torch.contiguous_format)
    return network.to("cpu").eval()
