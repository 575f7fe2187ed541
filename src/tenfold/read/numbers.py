"""Numbers: what rows of pages say, and whether to believe it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from tenfold.page.quads import Quad
from tenfold.read.ctc import Scores
from tenfold.read.lists import Known, assign
from tenfold.read.options import NumberOptions
from tenfold.read.pages import ALTERNATIVES, ReadRow
from tenfold.read.promises import NEVER, ReadingKind
from tenfold.read.readings import EMPTY

__all__ = ["Number", "NumberDigit", "NumberReason", "decide"]

NumberReason: TypeAlias = Literal["blank", "not-a-digit", "not-on-list", "uncertain"]


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
        row: The row's number on its page, from 0.
        field: The form's name for it; None where there is no form.
        text: Its digits; an empty box is `_`.
        probability: How probable it is, 0…1.
        accepted: Whether to believe it.
        reason: Why not: `blank`, nothing is written; `not-a-digit`; `not-on-list`, it fits none of the numbers that can
            occur; `uncertain`; None where it is accepted.
        quad: Its corners on the page, x and y in pixels of the page as read, clockwise from the top left.
        digits: Its characters, where they are and how sure each is.
        alternatives: The most probable readings, itself included, the best first.
        matched: Whether it is on the list; None without a list.
    """

    file: str
    page: int
    row: int
    field: str | None
    text: str
    probability: float
    accepted: bool
    reason: NumberReason | None
    quad: Quad
    digits: tuple[NumberDigit, ...]
    alternatives: tuple[tuple[str, float], ...]
    matched: bool | None

    def to_dict(self) -> dict[str, Any]:
        """Give the answer as plain values that JSON can hold."""
        return asdict(self)


def decide(
    rows: Sequence[ReadRow], options: NumberOptions, *, outlier: float, least: dict[ReadingKind, float]
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
    return [
        _plain(row, outlier, least[row.kind])
        if known is None or found is None
        else _listed(_plain(row, outlier, NEVER), known, found, choice, least["list"])
        for row, known, found, choice in zip(rows, lists, posteriors, chosen, strict=True)
    ]


def _plain(row: ReadRow, outlier: float, least: float) -> Number:
    """Say what a row says, where any number can occur."""
    best = row.readings[0]
    reason: NumberReason | None = None
    if not best.text.strip(EMPTY):
        reason = "blank"
    elif any(sign.out_of_distribution >= outlier for sign in best.signs):
        reason = "not-a-digit"
    elif np.float32(best.probability) < least:  # as calibrations keep it
        reason = "uncertain"
    return Number(
        file=row.file,
        page=row.page,
        row=row.row,
        field=row.field.name if row.field else None,
        text=best.text,
        probability=best.probability,
        accepted=reason is None,
        reason=reason,
        quad=row.quad,
        digits=tuple(
            NumberDigit(None if sign.text == EMPTY else sign.text, sign.probability, sign.quad) for sign in best.signs
        ),
        alternatives=tuple((reading.text, reading.probability) for reading in row.readings[:ALTERNATIVES]),
        matched=None,
    )


def _listed(plain: Number, known: Known, found: tuple[Scores, float], choice: int, least: float) -> Number:
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
    accepted = bool(np.float32(sure) >= least)
    return replace(
        plain,
        text=text,
        probability=sure,
        accepted=accepted,
        reason=None if accepted else "uncertain",
        digits=_as_listed(plain.digits, text),
        alternatives=alternatives,
        matched=True,
    )


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
