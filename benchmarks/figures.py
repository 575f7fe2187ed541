"""The results as figures, drawn with Matplotlib."""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, LogLocator, NullLocator

from benchmarks.prediction import FRAMEWORKS

__all__ = ["answers", "growth", "ladder", "save", "whole_processes"]

INK, MUTED, RULE = "#1c1e21", "#5c6066", "#e2dfd8"
"""Colours of text, of the numbers on the axes, and of grid lines and axes."""

OURS, THEIRS = "#1d5fa8", "#8b9098"
"""Colours of Tenfold and of a peer."""

OTHERS = ("#c2410c", "#5b8c3a", "#7b5ea7", "#b58900", "#8b9098")
"""Colours of several recipes or peers, beside `OURS`."""

DPI = 150
"""Dots an inch of the PNG files."""


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG; the same figure always gives the same bytes."""
    figure.savefig(path, dpi=DPI, metadata={"Software": "Tenfold"})


def whole_processes(result: dict[str, Any]) -> Figure:
    """Draw the seconds of whole training processes as bars, the quickest on top."""
    ran = sorted((one for one in result["contenders"] if one["wall"]), key=lambda one: -float(one["wall"]["median"]))
    figure, axes = _figure(8.5, 0.9 + 0.42 * len(ran))
    for place, one in enumerate(ran):
        seconds, ours = one["wall"]["median"], one["label"].startswith("**")
        axes.barh(place, seconds, height=0.62, color=OURS if ours else THEIRS)
        text = f" {seconds:.1f} s, {one['accuracy']['median']:.2%}"
        axes.text(seconds, place, text, va="center", color=INK, fontsize=9)
    axes.set_yticks(range(len(ran)), [_plain(one["label"]) for one in ran])
    axes.set_xlim(0, 1.22 * max(one["wall"]["median"] for one in ran))
    axes.set_xlabel("seconds of the whole process; test accuracy beside")
    axes.grid(visible=False, axis="y")
    return figure


def ladder(points: list[dict[str, Any]]) -> Figure:
    """Draw the mean test error of each recipe against seconds of training."""
    figure, axes = _figure(7.5, 4.2)
    recipes = list(dict.fromkeys(point["recipe"] for point in points))
    for recipe, colour in zip(recipes, (OURS, *OTHERS), strict=False):
        own = [point for point in points if point["recipe"] == recipe]
        seconds = [point["seconds"]["median"] for point in own]
        errors = [100 * (1 - point["mean"]) for point in own]
        axes.plot(seconds, errors, "o-", color=colour, markersize=5, label=recipe)
    _logarithmic(axes)
    axes.set_xlabel("seconds of training")
    axes.set_ylabel("mean test error, %")
    axes.legend(frameon=False)
    return figure


def answers(result: dict[str, Any]) -> Figure:
    """Draw answers a second against the batch size."""
    figure, axes = _figure(7.5, 4.2)
    shown = [name for name in FRAMEWORKS if name in result["answers"]]
    for name, colour in zip(shown, (OURS, *OTHERS), strict=False):
        speeds = [
            size / seconds for size, seconds in zip(result["sizes"], result["answers"][name]["seconds"], strict=True)
        ]
        width = 2.6 if name == "tenfold" else 1.5
        axes.plot(result["sizes"], speeds, "o-", color=colour, linewidth=width, label=_plain(FRAMEWORKS[name]))
    _logarithmic(axes, steps=(1,))
    axes.set_xlabel("pictures in a batch")
    axes.set_ylabel("answers a second")
    axes.legend(frameon=False, fontsize=8)
    return figure


def growth(result: dict[str, Any]) -> Figure:
    """Draw the seconds of an epoch against images and against hidden units."""
    figure = Figure(figsize=(8.5, 3.6), layout="constrained")
    for place, (key, label) in enumerate((("images", "images"), ("units", "units in each of two hidden layers"))):
        axes = figure.add_subplot(1, 2, place + 1)
        _dress(axes)
        numbers = [one["n"] for one in result[key]]
        seconds = [one["median"] for one in result[key]]
        axes.plot(numbers, seconds, "o-", color=OURS)
        if key == "images":
            straight = [number * seconds[-1] / numbers[-1] for number in numbers]
            axes.plot(numbers, straight, "--", color=THEIRS, linewidth=1, label="in proportion")
            axes.legend(frameon=False)
        _logarithmic(axes)
        axes.xaxis.set_major_locator(FixedLocator(numbers))
        axes.xaxis.set_major_formatter(FixedFormatter([_short(number) for number in numbers]))
        axes.set_xlabel(label)
        axes.set_ylabel("seconds of an epoch")
    return figure


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    _dress(axes)
    return figure, axes


def _dress(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(RULE)
    axes.tick_params(colors=MUTED, labelcolor=INK)
    axes.grid(color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)


def _logarithmic(axes: Axes, *, steps: tuple[float, ...] = (1, 2, 5)) -> None:
    """Make both axes logarithmic, with plain numbers at `steps` and their tenfolds."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=steps))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axis.set_minor_locator(NullLocator())


def _short(number: int) -> str:
    return f"{number // 1000}k" if number % 1000 == 0 else str(number)


def _plain(label: str) -> str:
    return label.replace("*", "").replace("`", "")
