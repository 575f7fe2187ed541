"""Calibration: probabilities that mean what they say, and promises about error that hold."""

import base64
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from tenfold.arrays import Labels, OutOfDistribution, Probabilities
from tenfold.errors import ModelError, OptionError

__all__ = [
    "NUMBERS",
    "HeldOut",
    "acceptance_threshold",
    "fewest_images",
    "fit_temperature",
    "out_of_distribution_threshold",
    "promises",
    "told_promises",
]

NUMBERS = "numbers"
"""The name under which a calibration keeps, for each kind of reading, what was answered on labelled pages."""

CONFIDENCE = 0.95
"""Probability with which a promise about error holds, over the draw of the images that it rests on."""

SMALLEST_ERROR = 1e-9
"""Smallest error that is told from 0: a smaller one would take more than three thousand million images."""

SHARES = (0.5, 0.6, 0.7, 0.8, 0.85, *(number / 200 for number in range(180, 201)))
"""Shares of the answers that may be accepted, the surest first, tried in this order."""

COLDEST, HOTTEST = 0.02, 50.0
"""Range in which a temperature is looked for; it ends there only where all images are read right, or all wrong."""

PRIOR = 0.5
"""Standard deviation of a temperature's natural logarithm around 0, before anything was measured."""

LEAST_SCORE = 0.5
"""Out-of-distribution score below which no image is refused: it is more probably of one of the classes than of none."""

REFUSED = 0.002
"""Share of the images held out, all of them of a class, that may be refused as none."""


def fit_temperature(logits: np.ndarray[tuple[int, int], np.dtype[np.float32]], labels: Labels) -> float:
    """Find the temperature that makes a network as sure as it is right.

    Logits are divided by it before the softmax. The most probable class stays the same.

    Args:
        logits: `float32 (n, k)`, on images that the network was not trained on.
        labels: `int64 (n,)`, their classes, 0…k-1.

    Returns:
        The temperature with the least categorical cross-entropy, 0.02…50: above 1 where the network was too sure. A
        weak preference for 1 keeps a handful of images, all read right, from making a network certain.

    Source:
        Guo, Pleiss, Sun, Weinberger 2017, "On calibration of modern neural networks", section 4.2. The loss is convex
        in 1/temperature, so a golden-section search finds its minimum.
    """
    scores = logits.astype(np.float64)
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        scaled = scores / np.exp(log_temperature)
        scaled -= scaled.max(axis=1, keepdims=True)
        unlikely = (np.log(np.exp(scaled).sum(axis=1)) - scaled[rows, labels]).sum()
        return float(unlikely + (log_temperature / PRIOR) ** 2 / 2)

    low, high = np.log(COLDEST), np.log(HOTTEST)
    golden = (np.sqrt(5) - 1) / 2
    while high - low > 1e-4:
        left, right = high - golden * (high - low), low + golden * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def out_of_distribution_threshold(out_of_distribution: OutOfDistribution) -> float:
    """Find the out-of-distribution score from which on an image is refused.

    Args:
        out_of_distribution: `float32 (n,)`, of images that the network was not trained on, each of one of its classes.

    Returns:
        The least score to refuse, 0.5…1: two of a thousand such images may be refused.
    """
    return max(LEAST_SCORE, float(np.quantile(out_of_distribution.astype(np.float64), 1 - REFUSED)))


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What a model answered on labelled images that it never learned from, the surest answers first.

    Attributes:
        probability: `float32 (n,)`, of its best guess.
        right: `bool (n,)`, whether that was the label.
    """

    probability: np.ndarray[tuple[int], np.dtype[np.float32]]
    right: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @classmethod
    def of(cls, probabilities: Probabilities, labels: Labels) -> "HeldOut":
        """Sum up answers `float32 (n, k)` to images with labels `int64 (n,)`."""
        best = probabilities.max(1)
        order = np.argsort(-best, kind="stable")
        return cls(best[order], (probabilities.argmax(1) == labels)[order])

    def to_dict(self) -> dict[str, Any]:
        """Give plain values that JSON can hold."""
        packed = base64.b64encode(self.probability.astype("<f4").tobytes()).decode()
        return {"n": len(self.right), "probability": packed, "wrong": np.flatnonzero(~self.right).tolist()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "HeldOut":
        """Make it of what `to_dict` gave.

        Raises:
            ModelError: It is something else.
        """
        try:
            probability = np.frombuffer(base64.b64decode(values["probability"]), "<f4").astype(np.float32)
            if len(probability) != values["n"]:
                raise ValueError(f"{values['n']} answers, and {len(probability)} probabilities")
            right = np.ones(len(probability), np.bool_)
            right[values["wrong"]] = False
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise ModelError(f"the model's calibration is damaged: {error}") from error
        return cls(probability, right)


def acceptance_threshold(held_out: HeldOut, max_error: float) -> float:
    """Find the probability from which on answers may be accepted so that the share of wrong ones stays below a limit.

    Args:
        held_out: What the model answered on images like those it will be given.
        max_error: The share of wrong answers among the accepted that is promised not to be passed, with a confidence
            of 95%, 0 to below 1.

    Returns:
        The least probability to accept, 0…1.

    Raises:
        OptionError: `max_error` is no such share, there are too few images to promise it, or even the surest half of
            the answers has too many errors.

    Source:
        Angelopoulos, Bates, Candès, Jordan and Lei 2021, "Learn then test": thresholds from strict to lax are each
        tested by the exact binomial tail (Clopper and Pearson 1934) until one fails, so that the promise holds for
        the one that is chosen.
    """
    if not isinstance(max_error, Real) or isinstance(max_error, bool) or not 0 < max_error < 1:
        raise OptionError(f"the largest error must be above 0 and below 1, got {max_error!r}")
    n, accepted = len(held_out.right), 0
    wrong = np.cumsum(~held_out.right)
    for share in SHARES:
        count = math.ceil(share * n)
        if count < fewest_images(max_error):
            continue
        if _tail(int(wrong[count - 1]), count, max_error) > 1 - CONFIDENCE:
            break
        accepted = count
    if accepted:
        return float(held_out.probability[accepted - 1])
    if n < fewest_images(max_error):
        raise OptionError(
            f"an error of at most {max_error:.3%} cannot be promised: that takes at least "
            f"{fewest_images(max_error):,} labelled images that the model never learned from, it has {n:,}; "
            "allow more error or calibrate on more images"
        )
    raise OptionError(
        f"an error of at most {max_error:.3%} cannot be promised: of {n:,} labelled images that the model never "
        f"learned from it read {int(wrong[-1]):,} wrong, too many of them surely; allow more error"
    )


def promises(held_out: HeldOut, errors: Iterable[float]) -> dict[float, float | None]:
    """Say what share of the answers held out would be accepted for each largest error; None where it is no promise."""
    shares: dict[float, float | None] = {}
    for error in errors:
        try:
            shares[error] = float((held_out.probability >= acceptance_threshold(held_out, error)).mean())
        except OptionError:
            shares[error] = None
    return shares


def told_promises(promises: Mapping[float, float | None]) -> list[dict[str, float | None]]:
    """Give promises as plain values that JSON can hold: the largest error, and the share that is accepted for it."""
    return [{"max_error": error, "accepted": share} for error, share in promises.items()]


def fewest_images(max_error: float) -> int:
    """Give how many images, all read right, it takes to promise an error with 95% confidence."""
    return math.ceil(math.log(1 - CONFIDENCE) / math.log1p(-max(max_error, SMALLEST_ERROR)))


def _tail(wrong: int, count: int, error: float) -> float:
    """Give the binomial tail: the probability that at most `wrong` of `count` answers are wrong, each with `error`."""
    logs = [
        math.lgamma(count + 1)
        - math.lgamma(number + 1)
        - math.lgamma(count - number + 1)
        + number * math.log(error)
        + (count - number) * math.log1p(-error)
        for number in range(wrong + 1)
    ]
    return math.fsum(map(math.exp, logs))
