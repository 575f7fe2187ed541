"""One page: its rows found and read, and the page turned where it lies on its head or its side."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from tenfold.arrays import LINE_HEIGHT, Recognizer, without_separators
from tenfold.deadline import check_deadline
from tenfold.errors import FormError, ModelError
from tenfold.model.folder import check_has_lines
from tenfold.page.align import anchors_of, fit
from tenfold.page.ink_kinds import look_at
from tenfold.page.layout import Row, find_boxed, find_free, whole_row
from tenfold.page.line import holds_several_lines
from tenfold.page.order import reading_order
from tenfold.page.paper import Paper, even_out, turned_back
from tenfold.page.quads import Quad, cut_out, height_of, mapped
from tenfold.picture.decode import Grey
from tenfold.read.forms import Field, Form
from tenfold.read.options import NumberOptions
from tenfold.read.readings import EMPTY
from tenfold.read.rows import EVEN, SURE, ReadRow, read_boxes, read_free

__all__ = ["check_reads_numbers", "read_page"]

AROUND = 0.5
"""Margin around a field of boxes that is cut out of a form, in heights of the field."""

LONG = 1.5
"""Mean length of a page's numbers, in digits, from which on it lies right where they are sure: on its side a page shows
many numbers of one digit."""

WELL, CLEARLY, MORE = 0.75, 1.25, 2
"""A page is turned if its numbers then have this median probability, and 1.25 times as many digits and two more."""

ALONE, UPRIGHT, HARDLY = 5, 1.5, 0.15
"""ALONE: greatest height of a picture that is first read as one number, in heights of a line: 240 pixels. UPRIGHT: and
its greatest height in its own widths. HARDLY: a number so read that is less probable is looked for as on a page."""

FEW, MANY, FAR_MORE = 2, 5, 2.0
"""FEW: strokes can look like this many rows of boxes at most, each of fewer than MANY digits. FAR_MORE: they are
strokes where the free reading has more than this many times as many digits."""

FILLS, LINE_LIKE, HALF, UNLIKELY = 0.25, "1", 0.5, 0.1
"""FILLS: boxes higher than this share of the picture may be strokes in one cell. HALF: they are when the free reading
has more than this many digits more. LINE_LIKE: this sign is not counted, for lines look like it; an alphabet without it
has none to leave out. UNLIKELY: readings of boxes of this probability or less are not counted either."""

INSIDE = 2
"""Numbers whose middles lie within a row, its own among them, at most: a row around more is a table."""


def read_page(
    model: Recognizer, page: Grey, options: NumberOptions, *, file: str = "", number: int = 1
) -> list[ReadRow]:
    """Find and read the rows of a page; one that stands on its head, or on its side, is turned.

    Args:
        model: What reads digits and lines.
        page: `uint8 (height, width)`.
        options: What to look for.
        file: The page's file, kept with each row.
        number: The page's number in its file, from 1; likewise.

    Returns:
        The rows, from top to bottom of the page as it is read; with a form one for each field, in their order.

    Raises:
        FormError: The page is not the form.
        ModelError: The model reads single digits only, or digits and lines in different signs.
    """
    check_reads_numbers(model)
    if options.form:
        fields = _read_form(model, page, options.form, options)
        rows = [replace(row, row=place) for place, row in enumerate(fields)]
    else:
        rows = _in_order(_read_alone(model, page, options))
        if _sureness(rows) < HARDLY:
            others = _read_turned(model, page, options)
            rows = others if _sureness(others) > _sureness(rows) else rows
    return [replace(row, file=file, page=number) for row in rows]


def check_reads_numbers(model: Recognizer) -> None:
    """Check that a model reads lines, in the same signs as single digits.

    Raises:
        ModelError: It does not.
    """
    check_has_lines(model)
    if set(without_separators(model.alphabet)) != set(without_separators(model.classes)):
        raise ModelError(
            f"this model tells single pictures of {', '.join(model.classes)} apart, and reads lines of "
            f"{', '.join(model.alphabet)}: numbers on pages take a model that does both in the same signs"
        )


def _read_alone(model: Recognizer, page: Grey, options: NumberOptions) -> list[ReadRow]:
    """Read a picture that shows one line alone, whole; nothing where it may show more.

    Where it is not read surely, it may stand on its head, or show boxes.
    """
    height, width = page.shape
    if options.grid or height > ALONE * LINE_HEIGHT or height > width * UPRIGHT:
        return []
    paper = even_out(page)
    if holds_several_lines(paper):
        return []
    rows = read_free(model, [whole_row(page, paper)], options)
    if 0 < _sureness(rows) < EVEN:
        turned = read_free(model, [whole_row(turned_back(page, 2), paper.turned_back(2))], options)
        if _sureness(turned) >= WELL:
            rows = [_as_it_came(row, 2, page.shape) for row in turned]
    if 0 < _sureness(rows) < SURE:
        boxed = read_boxes(model, find_boxed(paper, digits=options.digits))
        rows = boxed if _said(boxed) > _said(rows) else rows
    return rows


def _read_turned(model: Recognizer, page: Grey, options: NumberOptions) -> list[ReadRow]:
    """Read a page whichever way up it lies; where too little stands on it to see that, each way is tried."""
    paper, lies = look_at(page, words=_reads_letters(model))
    if lies is not None:
        return _read_turned_by(lies, model, page, paper, options)
    rows = _read(model, page, paper, options)
    for turns in (2, 1, 3):
        if _lies_right(rows) or (turns == 1 and _are_long(rows)):
            break
        other = _read_turned_by(turns, model, page, paper, options)
        rows = other if _say_more(other, rows) else rows
    return rows


def _reads_letters(model: Recognizer) -> bool:
    return any(sign.isalpha() for sign in model.alphabet)


def _read_turned_by(turns: int, model: Recognizer, page: Grey, paper: Paper, options: NumberOptions) -> list[ReadRow]:
    """Read a page that lies turned by some quarter turns against the clock."""
    rows = _read(model, turned_back(page, turns), paper.turned_back(turns), options)
    return [_as_it_came(row, turns, page.shape) for row in rows]


def _say_more(rows: Sequence[ReadRow], others: Sequence[ReadRow]) -> bool:
    return _are_long(rows) and _sureness(rows) >= WELL and _beyond(rows) > CLEARLY * _beyond(others) + MORE


def _lies_right(rows: Sequence[ReadRow]) -> bool:
    """Say whether the numbers of a page are sure and long enough to know that it lies right."""
    written = [row for row in rows if row.readings[0].text.strip(EMPTY)]
    return bool(rows) and _sureness(rows) >= SURE and (not written or _are_long(written))


def _are_long(rows: Sequence[ReadRow]) -> bool:
    return bool(rows) and _said(rows) >= LONG * len(rows)


def _beyond(rows: Sequence[ReadRow]) -> float:
    """Give how many digits are read after the first of each number, each as far as it is sure."""
    return sum(row.readings[0].probability * (len(row.readings[0].text.replace(EMPTY, "")) - 1) for row in rows)


def _sureness(rows: Sequence[ReadRow]) -> float:
    return float(np.median([row.readings[0].probability for row in rows])) if rows else 0.0


def _as_it_came(row: ReadRow, turns: int, shape: tuple[int, ...]) -> ReadRow:
    """Say where a row of a page that was turned back is on the page as it came, `shape` its height and width."""
    bottom, right = shape[0] - 1, shape[1] - 1

    def placed(quad: Quad) -> Quad:
        ways = {
            1: lambda x, y: (y, bottom - x),
            2: lambda x, y: (right - x, bottom - y),
            3: lambda x, y: (right - y, x),
        }
        return tuple(ways[turns](x, y) for x, y in quad)

    return row.placed(placed) if turns else row


def _read_form(model: Recognizer, page: Grey, form: Form, options: NumberOptions) -> list[ReadRow]:
    """Read the fields of a form, on a page that may lie on its head or on its side."""
    best: list[ReadRow] = []
    paper, lies = look_at(page, words=_reads_letters(model))
    for turns in dict.fromkeys([lies or 0, 0, 2, 1, 3]):
        turned = turned_back(page, turns)
        if form.anchors:
            way = fit(form.anchors, anchors_of(paper.turned_back(turns)))
        else:  # it lies as its example did
            way = np.diag([turned.shape[1] / form.width, turned.shape[0] / form.height, 1.0])
        if way is None:
            continue
        rows = [
            _read_field(model, turned, field, tuple(map(tuple, mapped(way, form.corners(field)))), ocr=options.ocr)
            for field in form.fields
        ]
        if not best or _said(rows) > FAR_MORE * _said(best):
            best = [_as_it_came(row, turns, page.shape) for row in rows]
        if _sureness([row for row in rows if row.readings[0].text.strip(EMPTY)]) >= SURE or not form.anchors:
            break
    if not best:
        raise FormError("this page is not the form: too few of the form's rows of boxes were found on it")
    return best


def _read_field(model: Recognizer, page: Grey, field: Field, quad: Quad, *, ocr: bool) -> ReadRow:
    """Read one field of a form; where nothing is written it is an empty row."""
    check_deadline()
    piece, back = cut_out(page, quad, AROUND if field.kind == "boxes" else 0.0)
    paper = even_out(piece)
    rows = read_boxes(model, find_boxed(paper, digits=field.digits)) if field.kind == "boxes" else []
    if not rows:
        rows = read_free(model, find_free(piece, paper), NumberOptions(digits=field.digits, type=field.type, ocr=ocr))
    middle = np.array(piece.shape[::-1]) / 2
    if field.kind == "boxes":
        rows = sorted(rows, key=lambda row: float(np.linalg.norm(np.mean(row.quad, axis=0) - middle)))
    else:
        rows = sorted(rows, key=lambda row: -_said([row]))
    if not rows:
        return replace(read_boxes(model, [Row((), quad)])[0], field=field)
    return replace(rows[0].placed(lambda corners: tuple(map(tuple, mapped(back, corners)))), field=field)


def _read(model: Recognizer, page: Grey, paper: Paper, options: NumberOptions) -> list[ReadRow]:
    """Read the rows of boxes of an upright page, or what stands free on it, whichever says more.

    Where there are more boxes than strokes may imitate, or as many as are wanted, nothing else is looked for.
    """
    check_deadline()
    boxed = read_boxes(model, find_boxed(paper, digits=options.digits, grid=options.grid))
    written = [row for row in boxed if row.readings[0].text.strip(EMPTY)]
    boxes = sum(map(_shows_digits, written)) > FEW or any(_digits(row) >= MANY for row in written)
    if options.grid or (boxes and _sureness(written) >= WELL) or (written and options.digits):
        return _in_order(boxed)
    free = _not_around_others(read_free(model, find_free(page, paper), options))
    says_more = _said(free) > FAR_MORE * _said(written)
    if any(height_of(row.quad) > FILLS * page.shape[0] for row in boxed):
        likely = [row for row in boxed if row.readings[0].probability > UNLIKELY]
        says_more = _said(free, LINE_LIKE) > sum(_digits(row, LINE_LIKE) for row in likely) + HALF
    return _in_order(free if says_more else boxed)


def _not_around_others(rows: Sequence[ReadRow]) -> list[ReadRow]:
    """Leave out what was read across the rows of a table: two others or more lie inside of it."""
    quads = np.array([row.quad for row in rows], np.float32).reshape(-1, 4, 2)
    least, middles, most = quads.min(axis=1), quads.mean(axis=1), quads.max(axis=1)
    kept = []
    for row, quad, low, high in zip(rows, quads, least, most, strict=True):
        near = middles[((low <= middles) & (middles <= high)).all(axis=1)].tolist()
        if sum(cv2.pointPolygonTest(quad, each, measureDist=False) > 0 for each in near) <= INSIDE:
            kept.append(row)
    return kept


def _shows_digits(row: ReadRow) -> bool:
    """Say whether half of a row's boxes are filled, and the signs in them are digits, more likely than not."""
    reading, digits = row.readings[0], _digits(row)
    return 2 * digits >= len(reading.text) and reading.probability >= EVEN**digits


def _in_order(rows: Sequence[ReadRow]) -> list[ReadRow]:
    """Put the rows of an upright page in the order in which they are read, each with its line and its column."""
    order = reading_order([row.quad for row in rows], [row.kind == "boxes" for row in rows])
    return [replace(rows[place.which], row=place.row, column=place.column) for place in order]


def _said(rows: Sequence[ReadRow], but: str = "") -> float:
    """Give how many digits are read, each counted as far as it is sure, but for those named."""
    return sum(row.readings[0].probability * _digits(row, but) for row in rows)


def _digits(row: ReadRow, but: str = "") -> int:
    return sum(digit not in EMPTY + but for digit in row.readings[0].text)
