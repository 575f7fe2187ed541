"""Labelled pages: numbers of MNIST's digits in boxes, grids and free rows, with the faults of real paper.

Example: `python -m tenfold.draw.pages --kind boxes --count 4 --out build/pages`
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, get_args

import numpy as np
import typer
from PIL import Image as Pillow

from tenfold.data.datasets import load_data
from tenfold.draw.camera import moved, seen
from tenfold.draw.cuttings import draw_cutting
from tenfold.draw.sheets import LabelledPage, Layer, Pool, Sheet, lay

__all__ = ["HELD_APART", "KINDS", "Kind", "draw_page", "draw_pages"]

Kind = Literal["boxes", "combs", "grid", "rows", "pairs", "amounts", "cells"]
"""What a page shows: closed boxes, boxes open at the top, a 9×9 grid, free rows of 1 to 10 digits apart, free pairs
that touch; or the one number that was cut out of a page, an amount on patterned paper or a cell of a logbook."""

KINDS: tuple[Kind, ...] = get_args(Kind)

HEIGHT, WIDTH = 2339, 1654
"""A4 at 200 dpi."""

HELD_APART = 1_000_000
"""Seeds from here on are of pages that promises are calibrated on; those below are for choosing and for measuring."""

EMPTY_BOXES = 0.25
"""The share of rows of boxes that have empty ones, and the share of cells of a grid."""

WORDS = (
    *("name", "date", "please", "write", "one", "digit", "in", "each", "box", "number", "of", "student", "course"),
    *("examination", "total", "amount", "received", "from", "signature", "page", "question", "points", "the", "meter"),
    *("reading", "reference", "account", "left", "side", "only", "not", "valid", "without", "stamp"),
)


def draw_page(pool: Pool, kind: Kind, seed: int, *, faults: bool = True) -> LabelledPage:
    """Draw one page.

    Args:
        pool: Whose digits.
        kind: What it shows.
        seed: The same page for the same seed.
        faults: Tilt, perspective, shadow, blur, noise and JPEG, each of a random degree; without, a clean scan.

    Returns:
        The page, 2339×1654, with its numbers; cuttings are smaller.
    """
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    if kind == "amounts" or kind == "cells":
        return draw_cutting(pool, kind, rng)
    sheet = Sheet.blank(HEIGHT, WIDTH, rng)
    DRAWN[kind](sheet, pool, rng)
    ink = 1 - (1 - sheet.printed * rng.uniform(0.5, 0.95)) * (1 - sheet.written * _darkness(rng))
    paper = (1 - ink) * rng.uniform(225, 252)
    if not faults:
        return LabelledPage(np.rint(paper).astype(np.uint8), tuple(sheet.numbers), kind)
    page, quads = moved(paper.astype(np.float32), [number.quad for number in sheet.numbers], rng)
    numbers = [replace(number, quad=quad) for number, quad in zip(sheet.numbers, quads, strict=True)]
    return LabelledPage(seen(page, rng), tuple(numbers), kind)


def draw_pages(pool: Pool, kind: Kind, count: int, seed: int = 0) -> Iterator[LabelledPage]:
    """Draw pages one after another, with seeds from `seed` on."""
    for number in range(count):
        yield draw_page(pool, kind, seed + number)


def _darkness(rng: np.random.Generator) -> float:
    """A pen, or faint pencil on every fifth page."""
    return float(rng.uniform(0.25, 0.5) if rng.random() < 0.2 else rng.uniform(0.6, 1.0))


def _pen(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.22, 0.5))


def _boxes(sheet: Sheet, pool: Pool, rng: np.random.Generator, *, comb: bool = False) -> None:
    """Rows of nine adjoining boxes, each with a printed line above it."""
    y = 180.0
    while y < HEIGHT - 260:
        side = rng.uniform(42, 84)
        tall, thick, pen = side * rng.uniform(1.0, 1.35), rng.uniform(1.0, 4.5), _pen(rng)
        left = rng.uniform(110, WIDTH - 9 * side - 110)
        sheet.text(_sentence(rng, 2, 7), left, y - rng.uniform(46, 60), int(rng.integers(20, 34)))
        digits = [str(digit) for digit in rng.integers(0, 10, 9)]
        if rng.random() < EMPTY_BOXES:
            for box in rng.choice(9, rng.integers(1, 4), replace=False):
                digits[box] = "_"
        _frame(sheet, left, y, side, tall, thick, comb=comb)
        size = rng.uniform(0.55, 0.8) * min(side, tall)
        for box, digit in enumerate(digits):
            if digit != "_":
                _fill(sheet, pool, int(digit), (left + (box + 0.5) * side, y + tall / 2), size, pen, min(side, tall))
        sheet.place("".join(digits), left, y, left + 9 * side, y + tall)
        y += tall + rng.uniform(80, 130)


def _combs(sheet: Sheet, pool: Pool, rng: np.random.Generator) -> None:
    _boxes(sheet, pool, rng, comb=True)


def _frame(sheet: Sheet, left: float, top: float, side: float, tall: float, thick: float, *, comb: bool) -> None:
    right, bottom = left + 9 * side, top + tall
    teeth = top + tall * (sheet.rng.uniform(0.2, 0.65) if comb else 0)
    for box in range(10):
        x = left + box * side
        sheet.line(x, top if box in {0, 9} and sheet.rng.random() < 0.5 else teeth, x, bottom, thick)
    sheet.line(left, bottom, right, bottom, thick)
    if not comb:
        sheet.line(left, top, right, top, thick)


def _fill(
    sheet: Sheet, pool: Pool, digit: int, centre: tuple[float, float], size: float, pen: float, room: float
) -> None:
    """Write a digit into a box, at times across its lines."""
    stamp = pool.stamp(digit, size * sheet.rng.uniform(0.88, 1.12), pen, sheet.rng)
    across, down = sheet.rng.normal(0, 0.06, 2) * room
    if sheet.rng.random() < 0.05:
        down += sheet.rng.choice([-1, 1]) * 0.18 * room
    sheet.write(stamp, centre[0] - stamp.shape[1] / 2 + across, centre[1] - stamp.shape[0] / 2 + down)


def _grid(sheet: Sheet, pool: Pool, rng: np.random.Generator) -> None:
    """A grid of 9×9 boxes, every third line thick or all alike; each row of it is a number."""
    side = rng.uniform(90, 140)
    left, top = rng.uniform(120, WIDTH - 9 * side - 110), rng.uniform(160, HEIGHT - 9 * side - 160)
    thin, pen = rng.uniform(1.0, 3.0), _pen(rng)
    thick = thin * rng.choice([1.0, 2.5])
    for place in range(10):
        width = thick if place % 3 == 0 else thin
        sheet.line(left, top + place * side, left + 9 * side, top + place * side, width)
        sheet.line(left + place * side, top, left + place * side, top + 9 * side, width)
    for row in range(9):
        digits = ["_" if rng.random() < 2 * EMPTY_BOXES else str(rng.integers(0, 10)) for _ in range(9)]
        for column, digit in enumerate(digits):
            if digit != "_":
                centre = (left + (column + 0.5) * side, top + (row + 0.5) * side)
                _fill(sheet, pool, int(digit), centre, 0.55 * side, pen, side)
        sheet.place("".join(digits), left, top + row * side, left + 9 * side, top + (row + 1) * side)
    sheet.text(_sentence(rng, 3, 6), left, top - 70, 36)


def _rows(sheet: Sheet, pool: Pool, rng: np.random.Generator) -> None:
    """Free rows of 1 to 10 digits that do not touch, on plain or ruled paper."""
    space, y = rng.uniform(120, 170), 170.0
    if rng.random() < 0.4:
        for rule in np.arange(150, HEIGHT - 60, space):
            sheet.line(30, rule, WIDTH - 30, rule, rng.uniform(0.8, 2), rng.uniform(0.2, 0.5))
    while y < HEIGHT - 230:
        size, pen = rng.uniform(45, 85), _pen(rng)
        digits = rng.integers(0, 10, rng.integers(1, 11))
        stamps = [pool.stamp(digit, size * rng.uniform(0.9, 1.1), pen, rng) for digit in digits]
        if rng.random() < 0.3:
            sheet.text(_sentence(rng, 2, 5), WIDTH - 420, y - 30, int(rng.integers(18, 28)))
        x = left = rng.uniform(90, 300)
        ends = []
        for stamp in stamps:
            sheet.write(stamp, x, y + size - stamp.shape[0] + rng.normal(0, 0.04 * size))
            ends.append(x + stamp.shape[1])
            x += stamp.shape[1] + size * rng.uniform(0.12, 0.45)
        sheet.place("".join(map(str, digits)), left, y, ends[-1], y + size)
        y += space * max(1, np.ceil(1.5 * size / space))


def _pairs(sheet: Sheet, pool: Pool, rng: np.random.Generator) -> None:
    """Free pairs of digits that touch, by degrees: from a touch to an overlap of a twelfth of their height."""
    for y in np.arange(170, HEIGHT - 230, 160):
        for x in np.arange(120, WIDTH - 250, 300):
            size, pen = rng.uniform(55, 85), _pen(rng)
            digits = rng.integers(0, 10, 2)
            first, second = (pool.stamp(digit, size * rng.uniform(0.95, 1.05), pen, rng) for digit in digits)
            pair = _touching(first, second, round(rng.uniform(0, 0.08) * size))
            left, top = x + rng.uniform(-30, 30), y + rng.uniform(-20, 20)
            sheet.write(pair, left, top)
            sheet.place("".join(map(str, digits)), left, top, left + pair.shape[1], top + pair.shape[0])


def _touching(first: Layer, second: Layer, overlap: int) -> Layer:
    """Slide a second digit against the first, both on one line, until they touch, and on by an overlap."""
    height = max(first.shape[0], second.shape[0])
    room = first.shape[1] + second.shape[1] + 2
    pair = np.zeros((height, room), np.float32)
    lay(pair, first, 0, height - first.shape[0])
    other = np.zeros((height, second.shape[1]), np.float32)
    lay(other, second, 0, height - second.shape[0])
    place = first.shape[1]
    while place > 0 and not ((pair[:, place : place + other.shape[1]] > 0.5) & (other > 0.5)).any():
        place -= 1
    place = max(1, place - overlap)
    lay(pair, other, place, 0)
    return pair[:, : max(first.shape[1], place + other.shape[1])]


DRAWN: dict[Kind, Callable[[Sheet, Pool, np.random.Generator], None]] = {
    "boxes": _boxes,
    "combs": _combs,
    "grid": _grid,
    "rows": _rows,
    "pairs": _pairs,
}


def _sentence(rng: np.random.Generator, least: int, most: int) -> str:
    return " ".join(rng.choice(WORDS, rng.integers(least, most))).capitalize()


def main(
    kind: Annotated[str, typer.Option(help=f"One of: {', '.join(KINDS)}.")] = "boxes",
    count: Annotated[int, typer.Option(help="How many pages.")] = 1,
    seed: Annotated[int, typer.Option(help="The first page's seed.")] = 0,
    out: Annotated[Path, typer.Option(help="The folder to write.")] = Path("build/pages"),
) -> None:
    """Draw labelled pages of MNIST's training digits, as PNG with a `labels.csv`: file, row, text."""
    if kind not in KINDS:
        raise typer.BadParameter(f"expected one of {', '.join(KINDS)}, got {kind!r}")
    pool = Pool(*load_data("mnist")[0])
    out.mkdir(parents=True, exist_ok=True)
    lines = ["file,row,text"]
    for number, page in enumerate(draw_pages(pool, kind, count, seed)):
        name = f"{kind}-{seed + number:04}.png"
        Pillow.fromarray(page.grey).save(out / name)
        lines += [f"{name},{row},{each.text}" for row, each in enumerate(page.numbers)]
    (out / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(out)


if __name__ == "__main__":
    typer.run(main)
