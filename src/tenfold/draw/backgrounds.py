"""What is printed where a number is written: patterns of security paper, rules, the lines of cells and boxes.

Lengths are in heights of a digit where they grow with what is written. Their ranges were chosen beside pictures of real
cheques, forms and tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.draw.layers import Layer
from tenfold.draw.patterns import Distances, draw_grain, draw_stripes, print_dots, turned_axes

__all__ = ["print_pattern", "print_rules"]

PAPERS: Mapping[str, float] = {
    "plain": 0.38,
    "waves": 0.17,
    "arcs": 0.07,
    "hatch": 0.1,
    "dots": 0.1,
    "squares": 0.07,
    "grain": 0.11,
}
"""What is printed under a number, and the share of each."""

RULES: Mapping[str, float] = {"none": 0.3, "under": 0.2, "two": 0.12, "cell": 0.38}
"""Lines that a number is written on or between, and the share of each."""


def print_pattern(height: int, width: int, size: float, rng: Generator) -> Layer:
    """Print one of `PAPERS`.

    Args:
        height: Of the paper, in pixels.
        width: Of the paper, in pixels.
        size: Height of the digits that are written on it, in pixels.
        rng: Decides everything.

    Returns:
        `float32 (height, width)`, 0 paper, 1 full ink.
    """
    match str(rng.choice(list(PAPERS), p=list(PAPERS.values()))):
        case "plain":
            pattern: Distances = np.zeros((height, width), np.float32)
        case "grain":
            grain = draw_grain(height, width, (0.6, 2.5), rng)
            pattern = np.clip(grain / max(float(grain.std()), 1e-3) * 0.5, 0, 1)
        case "dots":
            pattern = print_dots(height, width, size, rng)
        case "squares":
            pattern = _print_squares(height, width, size * rng.uniform(0.25, 0.9), rng)
        case kind:
            pattern = _print_stripes(kind, height, width, size, rng)
    return np.asarray(pattern, np.float32)


def _print_squares(height: int, width: int, step: float, rng: Generator) -> Distances:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x, y = x + rng.uniform(0, step), y + rng.uniform(0, step)
    lines = [draw_stripes(across, step, rng.uniform(0.6, 1.5)) for across in (x, y)]
    return np.maximum(*lines)


def _print_stripes(kind: str, height: int, width: int, size: float, rng: Generator) -> Distances:
    """Print arcs about a point far away, waves, or straight lines."""
    step = max(3.0, size * rng.uniform(0.09, 0.5))
    if kind == "arcs":
        y, x = np.mgrid[:height, :width].astype(np.float32)
        away = np.hypot(x - rng.uniform(-1, 2) * width, y - rng.uniform(-3, 4) * height)
        return draw_stripes(away, step, rng.uniform(0.6, 1.6))
    along, across = turned_axes(height, width, rng)
    if kind == "waves":
        across = across + size * rng.uniform(0.05, 0.6) * np.sin(along / (size * rng.uniform(0.16, 0.8)))
    return draw_stripes(across, step, rng.uniform(0.6, 1.8))


def print_rules(height: int, width: int, size: float, rng: Generator) -> Layer:
    """Print one of `RULES`.

    Args:
        height: Of the paper, in pixels.
        width: Of the paper, in pixels.
        size: Height of the digits that are written on it, in pixels.
        rng: Decides everything.

    Returns:
        `float32 (height, width)`, 0 paper, 1 full ink.
    """
    sheet = _Ruled(np.zeros((height, width), np.float32), size, max(1, round(size * rng.uniform(0.02, 0.12))))
    tilt = rng.normal(0, 0.015)
    match str(rng.choice(list(RULES), p=list(RULES.values()))):
        case "under":
            sheet.level(height * rng.uniform(0.7, 1.0), tilt, 0.4, rng)
        case "two":
            for _ in range(2):
                sheet.level(height * rng.uniform(0.0, 1.0), tilt, 0.5, rng)
        case "cell":
            _print_cell(sheet, tilt, rng)
    return sheet.layer


def _print_cell(sheet: "_Ruled", tilt: float, rng: Generator) -> None:
    """Print those of a cell's four lines that came into view, near the edges."""
    height, width = sheet.layer.shape
    for y in (rng.uniform(-0.05, 0.12), rng.uniform(0.88, 1.05)):
        if rng.random() < 0.75:
            sheet.level(height * y, tilt, 0.15, rng)
    inset = min(0.06 * width, 0.35 * sheet.size)
    for x in (rng.uniform(-2, inset), width - rng.uniform(-2, inset)):
        if rng.random() < 0.6:
            sheet.line(x, -2, x - tilt * height, height + 2)


@dataclass(frozen=True, eq=False)
class _Ruled:
    """Paper that lines are printed on.

    Attributes:
        layer: `float32 (height, width)`, 0 paper, 1 ink; printed on.
        size: Height of the digits, in pixels.
        thickness: Of its lines, in pixels.
    """

    layer: Layer
    size: float
    thickness: int

    def level(self, y: float, tilt: float, dotted: float, rng: Generator) -> None:
        """Print a line from side to side, beginning at the row `y`; `dotted` is the probability that it has gaps."""
        width = self.layer.shape[1]
        if rng.random() >= dotted:
            self.line(-2, y, width + 2, y + tilt * width)
            return
        step = self.size * rng.uniform(0.08, 0.25)
        for x in np.arange(-rng.uniform(0, step), width, step).tolist():
            self.line(x, y + tilt * x, x + 0.55 * step, y + tilt * x)

    def line(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Print a line."""
        start, end = (round(x), round(y)), (round(to_x), round(to_y))
        cv2.line(self.layer, start, end, 1.0, self.thickness, cv2.LINE_AA)
