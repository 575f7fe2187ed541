"""Recipes fitted to how much there is to learn from.

The recipes are made for the 60,000 images of MNIST. A small set needs more epochs, or a network makes too few steps to
learn anything; more augmentation; and a larger share held out, or its validation accuracy says nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from tenfold.arrays import Labels
from tenfold.errors import DataError, OptionError
from tenfold.learn.declaration import unknown
from tenfold.learn.recipes import RECIPES, SMALL, TrainingOptions, recipe

__all__ = ["AUTO", "FittedRecipe", "check_classes"]

AUTO = "auto"
"""The recipe that is chosen by how much there is to learn from."""

WHOLE = 60_000
"""Images that the recipes are made for."""

GROWTH = 0.7
"""Epochs grow with this power of how much smaller a set is; docs/log.md, "Small sets"."""

AUGMENTATION: Mapping[str, float] = MappingProxyType(
    {name: getattr(RECIPES["few"], name) for name in ("shift", "rotation", "scaling", "shear", "elastic")}
)
"""What any recipe gains on small sets, where it has less."""

FOLDED = 500
"""Images up to which `few` learns from all and is checked by three more networks, each on the third it did not see."""

FOLDS = 3

CHECKED, LARGEST_SHARE = 500, 0.2
"""Images to hold out at least, for an accuracy that is right within two points or so, but no larger share than this."""

FEWEST = 3
"""Images that a class needs: two to learn from, and one to be checked on."""

DECISIVE = frozenset(
    {"network", "channels", "hidden", "activation", "optimizer", "loss", "learning_rate", "schedule", "batch_size"}
    | {"epochs", "weight_decay"}
)
"""Options that are meant for the founding network, where no recipe is named."""


@dataclass(frozen=True)
class FittedRecipe:
    """A recipe, by its name, with some options changed: the others follow from how much there is to learn from.

    Attributes:
        name: One of `RECIPES`, or `auto`: `few` where there are fewer than 10,000 images and none of the options is
            changed that say how a network is built or optimised, else `tutorial`.
        changes: Options that stay as they are given, whatever the data.

    Raises:
        OptionError: There is no such recipe or option, or a value is not allowed.
    """

    name: str = AUTO
    changes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name != AUTO and self.name not in RECIPES:
            raise OptionError(unknown("recipe", self.name, (AUTO, *RECIPES)))
        recipe("tutorial" if self.name == AUTO else self.name, **self.changes)

    def recipe_for(self, count: int) -> str:
        """Give the name of the recipe for `count` images."""
        if self.name != AUTO:
            return self.name
        return "few" if count < SMALL and not DECISIVE & self.changes.keys() else "tutorial"

    def options_for(self, count: int) -> TrainingOptions:
        """Give the options to train on `count` images with; those of a recipe itself for 60,000 and more."""
        name = self.recipe_for(count)
        plain = recipe(name, **self.changes)
        fitted: dict[str, Any] = {"epochs": max(plain.epochs, round(plain.epochs * (WHOLE / max(count, 1)) ** GROWTH))}
        if plain.validation_split:
            fitted["validation_split"] = max(plain.validation_split, min(LARGEST_SHARE, CHECKED / max(count, 1)))
        if count < SMALL:
            fitted |= {option: max(getattr(plain, option), least) for option, least in AUGMENTATION.items()}
        if name == "few" and count <= FOLDED and not {"validation_split", "ensemble"} & self.changes.keys():
            fitted |= {"folds": FOLDS, "validation_split": 0.0}
        return recipe(name, **{**fitted, **self.changes})


def check_classes(labels: Labels, classes: Sequence[object]) -> None:
    """Check that there is something to tell apart, and that it can be checked.

    Args:
        labels: `int64 (n,)`, places in `classes`.
        classes: What the classes are called; those without any image are passed over.

    Raises:
        DataError: There are images of one class only, or one or two of a class.
    """
    counts = np.bincount(labels, minlength=len(classes))
    there = np.flatnonzero(counts).tolist()
    if len(there) == 1:
        raise DataError(
            f"expected images of at least two classes, got one class: all {counts[there[0]]:,} show "
            f"{classes[there[0]]!r}; add images of what it shall be told from"
        )
    few = [f"{classes[place]!r} has {counts[place]}" for place in there if counts[place] < FEWEST]
    if few:
        raise DataError(
            f"expected at least {FEWEST} images of each class, two to learn from and one to be checked on: "
            f"class {', '.join(few)}; add some, or leave the class out"
        )
