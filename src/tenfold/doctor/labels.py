"""Labels and images that do not fit together: the shipped reader reads the digits and is compared with the labels."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from tenfold.arrays import Images, Labels, Probabilities
from tenfold.data.examples import DIGITS, Examples
from tenfold.data.faults import Fault, images_named
from tenfold.model.folder import Model

__all__ = ["ORIENTATIONS", "find_label_faults"]

Turn: TypeAlias = Callable[[Images], Images]

ORIENTATIONS: dict[str, Turn] = {
    "transposed, rows for columns": lambda images: images.swapaxes(1, 2),
    "mirrored, left for right": lambda images: images[:, :, ::-1],
    "upside down": lambda images: images[:, ::-1],
    "turned by 180°": lambda images: images[:, ::-1, ::-1],
    "turned to the left by 90°": lambda images: np.rot90(images, -1, (1, 2)),
    "turned to the right by 90°": lambda images: np.rot90(images, 1, (1, 2)),
}
"""How images may lie, and what sets them right again."""

REPAIRS = {
    "transposed, rows for columns": "`images.swapaxes(1, 2)`; EMNIST's files are stored like this",
    "mirrored, left for right": "`images[:, :, ::-1]`",
    "upside down": "`images[:, ::-1]`",
    "turned by 180°": "`images[:, ::-1, ::-1]`",
    "turned to the left by 90°": "`numpy.rot90(images, -1, (1, 2))`",
    "turned to the right by 90°": "`numpy.rot90(images, 1, (1, 2))`",
}

SAMPLE = 1000
"""Images asked about, in runs of 100 that lie evenly among all: labels that are off by rows show within a run."""

RUN = 100

AGREE = 0.97
"""Share of labels that the reader must agree with for nothing else to be tried."""

EXPLAINED = 2 / 3
"""Share of the disagreements that a change must take away for it to be told."""

BY_CHANCE = 0.3
"""Agreement beyond chance, 0…1 (Cohen's kappa), below which labels and images do not belong together: of the hardest
hands that were measured, of a church book, it is 0.74."""

FAR = 3
"""Rows by which labels are looked for before and behind their images."""

SURE = 0.99
"""How sure the reader must be of another digit for a label to be doubted."""

DOUBTED = 0.02
"""Share of doubted labels that is a fault; of MNIST's it doubts 0.1%."""

LEAST = 20
"""Images below which nothing is said: chance would say it."""

DIGIT_SHARE = 0.5
"""Share of images that must look like digits for labels to be compared with what is read."""

NEIGHBOURS = 5
"""Nearest images whose labels are asked where the classes are no digits."""

NAMED = 5


def find_label_faults(examples: Examples, reader: Model) -> list[Fault]:
    """Compare labels with what a reader reads; where the classes are no digits, with the labels of similar images.

    Args:
        examples: Labelled images.
        reader: Reads the ten digits.

    Returns:
        What is wrong: that images lie otherwise, that labels are renamed, moved by rows, or shuffled, or many doubtful.
    """
    places = _sample(len(examples.images))
    if len(places) < LEAST:
        return []
    images, labels = examples.images[places], examples.labels[places]
    if not set(examples.classes) <= set(DIGITS):
        return _unlike_their_neighbours(images, labels, reader)
    labels = np.array([int(name) for name in examples.classes])[labels]
    probabilities, outliers = reader.digits(images)
    said = _digits(reader, probabilities)
    agreed = float((said == labels).mean())
    if agreed < AGREE:
        explained = _lying_otherwise(images, labels, agreed, reader) or _moved(labels, said) or _renamed(labels, said)
        if explained:
            return explained
        if float((outliers < DIGIT_SHARE).mean()) < DIGIT_SHARE:
            told = f"most images do not look like digits, and {agreed:.0%} are read as labelled"
            return [Fault("no-digits", told, "look at some; name the classes where they are others than digits")]
        if _kappa(labels, said) < BY_CHANCE:
            return [_shuffled(f"{agreed:.0%} are read as labelled, and no shift explains it")]
    return _doubted(examples, places, labels, said, probabilities.max(axis=1) * (1 - outliers))


def _digits(reader: Model, probabilities: Probabilities) -> Labels:
    said: Labels = np.array([int(name) for name in reader.classes])[probabilities.argmax(axis=1)]
    return said


def _explains(agreed: float, before: float) -> bool:
    """Say whether a change of the labels explains most of what did not agree before it."""
    return agreed > 0.6 and 1 - agreed < (1 - EXPLAINED) * (1 - before)


def _kappa(labels: Labels, said: Labels) -> float:
    """Give the agreement beyond chance: 1 for all, 0 for what labels in another order agree in (Cohen 1960)."""
    shares = [np.bincount(each, minlength=10) / len(each) for each in (labels, said)]
    chance = float(shares[0] @ shares[1])
    return (float((labels == said).mean()) - chance) / max(1 - chance, 1e-9)


def _shuffled(found: str) -> Fault:
    return Fault(
        "labels-shuffled",
        f"labels and images do not belong together: {found}",
        "one of the two was sorted or shuffled without the other: put them together again from their source",
    )


def _unlike_their_neighbours(images: Images, labels: Labels, reader: Model) -> list[Fault]:
    """Tell labels of any classes that similar images do not share, as if they were given out by chance."""
    features = reader.features(images).astype(np.float64)
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9)
    likeness = features @ features.T
    np.fill_diagonal(likeness, -1)
    nearest = np.argsort(-likeness, axis=1)[:, :NEIGHBOURS]
    shares = np.bincount(labels) / len(labels)
    chance = float(shares @ shares)
    agreed = (float((labels[nearest] == labels[:, None]).mean()) - chance) / max(1 - chance, 1e-9)
    if chance == 1 or agreed > BY_CHANCE / 3 or len(labels) < LEAST * (shares > 0).sum():
        return []
    return [_shuffled("images that look alike are labelled alike no more often than by chance")]


def _sample(count: int) -> Labels:
    """Choose images in runs of neighbours."""
    if count <= SAMPLE:
        return np.arange(count)
    starts = np.linspace(0, count - RUN, SAMPLE // RUN).astype(np.int64)
    return (starts[:, None] + np.arange(RUN)).ravel()


def _lying_otherwise(images: Images, labels: Labels, agreed: float, reader: Model) -> list[Fault]:
    """Tell images that are read as labelled once they are turned."""
    right = {
        name: float((_digits(reader, reader(np.ascontiguousarray(turn(images)))) == labels).mean())
        for name, turn in ORIENTATIONS.items()
    }
    name = max(right, key=lambda each: right[each])
    if not _explains(right[name], agreed):
        return []
    told = f"the images are {name}: {right[name]:.0%} are read as labelled when set right, {agreed:.0%} as they are"
    return [Fault("orientation", told, f"set them right with {REPAIRS[name]}")]


def _moved(labels: Labels, said: Labels) -> list[Fault]:
    """Tell labels that stand some rows from their images."""
    agreed = float((labels == said).mean())
    for rows in (each for far in range(1, FAR + 1) for each in (far, -far)):
        found = labels[rows:] == said[:-rows] if rows > 0 else labels[:rows] == said[-rows:]
        if _explains(float(found.mean()), agreed):
            far = "1 row" if abs(rows) == 1 else f"{abs(rows)} rows"
            told = f"each image's label stands {far} further {'down' if rows > 0 else 'up'}: so {found.mean():.0%} fit"
            advice = "labels and images were put together a row off, by a header counted as one or a row left out"
            return [Fault("labels-moved", f"{told}, else {agreed:.0%}", advice)]
    return []


def _renamed(labels: Labels, said: Labels) -> list[Fault]:
    """Tell labels that name the digits otherwise, as by counting from 1."""
    agreed, (names, fits) = float((labels == said).mean()), _renaming(labels, said)
    if not _explains(fits, agreed):
        return []
    steps = {(label - read) % 10 for label, read in names.items()}
    how = f"shifted by {steps.pop()}" if len(steps) == 1 else "exchanged"
    pairs = ", ".join(f"{read} is labelled {label}" for label, read in sorted(names.items()) if label != read)
    told = f"labels are {how}: {pairs}; so {fits:.0%} fit, else {agreed:.0%}"
    return [Fault("labels-renamed", told, "name the labels anew, and look where they were numbered")]


def _renaming(labels: Labels, said: Labels) -> tuple[dict[int, int], float]:
    """Give for each label the digit that its images are mostly read as, and how many labels that explains."""
    counts = np.zeros((10, 10), np.int64)
    np.add.at(counts, (labels, said), 1)
    found: dict[int, int] = {}
    left = counts.copy()
    for _ in range(int((counts.sum(axis=1) > 0).sum())):
        label, read = (int(place) for place in np.unravel_index(left.argmax(), left.shape))
        found[label] = read
        left[label], left[:, read] = -1, -1
    return found, sum(int(counts[label, read]) for label, read in found.items()) / len(labels)


def _doubted(examples: Examples, places: Labels, labels: Labels, said: Labels, sure: Probabilities) -> list[Fault]:
    """Tell labels that the reader is sure to be others, where they are many."""
    wrong = (said != labels) & (sure > SURE)
    if wrong.sum() < 2 or wrong.mean() <= DOUBTED:
        return []
    found = np.flatnonzero(wrong)
    names = images_named(examples, places[found[:NAMED]].tolist())
    where = tuple(
        f"{name} labelled {labels[place]}, read as {said[place]}" for name, place in zip(names, found, strict=False)
    )
    told = f"of {wrong.mean():.0%} of the images the reader is sure that they show another digit than their label says"
    advice = "look at them: the labels are wrong, or the hand is one that it does not know"
    return [Fault("labels-doubtful", told, advice, len(found), where)]
