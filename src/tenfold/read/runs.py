"""Where a promise of error applies: the pictures of a run beside those that the promise rests on.

A promise holds for pictures like those that it was made on. Labels would say whether a run is of such pictures, and
there are none; but how sure the answers are says it too. Where far more of them are unsure than of any kind of pictures
that the promise rests on, these are others, and nothing is promised.

Source:
    The count of unsure answers is tested by the exact binomial tail (Clopper and Pearson 1934), as in Rabanser,
    Günnemann and Lipton 2019, "Failing loudly": of many tests of a shift, those of a network's own answers see most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tenfold.model.promise import APART, HeldOut, at_least, fewest_images

__all__ = ["FEWEST", "Shift", "shift_of"]

FEWEST = 20
"""Pictures of a run, at least, that say something of where they are from."""

LEVEL = 0.01
"""Share of the runs of such pictures as the promise rests on, at most, of which it is said that they are others."""

LITTLE = 0.05
"""Share of unsure answers up to which no run differs: a lax promise accepts all pictures that it rests on, and among
others there are always some that are no digit."""

KINDS: Mapping[str, str] = {
    "images": "images like those learned from",
    "pens": "digits written with pens on plain paper",
    "typefaces": "digits in typefaces on plain paper",
    "worn": "digits on worn paper",
    "cells": "digits cut out of old tables",
    "own": "your own pictures",
}
"""What a kind of picture is called where it is told of."""


@dataclass(frozen=True)
class Shift:
    """A run of pictures that are others than those that a promise rests on.

    Attributes:
        n: How many pictures there are, blank ones left out.
        unsure: How many of them are not sure enough to be accepted, or refused.
        kind: The kind that the promise rests on whose answers are least sure.
        usual: The share of unsure answers there, 0…1.
        max_error: The error that was to be promised.
    """

    n: int
    unsure: int
    kind: str
    usual: float
    max_error: float

    def __str__(self) -> str:
        """Say what differs, and what mends it."""
        return (
            f"not calibrated for these {self.n:,} pictures: {self.unsure / self.n:.0%} of them are not read surely, of "
            f"{KINDS.get(self.kind, self.kind)}, which the promise of {self.max_error:.3g} rests on, {self.usual:.0%}. "
            f"Label {fewest_images(self.max_error):,} or more like them and run `tenfold calibrate MODEL --data FOLDER`"
        )


def shift_of(sureness: Sequence[float], least: float, kinds: Mapping[str, HeldOut], max_error: float) -> Shift | None:
    """Compare the answers of a run with those that a promise rests on.

    Args:
        sureness: How sure each answer is, 0…1; 0 where it was refused. Blank pictures are left out.
        least: From where on answers are accepted.
        kinds: What was answered to the pictures of each kind that the promise rests on.
        max_error: The error that is promised.

    Returns:
        What differs; None where nothing does, or where there are fewer than 20 pictures.
    """
    if len(sureness) < FEWEST or not kinds:
        return None
    usual = {name: float((held_out.probability < np.float32(least)).mean()) for name, held_out in kinds.items()}
    kind = max(usual, key=lambda name: usual[name])
    unsure = int((np.asarray(sureness, np.float32) < np.float32(least)).sum())
    if at_least(unsure, len(sureness), min(1.0, max(LITTLE, APART * usual[kind]))) >= LEVEL:
        return None
    return Shift(len(sureness), unsure, kind, usual[kind], max_error)
