"""The labelled digits that are most like an image, to a model's eye."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from tenfold.arrays import Image
from tenfold.data.datasets import DATASETS, load_examples
from tenfold.data.examples import Examples
from tenfold.errors import FetchError
from tenfold.model.folder import Model

__all__ = ["Neighbour", "examples_at_hand", "nearest_digits"]

SHORTLIST = 400
"""Images alike in every second pixel, whose features are then compared: asking about all 60,000 takes seconds."""


BLOCK = 2000
"""Images compared at once: as floats they fit a processor's cache."""


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A labelled digit.

    Attributes:
        image: `uint8 (28, 28)`.
        label: Its class, by name.
        row: Its place in its set, counted from 1.
        likeness: Cosine of the two images' features, -1…1.
    """

    image: Image
    label: str
    row: int
    likeness: float


def examples_at_hand(model: Model) -> tuple[Examples, str]:
    """Give labelled digits on this machine to compare with, and what to call them.

    Returns:
        The images that the model learned from, where they are a known set in the cache; else the golden images of the
        model folder, with the model's own answers.
    """
    name = str(model.info.data.get("name"))
    with suppress(FetchError):
        examples = load_examples(name, "train", offline=True) if name in DATASETS else None
        if examples and set(examples.classes) <= set(model.classes):
            return examples, f"the {len(examples.images):,} training images of {name}"
    answers = model(model.golden).argmax(axis=1)
    golden = Examples(model.golden, answers, model.classes, "golden images")
    return (
        golden,
        f"the {len(model.golden)} golden images of the model, for what it learned from is not on this machine",
    )


def nearest_digits(model: Model, image: Image, examples: Examples, count: int = 8) -> list[Neighbour]:
    """Find the labelled digits whose features are most like those of an image.

    Args:
        model: Whose features are compared: what its last layer is given.
        image: `uint8 (28, 28)`.
        examples: The labelled digits.
        count: How many to give.

    Returns:
        The nearest first, of those that are alike in every second pixel.
    """
    short = np.sort(np.argsort(_squared_distances(image, examples.images), kind="stable")[:SHORTLIST])
    features = model.features(np.concatenate([image[None], examples.images[short]])).astype(np.float64)
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9)
    likeness = features[1:] @ features[0]
    return [
        Neighbour(
            examples.images[short[place]],
            examples.classes[examples.labels[short[place]]],
            int(short[place]) + 1,
            float(likeness[place]),
        )
        for place in np.argsort(-likeness, kind="stable")[:count]
    ]


def _squared_distances(image: Image, images: Any) -> np.ndarray[Any, np.dtype[np.float32]]:  # noqa: ANN401
    """Give the squared distance of each image in every second pixel, less what is the same for all."""
    given = _every_second(image[None])[0]
    found = np.empty(len(images), np.float32)
    for start in range(0, len(images), BLOCK):
        flat = _every_second(images[start : start + BLOCK])
        found[start : start + BLOCK] = np.einsum("ij,ij->i", flat, flat) - 2 * (flat @ given)
    return found


def _every_second(images: Any) -> np.ndarray[Any, np.dtype[np.float32]]:  # noqa: ANN401
    """Give every second pixel each way, `float32 (n, 196)`: strokes are three wide, so none is lost."""
    return np.asarray(images[:, ::2, ::2].reshape(len(images), -1), np.float32)
