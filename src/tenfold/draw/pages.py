"""Labelled pages: numbers of MNIST's digits in boxes, grids and free rows, with the faults of real paper.

Example: `python -m tenfold.draw.pages --kind boxes --count 4 --out build/pages`
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, get_args

import numpy as np
import typer
from numpy.random import Generator
from PIL import Image as Pillow

from tenfold.data.datasets import load_data
from tenfold.draw.camera import capture, warp_page
from tenfold.draw.cuttings import draw_cutting
from tenfold.draw.layers import Layer, Point, lay
from tenfold.draw.sheets import DigitGlyphs, LabelledPage, Sheet, choose_pen

__all__ = ["FIRST_CALIBRATION_SEED", "PAGE_KINDS", "PageKind", "draw_page", "draw_pages"]

PageKind = Literal["boxes", "combs", "grid", "rows", "pairs", "amounts", "cells"]
"""What a page shows: closed boxes; combs, boxes open at the top; a 9×9 grid; free rows of 1 to 10 digits apart; free
pairs that touch; or the one number that was cut out of a page, an amount on patterned paper or a cell of a logbook."""

PAGE_KINDS: tuple[PageKind, ...] = get_args(PageKind)

PAGE_HEIGHT, PAGE_WIDTH = 2339, 1654
"""Pixels of A4 at 200 dpi."""

FIRST_CALIBRATION_SEED = 1_000_000
"""Pages with this seed or a larger one are for calibrating promises only; those below for choosing and measuring."""

BOXES = 9
"""Boxes in a row, and rows and columns of a grid."""

WITH_EMPTY_BOXES = 0.25
"""Share of the rows of boxes in which one to three boxes are empty."""

EMPTY_CELLS = 0.5
"""Share of a grid's cells that are empty."""

PENCIL = 0.2
"""Share of the pages written in faint pencil."""

FORM_WORDS = (
    *("name", "date", "please", "write", "one", "digit", "in", "each", "box", "number", "of", "student", "course"),
    *("examination", "total", "amount", "received", "from", "signature", "page", "question", "points", "the", "meter"),
    *("reading", "reference", "account", "left", "side", "only", "not", "valid", "without", "stamp"),
)
"""Words printed beside numbers, in any order."""


def draw_page(glyphs: DigitGlyphs, kind: PageKind, seed: int, *, faults: bool = True) -> LabelledPage:
    """Draw one page.

    Args:
        glyphs: The digits to write with.
        kind: What it shows.
        seed: The same seed gives the same page.
        faults: Tilt, perspective, shadow, blur, noise and JPEG, each of a random degree; without them the page is a
            clean scan. Cuttings always have faults.

    Returns:
        The page, 2339×1654, with its numbers; cuttings are smaller.
    """
    rng = np.random.default_rng([seed, PAGE_KINDS.index(kind)])
    if kind == "amounts" or kind == "cells":
        return draw_cutting(glyphs, kind, rng)
    sheet = Sheet.blank(PAGE_HEIGHT, PAGE_WIDTH, rng)
    DRAW[kind](sheet, glyphs, rng)
    ink = 1 - (1 - sheet.printed * rng.uniform(0.5, 0.95)) * (1 - sheet.written * _darkness(rng))
    paper = (1 - ink) * rng.uniform(225, 252)
    if not faults:
        return LabelledPage(np.rint(paper).astype(np.uint8), tuple(sheet.numbers), kind)
    page, quads = warp_page(paper.astype(np.float32), [number.quad for number in sheet.numbers], rng)
    numbers = [replace(number, quad=quad) for number, quad in zip(sheet.numbers, quads, strict=True)]
    return LabelledPage(capture(page, rng), tuple(numbers), kind)


def draw_pages(glyphs: DigitGlyphs, kind: PageKind, count: int, seed: int = 0) -> Iterator[LabelledPage]:
    """Draw pages one after another, the first with the seed `seed`, each other with the next seed."""
    for number in range(count):
        yield draw_page(glyphs, kind, seed + number)


def _darkness(rng: Generator) -> float:
    """Give the share of the light that a pen's or a pencil's full ink takes away."""
    return float(rng.uniform(0.25, 0.5) if rng.random() < PENCIL else rng.uniform(0.6, 1.0))


def _draw_boxes(sheet: Sheet, glyphs: DigitGlyphs, rng: Generator, *, comb: bool = False) -> None:
    """Draw rows of adjoining boxes, each with a printed sentence above it."""
    y = 180.0
    while y < PAGE_HEIGHT - 260:
        side = rng.uniform(42, 84)
        height, thickness, pen = side * rng.uniform(1.0, 1.35), rng.uniform(1.0, 4.5), choose_pen(rng)
        left = rng.uniform(110, PAGE_WIDTH - BOXES * side - 110)
        sheet.print_text(_sentence(rng, 2, 7), left, y - rng.uniform(46, 60), int(rng.integers(20, 34)))
        digits = [str(digit) for digit in rng.integers(0, 10, BOXES)]
        if rng.random() < WITH_EMPTY_BOXES:
            for box in rng.choice(BOXES, rng.integers(1, 4), replace=False):
                digits[box] = "_"
        _print_boxes(sheet, left, y, side, height, thickness, comb=comb)
        shorter = min(side, height)
        size = rng.uniform(0.55, 0.8) * shorter
        for box, digit in enumerate(digits):
            if digit != "_":
                middle = left + (box + 0.5) * side, y + height / 2
                _write_into_box(sheet, glyphs.glyph(int(digit), _varied(size, rng), pen, rng), middle, shorter)
        sheet.label("".join(digits), left, y, left + BOXES * side, y + height)
        y += height + rng.uniform(80, 130)


def _draw_combs(sheet: Sheet, glyphs: DigitGlyphs, rng: Generator) -> None:
    _draw_boxes(sheet, glyphs, rng, comb=True)


def _print_boxes(
    sheet: Sheet, left: float, top: float, side: float, height: float, thickness: float, *, comb: bool
) -> None:
    """Print the lines of a row of boxes; a comb has teeth in place of walls, and no upper line."""
    right, bottom = left + BOXES * side, top + height
    teeth = top + height * (sheet.rng.uniform(0.2, 0.65) if comb else 0)
    for wall in range(BOXES + 1):
        x = left + wall * side
        upper = top if wall in {0, BOXES} and sheet.rng.random() < 0.5 else teeth
        sheet.print_rule((x, upper), (x, bottom), thickness)
    sheet.print_rule((left, bottom), (right, bottom), thickness)
    if not comb:
        sheet.print_rule((left, top), (right, top), thickness)


def _varied(size: float, rng: Generator) -> float:
    """Give the size of one digit in a box among digits of `size`."""
    return size * rng.uniform(0.88, 1.12)


def _write_into_box(sheet: Sheet, glyph: Layer, middle: Point, side: float) -> None:
    """Write a digit about the middle of a box, at times across its lines; `side` is the box's shorter one."""
    across, down = sheet.rng.normal(0, 0.06, 2) * side
    if sheet.rng.random() < 0.05:
        down += sheet.rng.choice([-1, 1]) * 0.18 * side
    sheet.write(glyph, middle[0] - glyph.shape[1] / 2 + across, middle[1] - glyph.shape[0] / 2 + down)


def _draw_grid(sheet: Sheet, glyphs: DigitGlyphs, rng: Generator) -> None:
    """Draw a square grid, every third line thick or all lines alike; each of its rows is a number."""
    side = rng.uniform(90, 140)
    whole = BOXES * side
    left, top = rng.uniform(120, PAGE_WIDTH - whole - 110), rng.uniform(160, PAGE_HEIGHT - whole - 160)
    thin, pen = rng.uniform(1.0, 3.0), choose_pen(rng)
    thick = thin * rng.choice([1.0, 2.5])
    for line in range(BOXES + 1):
        thickness = thick if line % 3 == 0 else thin
        sheet.print_rule((left, top + line * side), (left + whole, top + line * side), thickness)
        sheet.print_rule((left + line * side, top), (left + line * side, top + whole), thickness)
    for row in range(BOXES):
        digits = ["_" if rng.random() < EMPTY_CELLS else str(rng.integers(0, 10)) for _ in range(BOXES)]
        for column, digit in enumerate(digits):
            if digit != "_":
                middle = left + (column + 0.5) * side, top + (row + 0.5) * side
                _write_into_box(sheet, glyphs.glyph(int(digit), _varied(0.55 * side, rng), pen, rng), middle, side)
        sheet.label("".join(digits), left, top + row * side, left + whole, top + (row + 1) * side)
    sheet.print_text(_sentence(rng, 3, 6), left, top - 70, 36)


def _draw_rows(sheet: Sheet, glyphs: DigitGlyphs, rng: Generator) -> None:
    """Draw free rows of 1 to 10 digits that do not touch, on plain or ruled paper."""
    space, y = rng.uniform(120, 170), 170.0
    if rng.random() < 0.4:
        for rule in np.arange(150, PAGE_HEIGHT - 60, space):
            sheet.print_rule((30, rule), (PAGE_WIDTH - 30, rule), rng.uniform(0.8, 2), rng.uniform(0.2, 0.5))
    while y < PAGE_HEIGHT - 230:
        size, pen = rng.uniform(45, 85), choose_pen(rng)
        digits = rng.integers(0, 10, rng.integers(1, 11))
        written = [glyphs.glyph(digit, size * rng.uniform(0.9, 1.1), pen, rng) for digit in digits]
        if rng.random() < 0.3:
            sheet.print_text(_sentence(rng, 2, 5), PAGE_WIDTH - 420, y - 30, int(rng.integers(18, 28)))
        x = left = right = rng.uniform(90, 300)
        for glyph in written:
            sheet.write(glyph, x, y + size - glyph.shape[0] + rng.normal(0, 0.04 * size))
            right = x + glyph.shape[1]
            x += glyph.shape[1] + size * rng.uniform(0.12, 0.45)
        sheet.label("".join(map(str, digits)), left, y, right, y + size)
        y += space * max(1, np.ceil(1.5 * size / space))


def _draw_pairs(sheet: Sheet, glyphs: DigitGlyphs, rng: Generator) -> None:
    """Draw free pairs of digits that touch or overlap, by up to 0.08 of their height."""
    for y in np.arange(170, PAGE_HEIGHT - 230, 160):
        for x in np.arange(120, PAGE_WIDTH - 250, 300):
            size, pen = rng.uniform(55, 85), choose_pen(rng)
            digits = rng.integers(0, 10, 2)
            first, second = (glyphs.glyph(digit, size * rng.uniform(0.95, 1.05), pen, rng) for digit in digits)
            pair = _touching(first, second, round(rng.uniform(0, 0.08) * size))
            left, top = x + rng.uniform(-30, 30), y + rng.uniform(-20, 20)
            sheet.write(pair, left, top)
            sheet.label("".join(map(str, digits)), left, top, left + pair.shape[1], top + pair.shape[0])


def _touching(first: Layer, second: Layer, overlap: int) -> Layer:
    """Slide a second digit against the first, both on one baseline, until they touch, and `overlap` pixels further."""
    height = max(first.shape[0], second.shape[0])
    pair = np.zeros((height, first.shape[1] + second.shape[1] + 2), np.float32)
    lay(pair, first, 0, height - first.shape[0])
    other = np.zeros((height, second.shape[1]), np.float32)
    lay(other, second, 0, height - second.shape[0])
    place = first.shape[1]
    while place > 0 and not ((pair[:, place : place + other.shape[1]] > 0.5) & (other > 0.5)).any():
        place -= 1
    place = max(1, place - overlap)
    lay(pair, other, place, 0)
    return pair[:, : max(first.shape[1], place + other.shape[1])]


DRAW: Mapping[PageKind, Callable[[Sheet, DigitGlyphs, Generator], None]] = {
    "boxes": _draw_boxes,
    "combs": _draw_combs,
    "grid": _draw_grid,
    "rows": _draw_rows,
    "pairs": _draw_pairs,
}


def _sentence(rng: Generator, least: int, end: int) -> str:
    """Make a sentence of `least` words or more, fewer than `end`."""
    return " ".join(rng.choice(FORM_WORDS, rng.integers(least, end))).capitalize()


def main(
    kind: Annotated[str, typer.Option(help=f"What they show: one of {', '.join(PAGE_KINDS)}.")] = "boxes",
    count: Annotated[int, typer.Option(help="Number of pages.")] = 1,
    seed: Annotated[int, typer.Option(help="The first page's seed.")] = 0,
    out: Annotated[Path, typer.Option(help="The folder to write.")] = Path("build/pages"),
) -> None:
    """Draw labelled pages of MNIST's training digits, as PNG with a `labels.csv`: file, row, text."""
    if kind not in PAGE_KINDS:
        raise typer.BadParameter(f"expected one of {', '.join(PAGE_KINDS)}, got {kind!r}")
    glyphs = DigitGlyphs(*load_data("mnist")[0])
    out.mkdir(parents=True, exist_ok=True)
    lines = ["file,row,text"]
    for number, page in enumerate(draw_pages(glyphs, kind, count, seed)):
        name = f"{kind}-{seed + number:04}.png"
        Pillow.fromarray(page.grey).save(out / name)
        lines += [f"{name},{row},{each.text}" for row, each in enumerate(page.numbers)]
    (out / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(out)


if __name__ == "__main__":
    typer.run(main)
