"""How to train: one frozen set of options, and the named sets that are known to work.

Nothing here needs PyTorch, so that a command can refuse a bad option before anything heavy is loaded.
"""

import difflib
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from tenfold.arrays import SIDE
from tenfold.errors import OptionError

__all__ = ["RECIPES", "TrainingOptions", "recipe"]

Network = Literal["dense", "convolutional", "deep"]
Activation = Literal["relu", "gelu", "silu", "tanh", "sigmoid"]
Optimizer = Literal["adam", "adamw", "sgd", "nesterov", "rmsprop"]
Loss = Literal["cross-entropy", "mean-squared-error", "hinge"]
Metric = Literal["accuracy", "top-2-accuracy", "cross-entropy", "mean-squared-error"]
Precision = Literal["auto", "float32", "bfloat16"]
Schedule = Literal["constant", "linear", "cosine", "one-cycle"]

ALLOWED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "network": get_args(Network),
        "activation": get_args(Activation),
        "optimizer": get_args(Optimizer),
        "loss": get_args(Loss),
        "metrics": get_args(Metric),
        "schedule": get_args(Schedule),
        "precision": get_args(Precision),
    }
)
"""For each option that is a choice, the names to choose from."""


@dataclass(frozen=True)
class TrainingOptions:
    """Everything that decides how a network is trained; checked when made.

    Attributes:
        network: `dense` (hidden layers on flattened pixels), `convolutional` (a few cheap convolutions before them) or
            `deep` (pairs of convolutions, slower and right more often).
        channels: Filters of each convolution; 1 to 3 for `convolutional`, 1 to 6 for `deep`.
        hidden: Units of each hidden layer; may be empty.
        activation: What follows each hidden layer.
        optimizer: What turns gradients into steps. `nesterov` is SGD with Nesterov momentum 0.9.
        loss: `cross-entropy` is categorical cross-entropy on the softmax; `mean-squared-error` compares the softmax
            with the one-hot label; `hinge` is the multi-class margin loss on the logits.
        metrics: What is reported beside the loss.
        learning_rate: At the schedule's peak; above 0.
        schedule: How the learning rate moves, step by step, from start to end.
        batch_size: Images per step; at least 1.
        epochs: Passes over the training images; at least 1.
        label_smoothing: Share of the label's weight given to all classes alike, 0 to below 1.
        shift: Each batch is moved by up to this many whole pixels to each side before it is learned from, or each image
            by any part of them where one of the next four is above 0; 0 to 27.
        rotation: Each image is turned by up to this many degrees to each side; 0 to 180.
        scaling: Each image is made larger or smaller by up to this factor's natural logarithm, width and height apart;
            0 to below 1.
        shear: Each image is slanted by up to this many pixels to each side per pixel down; 0 to below 1.
        elastic: Each image is bent, its parts moved by this many pixels (one standard deviation); 0 to 5.
        degradation: Whether each image is also degraded as real pictures are: pen, paper, lines, neighbours, blur,
            faintness.
        drawn: How many digits of this project's own drawing are learned from besides, as a share of the training
            images; two in three drawn by hands that MNIST lacks, one printed.
        outliers: The same for things that are no digit, so that the model can refuse them.
        weight_decay: Pull of the weight matrices towards 0, 0 or more; decoupled from the gradient with `adamw`, an L2
            penalty with the others.
        ema: What is kept is an exponential moving average of the weights, this the share of the past at each
            step, less in the first steps; 0 (the last weights themselves) to below 1.
        test_time_augmentation: From how many places the trained network looks at each image, its probabilities
            averaged: 1 as it is, 5 moved by a pixel to each side too, 9 to the corners as well.
        ensemble: How many networks to train, one after another, whose probabilities are averaged.
        folds: Where above 0, the network learns from all training images, and after it so many others do from all but a
            share of their own each; their answers to what was held out from them, taken together, calibrate it as if
            all images had been held out; 0 or 2 and more.
        validation_split: Share of the training images held out and scored after each epoch, 0 to below 1.
        seed: Decides the first weights, the order of images and which are held out.
        precision: What training computes in. `auto` is bfloat16 where a measurement shows that it pays, else float32;
            weights are float32 always.
        int8: Whether the saved model computes its convolutions in 8-bit whole numbers, which is three times
            as fast; the weights to train on stay float32. Only for networks that have convolutions.
        device: `auto`, `cpu`, `cuda`, `mps`, or any other device that PyTorch knows.

    Raises:
        OptionError: A value is not allowed; the message names the allowed ones.
    """

    network: Network = "dense"
    channels: tuple[int, ...] = (32, 64)
    hidden: tuple[int, ...] = (128, 128)
    activation: Activation = "relu"
    optimizer: Optimizer = "adam"
    loss: Loss = "cross-entropy"
    metrics: tuple[Metric, ...] = ("accuracy",)
    learning_rate: float = 0.001
    schedule: Schedule = "constant"
    batch_size: int = 128
    epochs: int = 5
    label_smoothing: float = 0.0
    shift: int = 0
    rotation: float = 0.0
    scaling: float = 0.0
    shear: float = 0.0
    elastic: float = 0.0
    degradation: bool = False
    drawn: float = 0.0
    outliers: float = 0.0
    weight_decay: float = 0.0
    ema: float = 0.0
    test_time_augmentation: int = 1
    ensemble: int = 1
    folds: int = 0
    validation_split: float = 0.0
    seed: int = 0
    precision: Precision = "float32"
    int8: bool = False
    device: str = "auto"

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _plain(field.name, getattr(self, field.name)))
        for name, allowed in ALLOWED.items():
            value = getattr(self, name)
            for choice in value if isinstance(value, tuple) else (value,):
                if choice not in allowed:
                    raise OptionError(_unknown(name, choice, allowed))
        _expect_whole("epochs", self.epochs, 1)
        _expect_whole("batch_size", self.batch_size, 1)
        _expect_whole("seed", self.seed, 0)
        _expect_whole("ensemble", self.ensemble, 1)
        _expect("folds", self.folds, "0, or a whole number of at least 2", lambda value: value == 0 or value >= 2)
        if self.folds and (self.validation_split or self.ensemble > 1):
            raise OptionError(
                "folds hold out for themselves and calibrate one network: leave out validation_split, ensemble"
            )
        _expect("test_time_augmentation", self.test_time_augmentation, "1, 5 or 9", lambda value: value in (1, 5, 9))
        _expect_whole("shift", self.shift, 0, SIDE - 1)
        for units in self.hidden:
            _expect_whole("hidden", units, 1)
        for filters in self.channels:
            _expect_whole("channels", filters, 1)
        most = 6 if self.network == "deep" else 3
        if not 1 <= len(self.channels) <= most:
            raise OptionError(f"channels must name the filters of 1 to {most} convolutions, got {self.channels}")
        _expect("learning_rate", self.learning_rate, "above 0", lambda value: value > 0)
        _expect("weight_decay", self.weight_decay, "0 or more", lambda value: value >= 0)
        _expect("rotation", self.rotation, "from 0 to 180", lambda value: 0 <= value <= 180)
        _expect("elastic", self.elastic, "from 0 to 5", lambda value: 0 <= value <= 5)
        for name in ("degradation", "int8"):
            if not isinstance(getattr(self, name), bool):
                raise OptionError(f"{name} must be true or false, got {getattr(self, name)!r}")
        if self.int8 and self.network == "dense":
            raise OptionError(
                "whole numbers are for networks with convolutions: choose network convolutional or deep, or leave "
                "int8 off"
            )
        for name in ("drawn", "outliers"):
            _expect(name, getattr(self, name), "from 0 to 10", lambda value: 0 <= value <= 10)
        for name in ("label_smoothing", "validation_split", "ema", "scaling", "shear"):
            _expect(name, getattr(self, name), "from 0 to below 1", lambda value: 0 <= value < 1)
        if self.loss == "hinge" and self.label_smoothing:
            raise OptionError(
                "label smoothing has no meaning for the hinge loss: set label_smoothing to 0, "
                "or use cross-entropy or mean-squared-error"
            )

    @property
    def members(self) -> int:
        """How many networks are trained one after another: of an ensemble, or one and those of its folds."""
        return self.folds + 1 if self.folds else self.ensemble

    def to_dict(self) -> dict[str, Any]:
        """Give the options as plain values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingOptions":
        """Make options of what `to_dict` gave; errors as for the class, and for a name that is no option."""
        allowed = [field.name for field in fields(cls)]
        for name in values:
            if name not in allowed:
                raise OptionError(_unknown("option", name, allowed))
        return cls(**values)


def _plain(name: str, value: Any) -> Any:  # noqa: ANN401
    """Give an option as a plain Python value: NumPy's numbers as Python's, lists as tuples."""
    if name in ("channels", "hidden", "metrics"):
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise OptionError(f"{name} must be several values, as a tuple or a list, got {value!r}")
        return tuple(_plain("", each) for each in value)
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    return float(value) if isinstance(value, Real) and not isinstance(value, bool) else value


def _expect(name: str, value: float, wanted: str, holds: Callable[[float], bool]) -> None:
    if not isinstance(value, (int, float)) or not math.isfinite(value) or not holds(value):
        raise OptionError(f"{name} must be {wanted}, got {value!r}")


def _expect_whole(name: str, value: int, least: int, most: int = 2**63) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        wanted = f"of at least {least}" if most == 2**63 else f"from {least} to {most}"
        raise OptionError(f"{name} must be a whole number {wanted}, got {value!r}")


def _unknown(name: str, value: object, allowed: Collection[str]) -> str:
    close = difflib.get_close_matches(str(value), allowed, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"unknown {name} {cast(Any, value)!r}{hint}; allowed: {', '.join(allowed)}"


RECIPES: Mapping[str, TrainingOptions] = MappingProxyType(
    {
        "tutorial": TrainingOptions(
            optimizer="nesterov",
            learning_rate=0.3,
            schedule="one-cycle",
            batch_size=256,
            epochs=4,
            label_smoothing=0.02,
            shift=1,
            validation_split=0.05,
            precision="auto",
        ),
        "fast": TrainingOptions(
            network="convolutional",
            channels=(32, 64),
            hidden=(128,),
            learning_rate=0.02,
            schedule="one-cycle",
            batch_size=256,
            epochs=2,
            label_smoothing=0.05,
            shift=1,
            validation_split=0.05,
            precision="auto",
        ),
        "accurate": TrainingOptions(
            network="deep",
            channels=(24, 32, 64, 64, 128, 128),
            hidden=(),
            optimizer="adamw",
            learning_rate=0.005,
            schedule="one-cycle",
            batch_size=256,
            epochs=20,
            shift=2,
            rotation=10,
            scaling=0.1,
            shear=0.1,
            weight_decay=0.5,
            ema=0.998,
            test_time_augmentation=5,
            validation_split=0.02,
            precision="auto",
        ),
        "tiny": TrainingOptions(
            network="deep",
            channels=(12, 16, 16, 16),
            hidden=(),
            learning_rate=0.03,
            schedule="one-cycle",
            batch_size=256,
            epochs=40,
            shift=1,
            rotation=8,
            scaling=0.08,
            shear=0.08,
            ema=0.998,
            validation_split=0.05,
            precision="auto",
        ),
        "reader": TrainingOptions(
            network="deep",
            channels=(32, 64, 64, 128, 128),
            hidden=(),
            optimizer="adamw",
            learning_rate=0.005,
            schedule="one-cycle",
            batch_size=256,
            epochs=20,
            shift=2,
            rotation=12,
            scaling=0.12,
            shear=0.15,
            degradation=True,
            drawn=0.25,
            outliers=0.3,
            weight_decay=0.2,
            ema=0.998,
            folds=3,
            precision="auto",
            int8=True,
        ),
    }
)
"""The named option sets."""


def recipe(name: str, **changes: Any) -> TrainingOptions:  # noqa: ANN401
    """Give a named option set, changed where wanted.

    Args:
        name: One of `RECIPES`.
        **changes: Options to set otherwise.

    Returns:
        The options.

    Raises:
        OptionError: There is no such recipe or option, or a value is not allowed.
    """
    if name not in RECIPES:
        raise OptionError(_unknown("recipe", name, RECIPES))
    if changes.get("loss") == "hinge":
        changes = {"label_smoothing": 0.0, **changes}  # it knows none
    return TrainingOptions.from_dict({**RECIPES[name].to_dict(), **changes})
