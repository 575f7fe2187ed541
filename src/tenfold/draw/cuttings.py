"""Single numbers cut out of their page: amounts on the patterned paper of cheques, and cells of photographed logbooks.

Both are rougher than a page as a whole: little is around a number, and what is there are lines, signs and patterns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import cv2
import numpy as np

from tenfold.draw.camera import seen
from tenfold.draw.sheets import LabelledPage, Layer, Pool, Sheet

__all__ = ["CUTTINGS", "Cutting", "draw_cutting"]

Cutting = Literal["amounts", "cells"]
"""What is cut out: the amount of a cheque, of two to eight digits; or the cell of a logbook, with up to five."""

CUTTINGS: tuple[Cutting, ...] = get_args(Cutting)

Lines: TypeAlias = tuple[tuple[tuple[float, float], ...], ...]
"""Strokes through points, across and down, in heights of a digit from its upper left corner."""

SIGNS: Mapping[str, Lines] = {
    ".": (((0.04, 0.97), (0.05, 0.98)),),
    ",": (((0.06, 0.96), (0.0, 1.12)),),
    "-": (((0.0, 0.55), (0.45, 0.54)),),
    "=": (((0.0, 0.45), (0.5, 0.44)), ((0.0, 0.65), (0.5, 0.66))),
    "/": (((0.35, 0.05), (0.0, 1.1)),),
    "#": (
        ((0.25, 0.2), (0.15, 1.0)),
        ((0.45, 0.2), (0.35, 1.0)),
        ((0.0, 0.45), (0.6, 0.42)),
        ((0.0, 0.72), (0.6, 0.7)),
    ),
    "$": (
        (
            *((0.58, 0.2), (0.45, 0.08), (0.2, 0.12), (0.12, 0.35), (0.35, 0.5)),
            *((0.52, 0.65), (0.5, 0.85), (0.28, 0.98), (0.06, 0.85)),
        ),
        ((0.35, -0.1), (0.3, 1.15)),
    ),
}
"""What is written beside digits and between them."""

BEFORE = {"": 0.5, "$": 0.2, "#": 0.1, "=": 0.1, "-": 0.1}
AFTER = {"": 0.5, "-": 0.12, "=": 0.12, "/-": 0.06, "#": 0.1, ".-": 0.1}
"""What guards an amount, and how often."""

PATTERNS = {"none": 0.14, "waves": 0.22, "hatch": 0.15, "dots": 0.15, "words": 0.13, "letters": 0.12, "squares": 0.09}
"""What is printed under amounts, and how often."""


def draw_cutting(pool: Pool, kind: Cutting, rng: np.random.Generator) -> LabelledPage:
    """Draw a single number and what is around it.

    Args:
        pool: Whose digits.
        kind: What it is cut out of.
        rng: Decides everything.

    Returns:
        The cutting, 30 to 160 pixels high, with its number.
    """
    size = rng.uniform(24, 70)
    number = "".join(map(str, rng.integers(0, 10, rng.integers(2, 9) if kind == "amounts" else rng.integers(1, 6))))
    said = _guarded(number, rng) if kind == "amounts" else _with_point(number, rng)
    height = round(size * (rng.uniform(1.35, 2.2) if kind == "amounts" else rng.uniform(1.3, 2.0)))
    sheet = Sheet.blank(height, round(size * (1.1 * len(said) + 4)), rng)
    hand = _Hand.of(size, rng)
    left = size * rng.uniform(0.2, 0.9)
    base = (height + size) / 2 + rng.normal(0, 0.06 * size)
    end = _write(sheet, pool, said, left, base, hand)
    width = round(end + size * rng.uniform(0.1, 0.8))
    sheet.place(number, left, base - size, end, base)
    printed = _in_cell(height, width, rng) if kind == "cells" else _on_patterned_paper(height, width, base, size, rng)
    ink = 1 - (1 - printed) * (1 - sheet.written[:, :width] * rng.uniform(0.5, 0.95))
    light = rng.uniform(165, 250) * np.linspace(1, rng.uniform(0.8, 1.0), width, dtype=np.float32)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, 2), 1)
    page = cv2.warpAffine((1 - ink) * light, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return LabelledPage(seen(np.asarray(page, np.float32), rng), tuple(sheet.numbers), kind)


@dataclass(frozen=True)
class _Hand:
    """How a number is written: the height of its digits, its pen, its slant, and the gap between digits."""

    size: float
    pen: float
    slant: float
    gap: float

    @classmethod
    def of(cls, size: float, rng: np.random.Generator) -> "_Hand":
        gap = rng.uniform(-0.06, 0.1) if rng.random() < 0.45 else rng.uniform(0.08, 0.35)
        return cls(size, rng.uniform(0.22, 0.5), rng.normal(0, 0.1), gap * size)


def _guarded(number: str, rng: np.random.Generator) -> str:
    """Write an amount as on a cheque: its thousands or its cents set apart, and a sign before or behind it."""
    before, after = (str(rng.choice(list(signs), p=list(signs.values()))) for signs in (BEFORE, AFTER))
    cents = 3 if len(number) > 3 and rng.random() < 0.6 else 2
    if len(number) > cents and rng.random() < 0.6:
        number = number[:-cents] + str(rng.choice([".", ","])) + number[-cents:]
    return before + number + after


def _with_point(number: str, rng: np.random.Generator) -> str:
    if len(number) == 1 or rng.random() > 0.15:
        return number
    place = int(rng.integers(1, len(number)))
    return number[:place] + str(rng.choice([".", ","])) + number[place:]


def _write(sheet: Sheet, pool: Pool, said: str, x: float, base: float, hand: _Hand) -> float:
    """Write digits and signs on a line and give where they end."""
    rng, end = sheet.rng, x
    for sign in said:
        if sign in SIGNS:
            thick = hand.size * rng.uniform(0.05, 0.09)
            for line in SIGNS[sign]:
                points = np.array(line) + rng.normal(0, 0.02, (len(line), 2))
                sheet.stroke(points * hand.size + (x, base - hand.size), thick)
            end = x + hand.size * max(across for line in SIGNS[sign] for across, _ in line)
            x = end + 0.15 * hand.size
        else:
            size = hand.size * rng.uniform(0.85, 1.15)
            stamp = _slanted(pool.stamp(int(sign), size, hand.pen, rng), hand.slant)
            sheet.write(stamp, x, base - stamp.shape[0] + rng.normal(0, 0.05 * hand.size))
            end = x + stamp.shape[1]
            x = end + hand.gap + rng.normal(0, 0.04 * hand.size)
    return end


def _slanted(stamp: Layer, slant: float) -> Layer:
    height, width = stamp.shape
    room = round(abs(slant) * height) + 1
    way = np.array([[1, -slant, room + slant * height / 2], [0, 1, 0]])
    sheared = cv2.warpAffine(stamp, way, (width + 2 * room, height))
    left, _, wide, _ = cv2.boundingRect((sheared > 0.1).astype(np.uint8))
    return np.asarray(sheared[:, left : left + wide], np.float32)


def _on_patterned_paper(height: int, width: int, base: float, size: float, rng: np.random.Generator) -> Layer:
    """Print what is under an amount: one pattern or two, at times a line to write on, or a box around it."""
    paper = _pattern(height, width, size, rng) * rng.uniform(0.08, 0.35)
    if rng.random() < 0.4:
        paper = np.maximum(paper, _pattern(height, width, size, rng) * rng.uniform(0.05, 0.25))
    lines = Sheet.blank(height, width, rng)
    if rng.random() < 0.3:
        lines.line(0, base + rng.uniform(-1, 5), width, base + rng.uniform(-1, 5), rng.uniform(1, 3))
    if rng.random() < 0.2:
        thick = rng.uniform(1, 3)
        for ends in ((2, 2, width - 3, 2), (2, height - 3, width - 3, height - 3)):
            lines.line(*ends, thick)
        for x in (2, width - 3):
            lines.line(x, 2, x, height - 3, thick)
    return np.asarray(np.maximum(paper, lines.printed * rng.uniform(0.3, 0.8)), np.float32)


def _in_cell(height: int, width: int, rng: np.random.Generator) -> Layer:
    """Print the lines of a cell as far as they came into view."""
    lines, slope, thick = Sheet.blank(height, width, rng), rng.normal(0, 0.02), rng.uniform(1, 3.5)
    for y in (rng.uniform(-2, 6), height - rng.uniform(-1, 7)):
        if rng.random() < 0.85:
            lines.line(0, y, width, y + slope * width, thick)
    for x in (rng.uniform(-2, 6), width - rng.uniform(-1, 7)):
        if rng.random() < 0.7:
            lines.line(x, 0, x - slope * height, height, thick)
    return np.asarray(lines.printed * rng.uniform(0.25, 0.85), np.float32)


def _pattern(height: int, width: int, size: float, rng: np.random.Generator) -> Layer:
    """Print a pattern, 0…1, its details in proportion to the digits' height."""
    kind = str(rng.choice(list(PATTERNS), p=list(PATTERNS.values())))
    sheet = Sheet.blank(height, width, rng)
    if kind == "words":
        letters, y = max(8, round(size * rng.uniform(0.12, 0.35))), -rng.uniform(0, 8)
        while y < height:
            sheet.text("BANK OF THE NORTH " * 20, -rng.uniform(0, 99), y, letters)
            y += letters * rng.uniform(1.2, 2)
    if kind == "letters":
        for letter in rng.choice(list("ABKRS&§"), rng.integers(1, 4)):
            large = round(size * rng.uniform(1.2, 3))
            sheet.text(str(letter), rng.uniform(-0.2, 0.9) * width, rng.uniform(-0.6, 0.4) * height, large)
    if kind in {"none", "words", "letters"}:
        return sheet.printed
    y, x = np.mgrid[:height, :width].astype(np.float32)
    if kind == "dots":
        step = max(2.5, size * rng.uniform(0.08, 0.25))
        along, across = _turned(x, y, rng)
        layer = step * rng.uniform(0.15, 0.4) + 0.5 - np.hypot(along % step - step / 2, across % step - step / 2)
        return np.asarray(np.clip(layer, 0, 1), np.float32)
    step = size * (rng.uniform(0.2, 0.7) if kind == "squares" else rng.uniform(0.1, 0.5))
    along, across = (x, y) if kind == "squares" else _turned(x, y, rng)
    if kind == "waves":
        across = across + size * rng.uniform(0.1, 1) * np.sin(along / (size * rng.uniform(0.16, 0.8)))
    families = (along, across) if kind == "squares" else (across,)
    thick = rng.uniform(0.7, 1.6)
    layers = [np.clip(thick / 2 + 0.5 - np.abs(each % step - step / 2), 0, 1) for each in families]
    return np.asarray(np.max(layers, axis=0), np.float32)


def _turned(x: Layer, y: Layer, rng: np.random.Generator) -> tuple[Layer, Layer]:
    """Give how far places are along a line that leans, and across it."""
    angle = rng.uniform(0, np.pi)
    return np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
