"""Charts as SVG to stand in an HTML page: they take its fonts and colours, light or dark, from report.css."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import NamedTuple

from tenfold.report.findings import Bin, percent, round_values

__all__ = ["line_chart", "reliability_chart"]

FEW_POINTS = 20
"""Up to here every point of a line is marked with a dot."""


class Frame(NamedTuple):
    """Where the data lie in a drawing, in the drawing's units, and which values its edges stand for."""

    left: float
    top: float
    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def x(self, value: float) -> float:
        """Give the horizontal place of a value."""
        low, high = self.x_range
        return self.left + self.width * (value - low) / (high - low)

    def y(self, value: float) -> float:
        """Give the vertical place of a value, counted downwards."""
        low, high = self.y_range
        return self.top + self.height * (high - value) / (high - low)


def line_chart(lines: dict[str, list[tuple[int, float]]], *, title: str, write: Callable[[float], str]) -> str:
    """Draw values by epoch.

    Args:
        lines: Under the name of each line, which is also its CSS class, pairs of epoch and finite value.
        title: What the chart shows, for those who cannot see it.
        write: Turns a value into text.

    Returns:
        An `<svg>` element.
    """
    epochs = [epoch for points in lines.values() for epoch, _ in points] or [1]
    values = [value for points in lines.values() for _, value in points] or [0.0]
    x_ticks = round_values(min(epochs), max(epochs), 6, whole=True)
    y_ticks = round_values(min(values), max(values), 5)
    margin = 0.5 if min(epochs) == max(epochs) else 0.02 * (max(epochs) - min(epochs))
    frame = Frame(52, 10, 340, 190, (min(epochs) - margin, max(epochs) + margin), (min(y_ticks), max(y_ticks)))
    parts = [
        _horizontals(frame, y_ticks, write),
        _bottom(frame, [tick for tick in x_ticks if min(epochs) <= tick <= max(epochs)], "{:.0f}".format, "epoch"),
        *(_line(frame, name, points, write) for name, points in lines.items()),
    ]
    return _svg(400, 250, title, parts)


def reliability_chart(bins: Sequence[Bin], *, title: str) -> str:
    """Draw how often answers were right against how sure they were.

    Args:
        bins: The answers, grouped by how sure they were.
        title: What the chart shows, for those who cannot see it.

    Returns:
        An `<svg>` element.
    """
    frame = Frame(52, 24, 340, 340, (0, 1), (0, 1))
    ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
    parts = [
        _horizontals(frame, ticks, _percent),
        _bottom(frame, ticks, _percent, "how sure it was"),
        _text(0, 10, "how often it was right", "start"),
        _stroke(frame, (0, 0), (1, 1), "ideal"),
        *(_bin(frame, each) for each in bins),
    ]
    return _svg(400, 414, title, parts)


def _svg(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    inside = "\n".join(parts)
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">\n{inside}\n</svg>'


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _horizontals(frame: Frame, ticks: Iterable[float], write: Callable[[float], str]) -> str:
    low, high = frame.x_range
    return "".join(
        _stroke(frame, (low, tick), (high, tick), "rule") + _text(frame.left - 8, frame.y(tick) + 4, write(tick), "end")
        for tick in ticks
    )


def _bottom(frame: Frame, ticks: Iterable[float], write: Callable[[float], str], name: str) -> str:
    """Write the values below the data, and under them what they are values of."""
    bottom = frame.top + frame.height
    numbers = "".join(_text(frame.x(tick), bottom + 20, write(tick), "middle") for tick in ticks)
    return numbers + _text(frame.left + frame.width / 2, bottom + 42, name, "middle")


def _line(frame: Frame, name: str, points: list[tuple[int, float]], write: Callable[[float], str]) -> str:
    places = " ".join(f"{frame.x(epoch):.1f},{frame.y(value):.1f}" for epoch, value in points)
    dots = points if len(points) <= FEW_POINTS else []
    return f'<polyline class="{name}" points="{places}"/>' + "".join(
        _dot(frame, point, name, f"epoch {point[0]}: {name} {write(point[1])}") for point in dots
    )


def _bin(frame: Frame, each: Bin) -> str:
    low, high = each.interval
    reading = f"{_percent(each.low)} to {_percent(each.high)} sure: {each.n:,} answers, {percent(each.accuracy)} right"
    reach = _stroke(frame, (each.confidence, low), (each.confidence, high), "interval")
    return reach + _dot(frame, (each.confidence, each.accuracy), "bin", reading, radius=5)


def _stroke(frame: Frame, start: tuple[float, float], end: tuple[float, float], kind: str) -> str:
    (x1, y1), (x2, y2) = start, end
    return (
        f'<line class="{kind}" x1="{frame.x(x1):.1f}" y1="{frame.y(y1):.1f}" '
        f'x2="{frame.x(x2):.1f}" y2="{frame.y(y2):.1f}"/>'
    )


def _dot(frame: Frame, point: tuple[float, float], kind: str, reading: str, radius: float = 3) -> str:
    place = f'cx="{frame.x(point[0]):.1f}" cy="{frame.y(point[1]):.1f}"'
    return f'<circle class="{kind}" {place} r="{radius:g}"><title>{escape(reading)}</title></circle>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
