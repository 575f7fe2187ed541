"""What the shipped model promises about single pictures: it rests on digits that neither network learned from, by kind.

Run it again whenever the shipped model was trained again: `python -m tenfold.calibrate.kinds`, 4 minutes on one core;
`python -m tenfold.calibrate.drawn` does so too.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, TypeAlias

import numpy as np
import typer
from numpy.random import Generator

from tenfold.arrays import Columns, Recognizer
from tenfold.data.datasets import load_data
from tenfold.data.lines import WrittenNumber, load_lines
from tenfold.draw.fonts import FONTS, font_path
from tenfold.draw.line_examples import BOOKS_HELD_OUT
from tenfold.draw.lines import HELD_OUT
from tenfold.draw.numbers import draw_digit
from tenfold.draw.typeset import PrintWriter
from tenfold.draw.writers import FontWriter, Hands, PenWriter
from tenfold.model.folder import SHIPPED, Model, load_model
from tenfold.model.promise import ERRORS, PICTURES, HeldOut, promises
from tenfold.model.saving import save_again
from tenfold.page.line import whole_line
from tenfold.page.paper import even_out
from tenfold.picture.decode import Grey
from tenfold.picture.ink import connected_components
from tenfold.read.ctc import positions
from tenfold.read.reader import Reader

__all__ = [
    "FONT_WRITERS",
    "LabelledDigit",
    "calibrate_by_kind",
    "cells",
    "cut_digits",
    "drawn_digits",
    "held_out_of",
    "keep_kinds",
    "pens",
    "read_kinds",
    "typefaces",
    "unlearned_cells",
    "unlearned_hands",
    "worn",
]

PICTURES_OF: Mapping[str, int] = MappingProxyType({"pens": 9000, "typefaces": 4500, "worn": 3500})
"""Pictures that are drawn of each kind: 0.1% can be promised where 2,995 are accepted, all right, and 4,742 with one
wrong."""

CELLS = 787
"""Digits that can be cut out of the cells held out."""

SEED = 2_000_000_000
"""Seed of what is drawn."""

FONT_WRITERS = (FontWriter, PrintWriter)
"""Writers of typefaces."""

AT_ONCE = 64
"""Pictures that are read at once."""

LabelledDigit: TypeAlias = tuple[Grey, int]
"""A picture `uint8 (height, width)`, 0 black, 255 white, and the digit that it shows."""

MARGIN = (0.05, 0.35)
"""Least and largest paper around a digit that is cut out of a cell, as a share of its height."""

NARROWEST, WIDEST = 0.15, 0.3
"""From the middle of a cell's first or last digit to where it is cut, at least and at most, as a share of the cell's
height; between, it is as far as the cell's signs are apart."""

SMALLEST = 8
"""Height and width of what is cut out, at least, in pixels."""

DARKEST, STROKE = 0.985, 0.22
"""DARKEST: quantile of a cell's darkness that is its full ink. STROKE: share of it from which on pixels are strokes."""

LOWEST, HIGHEST = 0.12, 0.9
"""Height of a piece of a digit, as a share of the cell's, at least and at most: others are dots, dashes, and rules."""


def pens(count: int, rng: Generator) -> Iterator[LabelledDigit]:
    """Draw digits of the fourteen pen writers that nothing was learned from, on plain paper."""
    yield from drawn_digits(
        replace(unlearned_hands(), images=(), fonts=(), printed=()), (PenWriter,), count, rng, worn=False
    )


def typefaces(count: int, rng: Generator) -> Iterator[LabelledDigit]:
    """Draw digits in the typefaces, of print and after handwriting, that nothing was learned from, on plain paper."""
    hands = replace(unlearned_hands(), images=(), people=())
    yield from drawn_digits(hands, FONT_WRITERS, count, rng, worn=False)


def worn(count: int, rng: Generator) -> Iterator[LabelledDigit]:
    """Draw digits of the same writers and typefaces on worn paper, badly taken: many of them nobody can read."""
    hands = replace(unlearned_hands(), images=())
    yield from drawn_digits(hands, (PenWriter, *FONT_WRITERS), count, rng, worn=True)


def cells(model: Recognizer, rng: Generator) -> Iterator[LabelledDigit]:
    """Cut every digit out of the cells of the four books that nothing was learned from."""
    for cell in unlearned_cells():
        yield from cut_digits(model, cell, rng)


def unlearned_cells() -> list[WrittenNumber]:
    """Give the cells of the four books that nothing was learned from."""
    return [cell for cell in load_lines("weather-cells") if cell.book in BOOKS_HELD_OUT]


def cut_digits(model: Recognizer, cell: WrittenNumber, rng: Generator) -> Iterator[LabelledDigit]:
    """Cut the digits out of a picture of one number, whose text says in which order they stand.

    Those that are whole, and apart from other ink: what another row of the table, a rule or the next digit is joined
    with, or the cell cuts off, nobody could cut out.

    Args:
        model: Its line recogniser says where in the picture the signs of the text are.
        cell: The number.
        rng: Decides how much of what is around each digit comes along.

    Yields:
        Each digit with its label, cut half way to its neighbours, and above and below where its ink ends.
    """
    line = whole_line(cell.picture)
    columns: Columns = model.lines([line])[0]
    height, width = cell.picture.shape
    signs = [model.alphabet.index(sign) for sign in cell.text]
    middles = np.array(positions(columns, signs)) * width / line.shape[1]
    between = [float(before + after) / 2 for before, after in pairwise(middles)]
    pieces = _pieces(cell.picture)
    for place, sign in enumerate(cell.text):
        if not sign.isdigit():
            continue
        reach = min(WIDEST * height, max(float(np.diff(middles).max()), NARROWEST * height))
        left = between[place - 1] if place else middles[place] - reach
        right = between[place] if place < len(between) else middles[place] + reach
        whole = _whole(pieces, left, right, cell.picture.shape)
        if whole is None:
            continue
        first, top, last, bottom = whole
        first, last = max(0, round(min(left, first))), min(width, round(max(right, last)))
        around = round((bottom - top) * rng.uniform(*MARGIN))
        cut = cell.picture[max(0, top - around) : bottom + around, first:last]
        if min(cut.shape) >= SMALLEST:
            yield np.ascontiguousarray(cut), int(sign)


def _pieces(picture: Grey) -> "np.ndarray":
    """Give the corners of each piece of ink that may be of a digit: `int32 (n, 4)`, left, top, right and bottom."""
    dark = even_out(picture).dark
    strokes = np.asarray(dark > STROKE * np.quantile(dark, DARKEST), np.uint8)
    stats = connected_components(strokes)[2][1:]
    tall = stats[:, 3] / len(picture)
    found = stats[(tall >= LOWEST) & (tall <= HIGHEST), :4]
    return np.hstack([found[:, :2], found[:, :2] + found[:, 2:]])


def _whole(pieces: "np.ndarray", left: float, right: float, shape: tuple[int, ...]) -> tuple[int, int, int, int] | None:
    """Give the corners of the one digit between two columns; None where it is not whole, or not one."""
    middles = pieces[:, ::2].mean(axis=1)
    own = pieces[(left < middles) & (middles < right)]
    if not len(own):
        return None
    (first, top), (last, bottom) = own[:, :2].min(axis=0).tolist(), own[:, 2:].max(axis=0).tolist()
    tallest = int((own[:, 3] - own[:, 1]).max())
    inside = top > 0 and bottom < shape[0] and first > 0 and last < shape[1]
    beyond = max(left - first, last - right)
    return (first, top, last, bottom) if inside and bottom - top <= 2 * tallest and beyond <= tallest / 4 else None


@cache
def unlearned_hands() -> Hands:
    """Give the pen writers and the typefaces that neither network learned from, and MNIST's digits held out of one."""
    images, labels = load_data("mnist")[0]
    hands = Hands.gather(images[::HELD_OUT], labels[::HELD_OUT], "test")
    known = {font_path(name) for name in FONTS}  # the digit network learned these
    return replace(hands, printed=[path for path in hands.printed if path not in known])


def drawn_digits(
    hands: Hands, writers: tuple[type, ...], count: int, rng: Generator, *, worn: bool
) -> Iterator[LabelledDigit]:
    """Draw digits, each by another writer.

    Args:
        hands: Who can write.
        writers: The kinds of writers to take.
        count: How many digits.
        rng: Decides everything.
        worn: As for `draw_digit`.
    """
    while count:
        writer = hands.choose(rng)
        if isinstance(writer, writers):
            digit = int(rng.integers(10))
            yield draw_digit(digit, writer, rng, worn=worn), digit
            count -= 1


def read_kinds(model: Model, share: float = 1.0) -> Iterator[tuple[str, HeldOut]]:
    """Read pictures of every kind.

    Args:
        model: The model.
        share: The share of the pictures to draw: fewer promise less.

    Yields:
        The name of a kind and what was answered to its pictures, one after another: it takes four minutes.
    """
    draw: Mapping[str, Callable[[int, Generator], Iterator[LabelledDigit]]] = {
        "pens": pens,
        "typefaces": typefaces,
        "worn": worn,
    }
    for place, (kind, count) in enumerate(PICTURES_OF.items()):
        rng = np.random.default_rng([SEED, place])
        yield kind, held_out_of(model, draw[kind](max(1, round(share * count)), rng))
    every = cells(model, np.random.default_rng([SEED, len(PICTURES_OF)]))
    yield "cells", held_out_of(model, islice(every, max(1, round(share * CELLS))))


def held_out_of(model: Model, pictures: Iterable[LabelledDigit]) -> HeldOut:
    """Read labelled pictures as `Reader` reads them: what is refused counts as wrong, and as least sure."""
    reader = Reader(_without_promise(model))
    answered: list[tuple[float, bool]] = []
    for some in _some(pictures):
        looks = reader.look([reader.prepare(picture) for picture, _ in some])
        for look, (_, label) in zip(looks, some, strict=True):
            answered.append((look.sureness, look.sureness > 0 and look.digit.digit == model.classes[label]))
    return HeldOut.ranked(answered)


def _without_promise(model: Model) -> Model:
    """Give a model that promises nothing about single digits: an older promise may order its answers otherwise."""
    other = copy(model)
    kept = {name: value for name, value in model.info.calibration.items() if name not in ("held_out", PICTURES)}
    other.info = replace(model.info, calibration=kept)
    return other


def _some(pictures: Iterable[LabelledDigit]) -> Iterator[list[LabelledDigit]]:
    every = iter(pictures)
    while some := list(islice(every, AT_ONCE)):
        yield some


def keep_kinds(model: Model, kinds: Mapping[str, HeldOut], folder: Path) -> Model:
    """Write a model again so that its promises about single pictures rest on given answers."""
    kept = {kind: held_out.to_dict() for kind, held_out in kinds.items()}
    return save_again(model, folder, replace(model.info, calibration={**model.info.calibration, PICTURES: kept}))


def calibrate_by_kind(model: Model, out: Path, share: float = 1.0) -> Model:
    """Read pictures of every kind, let promises about single pictures rest on that, and say what they are."""
    kinds: dict[str, HeldOut] = {}
    for kind, held_out in read_kinds(model, share):
        kinds[kind] = held_out
        shares = promises(held_out, ERRORS)
        told = ", ".join(f"{error:.1%}: {f'{part:.1%}' if part else '–'}" for error, part in shares.items())
        n, wrong = len(held_out.right), int((~held_out.right[held_out.probability > 0]).sum())
        refused = int((held_out.probability == 0).sum())
        print(
            f"{kind}: {n:,} digits, {refused:,} refused, {wrong} wrong; accepted at {told}", file=sys.stderr, flush=True
        )
    return keep_kinds(model, kinds, out)


def main(
    share: Annotated[float, typer.Option(help="Draw this share of the pictures: fewer promise less.")] = 1.0,
    model: Annotated[Path, typer.Option(help="The model folder to read with.")] = SHIPPED,
    out: Annotated[Path, typer.Option(help="The model folder to write.")] = SHIPPED,
) -> None:
    """Read single digits of every kind with the shipped model, and let its promises rest on how it did."""
    calibrate_by_kind(load_model(model), out, share)


if __name__ == "__main__":
    typer.run(main)
