"""Single numbers cut out of their page: amounts on the patterned paper of cheques, and cells of photographed logbooks.

Both are rougher than a whole page: what little is left around the number are lines, signs and patterns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.draw.camera import capture
from tenfold.draw.layers import Layer
from tenfold.draw.patterns import draw_stripes, print_dots, turned_axes
from tenfold.draw.sheets import INKED, DigitGlyphs, LabelledPage, Sheet, choose_pen

__all__ = ["CUTTING_KINDS", "CuttingKind", "draw_cutting"]

CuttingKind = Literal["amounts", "cells"]
"""What is cut out: the amount of a cheque, of two to eight digits; or the cell of a logbook, with one to five."""

CUTTING_KINDS: tuple[CuttingKind, ...] = get_args(CuttingKind)

Polylines: TypeAlias = tuple[tuple[tuple[float, float], ...], ...]
"""Strokes through points, x and y from the upper left corner of a digit, in heights of a digit."""

MARKS: Mapping[str, Polylines] = {
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
"""What is written between the digits of a number and beside them."""

GUARDS_BEFORE: Mapping[str, float] = {"": 0.5, "$": 0.2, "#": 0.1, "=": 0.1, "-": 0.1}
GUARDS_BEHIND: Mapping[str, float] = {"": 0.5, "-": 0.12, "=": 0.12, "/-": 0.06, "#": 0.1, ".-": 0.1}
"""Guards, the marks right before and behind an amount that let nobody add a digit, and the share of amounts of each."""

PAPERS: Mapping[str, float] = {
    "none": 0.14,
    "waves": 0.22,
    "hatch": 0.15,
    "dots": 0.15,
    "words": 0.13,
    "letters": 0.12,
    "squares": 0.09,
}
"""What is printed under amounts, and the share of each."""


def draw_cutting(glyphs: DigitGlyphs, kind: CuttingKind, rng: Generator) -> LabelledPage:
    """Draw a single number and what is around it.

    Args:
        glyphs: The digits to write with.
        kind: What it is cut out of.
        rng: Decides everything.

    Returns:
        The cutting, 30 to 160 pixels high, with its number.
    """
    size = rng.uniform(24, 70)
    number = "".join(map(str, rng.integers(0, 10, rng.integers(2, 9) if kind == "amounts" else rng.integers(1, 6))))
    text = _as_amount(number, rng) if kind == "amounts" else _with_point(number, rng)
    height = round(size * (rng.uniform(1.35, 2.2) if kind == "amounts" else rng.uniform(1.3, 2.0)))
    sheet = Sheet.blank(height, round(size * (1.1 * len(text) + 4)), rng)
    style = _Style.choose(size, rng)
    left = size * rng.uniform(0.2, 0.9)
    baseline = (height + size) / 2 + rng.normal(0, 0.06 * size)
    right = _write(sheet, glyphs, text, left, baseline, style)
    width = round(right + size * rng.uniform(0.1, 0.8))
    sheet.label(number, left, baseline - size, right, baseline)
    printed = _print_cell(height, width, rng) if kind == "cells" else _print_cheque(height, width, baseline, size, rng)
    ink = 1 - (1 - printed) * (1 - sheet.written[:, :width] * rng.uniform(0.5, 0.95))
    light = rng.uniform(165, 250) * np.linspace(1, rng.uniform(0.8, 1.0), width, dtype=np.float32)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, 2), 1)
    page = cv2.warpAffine((1 - ink) * light, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return LabelledPage(capture(np.asarray(page, np.float32), rng), tuple(sheet.numbers), kind)


@dataclass(frozen=True)
class _Style:
    """How a number is written.

    Attributes:
        size: Height of its digits, in pixels.
        pen: An ink level, see `choose_pen`.
        slant: Shear to the right, per unit of height.
        gap: Mean gap between digits, in pixels; below 0 they overlap.
    """

    size: float
    pen: float
    slant: float
    gap: float

    @classmethod
    def choose(cls, size: float, rng: Generator) -> "_Style":
        gap = rng.uniform(-0.06, 0.1) if rng.random() < 0.45 else rng.uniform(0.08, 0.35)
        return cls(size, choose_pen(rng), rng.normal(0, 0.1), gap * size)


def _as_amount(number: str, rng: Generator) -> str:
    """Write an amount as on a cheque: its thousands or its cents set apart, and guards before and behind it."""
    before, behind = (
        str(rng.choice(list(guards), p=list(guards.values()))) for guards in (GUARDS_BEFORE, GUARDS_BEHIND)
    )
    apart = 3 if len(number) > 3 and rng.random() < 0.6 else 2
    if len(number) > apart and rng.random() < 0.6:
        number = number[:-apart] + str(rng.choice([".", ","])) + number[-apart:]
    return before + number + behind


def _with_point(number: str, rng: Generator) -> str:
    """Write a decimal point or a comma into every seventh number."""
    if len(number) == 1 or rng.random() > 0.15:
        return number
    place = int(rng.integers(1, len(number)))
    return number[:place] + str(rng.choice([".", ","])) + number[place:]


def _write(sheet: Sheet, glyphs: DigitGlyphs, text: str, x: float, baseline: float, style: _Style) -> float:
    """Write digits and marks on a baseline from `x` on; give where the last one ends."""
    rng, end = sheet.rng, x
    for sign in text:
        if sign in MARKS:
            thickness = style.size * rng.uniform(0.05, 0.09)
            for stroke in MARKS[sign]:
                points = np.array(stroke) + rng.normal(0, 0.02, (len(stroke), 2))
                sheet.write_stroke(points * style.size + (x, baseline - style.size), thickness)
            end = x + style.size * max(across for stroke in MARKS[sign] for across, _ in stroke)
            x = end + 0.15 * style.size
        else:
            size = style.size * rng.uniform(0.85, 1.15)
            glyph = _sheared(glyphs.glyph(int(sign), size, style.pen, rng), style.slant)
            sheet.write(glyph, x, baseline - glyph.shape[0] + rng.normal(0, 0.05 * style.size))
            end = x + glyph.shape[1]
            x = end + style.gap + rng.normal(0, 0.04 * style.size)
    return end


def _sheared(glyph: Layer, slant: float) -> Layer:
    height, width = glyph.shape
    room = round(abs(slant) * height) + 1
    shear = np.array([[1, -slant, room + slant * height / 2], [0, 1, 0]])
    sheared = cv2.warpAffine(glyph, shear, (width + 2 * room, height))
    left, _, inked, _ = cv2.boundingRect((sheared > INKED).astype(np.uint8))
    return np.asarray(sheared[:, left : left + inked], np.float32)


def _print_cheque(height: int, width: int, baseline: float, size: float, rng: Generator) -> Layer:
    """Print what is under an amount, 0…1: one pattern or two, at times a rule to write on, or a box around it."""
    paper = _print_pattern(height, width, size, rng) * rng.uniform(0.08, 0.35)
    if rng.random() < 0.4:
        paper = np.maximum(paper, _print_pattern(height, width, size, rng) * rng.uniform(0.05, 0.25))
    sheet = Sheet.blank(height, width, rng)
    if rng.random() < 0.3:
        start, end = (0, baseline + rng.uniform(-1, 5)), (width, baseline + rng.uniform(-1, 5))
        sheet.print_rule(start, end, rng.uniform(1, 3))
    if rng.random() < 0.2:
        thickness, right, bottom = rng.uniform(1, 3), width - 3, height - 3
        for y in (2, bottom):
            sheet.print_rule((2, y), (right, y), thickness)
        for x in (2, right):
            sheet.print_rule((x, 2), (x, bottom), thickness)
    return np.asarray(np.maximum(paper, sheet.printed * rng.uniform(0.3, 0.8)), np.float32)


def _print_cell(height: int, width: int, rng: Generator) -> Layer:
    """Print those lines of a cell that came into view, 0…1."""
    sheet, slope, thickness = Sheet.blank(height, width, rng), rng.normal(0, 0.02), rng.uniform(1, 3.5)
    for y in (rng.uniform(-2, 6), height - rng.uniform(-1, 7)):
        if rng.random() < 0.85:
            sheet.print_rule((0, y), (width, y + slope * width), thickness)
    for x in (rng.uniform(-2, 6), width - rng.uniform(-1, 7)):
        if rng.random() < 0.7:
            sheet.print_rule((x, 0), (x - slope * height, height), thickness)
    return np.asarray(sheet.printed * rng.uniform(0.25, 0.85), np.float32)


def _print_pattern(height: int, width: int, size: float, rng: Generator) -> Layer:
    """Print one of the patterns of `PAPERS`, 0…1, its details in proportion to the digits' height `size`."""
    kind = str(rng.choice(list(PAPERS), p=list(PAPERS.values())))
    if kind in {"none", "words", "letters"}:
        return _print_letters(kind, height, width, size, rng)
    if kind == "dots":
        return np.asarray(print_dots(height, width, size, rng), np.float32)
    step = size * (rng.uniform(0.2, 0.7) if kind == "squares" else rng.uniform(0.1, 0.5))
    if kind == "squares":
        y, x = np.mgrid[:height, :width].astype(np.float32)
        thickness = rng.uniform(0.7, 1.6)
        lines = [draw_stripes(across, step, thickness) for across in (x, y)]
        return np.asarray(np.max(lines, axis=0), np.float32)
    along, across = turned_axes(height, width, rng)
    if kind == "waves":
        across = across + size * rng.uniform(0.1, 1) * np.sin(along / (size * rng.uniform(0.16, 0.8)))
    return np.asarray(draw_stripes(across, step, rng.uniform(0.7, 1.6)), np.float32)


def _print_letters(kind: str, height: int, width: int, size: float, rng: Generator) -> Layer:
    """Print small words all over, a few large letters, or nothing."""
    sheet = Sheet.blank(height, width, rng)
    if kind == "words":
        letters, y = max(8, round(size * rng.uniform(0.12, 0.35))), -rng.uniform(0, 8)
        while y < height:
            sheet.print_text("BANK OF THE NORTH " * 20, -rng.uniform(0, 99), y, letters)
            y += letters * rng.uniform(1.2, 2)
    if kind == "letters":
        for letter in rng.choice(list("ABKRS&§"), rng.integers(1, 4)):
            large = round(size * rng.uniform(1.2, 3))
            sheet.print_text(str(letter), rng.uniform(-0.2, 0.9) * width, rng.uniform(-0.6, 0.4) * height, large)
    return sheet.printed
