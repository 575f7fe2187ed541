"""What may be wrong with labelled images, told from their pixels and labels alone, without a network."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np

from tenfold.arrays import SIDE, Images
from tenfold.data.examples import DIGITS, Examples

__all__ = ["Fault", "find_faults", "find_split_faults"]

Chosen: TypeAlias = np.ndarray[tuple[int], np.dtype[np.bool_]]
"""`bool (n,)`: which images have a fault."""

SAMPLE = 5000
"""Images that the form of all is told from, taken evenly; blank images and copies are looked for among all."""

MOST = 0.5
"""Share of the images that must have a fault before all are said to have it."""

BLANK_INK = 6.0
"""Ink, in fully black pixels, below which an image shows nothing: MNIST's faintest image has 19.9."""

FAINT = 32
"""Level of the strongest ink, of 255, below which an image is blank to a reader."""

OFF_CENTRE = 2.5
"""Distance of the ink's centre of mass from the image's, in pixels, from which an image is not centred: in MNIST it is
at most 0.7."""

OFF_CENTRE_SHARE = 0.1
"""Share of such images that is a fault: drawings with something beside the digit are off too."""

SIDES = (15, 25)
"""Least and most median length of the digits' longer side, in pixels: MNIST's makers fitted it to 20."""

UNIT = (0.97, 1.03)
"""Length of a vector that was divided by its length, with what rounding to 1/255 changes."""

NAMED = 5
"""Images that a fault names."""


@dataclass(frozen=True)
class Fault:
    """Something that is wrong, or most probably is.

    Attributes:
        kind: What, in a word that programs can ask for.
        told: What was found.
        advice: What to do about it.
        count: How many images or pictures have it; 0 where it concerns all as a whole.
        where: The first few that have it: files, or rows counted from 1.
    """

    kind: str
    told: str
    advice: str
    count: int = 0
    where: tuple[str, ...] = ()

    def __str__(self) -> str:
        at = f" ({', '.join(self.where)}{', …' if self.count > len(self.where) else ''})" if self.where else ""
        return f"{self.told}{at}: {self.advice}"

    def to_dict(self) -> dict[str, Any]:
        """Give the fault as plain values that JSON can hold."""
        return asdict(self)


def find_faults(examples: Examples) -> list[Fault]:
    """Look for faults of one set of labelled images; it takes a part of a second for 60,000.

    Args:
        examples: The images. Of digits it is also looked at whether they are centred and as large as MNIST's.

    Returns:
        What is wrong, the gravest first; empty where nothing is.
    """
    images = examples.images
    some = images[:: max(1, len(images) // SAMPLE)]
    faults = [*_scale_faults(some)]
    if not faults:
        faults += [*_light_faults(some), *_blank_faults(examples)]
    if not faults and set(examples.classes) <= set(DIGITS):
        faults += _frame_faults(some)
    return [*faults, *_class_faults(examples), *_contradictions(examples)]


def find_split_faults(train: Examples, test: Examples) -> list[Fault]:
    """Look for faults between the images to learn from and those to test on: copies, and classes never learned.

    Args:
        train: The images to learn from.
        test: The images to test on.

    Returns:
        What is wrong; empty where nothing is.
    """
    known = {image.tobytes() for image in train.images}
    copies = np.array([image.tobytes() in known for image in test.images], bool)
    faults = _told(
        "duplicates-across",
        copies,
        test,
        lambda count: f"{count} of {len(copies):,} test images are also training images",
        "take them out of one of the two, for a score on them says nothing about new images",
    )
    learned = {train.classes[label] for label in np.unique(train.labels)}
    unknown = sorted({test.classes[label] for label in np.unique(test.labels)} - learned)
    if unknown:
        told = f"test images are of classes that no training image shows: {', '.join(unknown)}"
        faults.append(Fault("classes-missing", told, "add training images of them, or split anew by class"))
    return faults


def _scale_faults(images: Images) -> Iterable[Fault]:
    """Tell pixels that are not 0…255 any more: vectors divided by their length, or nothing but 0 and 1."""
    shares = images.astype(np.float32) / 255
    if images.max() == 1:
        yield Fault(
            "faint",
            "no pixel is above 1: they are 0 and 1, or were divided by 255 and cut to whole numbers",
            "give pixels from 0 to 255; multiply 0 and 1 by 255",
        )
    for kind, axis, told in (
        ("unit-columns", 1, "each column of each image has length 1 (`tf.keras.utils.normalize(x, axis=1)`)"),
        ("unit-rows", 2, "each row of each image has length 1 (`tf.keras.utils.normalize(x)`)"),
        ("unit-images", (1, 2), "each image has length 1 (scikit-learn's `Normalizer`, `normalize`)"),
    ):
        lengths = np.sqrt(np.square(shares).sum(axis=axis)).reshape(len(images), -1)
        inked = lengths > 0
        unit = (lengths > UNIT[0]) & (lengths < UNIT[1])
        if inked.any() and unit[inked].mean() > 0.95:
            advice = "this L2 norm spoils the strokes' strength: give the pixels as stored, 0 to 255, or divided by 255"
            yield Fault(kind, told, advice)
            return


def _light_faults(images: Images) -> Iterable[Fault]:
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    inverted = (np.median(border, axis=1) > 127) & (images.mean(axis=(1, 2)) > 127)
    if inverted.mean() > MOST:
        yield Fault(
            "inverted",
            f"{_share(inverted)} of the images are dark ink on light paper",
            "MNIST has light ink, 255, on black paper, 0: invert them with `255 - images`",
        )
    elif inverted.mean() > 1e-3:
        yield Fault(
            "inverted",
            f"{_share(inverted)} of the images are dark ink on light paper, the others are not",
            "invert these with `255 - images`, so that all are light ink on black paper",
        )


def _blank_faults(examples: Examples) -> list[Fault]:
    images = examples.images
    ink = images.reshape(len(images), -1).sum(axis=1, dtype=np.int64) / 255
    blank = (ink < BLANK_INK) | (images.max(axis=(1, 2)) < FAINT)
    return _told("blank", blank, examples, lambda count: f"{_images(count)} blank or nearly so", "leave them out")


def _frame_faults(images: Images) -> Iterable[Fault]:
    """Tell digits that are not where MNIST's makers put them: centred by their mass, 20 pixels long."""
    ink = images.astype(np.float32)
    mass = np.maximum(ink.sum(axis=(1, 2)), 1)
    places = np.arange(SIDE) + 0.5
    down, across = (ink.sum(axis=axis) @ places / mass for axis in (2, 1))
    off = np.hypot(down - SIDE / 2 - 0.5, across - SIDE / 2 - 0.5) > OFF_CENTRE
    if off.mean() > OFF_CENTRE_SHARE:
        yield Fault(
            "not-centred",
            f"{_share(off)} of the digits are not centred",
            "MNIST has the ink's centre of mass in the middle: keep the pictures as files in folders, which Tenfold "
            "prepares, or centre the images (`tenfold.picture.frame.frame`)",
        )
    inked = images > FAINT
    sides = np.maximum(*(_extent(np.asarray(inked.any(axis=axis))) for axis in (2, 1)))
    median = float(np.median(sides))
    if not SIDES[0] <= median <= SIDES[1]:
        yield Fault(
            "not-sized",
            f"the digits are {median:.0f} pixels long where MNIST's are 20",
            "keep the pictures as files in folders, which Tenfold prepares, or frame them "
            "(`tenfold.picture.frame.frame`)",
        )


def _extent(inked: np.ndarray[Any, np.dtype[np.bool_]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Give how far it is from the first to the last place with ink, `int64 (n,)`, of `bool (n, 28)`."""
    first, last = inked.argmax(axis=1), inked.shape[1] - inked[:, ::-1].argmax(axis=1)
    return np.where(inked.any(axis=1), last - first, 0)


def _class_faults(examples: Examples) -> Iterable[Fault]:
    counts = np.bincount(examples.labels, minlength=len(examples.classes))
    present = [name for name, count in zip(examples.classes, counts, strict=True) if count]
    missing = [name for name, count in zip(examples.classes, counts, strict=True) if not count]
    if len(present) == 1:
        yield Fault(
            "one-class", f"all images are labelled {present[0]}", "there is nothing to tell apart: add other classes"
        )
    elif missing:
        yield Fault(
            "classes-missing",
            f"no image is labelled {', '.join(missing)}",
            "a model learns never to answer these: add images of them, or expect that",
        )


def _contradictions(examples: Examples) -> list[Fault]:
    """Tell images that are there twice, with two labels."""
    seen: dict[bytes, int] = {}
    labels = examples.labels.tolist()
    twice = np.array(
        [seen.setdefault(image.tobytes(), label) != label for image, label in zip(examples.images, labels, strict=True)]
    )
    return _told(
        "two-labels",
        twice,
        examples,
        lambda count: f"{_images(count)} there before with another label",
        "look which label is right, and leave one out",
    )


def _told(kind: str, chosen: Chosen, examples: Examples, told: Callable[[int], str], advice: str) -> list[Fault]:
    """Give a fault that names the first few images which have it; none where none has it."""
    places = np.flatnonzero(chosen)
    if not len(places):
        return []
    return [Fault(kind, told(len(places)), advice, len(places), images_named(examples, places[:NAMED].tolist()))]


def images_named(examples: Examples, places: Sequence[int]) -> tuple[str, ...]:
    """Say what images are called: their files, or their rows counted from 1."""
    return tuple(examples.files[place] if examples.files else f"row {place + 1}" for place in places)


def _share(chosen: Chosen) -> str:
    share = float(chosen.mean())
    return "all" if share == 1 else f"{share:.0%}" if share >= 0.01 else f"{share:.1%}"


def _images(count: int) -> str:
    return "1 image is" if count == 1 else f"{count:,} images are"
