"""A model of single digits adapted to labelled pictures of one's own, in a few seconds and without PyTorch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.adapt.last_layer import Examples, LastLayer, contents_with, last_layer_of, refit
from tenfold.arrays import Features, Images, Labels, Probabilities, as_labels
from tenfold.draw.rehearsal import rehearse
from tenfold.errors import DataError, ModelError
from tenfold.model.evaluate import Checked
from tenfold.model.folder import Model
from tenfold.model.promise import NUMBERS, HeldOut, at_least, without_answers
from tenfold.model.saving import save_model

__all__ = ["FEWEST", "AdaptedDigits", "adapt_digits"]

FEWEST = 5
"""Pictures that a model is adapted to, at least."""

REHEARSED, COMPARED = 1500, 2500
"""Images of what the model knew that the layer is held to, and others that old and new are compared on."""

KNOWN_WEIGHT = 8000.0
"""How much what the model knew counts, in pictures of one's own; docs/log.md, "Adapting"."""

PULL = 10.0
"""Precision of the prior, in pictures of one's own for a unit of squared distance; docs/log.md, "Adapting"."""

WORSE = 0.001
"""How much worse, as a share of the answers, what the model knew may be read."""

WAYS = (1.0, 0.85, 0.7, 0.55, 0.4, 0.25)
"""How far to go from the old layer to the one that fits best, the farthest first: as far as the old knowledge allows.

Source:
    Wortsman et al. 2022, "Robust fine-tuning of zero-shot models".
"""

BY_CHANCE = 0.05
"""As many of one's own pictures as are read right at the end, each asked of a layer fitted to the others, guesses would
be with this probability, at most: where the others don't help, labels are wrong or the pictures show something else."""

FOLDS = 3
"""Each picture of one's own is asked of a layer that was fitted to the others, in this many turns."""


@dataclass(frozen=True)
class AdaptedDigits:
    """What adapting did.

    Attributes:
        folder: The new model.
        own: One's own pictures, each asked of a layer that was fitted without it.
        known: Images of what the model knew that the layer was not fitted to; None where none are at hand.
        way: How far the layer went, 0…1, towards the one that fits the pictures best.
        dropped: The promises about error that no longer hold, `digits` and `numbers`.
    """

    folder: Path
    own: Checked
    known: Checked | None
    way: float
    dropped: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the findings as plain values that JSON can hold."""
        return {**asdict(self), "folder": str(self.folder)}


def adapt_digits(
    model: Model, images: Images, labels: Labels, folder: str | Path, *, data: str = "", sha256: str = ""
) -> AdaptedDigits:
    """Write a model again so that it reads one's own pictures better: its last layer is refitted.

    The old weights are the prior, and images of what the model knew keep their answers: those of the known set that it
    learned from, where that is on this machine, else drawn digits.

    Args:
        model: The model; its folder is left as it is, unless it is the one to write.
        images: `uint8 (n, 28, 28)`, prepared as they will be when they are read.
        labels: `int64 (n,)`, indices into the model's classes.
        folder: Where to write the model.
        data: What to call the pictures.
        sha256: Their digest.

    Returns:
        What was done. Promises about error now rest on the pictures alone, each answered by a layer that did not see
        it; those about whole numbers are dropped.

    Raises:
        DataError: There are fewer than five pictures, or labels and images do not match.
        ModelError: The network has no single last layer; the pictures are not read better or what the model knew is
            read worse by more than 0.1 points however little changes; or the folder cannot be written. Nothing is
            written then.
    """
    if len(images) < FEWEST:
        raise DataError(f"expected at least {FEWEST} labelled pictures to adapt to, got {len(images)}")
    labels = as_labels(labels, count=len(images), classes=len(model.classes))
    old = last_layer_of(model)
    fit = _Fit.of(model, old, images, labels)
    new, way, known = fit.farthest()
    cross = fit.cross_validated(way)
    right = [int((answers.argmax(1) == labels).sum()) for answers in (fit.answers(old, fit.own), cross)]
    before, after = (count / len(labels) for count in right)
    if after < before or at_least(right[1], len(labels), 1 / len(model.classes)) > BY_CHANCE:
        raise ModelError(
            f"{data or 'the pictures'} would not be read better: {before:.1%} right before, {after:.1%} after, each "
            "asked of a layer fitted to the others; nothing was written. More pictures may help, or labels are wrong"
        )
    dropped = tuple(
        kind for kind, name in {"digits": "held_out", "numbers": NUMBERS}.items() if model.info.calibration.get(name)
    )
    _write(model, new, fit, folder, HeldOut.of(cross, labels), {"name": data, "n": len(images), "sha256": sha256})
    return AdaptedDigits(Path(folder), Checked(data, len(images), after, before), known, way, dropped)


@dataclass(frozen=True, eq=False)
class _Fit:
    """Features and answers that a layer is fitted to.

    Attributes:
        old: The layer before.
        own: `float32 (n, f)`, features of one's own pictures.
        labels: `int64 (n,)`, theirs.
        held: What the model knew and is held to; None where nothing of it is at hand.
        compared: Features of other images of it, with their labels and name; None likewise.
        classes: How many classes there are; a logit beyond them is for images of none of them.
        temperature: What logits are divided by.
    """

    old: LastLayer
    own: Features
    labels: Labels
    held: Examples | None
    compared: tuple[Features, Labels, str] | None
    classes: int
    temperature: float

    @classmethod
    def of(cls, model: Model, old: LastLayer, images: Images, labels: Labels) -> "_Fit":
        name = str(model.info.data.get("name", ""))
        known = rehearse(model.classes, name, REHEARSED + COMPARED, np.random.default_rng(0))
        held = compared = None
        if known:
            first, rest = known.cut(len(known.images) * REHEARSED // (REHEARSED + COMPARED))
            features = model.features(first.images)
            held = Examples(features, old.probabilities(features), KNOWN_WEIGHT)
            compared = model.features(rest.images), rest.labels, rest.name
        temperature = float(model.info.calibration.get("temperature") or 1.0)
        return cls(old, model.features(images), labels, held, compared, len(model.classes), temperature)

    def fitted(self, learned: "np.ndarray[Any, np.dtype[Any]]", way: float = 1.0) -> LastLayer:
        """Fit the layer to some of one's own pictures and to what it knew, and go a part of the way there."""
        wanted = np.eye(len(self.old.weights))[self.labels[learned]]
        own = Examples(self.own[learned], wanted, float(len(wanted)))
        best = refit(self.old, [own, *([self.held] if self.held else [])], PULL)
        return replace(best, weights=self.old.weights + way * (best.weights - self.old.weights))

    def farthest(self) -> tuple[LastLayer, float, Checked | None]:
        """Give the layer that fits best among those that keep what the model knew, how far it went, and what it keeps.

        Raises:
            ModelError: What the model knew suffers however little the layer changes.
        """
        best = self.fitted(np.arange(len(self.own)))
        if self.compared is None:
            return best, WAYS[0], None
        features, labels, name = self.compared
        before = self._right(self.old, features, labels)
        for way in WAYS:
            layer = replace(best, weights=self.old.weights + way * (best.weights - self.old.weights))
            after = self._right(layer, features, labels)
            if after >= before - WORSE:
                return layer, way, Checked(name, len(labels), after, before)
        raise ModelError(
            f"what the model knew would suffer: of {len(labels):,} images of {name} it read {before:.2%} right and "
            f"would read {after:.2%}, and {WORSE:.1%} less is the most that is allowed; nothing was written. Look "
            "whether the labels are right, or train a model of both by `tenfold train --from`"
        )

    def cross_validated(self, way: float) -> Probabilities:
        """Answer for each of one's own pictures with a layer that was fitted without it, `float32 (n, k)`."""
        order = np.random.default_rng(0).permutation(len(self.own))
        answers = np.zeros((len(self.own), self.classes), np.float32)
        for share in np.array_split(order, FOLDS):
            layer = self.fitted(np.setdiff1d(order, share), way)
            answers[share] = self.answers(layer, self.own[share])
        return answers

    def answers(self, layer: LastLayer, features: Features) -> Probabilities:
        """Give the calibrated probabilities of the classes, `float32 (n, k)`."""
        logits = layer.logits(features)[:, : self.classes] / self.temperature
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)

    def _right(self, layer: LastLayer, features: Features, labels: Labels) -> float:
        return float((layer.logits(features)[:, : self.classes].argmax(axis=1) == labels).mean())


def _write(
    model: Model, layer: LastLayer, fit: _Fit, folder: str | Path, held_out: HeldOut, data: Mapping[str, Any]
) -> Model:
    """Write the model with its new layer; its golden answers are those that the layer gives."""
    calibration = without_answers(model.info.calibration)
    calibration |= {"held_out": held_out.to_dict(), "data": data}
    info = replace(
        model.info,
        name=Path(folder).resolve().name,
        calibration=calibration,
        scores=None,
        data={**model.info.data, "adapted": data},
    )
    network, weights = contents_with(model, layer)
    plain = not int(model.info.options.get("test_time_augmentation") or 1) > 1
    answers = fit.answers(layer, model.features(model.golden)) if plain else None
    return save_model(
        folder, info, onnx=network, weights=weights, golden=model.golden, lines=model.line_network(), answers=answers
    )
