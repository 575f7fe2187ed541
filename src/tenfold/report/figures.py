"""Learning curves, confusion matrix, worst mistakes and calibration: each drawn once, for PNG files and for the page.

Each figure has its own canvas and does not use pyplot, so figures need no screen and leave nothing behind.
"""

import io
import math
import re
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from tenfold.arrays import Image, Images, Labels, Probabilities, as_images, as_labels
from tenfold.errors import DataError, OptionError
from tenfold.model.description import Epoch
from tenfold.model.evaluate import Evaluation
from tenfold.report.findings import (
    Strength,
    calibration_bins,
    count_mistakes,
    curves,
    find_mistakes,
    format_name,
    format_value,
    mistake_strength,
    percent_sure,
    quantities,
    round_values,
)

try:
    from matplotlib import rc_context
    from matplotlib.axes import Axes
    from matplotlib.collections import PatchCollection
    from matplotlib.colors import to_rgba
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.layout_engine import ConstrainedLayoutEngine
    from matplotlib.patches import Rectangle
    from matplotlib.ticker import PercentFormatter
except ImportError as error:
    raise OptionError('a report needs matplotlib: pip install "tenfold[train]"') from error

__all__ = ["confusion_matrix", "figure_png", "figure_svg", "learning_curves", "reliability_diagram", "worst_mistakes"]

PAPER, INK, MUTED, RULE = "#ffffff", "#1c1e21", "#5c6066", "#e2dfd8"
TRAINING, RIGHT, WRONG = "#8b9098", "#1d5fa8", "#c2410c"
VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    RULE: "--rule",
    TRAINING: "--training",
    RIGHT: "--right",
    WRONG: "--heat",
}
"""The variable of report.css that stands for each colour in a page, where it is another one on dark paper."""

STYLES: dict[str, dict[str, Any]] = {
    "training": {"color": TRAINING, "linewidth": 1.6},
    "validation": {"color": RIGHT, "linewidth": 2.0},
}
FEW_EPOCHS = 20
"""Up to this number of epochs each one is marked with a dot."""

FEW_CLASSES = 20
"""Up to this number of classes the cells of a confusion matrix are large."""

CELL = 0.94
"""Side of a coloured cell of a confusion matrix; cells are 1 apart."""

EMPTY, DIAGONAL = 0.05, 0.16
"""Opacity of the grey in cells that count no image, and in those of right answers."""

DPI = 150
"""Pixels per inch of the PNG files."""

METADATA = {"Software": "Tenfold"}
"""In place of Matplotlib's own, which names its version: the same figure is the same file."""

POINTS, CSS_PIXELS = 72, 96
"""Units of Matplotlib's SVG, and of a page, per inch."""

SVG_SETTINGS: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "tenfold"}
"""Text stays text, in the fonts of the page; the same figure gets the same names of its parts."""

UNUSED_IN_PAGES = re.compile(
    r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->"
    r"|(?<=<g) id=\"[^\"]*\"| font-family: [^;]*;| transform=\"rotate\(-0 [^\"]*\"",
    re.DOTALL,
)
"""What Matplotlib writes into an SVG file that a page has itself, or that would stand in it twice."""

MARGIN = 0.2
"""White around every figure, in inches."""

GALLERY_WIDTH = 8.5
"""Width of the pictures of mistakes, in inches."""

LONGEST_NAME = 12
"""Characters of a class's name that fit beside a picture."""


def learning_curves(history: Sequence[Epoch], names: Sequence[str] | None = None) -> Figure:
    """Draw the loss and each metric by epoch, over the training images and over those held out.

    Args:
        history: The epochs; none gives a figure that says so.
        names: Which of `quantities(history)` to draw; None for all.

    Returns:
        A figure with one panel for each quantity.
    """
    names = quantities(history) if names is None else names
    if not names:
        return _message("There is no training history to draw.")
    columns = min(len(names), 2)
    rows = math.ceil(len(names) / columns)
    figure = _figure(4.3 * columns, 3.2 * rows)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, name in zip(panels, names, strict=False):
        _draw_curves(axes, history, name)
    for axes in panels[len(names) :]:
        axes.set_axis_off()
    return figure


def confusion_matrix(evaluation: Evaluation) -> Figure:
    """Draw how often each class was given to each: rows true, columns predicted, coloured by mistakes only.

    Args:
        evaluation: The scores, with any number of classes.

    Returns:
        A figure that grows with the number of classes.
    """
    counts = np.array(evaluation.confusion)
    names, k = _names(tuple(evaluation.per_class)), len(counts)
    cell, size = (0.5, 10.0) if k <= FEW_CLASSES else (0.27, 6.0)
    side = max(3.6, cell * k)
    figure = _figure(side + 1.4, side + 1.6)
    axes = figure.subplots()
    axes.add_patch(Rectangle((-0.5, -0.5), k, k, facecolor=MUTED, alpha=EMPTY))
    axes.add_collection(_cells(counts, mistake_strength(evaluation)))
    axes.set(xlim=(-0.5, k - 0.5), ylim=(k - 0.5, -0.5), aspect="equal")
    for true, predicted in zip(*np.nonzero(counts), strict=True):
        color = MUTED if true == predicted else INK
        axes.text(predicted, true, str(counts[true, predicted]), ha="center", va="center", fontsize=size, color=color)
    tilt = 90 if max(map(len, names)) > 2 else 0
    axes.set_xticks(range(k), names, parse_math=False, rotation=tilt)
    axes.set_yticks(range(k), names, parse_math=False)
    axes.tick_params(length=0, labelcolor=INK, labelsize=size + 1)
    axes.set_xlabel("what the model said", color=MUTED, labelpad=8)
    axes.set_ylabel("what it is", color=MUTED, labelpad=8)
    axes.spines[:].set_visible(False)
    _title(axes, f"Mistakes: {count_mistakes(evaluation):,} of {evaluation.n:,} images", "grey: right; orange: wrong")
    return figure


def worst_mistakes(
    images: Images, labels: Labels, probabilities: Probabilities, classes: Sequence[str], *, count: int = 40
) -> Figure:
    """Draw the images that were given a wrong class, the most confident mistake first.

    Args:
        images: `uint8 (n, 28, 28)`, 0 paper, 255 ink.
        labels: `int64 (n,)`, 0…k-1.
        probabilities: `float32 (n, k)`, the answers for these images.
        classes: The `k` names of the classes.
        count: How many to draw at most, from 1.

    Returns:
        A figure of at most `count` images; without a mistake, one that says so.

    Raises:
        DataError: Images, labels, probabilities and classes do not match.
        OptionError: `count` is less than 1.
    """
    if count < 1:
        raise OptionError(f"expected a count of at least 1, got {count}")
    images, labels = as_images(images), as_labels(labels, count=len(images), classes=len(classes))
    if probabilities.shape != (len(images), len(classes)):
        raise DataError(f"expected probabilities ({len(images)}, {len(classes)}), got {probabilities.shape}")
    mistakes = find_mistakes(labels, probabilities)
    if not len(mistakes):
        return _message("Not one mistake: every image was read right.")
    shown, names = mistakes[:count], _names(classes)
    columns = 8 if max(map(len, names)) <= 3 else 6
    rows = math.ceil(len(shown) / columns)
    height = (GALLERY_WIDTH / columns + 0.4) * rows + 0.8
    figure = _figure(GALLERY_WIDTH, height, top=0.4)
    if len(shown) < len(mistakes):
        heading = f"The most confident of {len(mistakes):,} mistakes"
    else:
        heading = "All mistakes, the most confident first" if len(mistakes) > 1 else "The one mistake"
    left, top = MARGIN / GALLERY_WIDTH, 1 - MARGIN / height
    figure.text(left, top, heading, va="top", fontsize=14, fontweight="bold", color=INK)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    for axes, index in zip(panels, shown, strict=False):
        said = int(probabilities[index].argmax())
        answer = f"said {names[said]} ({percent_sure(float(probabilities[index, said]))})"
        _draw_image(axes, images[index], answer, f"is {names[labels[index]]} · no. {index}")
    return figure


def reliability_diagram(labels: Labels, probabilities: Probabilities) -> Figure:
    """Draw how often the classifier was right against how sure it was.

    Args:
        labels: `int64 (n,)`, 0…k-1.
        probabilities: `float32 (n, k)`.

    Returns:
        A figure with a point for each bin of the expected calibration error and its 95% interval.
    """
    bins = calibration_bins(labels, probabilities)
    sure, right = [each.confidence for each in bins], np.array([each.accuracy for each in bins])
    interval = np.array([each.interval for each in bins])
    reach = np.maximum(0.0, np.abs(interval.T - right))
    figure = _figure(5.0, 5.2)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.errorbar(sure, right, yerr=reach, fmt="o", color=RIGHT, markersize=6, elinewidth=1.2, clip_on=False)
    _bare(axes)
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("how sure the model was", color=MUTED)
    axes.set_ylabel("how often it was right", color=MUTED)
    _title(axes, "Calibration", "below the dashed line: surer than right")
    return figure


def figure_png(figure: Figure) -> bytes:
    """Give a figure as the content of a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata=METADATA)
    return buffer.getvalue()


def figure_svg(figure: Figure, label: str) -> str:
    """Give a figure as an `<svg>` element of a page.

    Its colours are the variables of report.css, its letters those of the page, its paper is transparent, and
    `--width` is its natural width in CSS pixels.

    Args:
        figure: The figure.
        label: What it shows, for those who cannot see it.
    """
    buffer = io.StringIO()
    with rc_context(SVG_SETTINGS):
        figure.savefig(buffer, format="svg", transparent=True)
    text = buffer.getvalue()
    _, _, inside = text[text.index("<svg") :].partition(">")
    inside = UNUSED_IN_PAGES.sub("", inside)
    for color, variable in VARIABLES.items():
        inside = inside.replace(color, f"var({variable})")
    edge = 0.75 * MARGIN  # a page has its own margins
    width, height = (POINTS * (side - 2 * edge) for side in figure.get_size_inches())
    box = f"{POINTS * edge:g} {POINTS * edge:g} {width:g} {height:g}"
    natural = f"--width:{width * CSS_PIXELS / POINTS:.0f}px"
    return f'<svg viewBox="{box}" style="{natural}" role="img" aria-label="{escape(label)}">{inside}'


def _figure(width: float, height: float, *, top: float = MARGIN) -> Figure:
    """Make a white figure in inches, with a margin around it and `top` inches free above."""
    inside = (MARGIN / width, MARGIN / height, 1 - 2 * MARGIN / width, 1 - (MARGIN + top) / height)
    layout = ConstrainedLayoutEngine(rect=inside, wspace=0.06, hspace=0.08)
    return Figure(figsize=(width, height), facecolor=PAPER, layout=layout)


def _message(text: str) -> Figure:
    figure = _figure(6.4, 2.0)
    figure.text(0.5, 0.5, text, ha="center", va="center", fontsize=14, color=INK)
    return figure


def _draw_curves(axes: Axes, history: Sequence[Epoch], quantity: str) -> None:
    marker = "o" if len(history) <= FEW_EPOCHS else ""
    lines = curves(history, quantity)
    for side, points in lines.items():
        label = f"{side} {format_value(quantity, points[-1][1])}"
        axes.plot(
            *zip(*points, strict=True),
            label=label,
            marker=marker,
            markersize=4,
            clip_on=False,
            zorder=3,
            **STYLES[side],
        )
    if lines:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.03),
            ncols=2,
            frameon=False,
            labelcolor=INK,
            handlelength=1.2,
            borderaxespad=0,
        )
    _bare(axes)
    first, last = history[0].number, history[-1].number
    margin = 0.03 * (last - first) or 0.5
    axes.set_xlim(first - margin, last + margin)
    axes.set_xticks([tick for tick in round_values(first, last, 6, whole=True) if first <= tick <= last])
    values = [value for points in lines.values() for _, value in points] or [0.0]
    ticks = round_values(min(values), max(values), 5)
    axes.set_ylim(min(ticks), max(ticks))
    axes.set_yticks(ticks, [format_value(quantity, tick) for tick in ticks])
    axes.set_xlabel("epoch", color=MUTED)
    axes.set_title(format_name(quantity), loc="left", fontweight="bold", color=INK, pad=32, parse_math=False)


def _draw_image(axes: Axes, image: Image, answer: str, label: str) -> None:
    """Draw black ink on transparent paper, which a dark page can turn into light ink."""
    pixels = np.zeros((*image.shape, 4), dtype=np.uint8)
    pixels[..., 3] = image
    axes.imshow(pixels, interpolation="none", clip_on=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.set_title(answer, loc="left", y=-0.22, fontsize=8.5, color=INK, parse_math=False)
    axes.set_xlabel(label, loc="left", labelpad=14, fontsize=8.5, color=MUTED, parse_math=False)


def _cells(counts: np.ndarray[Any, np.dtype[np.int64]], strength: Strength) -> PatchCollection:
    """Colour the cells of a confusion matrix: right answers grey, mistakes the stronger the more often."""
    places = [(int(true), int(predicted)) for true, predicted in zip(*np.nonzero(counts), strict=True)]
    squares = [Rectangle((predicted - CELL / 2, true - CELL / 2), CELL, CELL) for true, predicted in places]
    colors = [
        to_rgba(MUTED, DIAGONAL) if true == predicted else to_rgba(WRONG, strength[true, predicted])
        for true, predicted in places
    ]
    return PatchCollection(squares, facecolors=colors, linewidths=0)


def _bare(axes: Axes) -> None:
    axes.set_facecolor("none")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, length=0, pad=6)


def _title(axes: Axes, text: str, reading: str) -> None:
    axes.set_title(text, loc="left", fontweight="bold", color=INK, pad=26)
    axes.annotate(
        reading, (0, 1), (0, 9), xycoords="axes fraction", textcoords="offset points", fontsize=9.5, color=MUTED
    )


def _names(classes: Sequence[str]) -> list[str]:
    """Shorten the names of classes to fit, and number those the font has no letters for, such as か."""
    letters = get_font(findfont(FontProperties())).get_charmap()
    short = [name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…" for name in classes]
    return [
        name if name and all(ord(letter) in letters for letter in name) else f"#{index}"
        for index, name in enumerate(short)
    ]
