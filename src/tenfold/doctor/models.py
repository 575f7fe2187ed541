"""What is wrong with a model: how it learned, and whether it reads known digits as they are."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tenfold.arrays import Images
from tenfold.data.examples import DIGITS
from tenfold.data.faults import Fault
from tenfold.doctor.foreign import LEAST_RIGHT
from tenfold.doctor.known import known_digits
from tenfold.model.description import Epoch
from tenfold.model.folder import Model

__all__ = ["find_model_faults", "model_facts"]

RISEN = 1.5
"""Last validation loss over the least one from which on a network has overfitted."""

APART = 0.1
"""By how much more of the training images than of those held out is read right where a network has overfitted."""

FEW = 100
"""Images of a class below which a model knows few hands."""


def find_model_faults(model: Model) -> list[Fault]:
    """Look for what is wrong with a model folder that loads: its hashes and golden answers hold already.

    Args:
        model: The model.

    Returns:
        What is wrong: it overfitted or diverged, or reads known digits only inverted or turned, or hardly at all.
    """
    faults = _learning_faults(model.info.history)
    return [*faults, *_reading_faults(model)] if set(model.classes) == set(DIGITS) else faults


def model_facts(model: Model) -> list[str]:
    """Say what a model is and what it rests on, a sentence each."""
    info = model.info
    learned = int(info.data.get("n") or 0)
    facts = [f"tells {len(info.classes)} classes apart; learned from {learned:,} images of {info.data.get('name')}"]
    if learned < FEW * len(info.classes):
        facts.append(f"fewer than {FEW} images a class: it knows few hands")
    if info.scores:
        facts.append(
            f"{info.scores['accuracy']:.2%} of {info.scores['n']:,} test images of {info.scores['data']} right"
        )
    else:
        facts.append("never measured on test images: `tenfold evaluate` does it")
    if not info.calibration.get("held_out"):
        facts.append("promises no error, for nothing was held out: `tenfold calibrate` makes it")
    if set(info.classes) == set(DIGITS):
        right, n = _right(model, lambda images: images)
        facts.append(f"reads {right:.0%} of {n} known digits")
    return facts


def _learning_faults(history: tuple[Epoch, ...]) -> list[Fault]:
    if not history:
        return []
    losses = [float(epoch.validation["loss"]) for epoch in history if epoch.validation and "loss" in epoch.validation]
    if not np.isfinite([float(epoch.training.get("loss", 0)) for epoch in history]).all():
        return [Fault("diverged", "its loss was no number any more", "train it again with a lower learning rate")]
    last = history[-1]
    gap = float(last.training.get("accuracy", 0)) - float((last.validation or {}).get("accuracy", 1))
    if losses and (losses[-1] > RISEN * min(losses) or gap > APART):
        told = f"it overfitted: its validation loss was {min(losses):.3g} and rose to {losses[-1]:.3g}"
        if losses[-1] <= RISEN * min(losses):
            told = f"it overfitted: it reads {gap:.0%} more of the training images right than of those held out"
        return [Fault("overfitted", told, "train fewer epochs, augment more, or give it more images")]
    return []


def _reading_faults(model: Model) -> list[Fault]:
    """Ask about known digits: as they are, and where hardly any is read, inverted and transposed."""
    right, n = _right(model, lambda images: images)
    if right >= LEAST_RIGHT:
        return []
    others = {
        "inverted": ("dark ink on light paper", "its training images were inverted: train it again on `255 - images`"),
        "transposed": ("transposed images", "its training images were transposed: train it on `images.swapaxes(1, 2)`"),
    }
    changes: dict[str, Callable[[Images], Any]] = {
        "inverted": lambda images: 255 - images,
        "transposed": lambda images: images.swapaxes(1, 2),
    }
    for name, (what, advice) in others.items():
        found, _ = _right(model, changes[name])
        if found >= LEAST_RIGHT:
            return [
                Fault(name, f"it reads {what}: {found:.0%} of {n} known digits, and {right:.0%} as they are", advice)
            ]
    advice = "look at what it learned from with `tenfold doctor DATA`, or train it longer"
    return [Fault("reads-badly", f"it reads {right:.0%} of {n} known digits", advice)]


def _right(model: Model, change: Callable[[Images], Any]) -> tuple[float, int]:
    images, labels = known_digits()
    said = np.array([int(name) for name in model.classes])[model(np.ascontiguousarray(change(images))).argmax(axis=1)]
    return float((said == labels).mean()), len(labels)
