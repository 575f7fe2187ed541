"""The sections of a report's page, each as HTML; every name that comes from outside is escaped."""

import base64
import json
from collections.abc import Iterable, Mapping
from functools import partial
from html import escape
from typing import Any

from tenfold.arrays import SIDE, Image, Images, Labels, Probabilities
from tenfold.model.description import Epoch, ModelInfo
from tenfold.model.evaluate import ClassScore, Evaluation
from tenfold.report.charts import line_chart, reliability_chart
from tenfold.report.figures import ink_png
from tenfold.report.findings import (
    calibration_bins,
    count_mistakes,
    curves,
    find_confusions,
    find_mistakes,
    format_name,
    format_value,
    mistake_strength,
    percent,
    quantities,
)

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
"""Confusions put into words."""

FEW_CLASSES = 16
"""Up to here a confusion matrix has room for something beside it."""


def _section(title: str, reading: str, body: str, kind: str = "") -> str:
    """Set a heading and how to read what follows beside it; the arguments are HTML."""
    return f"""<section class="{kind}">
<div class="lead"><h2>{title}</h2>
<p>{reading}</p></div>
<div class="body">
{body}
</div>
</section>"""


def learning_section(history: tuple[Epoch, ...]) -> str:
    """Show the learning curves, or say that there are none."""
    if not quantities(history):
        return _section("Learning", "This model came without a training history.", "")
    held_out = (
        "Training is measured on images as they were trained on, validation on images held out: where the two part, "
        "the network learns its examples by heart."
        if any(epoch.validation for epoch in history)
        else "No images were held out, so the curves cannot show whether the network learns its examples by heart."
    )
    reading = f"An epoch is one pass over the training images. {held_out}"
    panels = "\n".join(_learning_curve(history, name) for name in quantities(history))
    return _section("Learning", reading, f'<div class="curves">\n{panels}\n</div>')


def _learning_curve(history: tuple[Epoch, ...], quantity: str) -> str:
    lines, write = curves(history, quantity), partial(format_value, quantity)
    last = {side: write(points[-1][1]) for side, points in lines.items()}
    key = " ".join(f'<span class="{side}">{side} <b>{value}</b></span>' for side, value in last.items())
    told = ", ".join(f"{side} ends at {value}" for side, value in last.items()) or "no finite value"
    chart = line_chart(lines, title=f"{quantity} by epoch: {told}", write=write)
    return f'<figure>\n<h3>{escape(format_name(quantity))}</h3>\n<p class="key">{key}</p>\n{chart}\n</figure>'


def confusion_section(evaluation: Evaluation, classes: tuple[str, ...]) -> str:
    """Show the confusion matrix, and its most frequent confusions in words."""
    if not count_mistakes(evaluation):
        told = "<p>No class was ever taken for another.</p>"
    else:
        told = _confusion_list(evaluation, classes)
    kind = "wide" if len(classes) > FEW_CLASSES else ""
    reading = (
        "Each row is what images truly are, each column what the model said. "
        "Grey is right, orange is wrong: the stronger, the more often."
    )
    return _section("Confusion", reading, f'<div class="beside">\n{_matrix(evaluation, classes)}\n{told}\n</div>', kind)


def _confusion_list(evaluation: Evaluation, classes: tuple[str, ...]) -> str:
    found = find_confusions(evaluation)
    items = "\n".join(f"<li>{_taken(classes, each.true, each.predicted, each.count)}</li>" for each in found[:LIST])
    rest = len(found) - LIST
    more = f'<p class="note">and {rest:,} more kinds of confusion</p>' if rest > 0 else ""
    return f'<div class="confusions">\n<h3>Most frequent</h3>\n<ol>\n{items}\n</ol>\n{more}</div>'


def _taken(classes: tuple[str, ...], true: int, predicted: int, count: int) -> str:
    times = "once" if count == 1 else f"{count:,} times"
    return f"{escape(classes[true])} taken for {escape(classes[predicted])}: {times}"


def _matrix(evaluation: Evaluation, classes: tuple[str, ...]) -> str:
    names = [escape(name) for name in classes]
    kind = " ".join(
        kind
        for kind, applies in {"dense": len(names) > FEW_CLASSES, "upright": max(map(len, classes)) > 2}.items()
        if applies
    )
    strength = mistake_strength(evaluation)
    head = "".join(f'<th scope="col"><span>{name}</span></th>' for name in names)
    rows = "\n".join(
        f'<tr><th scope="row">{names[true]}</th>'
        + "".join(
            _cell(classes, true, predicted, count, strength[true, predicted]) for predicted, count in enumerate(row)
        )
        + "</tr>"
        for true, row in enumerate(evaluation.confusion)
    )
    return f"""<div class="scroll" role="region" aria-label="Confusion matrix" tabindex="0">
<table class="matrix {kind}" style="--classes:{len(names)}">
<caption>Images by true class (rows) and by what the model said (columns)</caption>
<thead><tr><td class="corner">said →<br>is ↓</td>{head}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>"""


def _cell(classes: tuple[str, ...], true: int, predicted: int, count: int, strength: float) -> str:
    if true == predicted:
        return f'<td class="right">{count}</td>'
    if not count:
        return "<td></td>"
    return f'<td style="--strength:{strength:.2f}" title="{_taken(classes, true, predicted, count)}">{count}</td>'


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
    return _section("Class by class", reading, table)


def _class_row(name: str, score: ClassScore, missed: int, length: float) -> str:
    shares = "".join(f"<td>{percent(share, 2)}</td>" for share in (score.recall, score.precision, score.f1))
    return (
        f'<tr><th scope="row">{escape(name)}</th><td>{score.n:,}</td>{shares}'
        f'<td class="missed"><span>{missed:,}</span><i style="--length:{length:.3f}"></i></td></tr>'
    )


def mistake_section(images: Images, labels: Labels, probabilities: Probabilities, classes: tuple[str, ...]) -> str:
    """Show the images that were given a wrong class, the most confident mistake first."""
    mistakes = find_mistakes(labels, probabilities)
    if not len(mistakes):
        return _section("Worst mistakes", f"There are none: all {len(labels):,} images were read right.", "")
    shown = mistakes[:GALLERY]
    which = f"The {len(shown)} it was surest of" if len(shown) < len(mistakes) else "All of them"
    reading = (
        f"{which}, the surest first, each with its place in the set, counted from 0. "
        "Some may well be labelled wrong: judge for yourself."
    )
    items = "\n".join(
        _mistake(images[index], int(index), classes[labels[index]], classes[said], float(probabilities[index, said]))
        for index, said in zip(shown, probabilities[shown].argmax(axis=1), strict=True)
    )
    return _section("Worst mistakes", reading, f'<ul class="gallery">\n{items}\n</ul>')


def _mistake(image: Image, index: int, true: str, said: str, probability: float) -> str:
    source = base64.b64encode(ink_png(image)).decode()
    return (
        f'<li><figure><img src="data:image/png;base64,{source}" width="{SIDE}" height="{SIDE}" '
        f'alt="Image {index}, labelled {escape(true)}">'
        f"<figcaption><span>said <b>{escape(said)}</b> ({escape(percent(probability))}),</span> "
        f"<span>is <b>{escape(true)}</b></span> "
        f"<small>no. {index}</small></figcaption></figure></li>"
    )


def calibration_section(evaluation: Evaluation, labels: Labels, probabilities: Probabilities) -> str:
    """Show how often the model was right against how sure it was."""
    bins = calibration_bins(labels, probabilities)
    last = bins[-1]
    surest = (
        f"{last.n:,} of {evaluation.n:,} answers were more than {percent(last.low, 0)} sure; "
        f"{percent(last.accuracy, 2)} of these are right."
    )
    reading = (
        "A model that keeps its promises is right as often as it is sure: its dots lie on the dashed line. "
        f"Below the line it was surer than right. The bars are 95% intervals; few answers make them long. {surest}"
    )
    chart = reliability_chart(bins, title=f"Share of right answers by how sure the model was. {surest}")
    return _section("Calibration", reading, f'<figure class="reliability">\n{chart}\n</figure>')


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
    return _section("How it was made", reading, table)


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
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(map(_plain, value)) or "none"
    return str(value)
