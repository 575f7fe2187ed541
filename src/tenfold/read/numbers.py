"""Numbers: what rows of pages say, and whether to believe it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from tenfold.arrays import without_separators
from tenfold.page.quads import Quad
from tenfold.read.ctc import Scores
from tenfold.read.doubts import doubt_of
from tenfold.read.forms import Form
from tenfold.read.lists import Known, assign
from tenfold.read.options import NumberOptions
from tenfold.read.promises import HALF, NEVER, ReadingKind
from tenfold.read.readings import EMPTY, Reading
from tenfold.read.rows import ReadRow
from tenfold.read.sums import adds_up, reconciled
from tenfold.read.types import NumberType, TypeReason, Value, believed

__all__ = ["Number", "NumberDigit", "NumberReason", "decide"]

ALTERNATIVES = 5
"""Readings of a row that are told."""

NumberReason: TypeAlias = (
    Literal["blank", "not-a-digit", "not-on-list", "uncertain", "not-calibrated", "sum-differs"] | TypeReason
)


@dataclass(frozen=True)
class NumberDigit:
    """One character of a number.

    Attributes:
        digit: What it is; None for an empty box.
        probability: How probable that is, 0…1.
        quad: Its corners on the page.
    """

    digit: str | None
    probability: float
    quad: Quad


@dataclass(frozen=True)
class Number:
    """A number on a page.

    Attributes:
        file: Where it was read; empty where the page came without a name.
        page: The page's number in its file, from 1.
        row: The line of the page that it stands in, from 0; of a form, the field's place in it.
        column: Its column there, from 0: numbers one below another are in one column.
        field: The form's name for it; None where there is no form.
        text: What is written; an empty box is `_`.
        value: What that means, where its type is given: a number, ISO 8601 text of a date or time, the digits of an id;
            None where it is none.
        probability: How probable it is, 0…1; where a type is given, in the knowledge of it.
        accepted: Whether to believe it.
        reason: Why not: `blank`, nothing is written; `not-a-digit`; `not-on-list`, it fits none of the numbers that can
            occur; `not-a-date` and so on, what is written is not of the type (`NumberType`); `sum-differs`, others of
            the form do not add up to it; `uncertain`; `not-calibrated`, so small an error can't be promised for numbers
            written like it; None where it is accepted.
        quad: Its corners on the page, x and y in pixels of the page as read, clockwise from the top left.
        digits: Its characters, where they are and how sure each is.
        alternatives: The most probable readings, itself included, the best first.
        matched: Whether it is on the list; None without a list.
        doubt: What its probability is lost to, in a few words: a digit that may be another or be missing, or a second
            reading; None where it is sure.
    """

    file: str
    page: int
    row: int
    column: int
    field: str | None
    text: str
    value: Value | None
    probability: float
    accepted: bool
    reason: NumberReason | None
    quad: Quad
    digits: tuple[NumberDigit, ...]
    alternatives: tuple[tuple[str, float], ...]
    matched: bool | None
    doubt: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the answer as plain values that JSON can hold."""
        return asdict(self)


def decide(
    rows: Sequence[ReadRow], options: NumberOptions, *, outlier: float, least: Mapping[ReadingKind, float]
) -> list[Number]:
    """Say what rows say, and whether to believe it.

    Args:
        rows: What was read.
        options: What can occur.
        outlier: The out-of-distribution score from which on a sign is no digit.
        least: For each kind of reading the least probability to accept.

    Returns:
        The numbers, in the order of the rows.
    """
    lists = [row.field.known if row.field and row.field.known else options.known for row in rows]
    posteriors = [known.posterior(row.says) if known else None for known, row in zip(lists, rows, strict=True)]
    chosen = [int(found[0].argmax()) if found else -1 for found in posteriors]
    if options.unique and rows:
        shared = [place for place, known in enumerate(lists) if known is options.known]
        given = assign([found[0] for place in shared if (found := posteriors[place])]) if shared else []
        chosen = [dict(zip(shared, given, strict=True)).get(place, choice) for place, choice in enumerate(chosen)]
    typed = [_Typed.of(row, options) for row in rows]
    numbers = [
        _plain(row, outlier, least[row.row.kind])
        if known is None or found is None
        else _listed(_plain(row, outlier, least[row.row.kind]), row, known, found, choice, least)
        for row, known, found, choice in zip(typed, lists, posteriors, chosen, strict=True)
    ]
    if options.form and options.form.sums:
        _add_up(numbers, typed, options.form, outlier, least)
    return [replace(each, doubt=doubt_of(each.text, each.probability, each.alternatives)) for each in numbers]


@dataclass(frozen=True, eq=False)
class _Typed:
    """A row, and what it may say in the knowledge of its type.

    Attributes:
        row: As it was read.
        type: What its number is; None for any.
        readings: Its readings; those of the type first, where they are believed together.
    """

    row: ReadRow
    type: NumberType | None
    readings: tuple[Reading, ...]

    @classmethod
    def of(cls, row: ReadRow, options: NumberOptions) -> "_Typed":
        """Weigh a row's readings again."""
        found = row.field.type if row.field else options.type
        if found is None:
            return cls(row, None, row.readings)
        typed = cls(row, found.in_boxes() if row.kind == "boxes" else found, row.readings)
        fit = [typed.judge(reading.text)[1] is None for reading in row.readings]
        shares = believed([reading.probability for reading in row.readings], fit)
        fitting = sum(share for share, fits in zip(shares, fit, strict=True) if fits) > 0.5
        weighed = [replace(reading, probability=share) for reading, share in zip(row.readings, shares, strict=True)]
        order = sorted(range(len(fit)), key=lambda place: fitting and not fit[place])
        return replace(typed, readings=tuple(weighed[place] for place in order))

    def judge(self, text: str) -> tuple[Value | None, TypeReason | None]:
        """Say what a text means. Empty boxes before and behind it count as nothing, but for those that move a point."""
        if self.type is None:
            return None, None
        return self.type.judge(text.lstrip(EMPTY) if self.type.implied_point else text.strip(EMPTY))

    def values(self) -> list[tuple[Reading, Value]]:
        """Give the most probable readings that are of the type, and what they mean."""
        typed = [(each, value) for each in self.readings if (value := self.judge(each.text)[0]) is not None]
        return typed[:ALTERNATIVES]


def _plain(typed: _Typed, outlier: float, least: float) -> Number:
    """Say what the first of a row's readings says, where any number of its type can occur.

    A promise rests on how sure a reading is without its type, so that is what `least` is compared with; where nothing
    is promised, the probability that is shown decides.
    """
    row, readings = typed.row, typed.readings
    best = readings[0]
    signs = row.says.signs(best.text)
    value, doubt = typed.judge(best.text)
    reason: NumberReason | None = doubt
    if not best.text.strip(EMPTY):
        reason = "blank"
    elif any(sign.out_of_distribution >= outlier for sign in signs):
        reason = "not-a-digit"
    elif reason is None:
        reason = _doubt(best.probability if least == HALF else best.sureness, least)
    return Number(
        file=row.file,
        page=row.page,
        row=row.row,
        column=row.column,
        field=row.field.name if row.field else None,
        text=best.text,
        value=value,
        probability=best.probability,
        accepted=reason is None,
        reason=reason,
        quad=row.quad,
        digits=tuple(
            NumberDigit(None if sign.text == EMPTY else sign.text, sign.probability, sign.quad) for sign in signs
        ),
        alternatives=tuple((reading.text, reading.probability) for reading in readings[:ALTERNATIVES]),
        matched=None,
    )


def _doubt(sure: float, least: float) -> NumberReason | None:
    """Say why a number is not sure enough for what is promised."""
    if least >= NEVER:
        return "not-calibrated"
    return None if np.float32(sure) >= least else "uncertain"  # as calibrations keep it


def _listed(
    plain: Number,
    typed: _Typed,
    known: Known,
    found: tuple[Scores, float],
    choice: int,
    least: Mapping[ReadingKind, float],
) -> Number:
    """Say which number of a list a row says: the one of this place on it, or none where that is more probable."""
    if plain.reason == "blank":
        return replace(plain, matched=False)
    scores, none = found
    ranked = np.argsort(-scores)[:ALTERNATIVES]
    alternatives = tuple((known.numbers[each], float(scores[each])) for each in ranked if scores[each] > 0)
    sure = float(scores[choice]) if choice >= 0 else 0.0
    if choice < 0 or sure <= none:
        return replace(plain, accepted=False, reason="not-on-list", matched=False, alternatives=alternatives)
    text = known.numbers[choice]
    value, doubt = typed.judge(text)
    reason: NumberReason | None = doubt or _doubt_beside(known, text, plain, sure, least, typed.row.kind)
    return replace(
        plain,
        text=text,
        value=value,
        probability=sure,
        accepted=reason is None,
        reason=reason,
        digits=_as_listed(plain.digits, text),
        alternatives=alternatives,
        matched=True,
    )


def _doubt_beside(
    known: Known, text: str, plain: Number, sure: float, least: Mapping[ReadingKind, float], kind: ReadingKind
) -> NumberReason | None:
    """Say why a number of a list is not sure enough for what is promised.

    Promises beside lists rest on lists whose numbers differ in two places or more. Of a number that another one on its
    list is like, or of a list of many such numbers, the list says little: what is promised without one counts, and what
    was read has to be the number.
    """
    if not any(least.values()):  # to calibrate whatever was read is wanted
        return None
    agrees = without_separators(plain.text.strip(EMPTY)) == without_separators(text)
    if known.tells_apart and not known.has_like(text) and (agrees or not known.alike):
        return _doubt(sure, least["list"])
    if least[kind] == HALF:
        return _doubt(sure, HALF)
    if least[kind] >= NEVER:
        return "not-calibrated"
    return plain.reason if agrees else "uncertain"


def _as_listed(digits: tuple[NumberDigit, ...], text: str) -> tuple[NumberDigit, ...]:
    """Let the characters of a number say what the list says, where there are as many."""
    written = [place for place, digit in enumerate(digits) if digit.digit is not None]
    places = range(len(digits)) if len(digits) == len(text) else written
    if len(places) != len(text):
        return digits
    said = dict(zip(places, text, strict=True))
    return tuple(
        replace(digit, digit=said[place], probability=digit.probability if digit.digit == said[place] else 0.0)
        if place in said
        else digit
        for place, digit in enumerate(digits)
    )


def _add_up(
    numbers: list[Number], rows: list[_Typed], form: Form, outlier: float, least: Mapping[ReadingKind, float]
) -> None:
    """Hold the numbers of each page against the form's sums.

    Where all are read and do not add up, the most probable readings that do are taken; where none of them is believed,
    the total says that the sum differs.
    """
    names = [field.name for field in form.fields]
    for first in range(0, len(rows), len(names)):
        for each in form.sums:
            *added, total = (first + names.index(name) for name in (*each.fields, each.total))
            written = [place for place in added if numbers[place].reason != "blank"]
            values = [value for place in (*written, total) if (value := _read_value(numbers[place])) is not None]
            if not written or len(values) <= len(written) or adds_up(values[:-1], values[-1]):
                continue
            choices = [_choices(numbers[place], rows[place]) for place in (*written, total)]
            *addends, sums = ([(value, reading.probability) for reading, value in choice] for choice in choices)
            found = reconciled(addends, sums)
            if found is None:
                numbers[total] = replace(numbers[total], accepted=False, reason="sum-differs")
                continue
            for place, choice, taken in zip((*written, total), choices, found.choice, strict=True):
                if taken:
                    best = replace(choice[taken][0], probability=found.probability)
                    others = (reading for reading in rows[place].readings if reading.text != best.text)
                    rows[place] = replace(rows[place], readings=(best, *others))
                    numbers[place] = _plain(rows[place], outlier, least[rows[place].row.kind])


def _read_value(number: Number) -> Value | None:
    return number.value if number.reason in (None, "uncertain") else None


def _choices(number: Number, typed: _Typed) -> list[tuple[Reading, Value]]:
    """Give what a field may say: of a list the number that was chosen, else all readings of its type."""
    if number.matched is None or number.value is None:
        return typed.values()
    return [(Reading(number.text, number.probability, number.probability), number.value)]
