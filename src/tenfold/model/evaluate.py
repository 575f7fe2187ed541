"""How good a classifier is, counted over every image."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tenfold.arrays import Classifier, Images, Labels, Probabilities, as_labels
from tenfold.errors import DataError
from tenfold.model.promise import HeldOut, exact_bounds

__all__ = [
    "Checked",
    "ClassScore",
    "Evaluation",
    "MeasuredPromise",
    "evaluate",
    "expected_calibration_error",
    "relabelled",
    "score",
    "wilson_interval",
]

CALIBRATION_BINS = 15


@dataclass(frozen=True)
class ClassScore:
    """How one class fared.

    Attributes:
        n: How many images truly are of this class.
        recall: Share of them that were given this class, 0…1; NaN where there are none.
        precision: Share of the images given this class that truly are of it, 0…1; NaN where there are none.
        f1: Harmonic mean of the two, 0…1.
    """

    n: int
    recall: float
    precision: float
    f1: float


@dataclass(frozen=True)
class Checked:
    """A share of right answers.

    Attributes:
        data: The images asked about.
        n: How many.
        accuracy: Share of them that were read right, 0…1.
        before: The same by the model that training went on from; None where it began from random weights.
    """

    data: str
    n: int
    accuracy: float
    before: float | None = None

    @classmethod
    def of(cls, held_out: HeldOut | None, data: str) -> "Checked | None":
        """Count the answers to the images held out; None where none were."""
        return cls(data, len(held_out.right), float(held_out.right.mean())) if held_out else None


@dataclass(frozen=True)
class MeasuredPromise:
    """A promise of error beside what was measured.

    Attributes:
        max_error: The share of wrong answers among the accepted that was promised not to be passed.
        accepted: How many answers were accepted.
        wrong: How many of them are wrong.
        bounds: The least and the largest share of wrong ones that this allows, exact, each with 95% confidence.
        broken: Whether even the least of them is above what was promised.
    """

    max_error: float
    accepted: int
    wrong: int
    bounds: tuple[float, float]
    broken: bool

    @classmethod
    def of(cls, max_error: float, accepted: int, wrong: int) -> "MeasuredPromise":
        """Compare a promise with what was counted."""
        bounds = exact_bounds(wrong, accepted)
        return cls(max_error, accepted, wrong, bounds, bounds[0] > max_error)

    def __str__(self) -> str:
        """Say in one line whether it was kept."""
        if not self.accepted:
            return f"promise of {self.max_error:.3%}: nothing was accepted"
        found = (
            f"{self.wrong:,} of {self.accepted:,} accepted answers are wrong, {self.wrong / self.accepted:.3%} (exact "
            f"95% bounds {self.bounds[0]:.3%} and {self.bounds[1]:.3%}), promised was at most {self.max_error:.3%}"
        )
        if self.broken:
            return (
                f"PROMISE BROKEN: {found}; `tenfold calibrate MODEL --data …` makes one that holds for these pictures"
            )
        return f"promise {'kept' if self.bounds[1] <= self.max_error else 'not broken'}: {found}"


@dataclass(frozen=True)
class Evaluation:
    """What a classifier's answers are worth on one set of labelled images.

    Attributes:
        data: The name of the set.
        n: How many images were counted: all of them.
        accuracy: Share whose most probable class is the label, 0…1.
        interval: 95% Wilson interval of the accuracy.
        loss: Mean categorical cross-entropy in nats.
        ece: Expected calibration error, 0…1.
        confusion: `confusion[true][predicted]` counts images.
        per_class: Scores by class name.
        refused: How many answers would be refused, by reason; None where nobody asked for that.
        accepted_wrong: How many of the others are wrong; None likewise.
        promise: What became of a promise of error; None where none was made.
    """

    data: str
    n: int
    accuracy: float
    interval: tuple[float, float]
    loss: float
    ece: float
    confusion: tuple[tuple[int, ...], ...]
    per_class: dict[str, ClassScore]
    refused: dict[str, int] | None = None
    accepted_wrong: int | None = None
    promise: "MeasuredPromise | None" = None

    def to_dict(self) -> dict[str, Any]:
        """Give the evaluation as plain values that JSON can hold; NaN becomes None."""
        plain = asdict(self)
        for scores in plain["per_class"].values():
            scores.update({key: None for key, value in scores.items() if value != value})
        return plain


def evaluate(
    classifier: Classifier, images: Images, labels: Labels, *, classes: tuple[str, ...], data: str = ""
) -> Evaluation:
    """Let a classifier answer for every image and count how often it is right.

    Args:
        classifier: What to measure.
        images: `uint8 (n, 28, 28)`, at least one.
        labels: `int64 (n,)`, indices into `classes`.
        classes: The names of the classes, in the order of the classifier's columns.
        data: The name of the set, kept in the result.

    Returns:
        The scores.

    Raises:
        DataError: There is no image, or labels and images do not match.
    """
    return score(classifier(images), labels, classes=classes, data=data)


def score(
    probabilities: Probabilities,
    labels: Labels,
    *,
    classes: tuple[str, ...],
    data: str = "",
    reasons: Sequence[str | None] | None = None,
    max_error: float | None = None,
) -> Evaluation:
    """Count how often the most probable class is the label.

    Args:
        probabilities: `float32 (n, k)`, a classifier's answers.
        labels: `int64 (n,)`, 0…k-1.
        classes: The `k` names of the classes.
        data: The name of the set, kept in the result.
        reasons: For each answer why it would be refused, None where it is accepted. Refusals are counted beside the
            accuracy and do not change it.
        max_error: The error that was promised of those accepted; None for none.

    Returns:
        The scores.

    Raises:
        DataError: There is no image, or labels and answers do not match.
    """
    if not len(probabilities):
        raise DataError("expected at least one image to evaluate on, got none")
    labels = as_labels(labels, count=len(probabilities), classes=len(classes))
    confusion = np.zeros((len(classes), len(classes)), dtype=np.int64)
    np.add.at(confusion, (labels, probabilities.argmax(axis=1)), 1)
    n, correct = len(labels), int(np.trace(confusion))
    refused, accepted_wrong, promise = None, None, None
    if reasons is not None:
        refused = dict(Counter(reason for reason in reasons if reason))
        accepted = np.array([reason is None for reason in reasons])
        accepted_wrong = int((probabilities.argmax(axis=1) != labels)[accepted].sum())
        if max_error is not None:
            promise = MeasuredPromise.of(max_error, int(accepted.sum()), accepted_wrong)
    of_label = probabilities[np.arange(n), labels].astype(np.float64)
    return Evaluation(
        data=data,
        n=n,
        accuracy=correct / n,
        interval=wilson_interval(correct, n),
        loss=float(-np.log(np.maximum(of_label, np.finfo(np.float32).tiny)).mean()),
        ece=expected_calibration_error(probabilities, labels),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        per_class={name: _class_score(confusion, index) for index, name in enumerate(classes)},
        refused=refused,
        accepted_wrong=accepted_wrong,
        promise=promise,
    )


def relabelled(labels: Labels, given: tuple[str, ...], wanted: tuple[str, ...]) -> Labels:
    """Express labels in the classes of a model.

    Args:
        labels: `int64 (n,)`, indices into `given`.
        given: The names of the data's classes.
        wanted: The names of the model's classes.

    Returns:
        `int64 (n,)`, indices into `wanted`.

    Raises:
        DataError: A label is of a class that the model does not know.
    """
    if given == wanted:
        return labels
    unknown = [name for index, name in enumerate(given) if name not in wanted and (labels == index).any()]
    if unknown:
        raise DataError(
            f"expected labels of the model's classes ({', '.join(wanted)}), got {', '.join(unknown)} as well"
        )
    places = np.array([wanted.index(name) if name in wanted else -1 for name in given], dtype=np.int64)
    found: Labels = places[labels]
    return found


def wilson_interval(correct: int, n: int) -> tuple[float, float]:
    """Give the 95% confidence interval of a share, which stays inside 0…1 and holds near its ends.

    Args:
        correct: How many of the tries succeeded, 0…n.
        n: How many tries there were, at least 1.

    Returns:
        The lower and the upper end, 0…1.

    Source:
        Wilson 1927, "Probable inference, the law of succession, and statistical inference".
    """
    z = 1.959963984540054
    share = correct / n
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def expected_calibration_error(probabilities: Probabilities, labels: Labels) -> float:
    """Give the mean gap between how sure the classifier was and how often it was right.

    Args:
        probabilities: `float32 (n, k)`, rows summing to 1.
        labels: `int64 (n,)`, 0…k-1.

    Returns:
        The gap over 15 bins of equal width, weighted by how many images fall into each, 0…1.

    Source:
        Guo, Pleiss, Sun, Weinberger 2017, "On calibration of modern neural networks", equation 3.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights=correct - confidence, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(labels))


def _class_score(confusion: np.ndarray[tuple[int, int], np.dtype[np.int64]], index: int) -> ClassScore:
    correct = int(confusion[index, index])
    n, predicted = int(confusion[index].sum()), int(confusion[:, index].sum())
    return ClassScore(
        n=n,
        recall=correct / n if n else math.nan,
        precision=correct / predicted if predicted else math.nan,
        f1=2 * correct / (n + predicted) if n + predicted else math.nan,
    )
