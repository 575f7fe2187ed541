"""Which strokes an answer rests on: the ink in pieces, and those without which the answer is least sure."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from tenfold.arrays import Image, Probabilities, Recognizer

__all__ = ["Decisive", "decisive_strokes", "log_odds", "pieces_of"]

Pieces: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.int64]]
"""`int64 (28, 28)`: for each pixel with ink the number of its piece, from 0; -1 where there is none."""

Chosen: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.bool_]]
"""`bool (28, 28)`: pixels that are chosen."""

PIECES = 12
"""Pieces that the ink is cut into: each about as long as a stroke is wide twice over, for a digit is 60 to 80 pixels of
stroke long and 3 wide."""

MARKED = 0.25
"""Most of the ink that is marked as decisive, as a share: little, so that what decides is told from what does not."""

ROUNDS = 10
"""Rounds in which pieces settle; more change nothing."""


@dataclass(frozen=True, eq=False)
class Decisive:
    """The strokes that an answer rests on.

    Attributes:
        pieces: `int64 (28, 28)`: the pieces of the ink.
        falls: `float64 (n,)`: for each piece how much the log-odds of the answer fall without it, in nats; below 0
            where they rise.
        marked: `bool (28, 28)`: the ink that decides, at most a quarter.
        share: Of the ink, how much that is, 0…1.
        without: The answer without the marked ink: `float32 (k,)`, the probabilities of the classes.
    """

    pieces: Pieces
    falls: np.ndarray[tuple[int], np.dtype[np.float64]]
    marked: Chosen
    share: float
    without: np.ndarray[tuple[int], np.dtype[np.float32]]


def decisive_strokes(model: Recognizer, image: Image) -> Decisive:
    """Find the strokes that an answer rests on, by taking pieces of the ink away.

    The piece without which the answer is least sure is marked first, then the one that lowers it most beside the first,
    up to a quarter of the ink.

    Args:
        model: What was asked.
        image: `uint8 (28, 28)`, with ink.

    Source:
        Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks", section 4.2, with strokes in
        place of squares; `python -m benchmarks.explain` compares what is marked with as much ink at random.
    """
    pieces = pieces_of(image)
    count = int(pieces.max()) + 1
    ink = np.array([int(image[pieces == piece].sum()) for piece in range(count)]) / max(1, int(image.sum()))
    whole, _ = model.digits(image[None])
    best = int(whole[0].argmax())
    before = float(log_odds(whole, best)[0])
    falls = before - log_odds(_without_each(model, image, pieces, [], range(count)), best)
    marked: list[int] = []
    while left := [p for p in range(count) if p not in marked and ink[[*marked, p]].sum() <= MARKED]:
        odds = log_odds(_without_each(model, image, pieces, marked, left), best)
        marked.append(left[int(odds.argmin())])
    chosen = np.isin(pieces, marked)
    without, _ = model.digits(np.where(chosen, 0, image).astype(np.uint8)[None])
    return Decisive(pieces, falls, chosen, float(ink[marked].sum()), without[0])


def pieces_of(image: Image) -> Pieces:
    """Cut ink into pieces of near pixels, about equally large; always in the same way.

    Source:
        Lloyd 1982, "Least squares quantization in PCM", k-means, started by farthest points.
    """
    places = np.argwhere(image > 0).astype(np.float64)
    pieces: Pieces = np.full(image.shape, -1, np.int64)
    if not len(places):
        return pieces
    weights = image[image > 0].astype(np.float64)
    centres = places[[int(weights.argmax())]]
    while len(centres) < min(PIECES, len(places)):
        centres = np.concatenate([centres, places[[int(_distances(places, centres).min(axis=1).argmax())]]])
    for _ in range(ROUNDS):
        nearest = _distances(places, centres).argmin(axis=1)
        mass = np.bincount(nearest, weights, len(centres))
        moved = [np.bincount(nearest, weights * places[:, axis], len(centres)) for axis in (0, 1)]
        centres = np.where(mass[:, None] > 0, np.stack(moved, 1) / np.maximum(mass, 1e-9)[:, None], centres)
    nearest = _distances(places, centres).argmin(axis=1)
    pieces[image > 0] = np.unique(nearest, return_inverse=True)[1]
    return pieces


def log_odds(probabilities: Probabilities, best: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give the log-odds of one class, `float64 (n,)`: they still tell apart what is 99.99 and 99.9999% sure."""
    of_class = probabilities[:, best].astype(np.float64)
    others = np.delete(probabilities, best, axis=1).sum(axis=1, dtype=np.float64)
    return np.asarray(np.log(np.maximum(of_class, 1e-30)) - np.log(np.maximum(others, 1e-30)))


def _distances(places: np.ndarray[Any, Any], centres: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.asarray(np.square(places[:, None] - centres[None]).sum(axis=2))


def _without_each(model: Recognizer, image: Image, pieces: Pieces, taken: list[int], each: Any) -> Probabilities:  # noqa: ANN401
    """Ask about an image without some pieces, and for each of others without that one too."""
    images = np.stack([np.where(np.isin(pieces, [*taken, piece]), 0, image) for piece in each]).astype(np.uint8)
    return model.digits(images)[0]
