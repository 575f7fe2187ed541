"""What there is to show about a model: worked out once, for the figures, the page and the terminal."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tenfold.arrays import Labels, Probabilities
from tenfold.model.description import Epoch
from tenfold.model.evaluate import CALIBRATION_BINS, Evaluation, wilson_interval

__all__ = [
    "Bin",
    "Confusion",
    "calibration_bins",
    "count_mistakes",
    "curves",
    "find_confusions",
    "find_mistakes",
    "format_name",
    "format_value",
    "mistake_strength",
    "percent",
    "percent_sure",
    "quantities",
    "round_values",
]

FAINTEST, STRONGEST = 0.12, 0.75
"""Opacity, 0…1, of the colour of a cell with no and with the most mistakes: both visible, text readable on both."""

Indices: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]
"""`int64 (m,)`: places in an array of images."""

Strength: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""`float64 (k, k)`: how strongly to colour each cell of a confusion matrix, 0…1."""


@dataclass(frozen=True)
class Confusion:
    """One class taken for another.

    Attributes:
        true: What the images are, an index into the classes.
        predicted: What was said, another index.
        count: How often, at least once.
    """

    true: int
    predicted: int
    count: int


@dataclass(frozen=True)
class Bin:
    """The answers that were about equally sure.

    Attributes:
        low: Where the bin begins, 0…1.
        high: Where it ends, 0…1.
        n: How many answers fall into it, at least 1.
        confidence: Their mean probability, 0…1.
        accuracy: Share of them that are right, 0…1.
        interval: 95% Wilson interval of that share.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float
    interval: tuple[float, float]


def quantities(history: Sequence[Epoch]) -> list[str]:
    """Give the names of what was measured while training, in the order they first appear."""
    return list(dict.fromkeys(name for epoch in history for name in (*epoch.training, *(epoch.validation or ()))))


def curves(history: Sequence[Epoch], quantity: str) -> dict[str, list[tuple[int, float]]]:
    """Give one quantity by epoch.

    Args:
        history: The epochs.
        quantity: One of `quantities(history)`.

    Returns:
        Under `training` and `validation`, each only where there is any, pairs of epoch number and finite value.
    """
    sides = {
        "training": [(epoch.number, epoch.training.get(quantity, np.nan)) for epoch in history],
        "validation": [(epoch.number, (epoch.validation or {}).get(quantity, np.nan)) for epoch in history],
    }
    finite = {side: [point for point in points if np.isfinite(point[1])] for side, points in sides.items()}
    return {side: points for side, points in finite.items() if points}


def count_mistakes(evaluation: Evaluation) -> int:
    """Count the images whose most probable class is not the label."""
    return evaluation.n - sum(row[index] for index, row in enumerate(evaluation.confusion))


def find_mistakes(labels: Labels, probabilities: Probabilities) -> Indices:
    """Find the images that were given a wrong class, the most confident mistake first.

    Args:
        labels: `int64 (n,)`, 0…k-1.
        probabilities: `float32 (n, k)`.

    Returns:
        `int64 (m,)`: their places; equally confident ones stay in the order of the images.
    """
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")]


def find_confusions(evaluation: Evaluation) -> list[Confusion]:
    """Find which class was taken for which, the most frequent first, then in the order of the classes."""
    found = [
        Confusion(true, predicted, count)
        for true, row in enumerate(evaluation.confusion)
        for predicted, count in enumerate(row)
        if count and true != predicted
    ]
    return sorted(found, key=lambda confusion: -confusion.count)


def mistake_strength(evaluation: Evaluation) -> Strength:
    """Say how strongly to colour each cell of the confusion matrix.

    The square root keeps a single mistake visible beside a hundred; the diagonal, which is no mistake, stays 0.
    """
    mistakes = np.array(evaluation.confusion, dtype=np.float64)
    np.fill_diagonal(mistakes, 0)
    strength = FAINTEST + (STRONGEST - FAINTEST) * np.sqrt(mistakes / max(1.0, mistakes.max()))
    return np.where(mistakes > 0, strength, 0.0)


def calibration_bins(labels: Labels, probabilities: Probabilities) -> list[Bin]:
    """Group the answers by how sure they were, as the expected calibration error does.

    Args:
        labels: `int64 (n,)`, 0…k-1.
        probabilities: `float32 (n, k)`.

    Returns:
        The bins that hold an answer, from unsure to sure; each is 1/15 wide.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = probabilities.argmax(axis=1) == labels
    place = np.minimum((confidence * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    bins = []
    for index in np.unique(place):
        inside = place == index
        n, right = int(inside.sum()), int(correct[inside].sum())
        low, high = float(index / CALIBRATION_BINS), float((index + 1) / CALIBRATION_BINS)
        bins.append(Bin(low, high, n, float(confidence[inside].mean()), right / n, wilson_interval(right, n)))
    return bins


def percent(share: float, decimals: int = 1) -> str:
    """Write a share as a percentage; only all of them are `100%`, so what rounds to that is `>99.9%`.

    Args:
        share: 0…1, or NaN where there was nothing to count.
        decimals: Digits after the point.

    Returns:
        Such as `98.1%`, `>99.9%`, `100%`, or `–` for NaN.
    """
    if np.isnan(share):
        return "–"
    if share == 1:
        return "100%"
    text = f"{100 * share:.{decimals}f}"
    return f">{100 - 10.0**-decimals:.{decimals}f}%" if float(text) == 100 else f"{text}%"


def percent_sure(probability: float, decimals: int = 1) -> str:
    """Write a probability that a network gave: as `percent` does, but never `100%`, for no answer is certain.

    A probability of exactly 1 is one that float32 rounded.
    """
    return percent(min(probability, np.nextafter(1, 0)), decimals)


def format_name(quantity: str) -> str:
    """Write the name of a quantity measured while training as a heading: `top-2-accuracy` as `Top 2 accuracy`."""
    return quantity.replace("-", " ").replace("_", " ").capitalize()


def format_value(quantity: str, value: float) -> str:
    """Write a value of a quantity measured while training: accuracies as percentages, all else as numbers."""
    return f"{100 * value:.5g}%" if quantity.endswith("accuracy") else f"{value:.4g}"


def round_values(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Give round values for the scale of a chart, evenly spaced.

    Args:
        low: The least value to show.
        high: The greatest, at least `low`.
        most: Into how many steps to divide the scale, about.
        whole: Whether only whole numbers make sense.

    Returns:
        At least two values; the first is at or below `low`, the last at or above `high`.
    """
    rough = (high - low or abs(high) or 1.0) / most
    unit = max(10.0 ** math.floor(math.log10(rough)), 1.0 if whole else 0.0)
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * (1 - 1e-9))
    first = math.floor(low / step)
    last = max(math.ceil(high / step), first + 1)
    return [step * count for count in range(first, last + 1)]
