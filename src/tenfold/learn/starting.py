"""Training that goes on from a model: its weights are the start, and it learns again what it knew, beside the new."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from torch import nn

from tenfold.arrays import Labels
from tenfold.draw.rehearsal import Rehearsal, rehearse
from tenfold.errors import OptionError
from tenfold.learn.export import load_network
from tenfold.learn.fitting import AUTO, CHECKED, LARGEST_SHARE, FittedRecipe
from tenfold.learn.networks import Ensemble, build_single
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.training import Start
from tenfold.model.evaluate import relabelled
from tenfold.model.folder import WEIGHTS_FILE, Model

__all__ = ["Continuation", "start_from"]

SHAPE = ("network", "channels", "hidden", "activation", "test_time_augmentation")
"""Options that the model decides."""

AS_BEFORE = (
    *("shift", "rotation", "scaling", "shear", "elastic", "degradation", "label_smoothing"),
    *("drawn", "outliers", "int8"),
)
"""Options that stay as the model was trained where its classes stay."""

SLOWER, SLOWEST = 0.4, 0.1
"""Share of the recipe's learning rate for other classes, and for the model's own: what was learned before is to be
changed, not lost. docs/log.md, "Starting from a model"."""

REHEARSED, COMPARED = 5000, 2000
"""Images of what the model knew that are learned from again, and others that old and new are compared on."""

OWN_SHARE = 0.25
"""Share of what is learned from that the new images are, at least: few are repeated, each time changed at random."""


@dataclass(frozen=True, eq=False)
class Continuation:
    """How to go on from a model.

    Attributes:
        name: What the model is called.
        sha256: The digest of its weights.
        start: Its network, and what it knew; with another last layer where the classes are others.
        options: How to train it on.
        classes: Names of the classes, in the order of the logits.
        labels: `int64 (n,)`, the labels of the new images, as places in `classes`.
        compared: Images of what it knew that are not learned from; None where none are at hand, or the classes are
            others.
    """

    name: str
    sha256: str
    start: Start
    options: TrainingOptions
    classes: tuple[str, ...]
    labels: Labels
    compared: Rehearsal | None


def start_from(
    model: Model, labels: Labels, classes: Sequence[str], fitted: FittedRecipe, *, keep: bool
) -> Continuation:
    """Prepare to go on from a model.

    Args:
        model: The model; of an ensemble the first network counts.
        labels: `int64 (n,)`, of the new images.
        classes: The names of their classes.
        fitted: How to train; without a name as for small sets. What the network is made of, the model decides.
        keep: Whether the classes stay the model's where those of the new images are among them.

    Returns:
        All that training needs. Where the classes stay, what the model knew is learned again beside the new images;
        else the last layer is a new one, in which the weights of classes that the model knows are kept.

    Raises:
        ModelError: The model was trained from a module of the user's own.
        OptionError: An option is not allowed, or asks for another network than the model's.
    """
    loaded = load_network(model)
    network = cast(nn.Sequential, loaded.members[0] if isinstance(loaded, Ensemble) else loaded)
    described = dict(model.info.network)
    described = dict(described.get("member", described))
    made = model.info.options
    other = [
        name for name in SHAPE if name in fitted.changes and _plain(fitted.changes[name]) != _plain(made.get(name))
    ]
    if other:
        raise OptionError(f"the network is that of the model to go on from: leave out {', '.join(other)}")
    there = {classes[place] for place in np.unique(labels)}
    same = keep and there <= set(model.classes)
    knows_outliers = fitted.changes.get("outliers", made.get("outliers", 0) if same else 0) > 0
    if same and knows_outliers != (made.get("outliers", 0) > 0):
        raise OptionError("the model to go on from decides whether outliers are known: leave out outliers")
    shape = {name: made[name] for name in SHAPE if name in made}
    beside = compared = None
    repeats = 1
    if same:
        shape |= {name: made[name] for name in AS_BEFORE if name in made}
        labels, names = relabelled(labels, tuple(classes), model.classes), model.classes
        known = rehearse(names, model.info.data.get("name", ""), REHEARSED + COMPARED, np.random.default_rng(0))
        if known:
            compared, beside = known.cut(COMPARED)
            repeats = max(1, round(OWN_SHARE / (1 - OWN_SHARE) * len(beside.images) / len(labels)))
    else:
        names = tuple(classes)
        shape["int8"] = made.get("int8", False)
        described["classes"] = len(names) + knows_outliers
        network = _with_classes(network, described, model.classes, names)
    count = len(labels) * repeats + (len(beside.images) if beside else 0)
    tensors = (torch.from_numpy(beside.images.copy()), torch.from_numpy(beside.labels)) if beside else None
    return Continuation(
        name=model.info.name,
        sha256=model.digest(WEIGHTS_FILE),
        start=Start(network, described, tensors, repeats),
        options=_options(fitted, shape, SLOWEST if same else SLOWER, len(labels), count),
        classes=names,
        labels=labels,
        compared=compared,
    )


def _options(fitted: FittedRecipe, shape: Mapping[str, Any], slower: float, own: int, count: int) -> TrainingOptions:
    name = "few" if fitted.name == AUTO else fitted.name
    plain = FittedRecipe(name).options_for(count)
    changes: dict[str, Any] = {**shape, "learning_rate": slower * plain.learning_rate, "folds": 0, **fitted.changes}
    changes.setdefault("validation_split", max(0.05, min(LARGEST_SHARE, CHECKED / own)))
    return FittedRecipe(name, changes).options_for(count)


def _with_classes(
    network: nn.Sequential, described: Mapping[str, Any], before: Sequence[str], names: Sequence[str]
) -> nn.Sequential:
    """Give the network a last layer for other classes; those that it knows by name keep their weights."""
    fresh = build_single(described)
    state = network.state_dict()
    last = [name for name in state if name.startswith(f"{len(network) - 1}.")]
    for name in last:
        state[name] = _rows(fresh.state_dict()[name], state[name], before, names)
    fresh.load_state_dict(state)
    return fresh


def _rows(fresh: torch.Tensor, old: torch.Tensor, before: Sequence[str], names: Sequence[str]) -> torch.Tensor:
    rows = deepcopy(fresh)
    for place, name in enumerate(names):
        if name in before:
            rows[place] = old[list(before).index(name)]
    return rows


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple | list) else value
