"""How to train: one frozen set of options, and the named sets that are known to work.

Each option is declared once, as a field of `TrainingOptions`: its type, its default, what it does, its range and its
unit. From that come the checks, the options of `tenfold train`, the parameters of `DigitClassifier` and their docs.

Nothing here needs PyTorch, so that a command can refuse a bad option before anything heavy is loaded.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from tenfold.arrays import SIDE
from tenfold.errors import OptionError
from tenfold.learn.declaration import Range, about, declared, described, unknown

__all__ = ["OPTIONS", "RECIPES", "SMALL", "TrainingOptions", "differences", "recipe"]

SMALL = 10_000
"""Images below which a set is small: it gains augmentation, and what is held out is spread evenly over its classes."""

Network = Literal["dense", "convolutional", "deep"]
Activation = Literal["relu", "gelu", "silu", "tanh", "sigmoid"]
Optimizer = Literal["adam", "adamw", "sgd", "nesterov", "rmsprop"]
Loss = Literal["cross-entropy", "mean-squared-error", "hinge"]
Metric = Literal["accuracy", "top-2-accuracy", "cross-entropy", "mean-squared-error"]
Precision = Literal["auto", "float32", "bfloat16"]
Schedule = Literal["constant", "linear", "cosine", "one-cycle", "warm-up"]

SHARE = Range(0, 1, below=True)


@dataclass(frozen=True)
class TrainingOptions:
    """Everything that decides how a network is trained; checked when made.

    Attributes:
        {options}

    Raises:
        OptionError: A value is not allowed; the message names the allowed ones.
    """

    network: Network = field(
        default="dense",
        metadata=about(
            "What kind of network: dense has hidden layers on flattened pixels, convolutional a few cheap convolutions "
            "before them, deep pairs of convolutions, slower and right more often."
        ),
    )
    channels: tuple[int, ...] = field(
        default=(32, 64),
        metadata=about("Filters of each convolution: 1 to 3 of them for convolutional, 1 to 6 for deep.", Range(1)),
    )
    hidden: tuple[int, ...] = field(
        default=(128, 128), metadata=about("Units of each hidden layer; may be empty.", Range(1))
    )
    activation: Activation = field(
        default="relu", metadata=about("The function after each hidden layer and each convolution.")
    )
    optimizer: Optimizer = field(
        default="adam", metadata=about("What turns gradients into steps. nesterov is SGD with Nesterov momentum 0.9.")
    )
    loss: Loss = field(
        default="cross-entropy",
        metadata=about(
            "What training makes small: cross-entropy is categorical cross-entropy on the softmax, mean-squared-error "
            "compares the softmax with the one-hot label, hinge is the multi-class margin loss on the logits."
        ),
    )
    metrics: tuple[Metric, ...] = field(default=("accuracy",), metadata=about("What is reported beside the loss."))
    learning_rate: float = field(
        default=0.001, metadata=about("The learning rate at the schedule's peak.", Range(0, above=True))
    )
    schedule: Schedule = field(
        default="constant", metadata=about("How the learning rate moves, step by step, from start to end.")
    )
    batch_size: int = field(default=128, metadata=about("How many images each step learns from.", Range(1)))
    epochs: int = field(default=5, metadata=about("Passes over the training images.", Range(1)))
    label_smoothing: float = field(
        default=0.0, metadata=about("Share of the label's weight that all classes get alike.", SHARE)
    )
    shift: int = field(
        default=0,
        metadata=about(
            "Each batch is moved at random by up to this far to each side; each image by itself, by any part of a "
            "pixel, where rotation, scaling, shear or elastic is above 0.",
            Range(0, SIDE - 1),
            "pixels",
        ),
    )
    rotation: float = field(
        default=0.0, metadata=about("Each image is turned at random by up to this angle.", Range(0, 180), "degrees")
    )
    scaling: float = field(
        default=0.0,
        metadata=about(
            "Each image is made larger or smaller at random, width and height apart, by up to a factor with this "
            "natural logarithm.",
            SHARE,
        ),
    )
    shear: float = field(
        default=0.0,
        metadata=about(
            "Each image is slanted at random by up to this much.", SHARE, "pixels to the side per pixel down"
        ),
    )
    elastic: float = field(
        default=0.0,
        metadata=about(
            "Each image is bent at random: its parts move by this standard deviation.", Range(0, 5), "pixels"
        ),
    )
    degradation: bool = field(
        default=False,
        metadata=about(
            "Whether each image is degraded like real pictures: pen, paper, lines, neighbours, blur, faintness."
        ),
    )
    drawn: float = field(
        default=0.0,
        metadata=about(
            "How many drawn digits are learned from besides, as a share of the training images; two in three are "
            "drawn by hands that MNIST lacks, one is printed.",
            Range(0, 10),
        ),
    )
    outliers: float = field(
        default=0.0,
        metadata=about(
            "How many drawn images of things that are no digit are learned from besides, as a share of the training "
            "images, so that the model can refuse such things.",
            Range(0, 10),
        ),
    )
    weight_decay: float = field(
        default=0.0,
        metadata=about(
            "Pull of the weight matrices towards 0: decoupled from the gradient with adamw, else an L2 penalty.",
            Range(0),
        ),
    )
    ema: float = field(
        default=0.0,
        metadata=about(
            "What is kept is an exponential moving average of the weights; this is the share of the past at each step, "
            "smaller in the first steps. 0 keeps the last weights themselves.",
            SHARE,
        ),
    )
    test_time_augmentation: int = field(
        default=1,
        metadata=about(
            "At how many places the trained network looks at each image, its probabilities averaged: 1 as it is, 5 "
            "also moved by a pixel to each side, 9 also to the corners.",
            (1, 5, 9),
        ),
    )
    ensemble: int = field(
        default=1,
        metadata=about("How many networks are trained, one after another, whose probabilities are averaged.", Range(1)),
    )
    folds: int = field(
        default=0,
        metadata=about(
            "0 for none, else at least 2: the images are cut into this many shares; besides the network that learns "
            "from all, one network for each share learns from the others and answers for that share. Those answers "
            "calibrate the model.",
            Range(2, or_zero=True),
        ),
    )
    validation_split: float = field(
        default=0.0,
        metadata=about("Share of the training images held out: scored after each epoch, and calibrated on.", SHARE),
    )
    seed: int = field(
        default=0,
        metadata=about(
            "Decides all that is random: the first weights, the order of images, which are held out.", Range(0)
        ),
    )
    precision: Precision = field(
        default="float32",
        metadata=about(
            "What training computes in; weights are float32 always. auto is bfloat16 where the processor multiplies "
            "in it, else float32."
        ),
    )
    int8: bool = field(
        default=False,
        metadata=about(
            "Whether the saved model computes its convolutions in 8-bit whole numbers, three times as fast; the "
            "weights to train on stay float32. Only for networks with convolutions."
        ),
    )
    device: str = field(
        default="auto", metadata=about("Where to train: auto, cpu, cuda, mps, or any other device that PyTorch knows.")
    )

    def __post_init__(self) -> None:
        for name, option in OPTIONS.items():
            object.__setattr__(self, name, option.checked(getattr(self, name)))
        most = 6 if self.network == "deep" else 3
        if not 1 <= len(self.channels) <= most:
            raise OptionError(f"channels must name the filters of 1 to {most} convolutions, got {self.channels}")
        if self.folds and (self.validation_split or self.ensemble > 1):
            raise OptionError(
                "folds hold out for themselves and calibrate one network: leave out validation_split, ensemble"
            )
        if self.int8 and self.network == "dense":
            raise OptionError(
                "int8 is for networks with convolutions: choose network convolutional or deep, or leave int8 off"
            )
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
        for name in values:
            if name not in OPTIONS:
                raise OptionError(unknown("option", name, OPTIONS))
        return cls(**values)


OPTIONS = declared(TrainingOptions)
"""Every training option by its name."""


TrainingOptions.__doc__ = described(TrainingOptions.__doc__, OPTIONS)

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
        "few": TrainingOptions(
            network="deep",
            channels=(16, 32, 64, 64),
            hidden=(),
            optimizer="adamw",
            learning_rate=0.005,
            schedule="one-cycle",
            batch_size=64,
            epochs=1,
            label_smoothing=0.05,
            shift=2,
            rotation=15,
            scaling=0.15,
            shear=0.2,
            elastic=0.7,
            weight_decay=0.1,
            ema=0.99,
            validation_split=0.05,
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


def differences(made: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """Name the options that were others when something was made than what is asked for now.

    Args:
        made: Options as plain values, perhaps read from JSON, with the precision that was decided.
        asked: The same, the precision perhaps `auto`, which asks for none.
    """
    asked = {name: value for name, value in asked.items() if (name, value) != ("precision", "auto")}
    names = [name for name in {**asked, **made} if name != "precision" or name in asked]
    return [name for name in names if _from_json(made.get(name)) != _from_json(asked.get(name))]


def _from_json(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


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
        raise OptionError(unknown("recipe", name, RECIPES))
    if changes.get("loss") == "hinge":
        changes = {"label_smoothing": 0.0, **changes}  # it knows none
    return TrainingOptions.from_dict({**RECIPES[name].to_dict(), **changes})
