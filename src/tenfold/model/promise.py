"""Calibration: probabilities that mean what they say, and promises about error that hold."""

import base64
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from tenfold.arrays import Labels, OutOfDistribution, Probabilities
from tenfold.errors import ModelError, OptionError

__all__ = [
    "APART",
    "ERRORS",
    "NUMBERS",
    "OWN",
    "PICTURES",
    "HeldOut",
    "KindsPromise",
    "acceptance_threshold",
    "at_least",
    "check_max_error",
    "exact_bounds",
    "fewest_images",
    "fit_temperature",
    "out_of_distribution_threshold",
    "promise_of_kinds",
    "promises",
    "told_promises",
    "without_answers",
]

NUMBERS = "numbers"
"""The name under which a calibration keeps, for each kind of reading, what was answered on labelled pages."""

PICTURES = "pictures"
"""The name under which a calibration keeps, for each kind of picture, what was answered to single digits seen in their
surroundings; what was refused counts as answered wrongly, with the probability 0."""

OWN = "own"
"""The kind of picture that a user calibrated on."""

ERRORS = (0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
"""The largest errors for which it is told what can be promised."""

CONFIDENCE = 0.95
"""Probability with which a promise about error holds, over the draw of the images that it rests on."""

APART = 1.5
"""How many times as many answers may be unsure in a run of pictures as of the kind whose answers are least sure:
typefaces and pens differ among themselves as much. docs/promises.md."""

SMALLEST_ERROR = 1e-9
"""Smallest error that is told from 0: a smaller one would take more than three thousand million images."""

FIRST_SHARES = (0.2, 0.25, 0.3, 0.35, 0.4)
"""Shares that are tried before, where that many answers are twice the fewest by which the error can be promised: one
wrong answer among fewer would end the search too soon."""

SHARES = (*FIRST_SHARES, *(number / 20 for number in range(9, 18)), *(number / 200 for number in range(180, 201)))
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

    @classmethod
    def ranked(cls, answers: Iterable[tuple[float, bool]]) -> "HeldOut":
        """Sum up answers, each as how probable it is and whether it is right."""
        ranked = sorted(answers, key=lambda each: -each[0])
        return cls(
            np.array([sure for sure, _ in ranked], np.float32), np.array([right for _, right in ranked], np.bool_)
        )

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


def check_max_error(max_error: float) -> None:
    """Check that a largest error can be one.

    Raises:
        OptionError: It is no number above 0 and below 1.
    """
    if not isinstance(max_error, Real) or isinstance(max_error, bool) or not 0 < max_error < 1:
        raise OptionError(f"the largest error must be above 0 and below 1, got {max_error!r}")


def acceptance_threshold(held_out: HeldOut, max_error: float) -> float:
    """Find the probability from which on answers may be accepted so that the share of wrong ones stays below a limit.

    Args:
        held_out: What the model answered on images like those it will be given.
        max_error: The share of wrong answers among the accepted that is promised not to be passed, with a confidence
            of 95%, 0 to below 1.

    Returns:
        The least probability to accept, 0…1.

    Raises:
        OptionError: `max_error` is no such share, there are too few images to promise it, or even the surest
            answers that are enough for it have too many errors.

    Source:
        Angelopoulos, Bates, Candès, Jordan and Lei 2021, "Learn then test": thresholds from strict to lax are each
        tested by the exact binomial tail (Clopper and Pearson 1934) until one fails, so that the promise holds for
        the one that is chosen.
    """
    check_max_error(max_error)
    n, accepted = len(held_out.right), 0
    wrong = np.cumsum(~held_out.right)
    fewest = fewest_images(max_error)
    for share in SHARES:
        count = math.ceil(share * n)
        if count < (2 * fewest if share in FIRST_SHARES else fewest):
            continue
        count = int((held_out.probability >= held_out.probability[count - 1]).sum())  # all that are as sure
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


def _stricter(kinds: Mapping[str, HeldOut], max_error: float, refusal: str) -> "KindsPromise":
    """Promise a smaller error, which keeps the larger one too: fewer kinds share in it, and others stand out more."""
    smaller = [error for error in ERRORS if error < max_error]
    try:
        return promise_of_kinds(kinds, smaller[0])
    except (IndexError, OptionError):
        raise OptionError(refusal) from None


@dataclass(frozen=True, eq=False)
class KindsPromise:
    """From where on answers may be accepted so that an error is promised for each of several kinds of pictures.

    Attributes:
        least: The least probability to accept: the greatest that any of the kinds asks for.
        kinds: The kinds that it is promised for, with what was answered to pictures of each.
        without: Why it cannot be promised for the others.
    """

    least: float
    kinds: Mapping[str, HeldOut]
    without: Mapping[str, str]


def promise_of_kinds(kinds: Mapping[str, HeldOut], max_error: float) -> KindsPromise:
    """Find from where on answers may be accepted so that for every kind the share of wrong ones stays below a limit.

    Args:
        kinds: What the model answered on pictures of each kind.
        max_error: As for `acceptance_threshold`.

    Returns:
        The promise. Kinds that are too few, or too often read wrong, are left out of it and named.

    Raises:
        OptionError: It can be promised for no kind; or neither it nor a smaller error can be promised for one whose
            answers are nearly as sure as those of the others, so that a run of such pictures would not be noticed.
    """
    least: dict[str, float] = {}
    without: dict[str, str] = {}
    for kind, held_out in kinds.items():
        try:
            least[kind] = acceptance_threshold(held_out, max_error)
        except OptionError as error:
            without[kind] = str(error)
    if not least:
        told = "; ".join(f"{kind}: {reason}" if len(kinds) > 1 else reason for kind, reason in without.items())
        raise OptionError(told or "this model keeps no answers to pictures held out, so it cannot promise an error")
    strictest = max(least.values())
    unsure = {kind: float((each.probability < np.float32(strictest)).mean()) for kind, each in kinds.items()}
    for kind, reason in without.items():
        if unsure[kind] <= APART * max(unsure[name] for name in least):
            told = f"{kind}: {reason}; and such pictures cannot be told from {', '.join(least)}"
            return _stricter(kinds, max_error, told)
    return KindsPromise(strictest, {kind: kinds[kind] for kind in least}, without)


def promises(held_out: HeldOut, errors: Iterable[float], *others: HeldOut) -> dict[float, float | None]:
    """Say what share of answers held out would be accepted for each largest error, so that others keep it as well.

    None stands where an error can't be promised for all of them.
    """
    shares: dict[float, float | None] = {}
    for error in errors:
        try:
            least = max(acceptance_threshold(each, error) for each in (held_out, *others))
            shares[error] = float((held_out.probability >= least).mean())
        except OptionError:
            shares[error] = None
    return shares


def without_answers(calibration: Mapping[str, Any]) -> dict[str, Any]:
    """Give a calibration without answers that both networks had a part in, to say after one of them has changed."""
    return {name: value for name, value in calibration.items() if name not in (NUMBERS, PICTURES)}


def told_promises(promises: Mapping[float, float | None]) -> list[dict[str, float | None]]:
    """Give promises as plain values that JSON can hold: the largest error, and the share that is accepted for it."""
    return [{"max_error": error, "accepted": share} for error, share in promises.items()]


def fewest_images(max_error: float) -> int:
    """Give how many images, all read right, it takes to promise an error with 95% confidence."""
    return math.ceil(math.log(1 - CONFIDENCE) / math.log1p(-max(max_error, SMALLEST_ERROR)))


def at_least(wrong: int, count: int, error: float) -> float:
    """Give how probable it is that `wrong` or more of `count` answers are wrong, each with the probability `error`."""
    if wrong <= 0 or error >= 1:
        return 1.0
    if error <= 0:
        return 0.0
    return min(1.0, _tail(count - wrong, count, 1 - error))


def exact_bounds(wrong: int, count: int) -> tuple[float, float]:
    """Give the least and the largest share of wrong answers that a count of them allows, each with 95% confidence.

    Args:
        wrong: How many of the answers are wrong, 0…count.
        count: How many answers there are.

    Returns:
        The two bounds, 0…1, exact to a millionth; 0 and 1 where there is no answer.

    Source:
        Clopper and Pearson 1934.
    """
    if not count:
        return 0.0, 1.0
    beyond = 1 - CONFIDENCE
    lower = 0.0 if not wrong else _crossing(lambda share: at_least(wrong, count, share) > beyond)
    upper = 1.0 if wrong == count else _crossing(lambda share: _tail(wrong, count, share) < beyond)
    return lower, upper


def _crossing(above: Callable[[float], bool]) -> float:
    """Give the share from which on something holds, by halving."""
    low, high = 0.0, 1.0
    while high - low > 1e-7:
        middle = (low + high) / 2
        low, high = (low, middle) if above(middle) else (middle, high)
    return (low + high) / 2


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
