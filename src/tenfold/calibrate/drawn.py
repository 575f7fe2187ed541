"""What the model that ships promises: it rests on drawn pages, on pictures of one number, and on single digits.

The line recogniser learned from nothing that is written on them, of the digits of some pages and of pictures neither
network. Run it again whenever the shipped model was trained again: `python -m tenfold.calibrate.drawn`, twenty minutes
on two cores; `python -m tenfold.calibrate.kinds` does the last part of it, single digits, alone.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, TypeAlias

import numpy as np
import typer

from tenfold.arrays import Image, Images, Labels
from tenfold.calibrate.kinds import calibrate_by_kind, unlearned_cells, unlearned_hands
from tenfold.calibrate.pages import Answer, answers, keep_answers
from tenfold.data.datasets import load_data
from tenfold.draw.cuttings import CUTTING_KINDS
from tenfold.draw.lines import HELD_OUT
from tenfold.draw.numbers import draw_number
from tenfold.draw.pages import FIRST_CALIBRATION_SEED, PageKind, draw_page
from tenfold.draw.sheets import DigitGlyphs, LabelledPage
from tenfold.draw.writers import PenWriter
from tenfold.model.folder import SHIPPED, Model, load_model
from tenfold.page.quads import Quad
from tenfold.picture.decode import Grey
from tenfold.picture.frame import frame
from tenfold.progress import followed
from tenfold.read.lists import Known
from tenfold.read.options import NumberOptions
from tenfold.read.pages import read_page
from tenfold.read.promises import ReadingKind
from tenfold.workers import start_worker

__all__ = ["answers_alone", "blind_list", "cut_outs", "pen_digits", "portions", "truth", "unlearned"]

Answers: TypeAlias = list[tuple[str, Answer]]
"""What promises rest on, and an answer to one of its numbers."""

PAGES: dict[PageKind, int] = {"boxes": 170, "combs": 100, "grid": 90, "rows": 260}
"""Pages of each kind: some 3,500 numbers in boxes and as many free ones, the fewest by which 0.1% can be promised."""

BY_PENS: dict[PageKind, int] = {"boxes": 280, "combs": 160, "grid": 140}
"""Pages that people wrote of whom neither network learned: some 6,000 numbers in boxes. The digit network knows the
digits of the other pages."""

WITH_LISTS: frozenset[PageKind] = frozenset({"boxes", "rows"})
"""Kinds of pages whose numbers are read beside a list too."""

PEN_DIGITS = 4000
"""Digits that they are written with."""

CUT_OUTS = 8000
"""Drawn pictures of one number. They are harder to read than amounts of cheques: fewer cannot promise 2%."""

AT_ONCE = 50
"""Pictures that are drawn and read at once by one process."""

LISTED = 1000
"""Numbers on the lists that rows are read with."""

NEAR = 0.5
"""A number was found where its middle is within this share of its height, or a little more, of where it was written."""


def answers_on(
    model: Model, page: LabelledPage, known: bool, rng: np.random.Generator
) -> Iterator[tuple[ReadingKind, Answer]]:
    """Read a page and say of every number how sure the model was and whether it is right.

    Yields:
        The kind of reading, how sure it is and whether it is right; a number read where none is written is wrong.
    """
    for row in read_page(model, page.grey, NumberOptions()):
        written = truth(page, row.quad)
        listed = known and written and "_" not in written and len(written) > 1
        yield from answers(
            model, [(row, written)], Known.of(blind_list(rng, written), model.alphabet) if listed else None
        )


def answers_alone(model: Model, pictures: Iterable[tuple[Grey, str]]) -> Iterator[Answer]:
    """Read pictures of one number and say of each number read how sure the model was and whether it is right.

    What is told as several numbers is wrong. A point is as good as a comma. Numbers taken for rows of a page fall under
    the promise of these, and are passed over.
    """
    for picture, written in pictures:
        rows = read_page(model, picture, NumberOptions())
        for row in rows:
            said = row.readings[0]
            if row.kind == "alone":
                yield said.sureness, len(rows) == 1 and said.text.replace(",", ".") == written.replace(",", ".")


def pen_digits(count: int, rng: np.random.Generator) -> DigitGlyphs:
    """Write digits as the fourteen people do of whom nothing was learned, as images of MNIST's kind."""
    hands = replace(unlearned_hands(), images=(), fonts=(), printed=())
    images, labels = list[Image](), list[int]()
    while len(images) < count:
        writer = hands.choose(rng)
        if isinstance(writer, PenWriter):
            labels.append(int(rng.integers(10)))
            images.append(frame(writer.glyph(str(labels[-1]), rng).ink))
    return DigitGlyphs(np.stack(images), np.array(labels, np.int64))


def cut_outs(count: int, rng: np.random.Generator) -> Iterator[tuple[Grey, str]]:
    """Draw pictures of one whole number, or of none, by people and in typefaces that nothing was learned from.

    Where a picture is badly taken nobody sees its points and signs: what those are read as, real cells tell.
    """
    hands = unlearned_hands()
    while count:
        picture, text = draw_number(hands, rng)
        if not text.strip("0123456789"):
            yield picture, text
            count -= 1


def truth(page: LabelledPage, quad: Quad) -> str:
    """Give the number at a place of a page; empty where there is none."""
    middle = np.mean(quad, axis=0)
    for number in page.numbers:
        corners = np.array(number.quad)
        width, height = (float(np.linalg.norm(corners[side] - corners[0])) for side in (1, 3))
        reach = max(
            NEAR * height + 12, width / 2 if page.kind in CUTTING_KINDS else 0
        )  # there is nothing else on cuttings
        if float(np.linalg.norm(corners.mean(axis=0) - middle)) <= reach:
            return number.text
    return ""


def blind_list(rng: np.random.Generator, written: str) -> list[str]:
    """Draw a list of numbers that differ in two places or more; the one that is written is on it nine times in ten."""
    length = len(written)
    count = min(LISTED, 10**length // 20 + 1)
    listed = [written] if rng.random() < 0.9 else []
    base = rng.integers(0, 10, (4 * count, length - 1))
    check = (-base @ (np.arange(length - 1) % 9 + 1)) % 10  # a check digit: numbers differ in two places or more
    for row, last in zip(base, check, strict=True):
        number = "".join(map(str, (*row, last)))
        apart = sum(a != b for a, b in zip(number, written, strict=True))
        if apart >= 2 and len(listed) < count:
            listed.append(number)
    return list(dict.fromkeys(listed))


def unlearned() -> tuple[Images, Labels]:
    """Give MNIST's training digits that the line recogniser does not learn from: one in ten."""
    images, labels = load_data("mnist")[0]
    return images[::HELD_OUT], labels[::HELD_OUT]


def portions(share: float = 1.0) -> Mapping[str, list[Callable[[], Answers]]]:
    """Share out what the promises about numbers rest on; any process can draw and read any portion.

    Args:
        share: The share of all of it: fewer promise less.

    Returns:
        The portions by what they are.
    """

    def some(count: int) -> range:
        return range(max(1, round(share * count)))

    found: dict[str, list[Callable[[], Answers]]] = {}
    for kind, count in PAGES.items():
        found[f"pages of {kind}"] = [partial(_answers_on_page, kind, number) for number in some(count)]
    for kind, count in BY_PENS.items():
        found[f"pages of {kind} by people"] = [partial(_answers_by_pens, kind, number) for number in some(count)]
    batches = some(CUT_OUTS // AT_ONCE)
    found[f"pictures of one number, {AT_ONCE} at once"] = [partial(_answers_to_cut_outs, number) for number in batches]
    found["cells of books"] = [_answers_to_cells]
    return found


def _answers_on_page(kind: PageKind, number: int) -> Answers:
    page = draw_page(_glyphs(), kind, FIRST_CALIBRATION_SEED + number)
    rng = np.random.default_rng([FIRST_CALIBRATION_SEED, number])
    return list(answers_on(_model(), page, kind in WITH_LISTS, rng))


def _answers_by_pens(kind: PageKind, number: int) -> Answers:
    page = draw_page(_pens(), kind, FIRST_CALIBRATION_SEED + number)
    rng = np.random.default_rng([FIRST_CALIBRATION_SEED, number])
    return [("pens", answer) for reading, answer in answers_on(_model(), page, False, rng) if reading == "boxes"]


def _answers_to_cut_outs(number: int) -> Answers:
    drawn = cut_outs(AT_ONCE, np.random.default_rng([FIRST_CALIBRATION_SEED, number]))
    return [("alone", answer) for answer in answers_alone(_model(), drawn)]


def _answers_to_cells() -> Answers:
    cells = ((cell.picture, cell.text) for cell in unlearned_cells())
    return [("cells", answer) for answer in answers_alone(_model(), cells)]


@cache
def _model() -> Model:
    return load_model(SHIPPED, threads=1)


@cache
def _glyphs() -> DigitGlyphs:
    return DigitGlyphs(*unlearned())


@cache
def _pens() -> DigitGlyphs:
    return pen_digits(PEN_DIGITS, np.random.default_rng(FIRST_CALIBRATION_SEED))


def _call(portion: Callable[[], Answers]) -> Answers:
    return portion()


def main(
    share: Annotated[float, typer.Option(help="Draw this share of the pages: fewer promise less.")] = 1.0,
    workers: Annotated[int, typer.Option(min=1, help="Processes that draw and read.")] = os.cpu_count() or 1,
    out: Annotated[Path, typer.Option(help="The model folder to write.")] = SHIPPED,
) -> None:
    """Read drawn pages, pictures of one number and single digits, and let the shipped promises rest on how it did."""
    gathered: dict[str, list[Answer]] = {}
    with ProcessPoolExecutor(workers, get_context("spawn"), start_worker) as pool:
        for title, some in portions(share).items():
            for answered in followed(pool.map(_call, some), f"reading {title}", partial(len, some), shown=True):
                for kind, answer in answered:
                    gathered.setdefault(kind, []).append(answer)
    for name, found in keep_answers(_model(), gathered, out).items():
        shares = ", ".join(
            f"{error:.1%}: {part:.1%}" if part else f"{error:.1%}: –" for error, part in found.promises.items()
        )
        print(f"{name}: {found.n:,} numbers, {found.n - found.right} wrong; accepted at {shares}")
    calibrate_by_kind(load_model(out), out, share)


if __name__ == "__main__":
    typer.run(main)
