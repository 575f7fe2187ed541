"""What each recipe is for, and what it reaches: the figures of docs/benchmarks.md and of the model card, kept once."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

__all__ = ["GUIDE", "RecipeFigures"]


@dataclass(frozen=True)
class RecipeFigures:
    """What a recipe is for and what it reaches on MNIST.

    Attributes:
        purpose: What to take it for.
        accuracy: Share of MNIST's test images read right, 0…1, the mean over the seeds; None where all of MNIST is not
            what it is for.
        deviation: Its standard deviation over the seeds; None of a single one.
        seeds: How many times it was trained.
        seconds: What training takes, on one core `accurate`, `tiny` and `reader`, on two the others, of the machine
            that docs/benchmarks.md names; None likewise.
        weights: How many the network has.
    """

    purpose: str
    accuracy: float | None
    deviation: float | None
    seeds: int
    seconds: float | None
    weights: int

    def to_dict(self) -> dict[str, Any]:
        """Give the figures as plain values that JSON can hold."""
        return asdict(self)


GUIDE: Mapping[str, RecipeFigures] = MappingProxyType(
    {
        "tutorial": RecipeFigures(
            "the founding network, to learn from and to try things with", 0.98370, 0.0008, 10, 0.8, 118_282
        ),
        "fast": RecipeFigures(
            "good accuracy in seconds: the first to try on data of your own", 0.99324, 0.0005, 10, 2.7, 94_570
        ),
        "accurate": RecipeFigures(
            "the best single network for images like those it learns from", 0.99718, 0.0003, 5, 781.4, 304_594
        ),
        "few": RecipeFigures(
            "fewer than 10,000 images of one's own; taken there by itself", None, None, 0, None, 64570
        ),
        "tiny": RecipeFigures(
            "the smallest file, for microcontrollers and web pages", 0.99510, 0.0003, 5, 149.2, 7_742
        ),
        "reader": RecipeFigures(
            "people's own pictures, and refusing what is no digit: the model that ships", 0.9970, None, 1, 2884, 286_059
        ),
    }
)
"""The figures of each recipe of `RECIPES`; `tests/learn/test_guide.py` holds them to the published ones."""
