"""What would change an answer: the smallest change of ink that could be found, and what it is read as then."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np

from tenfold.arrays import SIDE, Image, Images, Probabilities, Recognizer

__all__ = ["Flip", "smallest_flip"]

Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

BRUSH = np.array([[0.4, 0.8, 0.4], [0.8, 1.0, 0.8], [0.4, 0.8, 0.4]])
"""A touch of the pen, or of the rubber: three pixels wide, as MNIST's strokes are."""

REACH = 2
"""Distance from the ink, in pixels, up to which ink is added: further away it is another stroke."""

TOUCHES = 14
"""Most touches: a digit has ink for thirty, and one that takes half of them to change has no small change."""

KEPT = 60
"""Touches that are tried again after the first: those that raised the other answer most."""

NEAR = 1.3
"""Changes of up to this many times the smallest are made smaller too: that may change their order."""

TARGETS = 2
"""Other answers that are aimed at, the most probable first, besides whichever comes first."""

PRUNINGS = 2
"""Rounds in which pixels that the change does not need are set back."""


@dataclass(frozen=True, eq=False)
class Flip:
    """A change of ink that changes an answer; it was asked again before it is told.

    Attributes:
        image: `uint8 (28, 28)`: the image with the change.
        answer: What it is read as, an index into the classes.
        probability: How probable that is, 0…1.
        added: Ink that was added, in fully black pixels.
        taken: Ink that was taken away, likewise.
    """

    image: Image
    answer: int
    probability: float
    added: float
    taken: float

    @property
    def change(self) -> float:
        """All of the change, in fully black pixels."""
        return self.added + self.taken


def smallest_flip(model: Recognizer, image: Image) -> Flip | None:
    """Look for the smallest change of ink with which an image is read as another digit.

    Touches of a pen and of a rubber are tried everywhere on the ink and beside it, and the one that raises another
    answer most beside the first is kept, until the answer changes; then whatever of the change is not needed is set
    back. It is the smallest that was found, which need not be the smallest there is.

    Args:
        model: What was asked.
        image: `uint8 (28, 28)`, with ink.

    Returns:
        The change; None where half of the ink does not change the answer.

    Source:
        Wachter, Mittelstadt and Russell 2017, "Counterfactual explanations without opening the black box".
    """
    before, _ = model.digits(image[None])
    answer, *others = np.argsort(-before[0]).tolist()
    touches = _touches(image)
    if not len(touches):
        return None
    first, _ = model.digits(_touched(image, touches))
    found: list[tuple[Image, int | None]] = []
    for target in (None, *others[:TARGETS]):
        best = np.argsort(-_margins(first, answer, target), kind="stable")[:KEPT]
        if (flipped := _flipped(model, image, touches[best], answer, target)) is not None:
            found.append((flipped, target))
    sizes = [float(np.abs(flipped.astype(np.float64) - image).sum()) for flipped, _ in found]
    flips = [
        _checked(model, image, _shrunk(model, image, flipped, answer, target), answer)
        for (flipped, target), size in zip(found, sizes, strict=True)
        if size <= NEAR * min(sizes)
    ]
    return min((flip for flip in flips if flip), key=lambda flip: flip.change, default=None)


def _flipped(model: Recognizer, image: Image, touches: Floats, answer: int, target: int | None) -> Image | None:
    """Touch an image until it is read as `target`, or as anything else; None where that takes too many touches."""
    current = image
    for _ in range(TOUCHES):
        tried = _touched(current, touches)
        margins = _margins(model.digits(tried)[0], answer, target)
        if (margins > 0).any():
            size = np.abs(tried.astype(np.float64) - image).sum(axis=(1, 2))
            flipped: Image = tried[int(np.where(margins > 0, size, np.inf).argmin())]
            return flipped
        best = tried[int(margins.argmax())]
        if np.array_equal(best, current):
            return None
        current = best
    return None


def _touched(image: Image, touches: Floats) -> Images:
    return np.clip(image.astype(np.float64) + touches, 0, 255).astype(np.uint8)


def _touches(image: Image) -> Floats:
    """Give every touch of the pen near the ink and of the rubber on it, `float64 (n, 28, 28)`, in levels to add."""
    near = cv2.dilate((image > 0).astype(np.uint8), np.ones((2 * REACH + 1, 2 * REACH + 1), np.uint8))
    touches = []
    for sign, where in ((1, near), (-1, (image > 64).astype(np.uint8))):
        for row, column in np.argwhere(where):
            if (row + column) % 2 == 0 and 0 < row < SIDE - 1 and 0 < column < SIDE - 1:
                touch = np.zeros((SIDE, SIDE))
                touch[row - 1 : row + 2, column - 1 : column + 2] = 255 * sign * BRUSH
                touches.append(touch)
    return np.stack(touches) if touches else np.zeros((0, SIDE, SIDE))


def _margins(probabilities: Probabilities, answer: int, target: int | None) -> Floats:
    """Say how far each answer is beyond the first one, in nats; or, aimed at one, this is beyond all others."""
    logs = np.log(np.maximum(probabilities.astype(np.float64), 1e-30))
    if target is None:
        return np.asarray(np.delete(logs, answer, axis=1).max(axis=1) - logs[:, answer])
    return np.asarray(logs[:, target] - np.delete(logs, target, axis=1).max(axis=1))


def _shrunk(model: Recognizer, image: Image, flipped: Image, answer: int, target: int | None) -> Image:
    """Set back pixels that the change does not need, then as much of all of it as it bears."""
    for _ in range(PRUNINGS):
        places = np.argwhere(flipped != image)
        one_less = _set_back(image, flipped, [places[index : index + 1] for index in range(len(places))])
        order = np.argsort(-_margins(model.digits(one_less)[0], answer, target), kind="stable")
        several_less = _set_back(image, flipped, [places[order[: index + 1]] for index in range(len(places))])
        holds = np.flatnonzero(_margins(model.digits(several_less)[0], answer, target) > 0)
        if not len(holds):
            break
        flipped = several_less[int(holds[-1])]
    shares = np.linspace(0, 1, 33)[1:]
    change = flipped.astype(np.float64) - image
    weaker = np.rint(image + shares[:, None, None] * change).astype(np.uint8)
    holds = np.flatnonzero(_margins(model.digits(weaker)[0], answer, target) > 0)
    return weaker[int(holds[0])] if len(holds) else flipped


def _set_back(image: Image, flipped: Image, choices: list[np.ndarray[Any, Any]]) -> Images:
    images = np.repeat(flipped[None], len(choices), axis=0)
    for each, places in zip(images, choices, strict=True):
        each[tuple(places.T)] = image[tuple(places.T)]
    return images


def _checked(model: Recognizer, image: Image, flipped: Image, answer: int) -> Flip | None:
    """Ask again about the change as it is told, by itself."""
    [probabilities], _ = model.digits(flipped[None])
    said = int(probabilities.argmax())
    if said == answer:
        return None
    change = flipped.astype(np.float64) - image
    added, taken = float(change.clip(0).sum() / 255), float((-change).clip(0).sum() / 255)
    return Flip(flipped, said, float(probabilities[said]), added, taken)
