"""One page: its rows found and read, and the page turned where it lies on its head or its side."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

import cv2
import numpy as np

from tenfold.arrays import LINE_HEIGHT, Recognizer, without_separators
from tenfold.deadline import check_deadline
from tenfold.errors import FormError, ModelError
from tenfold.model.folder import check_has_lines
from tenfold.page.align import anchors_of, fit
from tenfold.page.layout import FreeRow, find_boxed, find_free, whole_row
from tenfold.page.line import holds_several_lines
from tenfold.page.order import reading_order
from tenfold.page.paper import even_out
from tenfold.page.quads import Homography, Quad, cut_out, height_of, mapped, width_of
from tenfold.picture.decode import Grey
from tenfold.read.forms import Field, Form
from tenfold.read.options import NumberOptions
from tenfold.read.readings import EMPTY
from tenfold.read.rows import EVEN, SURE, ReadRow, empty_row, read_boxes, read_free

__all__ = ["check_reads_numbers", "read_page", "without_words"]

AROUND = 0.5
"""Margin around a field of boxes that is cut out of a form, in heights of the field."""

LONG = 1.5
"""Mean length of a page's numbers, in digits, from which on it lies right where they are sure: on its side a page shows
many numbers of one digit."""

WELL, CLEARLY, MORE = 0.75, 1.25, 2
"""A page is turned if its numbers then have this median probability, and 1.25 times as many digits and two more."""

LINE, LINES, LINE_LONG = 3, 5, 2
"""LINE: width of a line of print or numbers, in heights. LINES: how many of them, half of what is on the page, show it
level. LINE_LONG: least width of a line of print, in widths of a word of it."""

PRINT, STANDS = 30, 0.08
"""By how many neighbours more print stands on its lines than it ends at one height, at least, and by which share of all
signs: then it is upright. Pages of print have 0.08 (dense) to 0.33 upright, as much below 0 on their heads, and on
their sides 0.02 at most."""

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

ACROSS = 0.2, 0.5, 0.8
"""Where a line of print is looked for in a row of boxes, in its heights from its top."""

AROUND = 2
"""Numbers whose middles lie within a row, its own among them, at most: a row around more is a table."""

Lies: TypeAlias = Literal["upright", "on its head", "level"]
"""How a page lies; of a level page it is not known whether it is on its head."""

SIDES = cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE
TURNS = cv2.ROTATE_180, *SIDES


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
        head = np.asarray(cv2.rotate(page, cv2.ROTATE_180), np.uint8)
        turned = read_free(model, [whole_row(head, even_out(head))], options)
        if _sureness(turned) >= WELL:
            rows = [_turned_back(row, cv2.ROTATE_180, page.shape) for row in turned]
    if 0 < _sureness(rows) < SURE:
        boxed = read_boxes(model, find_boxed(paper, digits=options.digits))
        rows = boxed if _said(boxed) > _said(rows) else rows
    return rows


def _read_turned(model: Recognizer, page: Grey, options: NumberOptions) -> list[ReadRow]:
    rows, lies = _read(model, page, options)
    for turn in TURNS:
        if lies == "upright" or _lies_right(rows) or (turn == SIDES[0] and (lies or _are_long(rows))):
            break
        other, other_lies = _read(model, np.asarray(cv2.rotate(page, turn), np.uint8), options)
        if turn == cv2.ROTATE_180 and other_lies == "on its head":
            break
        if other_lies == "upright" or (other_lies == "level" and not lies) or _say_more(other, rows):
            rows = [_turned_back(row, turn, page.shape) for row in other]
            lies = other_lies
    return rows


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


def _turned_back(row: ReadRow, turn: int, shape: tuple[int, ...]) -> ReadRow:
    """Say where a row of a turned page is on the page as it came, `shape` its height and width."""
    bottom, right = shape[0] - 1, shape[1] - 1

    def back(x: float, y: float) -> tuple[float, float]:
        if turn == cv2.ROTATE_180:
            return right - x, bottom - y
        return (y, bottom - x) if turn == cv2.ROTATE_90_CLOCKWISE else (right - y, x)

    def placed(quad: Quad) -> Quad:
        return tuple(back(x, y) for x, y in quad)

    return row.placed(placed)


def _read_form(model: Recognizer, page: Grey, form: Form, options: NumberOptions) -> list[ReadRow]:
    """Read the fields of a form, on a page that may lie on its head or on its side."""
    best: list[ReadRow] = []
    for turn in (None, *TURNS):
        turned = page if turn is None else np.asarray(cv2.rotate(page, turn), np.uint8)
        paper = even_out(turned)
        way = fit(form.anchors, anchors_of(paper)) if form.anchors else _as_it_lies(form, turned)
        if way is None:
            continue
        rows = [
            _read_field(model, turned, field, tuple(map(tuple, mapped(way, form.corners(field)))), ocr=options.ocr)
            for field in form.fields
        ]
        if not best or _said(rows) > FAR_MORE * _said(best):
            best = rows if turn is None else [_turned_back(row, turn, page.shape) for row in rows]
        if _sureness([row for row in rows if row.readings[0].text.strip(EMPTY)]) >= SURE or not form.anchors:
            break
    if not best:
        raise FormError("this page is not the form: too few of the form's rows of boxes were found on it")
    return best


def _as_it_lies(form: Form, page: Grey) -> Homography:
    height, width = page.shape
    return np.diag([width / form.width, height / form.height, 1.0])


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
        return replace(empty_row(model, quad), field=field)
    return replace(rows[0].placed(lambda corners: tuple(map(tuple, mapped(back, corners)))), field=field)


def _read(model: Recognizer, page: Grey, options: NumberOptions) -> tuple[list[ReadRow], Lies | None]:
    """Read the rows of boxes of an upright page, or what stands free on it, whichever says more.

    Where there are more boxes than strokes may imitate, or as many as are wanted, the rest is taken for print. Words of
    a line of print that look like boxes are left out, unless it is known how long numbers are.

    Returns:
        The rows, and how the page lies, where its lines of print or numbers tell; of a page on its head no free rows.
    """
    check_deadline()
    paper = even_out(page)
    boxed = read_boxes(model, find_boxed(paper, digits=options.digits, grid=options.grid))
    free_rows = None
    if not (options.digits or options.grid) and not all(map(_shows_digits, boxed)):
        free_rows = find_free(page, paper)
        boxed = without_words(boxed, free_rows)
    check_deadline()
    written = [row for row in boxed if row.readings[0].text.strip(EMPTY)]
    boxes = sum(map(_shows_digits, written)) > FEW or any(_digits(row) >= MANY for row in written)
    if options.grid or (boxes and _sureness(written) >= WELL) or (written and options.digits):
        return _in_order(boxed), None
    rows = find_free(page, paper) if free_rows is None else free_rows
    lies = _lies(rows)
    free = [] if lies == "on its head" else _not_around_others(read_free(model, rows, options))
    says_more = _said(free) > FAR_MORE * _said(written)
    if any(height_of(row.quad) > FILLS * page.shape[0] for row in boxed):
        likely = [row for row in boxed if row.readings[0].probability > UNLIKELY]
        says_more = _said(free, LINE_LIKE) > sum(_digits(row, LINE_LIKE) for row in likely) + HALF
    return _in_order(free if says_more else boxed), lies


def _not_around_others(rows: Sequence[ReadRow]) -> list[ReadRow]:
    """Leave out what was read across the rows of a table: two others or more lie inside of it."""
    quads = np.array([row.quad for row in rows], np.float32).reshape(-1, 4, 2)
    least, middles, most = quads.min(axis=1), quads.mean(axis=1), quads.max(axis=1)
    kept = []
    for row, quad, low, high in zip(rows, quads, least, most, strict=True):
        near = middles[((low <= middles) & (middles <= high)).all(axis=1)].tolist()
        if sum(cv2.pointPolygonTest(quad, each, measureDist=False) > 0 for each in near) <= AROUND:
            kept.append(row)
    return kept


def without_words(boxed: Sequence[ReadRow], free_rows: Sequence[FreeRow]) -> list[ReadRow]:
    """Leave out rows of boxes that are words of a line of print, the free rows of the page at hand."""
    return [row for row in boxed if _shows_digits(row) or not _is_in_print(row, free_rows)]


def _shows_digits(row: ReadRow) -> bool:
    """Say whether half of a row's boxes are filled, and the signs in them are digits, more likely than not."""
    reading, digits = row.readings[0], _digits(row)
    return 2 * digits >= len(reading.text) and reading.probability >= EVEN**digits


def _is_in_print(row: ReadRow, free_rows: Sequence[FreeRow]) -> bool:
    """Say whether a row of boxes is a part of a much longer line, or lies across two."""
    around = [
        np.array(free.quad, np.float32) for free in free_rows if width_of(free.quad) > LINE_LONG * width_of(row.quad)
    ]
    head, foot = np.array(row.quad[:2]).mean(axis=0), np.array(row.quad[2:]).mean(axis=0)
    down = [tuple(map(float, head + share * (foot - head))) for share in ACROSS]
    return any(cv2.pointPolygonTest(quad, place, measureDist=False) >= 0 for quad in around for place in down)


def _lies(rows: Sequence[FreeRow]) -> Lies | None:
    """Say how a page lies, from what stands on its lines; None where they do not tell whether they are level."""
    upright, least = sum(row.upright for row in rows), max(PRINT, STANDS * sum(row.signs for row in rows))
    if abs(upright) >= least:
        return "upright" if upright > 0 else "on its head"
    lines = sum(row.dark.shape[1] >= LINE * row.dark.shape[0] for row in rows)
    return "level" if lines >= max(LINES, len(rows) / 2) else None


def _in_order(rows: Sequence[ReadRow]) -> list[ReadRow]:
    """Put the rows of an upright page in the order in which they are read, each with its line and its column."""
    order = reading_order([row.quad for row in rows], [row.kind == "boxes" for row in rows])
    return [replace(rows[place.which], row=place.row, column=place.column) for place in order]


def _said(rows: Sequence[ReadRow], but: str = "") -> float:
    """Give how many digits are read, each counted as far as it is sure, but for those named."""
    return sum(row.readings[0].probability * _digits(row, but) for row in rows)


def _digits(row: ReadRow, but: str = "") -> int:
    return sum(digit not in EMPTY + but for digit in row.readings[0].text)
