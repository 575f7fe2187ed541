"""The sections of a report's page, each as HTML; every name that comes from outside is escaped."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from matplotlib.figure import Figure

from tenfold.arrays import Labels, Probabilities
from tenfold.model.description import Epoch, ModelInfo
from tenfold.model.evaluate import ClassScore, Evaluation
from tenfold.report.figures import figure_svg, learning_curves
from tenfold.report.findings import (
    Confusion,
    calibration_bins,
    count_mistakes,
    curves,
    find_confusions,
    find_mistakes,
    format_value,
    percent,
    percent_sure,
    quantities,
)
from tenfold.report.shell import section

__all__ = [
    "GALLERY",
    "calibration_section",
    "class_section",
    "confusion_section",
    "learning_section",
    "making_section",
    "mistake_section",
]

GALLERY = 40
"""Mistakes shown."""

LIST = 10
"""Confusions put into words at first sight; the others unfold."""

FEW_CLASSES = 16
"""Up to this number of classes a confusion matrix has room for something beside it."""


def learning_section(history: tuple[Epoch, ...]) -> str:
    """Show the learning curves, or say that there are none."""
    if not quantities(history):
        return section("Learning", "This model came without a training history.", "")
    held_out = (
        "Training is measured on the images as they were trained on, validation on images held out: where the two "
        "curves part, the network overfits."
        if any(epoch.validation for epoch in history)
        else "No images were held out, so the curves cannot show whether the network overfits."
    )
    reading = f"An epoch is one pass over the training images. {held_out}"
    panels = "\n".join(_learning_curve(history, name) for name in quantities(history))
    return section("Learning", reading, f'<div class="curves">\n{panels}\n</div>')


def _learning_curve(history: tuple[Epoch, ...], quantity: str) -> str:
    last = {side: format_value(quantity, points[-1][1]) for side, points in curves(history, quantity).items()}
    told = ", ".join(f"{side} ends at {value}" for side, value in last.items()) or "no finite value"
    return _figure(learning_curves(history, [quantity]), f"{quantity} by epoch: {told}")


def _figure(figure: Figure, label: str) -> str:
    """Set a figure where it can be scrolled on a narrow screen."""
    return f'<figure class="scroll" tabindex="0">{figure_svg(figure, label)}</figure>'


def confusion_section(figure: Figure, evaluation: Evaluation) -> str:
    """Show the confusion matrix, and every kind of confusion in words."""
    classes = tuple(evaluation.per_class)
    items = [_taken(classes, each) for each in find_confusions(evaluation)]
    told = _confusion_list(items) if items else "<p>No class was ever taken for another.</p>"
    mistakes = f"{count_mistakes(evaluation):,} mistakes in {evaluation.n:,} images"
    label = f"Confusion matrix: {mistakes}, told one by one in the list of confusions"
    kind = "wide" if len(classes) > FEW_CLASSES else ""
    reading = (
        "Each row is what images truly are, each column what the model said. "
        "Grey is right, orange is wrong: the stronger, the more often."
    )
    return section("Confusion", reading, f'<div class="beside">\n{_figure(figure, label)}\n{told}\n</div>', kind)


def _taken(classes: tuple[str, ...], confusion: Confusion) -> str:
    times = "once" if confusion.count == 1 else f"{confusion.count:,} times"
    return f"{escape(classes[confusion.true])} taken for {escape(classes[confusion.predicted])}: {times}"


def _confusion_list(items: list[str]) -> str:
    rest = items[LIST:]
    more = _unfolding(f"and {len(rest):,} more kinds of confusion", rest) if rest else ""
    return f'<div class="confusions">\n<h3>Most frequent</h3>\n{_list(items[:LIST])}\n{more}</div>'


def _list(items: Iterable[str]) -> str:
    lines = "\n".join(f"<li>{item}</li>" for item in items)
    return f"<ol>\n{lines}\n</ol>"


def _unfolding(title: str, items: Iterable[str]) -> str:
    return f"<details>\n<summary>{title}</summary>\n{_list(items)}\n</details>"


def class_section(evaluation: Evaluation) -> str:
    """Show the scores of each class."""
    missed = {
        name: score.n - row[index]
        for index, ((name, score), row) in enumerate(
            zip(evaluation.per_class.items(), evaluation.confusion, strict=True)
        )
    }
    most = max(1, *missed.values())
    rows = "\n".join(
        _class_row(name, score, missed[name], missed[name] / most) for name, score in evaluation.per_class.items()
    )
    reading = (
        "Recall: of the images that are of a class, the share that was found. Precision: of the images said to be "
        "of it, the share that is. F1 is their harmonic mean."
    )
    table = f"""<div class="scroll" role="region" aria-label="Scores by class" tabindex="0">
<table class="classes">
<caption>Scores by class</caption>
<thead><tr><th scope="col">Class</th><th scope="col">Images</th><th scope="col">Recall</th>
<th scope="col">Precision</th><th scope="col">F1</th><th scope="col" class="missed">Missed</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>"""
    return section("Class by class", reading, table)


def _class_row(name: str, score: ClassScore, missed: int, length: float) -> str:
    shares = "".join(f"<td>{percent(share, 2)}</td>" for share in (score.recall, score.precision, score.f1))
    return (
        f'<tr><th scope="row">{escape(name)}</th><td>{score.n:,}</td>{shares}'
        f'<td class="missed"><span>{missed:,}</span><i style="--length:{length:.3f}"></i></td></tr>'
    )


def mistake_section(figure: Figure, labels: Labels, probabilities: Probabilities, classes: tuple[str, ...]) -> str:
    """Show the images that were given a wrong class, the most confident mistake first, and list them in words."""
    mistakes = find_mistakes(labels, probabilities)
    if not len(mistakes):
        return section("Worst mistakes", f"There are none: all {len(labels):,} images were read right.", "")
    shown = mistakes[:GALLERY]
    which = f"The {len(shown)} it was surest of" if len(shown) < len(mistakes) else "All of them"
    reading = (
        f"{which}, the surest first, each with its place in the set, counted from 0. "
        "Some may well be labelled wrong: judge for yourself."
    )
    items = [
        f"no. {index}: said {escape(classes[said])} ({escape(percent_sure(float(probabilities[index, said])))}), "
        f"is {escape(classes[labels[index]])}"
        for index, said in zip(shown, probabilities[shown].argmax(axis=1), strict=True)
    ]
    drawn = _figure(figure, f"The pictures of {len(shown)} mistakes, told in the list below")
    return section("Worst mistakes", reading, f"{drawn}\n{_unfolding('The same in words', items)}")


def calibration_section(figure: Figure, evaluation: Evaluation, labels: Labels, probabilities: Probabilities) -> str:
    """Show how often the model was right against how sure it was."""
    last = calibration_bins(labels, probabilities)[-1]
    surest = (
        f"{last.n:,} of {evaluation.n:,} answers were more than {percent(last.low, 0)} sure; "
        f"{percent(last.accuracy, 2)} of these are right."
    )
    reading = (
        "A model that keeps its promises is right as often as it is sure: its dots lie on the dashed line. "
        f"Below the line it was surer than right. The bars are 95% intervals; few answers make them long. {surest}"
    )
    label = f"Share of right answers by how sure the model was. {surest}"
    return section("Calibration", reading, _figure(figure, label))


def making_section(info: ModelInfo, evaluation: Evaluation) -> str:
    """Show what the model was made of, and what it was measured on."""
    seconds = sum(epoch.seconds for epoch in info.history)
    trained = {"epochs trained": len(info.history), "seconds": f"{seconds:,.1f}"} if info.history else {}
    groups: dict[str, Mapping[str, Any]] = {
        "Model": {"name": info.name, "parameters": f"{info.parameters:,}", "Tenfold version": info.version},
        "Network": info.network or {"kind": "a module of the user's own"},
        "Training": {**info.options, **trained},
        "Calibration": info.calibration,
        "Training data": info.data,
        "Measured on": {"name": evaluation.data or "–", "n": f"{evaluation.n:,}"},
    }
    bodies = "\n".join(_group(title, values) for title, values in groups.items() if values)
    table = f'<table class="making">\n<caption>How the model was made</caption>\n{bodies}\n</table>'
    reading = "The options, the data and the version of Tenfold that it was trained with."
    return section("How it was made", reading, table)


def _group(title: str, values: Mapping[str, Any]) -> str:
    rows = "\n".join(
        f'<tr><th scope="row">{escape(str(name).replace("_", " "))}</th><td>{escape(_plain(value))}</td></tr>'
        for name, value in values.items()
    )
    return f'<tbody>\n<tr><th colspan="2" scope="rowgroup">{title}</th></tr>\n{rows}\n</tbody>'


def _plain(value: Any) -> str:  # noqa: ANN401
    """Write the value of an option for a reader."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if "probability" in value:  # answers to images held out, which no reader wants to see one by one
            return f"{value['n']:,} answers"
        return "; ".join(f"{name}: {_plain(inside)}" for name, inside in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(map(_plain, value)) or "none"
    return str(value)
