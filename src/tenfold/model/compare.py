"""Two classifiers on the same images: which is better, and whether chance explains it."""

import math
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np

from tenfold.errors import DataError

__all__ = ["Comparison", "compare"]

Z = 1.959963984540054
"""Half width of a 95% interval, in standard deviations."""

Right: TypeAlias = np.ndarray[tuple[int], np.dtype[np.bool_]]
"""`bool (n,)`: which images were read right."""


@dataclass(frozen=True)
class Comparison:
    """Two models' answers to the same images.

    Attributes:
        models: What they are called.
        data: The name of the set.
        n: How many images.
        accuracy: The share that each reads right, 0…1.
        only: How many images only the first reads right, and how many only the second.
        difference: Accuracy of the second less that of the first.
        interval: Its 95% interval.
        p_value: How probably two models that are equally good differ by at least this much on `n` images.
    """

    models: tuple[str, str]
    data: str
    n: int
    accuracy: tuple[float, float]
    only: tuple[int, int]
    difference: float
    interval: tuple[float, float]
    p_value: float

    def to_dict(self) -> dict[str, Any]:
        """Give the comparison as plain values that JSON can hold."""
        return asdict(self)


def compare(
    first: Right, second: Right, *, models: tuple[str, str] = ("first", "second"), data: str = ""
) -> Comparison:
    """Compare two models image by image, which tells far smaller differences than two accuracies by themselves.

    Args:
        first: Which images the first model reads right.
        second: Which the second does, in the same order.
        models: What they are called.
        data: The name of the set.

    Returns:
        The difference of their accuracies with its interval and p-value.

    Raises:
        DataError: There is no image, or not the same number for both.

    Source:
        McNemar 1947; the mid-p test, and the interval of Bonett and Price 2012, as Fagerland, Lydersen and Laake 2014
        recommend them, "Recommended tests and confidence intervals for paired binomial proportions".
    """
    if not len(first) or len(first) != len(second):
        raise DataError(f"expected answers of both models to the same images, got {len(first)} and {len(second)}")
    n, only = len(first), (int((first & ~second).sum()), int((second & ~first).sum()))
    return Comparison(
        models=models,
        data=data,
        n=n,
        accuracy=(float(first.mean()), float(second.mean())),
        only=only,
        difference=(only[1] - only[0]) / n,
        interval=_interval(only, n),
        p_value=_mid_p(*only),
    )


def _interval(only: tuple[int, int], n: int) -> tuple[float, float]:
    """Give the 95% interval of the difference: Wald's with one image more in each cell that counts."""
    first, second = ((count + 1) / (n + 2) for count in only)
    half = Z * math.sqrt((first + second - (second - first) ** 2) / (n + 2))
    return max(-1.0, second - first - half), min(1.0, second - first + half)


def _mid_p(first: int, second: int) -> float:
    """Give the mid-p value of McNemar's test: twice the binomial tail of a fair coin, less the value that came."""
    count, least = first + second, min(first, second)
    if not count:
        return 1.0
    logs = [math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1) for k in range(least + 1)]
    chances = [math.exp(each - count * math.log(2)) for each in logs]
    return 1 - chances[-1] / 2 if first == second else 2 * math.fsum(chances) - chances[-1]
