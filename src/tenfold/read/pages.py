"""One page: its rows found and read, and the page turned where it lies on its head or its side."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np

from tenfold.arrays import (
    LINE_HEIGHT,
    Columns,
    Images,
    OutOfDistribution,
    Probabilities,
    Recognizer,
    without_separators,
)
from tenfold.errors import FormError, ModelError
from tenfold.model.folder import check_has_lines
from tenfold.page.align import anchors_of, fit
from tenfold.page.layout import FreeRow, Row, find_boxed, find_free, whole_row
from tenfold.page.line import holds_several_lines, line_of_digit
from tenfold.page.paper import even_out
from tenfold.page.quads import Homography, Quad, cut_out, height_of, mapped
from tenfold.picture.decode import Grey
from tenfold.read.ctc import best_path, most_probable, no_number, positions, without
from tenfold.read.forms import Field, Form
from tenfold.read.options import NumberOptions
from tenfold.read.pooling import Opinion, third_opinion
from tenfold.read.readings import EMPTY, Boxes, Free, Reading, Sign

__all__ = ["ALTERNATIVES", "ReadRow", "check_reads_numbers", "read_page"]

ALTERNATIVES, WEIGHED = 5, 64
"""Readings of a row that are told; and that are kept to weigh them against the type of its number."""

AROUND = 0.5
"""Margin around a field of boxes that is cut out of a form, in heights of the field."""

SURE, LONG = 0.95, 1.5
"""Median probability of a page's numbers, and their mean length in digits, from which on it lies right: on its side a
page shows many numbers of one digit."""

WELL, CLEARLY, MORE = 0.75, 1.25, 2
"""A page is turned if its numbers then have this median probability, and 1.25 times as many digits and two more."""

LINE, LINES = 3, 5
"""Width of a line of print or numbers, in heights; and how many of them, half of what is on the page, show it level."""

EVEN = 0.5
"""A row whose probability of holding no number is this or more is left out; asking about its digits cannot make a
number more probable."""

ALONE, UPRIGHT, HARDLY = 5, 1.5, 0.15
"""ALONE: greatest height of a picture that is first read as one number, in heights of a line: 240 pixels. UPRIGHT: and
its greatest height in its own widths. HARDLY: a number so read that is less probable is looked for as on a page."""

SPACE = " "
"""How a gap between groups of digits is written."""

PERHAPS = 0.1
"""Probability in any column, at least, of a space that is looked for."""

APART = 1.6
"""From one sign to the next across a space, at least, as a multiple of the most between other neighbours of the row:
what is nearer is one number, written wide."""

PITCH = 1.7
"""From one digit to the next in a row, at most, in heights of a digit: an unsure reading that leaves more of its row
unread is none, for such rows are print."""

FEW, FAR_MORE = 2, 2.0
"""FEW: strokes can look like this many rows of boxes at most. FAR_MORE: they are strokes where the free reading has
more than this many times as many digits."""

FILLS, LINE_LIKE, HALF, UNLIKELY = 0.25, "1", 0.5, 0.1
"""FILLS: boxes higher than this share of the picture may be strokes in one cell. HALF: they are when the free reading
has more than this many digits more. LINE_LIKE: this sign is not counted, for lines look like it; an alphabet without it
has none to leave out. UNLIKELY: readings of boxes of this probability or less are not counted either."""

SIDES = cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE
TURNS = cv2.ROTATE_180, *SIDES


@dataclass(frozen=True, eq=False)
class ReadRow:
    """A row that was read, before it is decided what it says.

    Attributes:
        says: What is known of it.
        readings: The most probable ones, the best first; at least one.
        quad: Its corners on the page.
        field: The field of the form that it was read in; None where there is no form.
        file: The page's file; empty where it came without a name.
        page: The page's number in its file, from 1.
        row: The row's number on its page, from 0.
    """

    says: Boxes | Free
    readings: tuple[Reading, ...]
    quad: Quad
    field: Field | None = None
    file: str = ""
    page: int = 1
    row: int = 0

    @property
    def kind(self) -> Literal["boxes", "free"]:
        """What promise it falls under, without a list."""
        return self.says.kind


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
        rows = _read_form(model, page, options.form, options)
    else:
        rows = _read_alone(model, page, options)
        if _sureness(rows) < HARDLY:
            others = _read_turned(model, page, options)
            rows = others if _sureness(others) > _sureness(rows) else rows
    return [replace(row, file=file, page=number, row=place) for place, row in enumerate(rows)]


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
    rows = _free(model, [whole_row(page, paper)], options)
    if 0 < _sureness(rows) < EVEN:
        head = np.asarray(cv2.rotate(page, cv2.ROTATE_180), np.uint8)
        turned = _free(model, [whole_row(head, even_out(head))], options)
        if _sureness(turned) >= WELL:
            rows = [_turned_back(row, cv2.ROTATE_180, page.shape) for row in turned]
    if 0 < _sureness(rows) < SURE:
        boxed = _boxes(model, find_boxed(paper, digits=options.digits))
        rows = boxed if _said(boxed) > _said(rows) else rows
    return rows


def _read_turned(model: Recognizer, page: Grey, options: NumberOptions) -> list[ReadRow]:
    rows, level = _read(model, page, options)
    for turn in TURNS:
        if _lies_right(rows) or (turn == SIDES[0] and (level or _are_long(rows))):
            break
        other, other_level = _read(model, np.asarray(cv2.rotate(page, turn), np.uint8), options)
        if (other_level and not level) or _say_more(other, rows):
            rows = [_turned_back(row, turn, page.shape) for row in other]
            level = other_level
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

    return _placed(row, placed)


def _placed(row: ReadRow, place: Callable[[Quad], Quad]) -> ReadRow:
    """Say where a row is on another plane than it was read on."""
    return replace(row, says=row.says.placed(place), quad=place(row.quad))


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
    piece, back = cut_out(page, quad, AROUND if field.kind == "boxes" else 0.0)
    paper = even_out(piece)
    rows = _boxes(model, find_boxed(paper, digits=field.digits)) if field.kind == "boxes" else []
    if not rows:
        rows = _free(model, find_free(piece, paper), NumberOptions(digits=field.digits, type=field.type, ocr=ocr))
    middle = np.array(piece.shape[::-1]) / 2
    if field.kind == "boxes":
        rows = sorted(rows, key=lambda row: float(np.linalg.norm(np.mean(row.quad, axis=0) - middle)))
    else:
        rows = sorted(rows, key=lambda row: -_said([row]))
    if not rows:
        nothing = Boxes(Row((), quad), _no_answers(model), (), model.alphabet)
        return ReadRow(nothing, tuple(nothing.readings(1)), quad, field)
    return replace(_placed(rows[0], lambda corners: tuple(map(tuple, mapped(back, corners)))), field=field)


def _read(model: Recognizer, page: Grey, options: NumberOptions) -> tuple[list[ReadRow], bool]:
    """Read the rows of boxes of an upright page, or what stands free on it, whichever says more.

    Where there are more boxes than strokes may imitate, or as many as are wanted, the rest is taken for print.

    Returns:
        The rows, and whether the page holds lines, of print or numbers, that are level.
    """
    paper = even_out(page)
    boxed = _boxes(model, find_boxed(paper, digits=options.digits, grid=options.grid))
    written = [row for row in boxed if row.readings[0].text.strip(EMPTY)]
    if options.grid or (len(written) > FEW and _sureness(written) >= WELL) or (written and options.digits):
        return boxed, False
    rows = find_free(page, paper)
    free = _free(model, rows, options)
    lines = sum(row.lines[0].shape[1] >= LINE * row.lines[0].shape[0] for row in rows)
    level = lines >= max(LINES, len(rows) / 2)
    says_more = _said(free) > FAR_MORE * _said(written)
    if any(height_of(row.quad) > FILLS * page.shape[0] for row in boxed):
        likely = [row for row in boxed if row.readings[0].probability > UNLIKELY]
        says_more = _said(free, LINE_LIKE) > sum(_digits(row, LINE_LIKE) for row in likely) + HALF
    return (free if says_more else boxed), level


def _said(rows: Sequence[ReadRow], but: str = "") -> float:
    """Give how many digits are read, each counted as far as it is sure, but for those named."""
    return sum(row.readings[0].probability * _digits(row, but) for row in rows)


def _digits(row: ReadRow, but: str = "") -> int:
    return sum(digit not in EMPTY + but for digit in row.readings[0].text)


def _around(signs: Sequence[Sign]) -> Quad:
    """Give the corners of what was read, from its first sign to its last."""
    first, last = signs[0].quad, signs[-1].quad
    return first[0], last[1], last[2], first[3]


def _boxes(model: Recognizer, rows: Sequence[Row]) -> list[ReadRow]:
    """Read rows of boxes, their digits in one batch."""
    images = [part.image for row in rows for part in row.parts if part.image is not None]
    probable, outliers = _digits_in_alphabet(model, np.stack(images)) if images else _no_answers(model)
    columns = model.lines([line_of_digit(image) for image in images])
    found, start = [], 0
    for row in rows:
        end = start + sum(part.image is not None for part in row.parts)
        says = Boxes(row, (probable[start:end], outliers[start:end]), columns[start:end], model.alphabet)
        found.append(ReadRow(says, tuple(says.readings(WEIGHED)), row.quad))
        start = end
    return found


def _free(model: Recognizer, rows: Sequence[FreeRow], options: NumberOptions) -> list[ReadRow]:
    """Read free rows; those that hold no number are left out, and those that are read surely are looked at once."""
    found = []
    for row, columns in zip(rows, model.lines([row.lines[0] for row in rows]), strict=True):
        if no_number(columns) < EVEN:
            others = row.lines[1:] if best_path(columns) < SURE else ()
            said = [columns, *model.lines(others)]
            found += [_free_row(*part, model.alphabet, options) for part in _apart(row, said, model.alphabet, options)]
    return [row for row in found if row]


def _free_row(row: FreeRow, said: Sequence[Columns], alphabet: str, options: NumberOptions) -> ReadRow | None:
    opinions = [Opinion(columns, alphabet, 1 / len(said)) for columns in said]
    says = Free(row, third_opinion(opinions, row.grey) if options.ocr else opinions, options.type)
    readings = says.readings(WEIGHED + 1, options.digits)
    if not readings or not readings[0].text:
        return None
    told = tuple(reading for reading in readings if reading.text)
    if row.digit and told[0].probability < EVEN and len(told[0].text) * PITCH * row.digit < row.ends[1] - row.ends[0]:
        return None
    return ReadRow(says, told, _around(says.signs(told[0].text)))


def _apart(
    row: FreeRow, said: Sequence[Columns], alphabet: str, options: NumberOptions
) -> Iterator[tuple[FreeRow, Sequence[Columns]]]:
    """Cut a row where a space is read: what stands apart is several numbers, unless it is known to be one."""
    if SPACE not in alphabet or options.type is not None:
        yield row, said
        return
    space, columns = alphabet.index(SPACE), said[0]
    cuts = [] if options.digits else _cuts(columns, alphabet)
    if not cuts:
        yield row, [without(each, [space]) for each in said]
        return
    for first, last in pairwise([0, *cuts, len(columns)]):
        left, right = 2 * first, 2 * last if last < len(columns) else row.lines[0].shape[1]
        inside = max(left, row.ends[0]), min(right, row.ends[1])
        share = row.grey.shape[1] / row.lines[0].shape[1]
        grey = row.grey[:, round(left * share) : round(right * share)]
        part = FreeRow((row.lines[0][:, left:right],), grey, row.part(*inside), (inside[0] - left, inside[1] - left))
        yield part, [without(columns[first:last], [space])]


def _cuts(columns: Columns, alphabet: str) -> list[int]:
    """Give the columns of those spaces in a line that are clearly wider than its other gaps."""
    if columns[:, alphabet.index(SPACE)].max() < np.log(PERHAPS):
        return []
    text = most_probable(columns, 1, alphabet)[0].strip()
    middles = positions(columns, [alphabet.index(sign) for sign in text])
    near = [b - a for (a, b), pair in zip(pairwise(middles), pairwise(text), strict=True) if SPACE not in pair]
    return [
        round(middles[place] / 2)
        for place, sign in enumerate(text)
        if sign == SPACE and middles[place + 1] - middles[place - 1] > APART * max(near, default=0.0)
    ]


def _digits_in_alphabet(model: Recognizer, images: Images) -> tuple[Probabilities, OutOfDistribution]:
    """Ask about single digits; their probabilities come in the order of the alphabet, 0 for its separators."""
    probable, outliers = model.digits(images)
    ordered = np.zeros((len(images), len(model.alphabet)), np.float32)
    for place, sign in enumerate(model.alphabet):
        if sign in model.classes:
            ordered[:, place] = probable[:, model.classes.index(sign)]
    return ordered, outliers


def _no_answers(model: Recognizer) -> tuple[Probabilities, OutOfDistribution]:
    return np.zeros((0, len(model.alphabet)), np.float32), np.zeros(0, np.float32)
