"""What an ONNX network from elsewhere expects: each way to ask is tried on known digits, and what fits is told."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any, TypeAlias

import cv2
import numpy as np

from tenfold.arrays import SIDE, Images, Labels
from tenfold.doctor.known import known_digits
from tenfold.errors import ModelError
from tenfold.model.engine import Network, open_network

__all__ = ["LEAST_RIGHT", "Expectation", "expectation_of"]

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

Layout: TypeAlias = Callable[[Array], Array]
"""Changes images on their way to a network."""

LEAST_RIGHT = 0.5
"""Share of the known digits that must be read for anything to be told; chance reads a tenth."""

SMALLEST = 1e-6
"""Least probability that counts, so that one digit read wrong with certainty does not decide alone."""

ALIKE = 0.02
"""Difference of the mean logarithms of the right digit's probability up to which two scalings fit alike."""

DTYPES = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
}

SCALINGS: Mapping[str, Layout] = {
    "pixels divided by 255, 0 to 1": lambda images: images / 255,
    "pixels less 0.1307, divided by 0.3081, after division by 255 (PyTorch's MNIST example)": lambda images: (
        (images / 255 - 0.1307) / 0.3081
    ),
    "pixels from -1 to 1": lambda images: images / 127.5 - 1,
    "pixels as stored, 0 to 255": lambda images: images,
    "each column divided by its length (`tf.keras.utils.normalize(x, axis=1)`)": lambda images: _unit(images, 1),
    "each row divided by its length (`tf.keras.utils.normalize(x)`)": lambda images: _unit(images, 2),
    "black and white, 0 or 1": lambda images: (images > 127) * 1.0,
}
"""Ways to give pixels that people train with, the most frequent first."""

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Means and deviations of ImageNet's three colours, which networks pretrained on it expect."""


@dataclass(frozen=True)
class Expectation:
    """How a network wants to be asked, and what it gives.

    Attributes:
        input: The name of its input.
        shape: The layout of what it takes, as `(n, 1, 28, 28)`.
        dtype: The type of its numbers.
        scaling: How pixels are to be scaled.
        also: Other scalings with which it answers as well.
        inverted: Whether it wants dark ink on light paper.
        transposed: Whether it wants rows for columns, as EMNIST's files have them.
        output: The name of the output with the answers.
        gives: `probabilities`, `log-probabilities`, `logits`, `scores` of each class by itself, or `labels`.
        classes: Which digit each column stands for, where that is not its place.
        accuracy: Share of the known digits that are read right when asked so, 0…1.
        n: How many known digits there are.
    """

    input: str
    shape: str
    dtype: str
    scaling: str
    also: tuple[str, ...]
    inverted: bool
    transposed: bool
    output: str
    gives: str
    classes: tuple[int, ...] | None
    accuracy: float
    n: int

    def to_dict(self) -> dict[str, Any]:
        """Give the expectation as plain values that JSON can hold."""
        return asdict(self)

    def told(self) -> list[str]:
        """Say it in sentences."""
        ink = "dark ink on light paper, 255 to 0" if self.inverted else "light ink on black paper"
        turned = ", rows for columns (transposed, as EMNIST's files are)" if self.transposed else ""
        softmax = {
            "probabilities": "probabilities: a softmax is in it",
            "log-probabilities": "logarithms of probabilities: take the exponential",
            "logits": "logits: take a softmax for probabilities",
            "scores": "a score from 0 to 1 for each class by itself: they do not sum to 1",
            "labels": "the digit alone, without a probability",
        }[self.gives]
        lines = [f"takes `{self.input}`: {self.dtype} {self.shape}, {self.scaling}; {ink}{turned}"]
        if self.also:
            lines.append(f"answers as well with {'; or '.join(self.also)}")
        lines.append(f"gives `{self.output}`: {softmax}")
        if self.classes:
            order = ", ".join(
                f"column {place} is {digit}" for place, digit in enumerate(self.classes) if place != digit
            )
            lines.append(f"its columns are in another order: {order}")
        return [*lines, f"asked so it reads {self.accuracy:.0%} of {self.n} known digits right"]


@dataclass(frozen=True)
class _Trial:
    """One way to ask, and how well the answers fit."""

    layout: str
    scaling: str
    inverted: bool
    transposed: bool
    output: int
    fit: float
    right: float


def expectation_of(content: bytes, source: str) -> Expectation | None:
    """Find out how an ONNX network of digits wants to be asked.

    Args:
        content: An ONNX file of one input.
        source: What to call it in errors.

    Returns:
        The layout, scaling, polarity and orientation with which it gives the right digits the highest probability;
        None where it reads fewer than half of them in any way.

    Raises:
        ModelError: It cannot be opened, takes something else than one picture, or none of its outputs tells ten digits.
    """
    network = open_network(content, threads=None, source=source)
    layouts = _layouts(network, source)
    images, labels = known_digits()
    asked = _Asked(network, images, labels)
    trials = [
        trial
        for layout, scaling, inverted, transposed in product(layouts, _scalings(network), (False, True), (False, True))
        for trial in asked.trials(layout, layouts[layout], scaling, inverted=inverted, transposed=transposed)
    ]
    if not trials:
        raise ModelError(
            f"{source}: expected a network that tells ten digits, got outputs {', '.join(network.outputs)}"
        )
    best = max(trials, key=lambda trial: trial.fit)
    if best.right < LEAST_RIGHT:
        return None
    alike = [
        trial
        for trial in trials
        if trial.fit > best.fit - ALIKE
        and (trial.layout, trial.inverted, trial.transposed, trial.output)
        == (best.layout, best.inverted, best.transposed, best.output)
    ]
    best, *others = alike  # the most frequent scaling of those that fit
    also = tuple(trial.scaling for trial in others)
    return asked.expectation(best, layouts[best.layout], also)


class _Asked:
    """A network and the known digits that it is asked about."""

    def __init__(self, network: Network, images: Images, labels: Labels) -> None:
        self._network, self._images, self._labels = network, images, labels
        self._dtype = DTYPES[network.types[0]]

    def trials(self, name: str, layout: Layout, scaling: str, *, inverted: bool, transposed: bool) -> Iterator[_Trial]:
        """Ask in one way; each output that may tell the digits is a trial."""
        for output, answers in self._answers(layout, scaling, inverted=inverted, transposed=transposed):
            order = _order(answers, self._labels)
            chosen = np.log(np.maximum(_probabilities(answers)[np.arange(len(answers)), order[self._labels]], SMALLEST))
            right = float((answers.argmax(axis=1) == order[self._labels]).mean())
            yield _Trial(name, scaling, inverted, transposed, output, float(chosen.mean()), right)

    def expectation(self, best: _Trial, layout: Layout, also: tuple[str, ...]) -> Expectation:
        """Ask in the way that fits about all known digits, and describe it."""
        found = dict(self._answers(layout, best.scaling, inverted=best.inverted, transposed=best.transposed))
        answers = found[best.output]
        order = _order(answers, self._labels)
        in_place = np.array_equal(order, np.arange(10))
        named = [*np.argsort(order).tolist()] if not in_place and sorted(order) == list(range(10)) else None
        return Expectation(
            input=self._network.inputs[0],
            shape=best.layout,
            dtype=np.dtype(self._dtype).name,
            scaling=best.scaling,
            also=also,
            inverted=best.inverted,
            transposed=best.transposed,
            output=self._network.outputs[best.output],
            gives=_kind(answers, labels=self._network.types[1 + best.output] in ("tensor(int64)", "tensor(int32)")),
            classes=tuple(named) if named else None,
            accuracy=float((answers.argmax(axis=1) == order[self._labels]).mean()),
            n=len(self._labels),
        )

    def _answers(
        self, layout: Layout, scaling: str, *, inverted: bool, transposed: bool
    ) -> Iterator[tuple[int, Array]]:
        """Give the outputs that tell at least ten classes, by their place; labels as certain probabilities."""
        images = self._images.swapaxes(1, 2) if transposed else self._images
        images = (255 - images if inverted else images).astype(np.float64)
        given = layout(_scaled(images, scaling)).astype(self._dtype)
        for place, answers in enumerate(self._run(given)):
            answers = answers.reshape(len(given), -1)
            if answers.shape[1] == 1 and answers.dtype.kind == "i":
                yield place, np.eye(10)[np.clip(answers[:, 0], 0, 9)]
            elif answers.shape[1] >= 10 and answers.dtype.kind == "f" and np.isfinite(answers).all():
                yield place, answers.astype(np.float64)

    def _run(self, given: Array) -> list[Array]:
        """Ask about all at once, or in the batches that the network insists on."""
        names = [
            name for name, kind in zip(self._network.outputs, self._network.types[1:], strict=True) if "tensor(" in kind
        ]
        batch = self._network.shape[0] if self._network.shape else None
        if batch is None:
            return self._network.run(names, given)
        padded = np.concatenate([given, np.repeat(given[-1:], -len(given) % batch, axis=0)])
        parts = [self._network.run(names, part) for part in np.split(padded, len(padded) // batch)]
        return [np.concatenate(each)[: len(given)] for each in zip(*parts, strict=True)]


def _scalings(network: Network) -> list[str]:
    """Give the scalings that the network's numbers can hold, by name."""
    if "float" in network.types[0] or "double" in network.types[0]:
        return [*SCALINGS, "ImageNet"] if 3 in network.shape else list(SCALINGS)
    return ["pixels as stored, 0 to 255", "black and white, 0 or 1"]


def _scaled(images: Array, scaling: str) -> Array:
    if scaling == "ImageNet":
        means, deviations = (np.array(each) for each in IMAGENET)
        return np.asarray((images[..., None] / 255 - means) / deviations)
    return SCALINGS[scaling](images)


def _unit(images: Array, axis: int) -> Array:
    lengths = np.sqrt(np.square(images).sum(axis=axis, keepdims=True))
    return np.asarray(images / np.where(lengths > 0, lengths, 1))


def _layouts(network: Network, source: str) -> dict[str, Layout]:
    """Give the layouts that a network's input may have, by name; each takes scaled images, perhaps with colours.

    Raises:
        ModelError: It takes several inputs, or none of pictures.
    """
    shape, kind = network.shape, network.types[0]
    if len(network.inputs) > 1 or kind not in DTYPES:
        got = f"the inputs {', '.join(network.inputs)}" if len(network.inputs) > 1 else kind
        raise ModelError(f"{source}: expected a network that takes one array of pixels, got {got}")
    found: dict[str, Layout] = {}
    if len(shape) == 2 and shape[1] in (None, SIDE * SIDE):
        found["(n, 784)"] = lambda images: images.reshape(len(images), -1)
    if len(shape) == 3:
        found["(n, 28, 28)"] = lambda images: images
    for channels in (1, 3) if len(shape) == 4 else ():
        for first in (True, False):
            count, *sides = (shape[1], *shape[2:]) if first else (shape[3], *shape[1:3])
            if count in (None, channels) and (sides[0] is None or sides[0] == sides[1]):
                found |= _of_pictures(channels, sides[0] or SIDE, channels_first=first)
    if not found:
        raise ModelError(f"{source}: expected a network of pictures as 28×28 pixels, got an input of shape {shape}")
    return found


def _of_pictures(channels: int, side: int, *, channels_first: bool) -> dict[str, Layout]:
    sizes: dict[str, Layout] = {"": lambda images: images}
    if side != SIDE:
        sizes = {", enlarged": lambda images: np.stack([cv2.resize(image, (side, side)) for image in images])}
    if side == SIDE + 4:
        margin = ((0, 0), (2, 2), (2, 2))
        sizes[", with a margin of 2"] = lambda images: np.pad(images, (*margin, (0, 0))[: images.ndim], mode="edge")
    axes = f"(n, {channels}, {side}, {side})" if channels_first else f"(n, {side}, {side}, {channels})"

    def laid(images: Array) -> Array:
        coloured = images if images.ndim == 4 else np.repeat(images[..., None], channels, axis=3)
        return coloured.transpose(0, 3, 1, 2) if channels_first else coloured

    def of_size(size: Layout) -> Layout:
        return lambda images: laid(size(images))

    return {f"{axes}{how}": of_size(size) for how, size in sizes.items()}


def _probabilities(answers: Array) -> Array:
    """Give answers as probabilities, whatever they are."""
    kind = _kind(answers)
    if kind in ("probabilities", "scores"):
        return np.asarray(answers / np.maximum(answers.sum(axis=1, keepdims=True), SMALLEST))
    powers = np.exp(answers - answers.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _kind(answers: Array, *, labels: bool = False) -> str:
    """Say what answers are by their values."""
    if labels:
        return "labels"
    if (answers >= 0).all():
        if np.allclose(answers.sum(axis=1), 1, atol=1e-3):
            return "probabilities"
        return "scores" if (answers <= 1).all() else "logits"
    in_logarithms = (answers <= 1e-6).all() and np.allclose(np.exp(answers).sum(axis=1), 1, atol=1e-3)
    return "log-probabilities" if in_logarithms else "logits"


def _order(answers: Array, labels: Labels) -> Labels:
    """Give the column of each digit: its place, unless most of the digits are read right in another order."""
    said = answers.argmax(axis=1)
    places = np.arange(10)
    if (said == labels).mean() >= LEAST_RIGHT:
        return places
    counts = np.zeros((10, answers.shape[1]), np.int64)
    np.add.at(counts, (labels, said), 1)
    order = counts.argmax(axis=1)
    fits = len(set(order)) == 10 and (said == order[labels]).mean() >= LEAST_RIGHT
    return order if fits else places
