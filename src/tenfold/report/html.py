"""A model's report: one HTML file that needs nothing beside it, and its figures as PNG."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from tenfold.arrays import Images, Labels, Probabilities, as_images, as_labels
from tenfold.errors import DataError, ModelError
from tenfold.files import in_place_of
from tenfold.model.description import ModelInfo
from tenfold.model.evaluate import Evaluation
from tenfold.report.figures import (
    confusion_matrix,
    figure_png,
    learning_curves,
    reliability_diagram,
    worst_mistakes,
)
from tenfold.report.findings import count_mistakes, percent
from tenfold.report.sections import (
    GALLERY,
    calibration_section,
    class_section,
    confusion_section,
    learning_section,
    making_section,
    mistake_section,
)
from tenfold.report.shell import html_page

__all__ = ["write_report"]


def write_report(
    folder: str | Path,
    *,
    info: ModelInfo,
    evaluation: Evaluation,
    images: Images,
    labels: Labels,
    probabilities: Probabilities,
) -> Path:
    """Write `report.html`, which needs no other file, and beside it each figure as PNG.

    Args:
        folder: Where to; made where it is missing. Files of an earlier report are replaced, each as a whole.
        info: What the model is and how it was made.
        evaluation: Its scores on `images`.
        images: `uint8 (n, 28, 28)`, 0 paper, 255 ink.
        labels: `int64 (n,)`, 0…k-1.
        probabilities: `float32 (n, k)`, the model's answers for `images`.

    Returns:
        The path of `report.html`.

    Raises:
        DataError: Images, labels, probabilities, evaluation and the model's classes do not match.
        ModelError: The folder cannot be written.
    """
    images = as_images(images)
    labels = as_labels(labels, count=len(images), classes=len(info.classes))
    _check_match(info, evaluation, probabilities, len(images))
    curves, confusion = learning_curves(info.history), confusion_matrix(evaluation)
    mistakes = worst_mistakes(images, labels, probabilities, info.classes, count=GALLERY)
    calibration = reliability_diagram(labels, probabilities)
    sections = [
        learning_section(info.history),
        confusion_section(confusion, evaluation),
        class_section(evaluation),
        mistake_section(mistakes, labels, probabilities, info.classes),
        calibration_section(calibration, evaluation, labels, probabilities),
        making_section(info, evaluation),
    ]
    contents = {
        "learning-curves.png": figure_png(curves),
        "confusion-matrix.png": figure_png(confusion),
        "worst-mistakes.png": figure_png(mistakes),
        "reliability.png": figure_png(calibration),
        "report.html": _page(info, evaluation, sections).encode("utf-8", "replace"),
    }
    folder = Path(folder)
    for name, content in contents.items():
        with in_place_of(folder / name, ModelError) as fresh:
            fresh.write_bytes(content)
    return folder / "report.html"


def _check_match(info: ModelInfo, evaluation: Evaluation, probabilities: Probabilities, n: int) -> None:
    k = len(info.classes)
    if probabilities.shape != (n, k):
        raise DataError(f"expected probabilities of shape ({n}, {k}), got {probabilities.shape}")
    if evaluation.n != n or tuple(evaluation.per_class) != tuple(info.classes):
        raise DataError(
            f"expected an evaluation of {n} images in the model's {k} classes, "
            f"got one of {evaluation.n} images in {len(evaluation.per_class)} classes"
        )


def _page(info: ModelInfo, evaluation: Evaluation, sections: Iterable[str]) -> str:
    title = f"{info.name}: {percent(evaluation.accuracy, 2)} right"
    return html_page(title, _headline(info, evaluation), sections, version=info.version)


def _headline(info: ModelInfo, evaluation: Evaluation) -> str:
    low, high = (percent(end, 2) for end in evaluation.interval)
    mistakes = count_mistakes(evaluation)
    of_set = f" of {escape(evaluation.data)}" if evaluation.data else ""
    readings = [
        ("Images", f"{evaluation.n:,}", "Each image of the set was counted once."),
        ("Mistakes", f"{mistakes:,}", "Images whose most probable class is not the true one."),
        ("Loss", f"{evaluation.loss:.4f}", "Cross-entropy in nats: 0 for a model that is always right and sure."),
        (
            "Calibration error",
            percent(evaluation.ece, 2),
            "Mean gap between how sure it was and how often right (ECE).",
        ),
    ]
    entries = "\n".join(
        f'<div><dt>{name}</dt><dd class="number">{number}</dd><dd>{reading}</dd></div>'
        for name, number, reading in readings
    )
    return f"""<header>
<p class="kicker">Model report</p>
<h1>{escape(info.name)}</h1>
<p class="headline"><strong>{percent(evaluation.accuracy, 2)}</strong>
<span>of {evaluation.n:,} images{of_set} read right. The share over many more such images
is likely to lie between {low} and {high} (95%&nbsp;interval).</span></p>
<dl class="readings">
{entries}
</dl>
</header>"""
