"""Types of numbers: what a date, a time, an amount may look like, and what each text then means."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, TypeAlias, get_args

from tenfold.errors import OptionError
from tenfold.read import patterns
from tenfold.read.check_digits import CHECKS, CheckDigits
from tenfold.read.patterns import CENTS, MOST_DECIMAL, MOST_INTEGER, POINTS, DateOrder, Pattern, orders

__all__ = ["NUMBERS", "NumberKind", "NumberType", "TypeReason", "Value", "believed"]

NumberKind: TypeAlias = Literal["any", "integer", "decimal", "amount", "date", "time", "id"]

Value: TypeAlias = int | float | str
"""What a text means: an integer; of decimals and amounts a number; of dates and times ISO 8601; of an id its digits."""

TypeReason: TypeAlias = Literal[
    "not-an-integer",
    "not-a-decimal",
    "not-an-amount",
    "not-a-date",
    "not-a-time",
    "not-an-id",
    "digit-not-allowed",
    "out-of-range",
    "check-digit",
]
"""Why a text is not of a type: it does not look so, has a digit that is not allowed, is less or more than it may be, or
its check digit is wrong."""

STRAY = 0.1
"""Probability, before anything is read, that what is written is not of its type. On drawn numbers of which half are not
of their type by one digit, a smaller one buys each further right answer with a wrong one: docs/log.md, "Typed
numbers"."""

FIRST_YEAR, LAST_YEAR = 1583, 2199
"""Years that are read: from the first whole one of the Gregorian calendar, before which ISO 8601 asks for an agreement;
the last is a choice. So eight digits are a date in one order of day, month and year, or with the day and month
exchanged, but never as well with the year first."""

PIVOT = 69
"""Two-digit years from this on are of 19.., those below of 20..: POSIX, `strptime`, `%y`."""

OTHER_SIGNS = str.maketrans("−–—\u00a0\u202f", "---  ")  # noqa: RUF001
"""Other minuses, dashes and spaces that people type."""

NUMBERS: tuple[NumberKind, ...] = "integer", "decimal", "amount"
"""The kinds whose values are numbers."""

BELONGS_TO: dict[str, tuple[NumberKind, ...]] = {
    "decimals": ("decimal", "amount"),
    "min": (*NUMBERS, "date", "time"),
    "max": (*NUMBERS, "date", "time"),
    "order": ("date",),
    "check": ("id",),
    "implied_point": ("decimal", "amount"),
}
"""The kinds that an option belongs to; `allowed` belongs to all."""


@dataclass(frozen=True)
class NumberType:
    """What a number is: a grammar of the texts that it may be written as, and what each of them means.

    `20/07/2021`, `20.7.21`, `20-07-2021`, `2021-07-20` and, as in boxes, `20072021` are dates; `14:30`, `14.30` and
    `1430` times. An integer may have a sign, and groups of three: `1 234`, `1'234`. A decimal has a point or a comma:
    `1.234,50`, `1,234.50`, `1234.5`. An amount is either, or ends in a dash where there are no cents: `12,-`. An id is
    digits in any groups: `123 456 789`, `123-45-6789`.

    Attributes:
        kind: Its kind; `any` is every text.
        decimals: Digits behind the point: a decimal has as many, None for any; an amount has as many or none, None for
            two. In `1.234`, where the sign may be the point or stand between groups, it is the point if as many digits
            follow.
        min: The least value: a number, or ISO 8601 text of a date or time.
        max: The greatest, likewise.
        order: How a date is written; None for any: the first that fits of `DMY`, `MDY`, `YMD`. Years of two digits are
            1969 to 2068.
        check: The rule that the digits of an id keep: `luhn` (ISO/IEC 7812, cards), `mod11` (weights 1, 2, 3, … from
            the right: ISBN-10, Dutch bank accounts; X is not read), `mod97` (ISO 7064 MOD 97-10), `ean` (GS1: EAN-8,
            UPC-A, EAN-13, GTIN-14).
        allowed: The only digits that it may have, as `01`; None for all.
        implied_point: Digits without a point have it `decimals` before their end. In boxes it always is.

    Raises:
        OptionError: A value is not allowed, or does not belong to the kind.
    """

    kind: NumberKind = "any"
    decimals: int | None = None
    min: int | float | str | None = None
    max: int | float | str | None = None
    order: DateOrder | None = None
    check: CheckDigits | None = None
    allowed: str | None = None
    implied_point: bool = False

    def __post_init__(self) -> None:
        _check_choice("kind", self.kind, get_args(NumberKind))
        _check_choice("order", self.order, (None, *get_args(DateOrder)))
        _check_choice("check", self.check, (None, *CHECKS))
        for name, kinds in BELONGS_TO.items():
            if getattr(self, name) not in (None, False) and self.kind not in kinds:
                raise OptionError(f"{name} belongs to {' or '.join(kinds)}, got it for the type {self.kind}")
        if self.decimals is not None and (type(self.decimals) is not int or not 0 <= self.decimals < MOST_DECIMAL):
            raise OptionError(f"decimals are 0 to {MOST_DECIMAL - 1} digits behind the point, got {self.decimals!r}")
        if not isinstance(self.implied_point, bool):
            raise OptionError(f"implied_point is true or false, got {self.implied_point!r}")
        if self.implied_point and self.decimals is None:
            raise OptionError("implied_point takes decimals: how many digits are behind the point")
        if self.allowed is not None and not re.fullmatch("[0-9]+", str(self.allowed)):
            raise OptionError(f"allowed is the digits that may occur, as 01, got {self.allowed!r}")
        least, most = (_checked_bound(name, getattr(self, name), self.kind) for name in ("min", "max"))
        if least is not None and most is not None and least > most:
            raise OptionError(f"min is at most max, got {least} and {most}")

    @classmethod
    def of(cls, given: "str | Mapping[str, Any] | NumberType") -> "NumberType":
        """Make a type of what somebody gives.

        Args:
            given: A type; its options by name, `{"kind": "decimal", "decimals": 2}`; or the same in words,
                `"decimal decimals=2"`, the kind first.

        Raises:
            OptionError: There is no such kind or option, or a value is not allowed.
        """
        if isinstance(given, NumberType):
            return given
        table = _of_words(given) if isinstance(given, str) else given
        if not isinstance(table, Mapping):
            raise OptionError(f"a type is a word, as date, or a table of its options, got {given!r}")
        names = [field.name for field in fields(cls)]
        for name in table:
            if name not in names:
                raise OptionError(f"a type has no option {str(name)[:40]!r}; allowed: {', '.join(names)}")
        return cls(**{name: _plain(name, value) for name, value in table.items()})

    def __str__(self) -> str:
        """Write the type in the words that `of` takes."""
        given = [(field.name, getattr(self, field.name)) for field in fields(self)[1:]]
        options = [
            f"{name}={'true' if value is True else value}"
            for name, value in given
            if value is not None and value is not False
        ]
        return " ".join([self.kind, *options])

    @property
    def values(self) -> type[int] | type[float] | type[str]:
        """What its values are."""
        return {"integer": int, "decimal": float, "amount": float}.get(self.kind, str)

    def in_boxes(self) -> "NumberType":
        """Give the type of what is written in boxes: its point is implied."""
        return self if self.decimals is None else replace(self, implied_point=True)

    def over(self, alphabet: str) -> "NumberType":
        """Give the type of what is read in the signs of an alphabet: without points among them they are implied."""
        return self if set(alphabet) & set(POINTS) else self.in_boxes()

    def may_begin(self, prefix: str) -> bool:
        """Say whether a text of this type may begin so.

        No beginning of such a text is refused. What only a whole one shows is not looked at: how many days a month has,
        check digits, values that are too small.
        """
        if self.allowed is not None and not _has_only(prefix, self.allowed):
            return False
        if self.kind == "any":
            return True
        prefix = prefix.translate(OTHER_SIGNS)
        return bool(_expressions(self)[1].fullmatch(prefix)) and not self._is_beyond(prefix)

    def allows(self, text: str) -> bool:
        """Say whether a text is of this type."""
        return self.judge(text)[1] is None

    def value(self, text: str) -> Value | None:
        """Give what a text means; None where it is not of this type, or the kind is `any`."""
        return self.judge(text)[0]

    def judge(self, text: str) -> tuple[Value | None, TypeReason | None]:
        """Give what a text means, or why it is not of this type; of the kind `any` neither."""
        text = text.translate(OTHER_SIGNS).strip()
        if self.allowed is not None and not _has_only(text, self.allowed):
            return None, "digit-not-allowed"
        if self.kind == "any":
            return None, None
        value = READ[self.kind](text, self) if _expressions(self)[0].fullmatch(text) else None
        if value is None:
            return None, REFUSED[self.kind]
        if self.check and not CHECKS[self.check](str(value)):
            return None, "check-digit"
        least, most = self._bounds
        if (least is not None and value < least) or (most is not None and value > most):
            return None, "out-of-range"
        return value, None

    @property
    def _bounds(self) -> tuple[Any, Any]:
        return self.min, self.max

    def _is_beyond(self, prefix: str) -> bool:
        """Say whether a number that begins so is out of range already: what follows only takes it away from zero."""
        found = re.match(r"([+-]?) ?(\d+)", prefix) if self.kind in NUMBERS else None
        if not found:
            return False
        least, most = self._bounds
        size = Decimal(found[2]).scaleb(-(self.decimals or 0) if self.implied_point else 0)
        return least is not None and -size < least if found[1] == "-" else most is not None and size > most


def believed(shares: Iterable[float], fit: Iterable[bool]) -> list[float]:
    """Weigh readings again, in the knowledge that what is written is mostly of its type.

    Bayes' rule: before anything is read, nine of ten numbers are taken to be of their type. So readings of the type are
    believed together where they had more than a tenth of the probability without it, and refused where they had less:
    nothing is bent into a type that the writing itself speaks clearly against.

    Args:
        shares: The probability of each reading, without the type. What they lack to one belongs to readings that are
            not given, which are taken not to be of the type.
        fit: Whether each of them is.

    Returns:
        The probability of each reading, with the type.
    """
    pairs = list(zip(shares, fit, strict=True))
    fitting = sum(share for share, fits in pairs if fits)
    total = (1 - STRAY) * fitting + STRAY * max(1 - fitting, sum(share for share, fits in pairs if not fits))
    return [(1 - STRAY if fits else STRAY) * share / total if total > 0 else 0.0 for share, fits in pairs]


def _check_choice(name: str, value: object, allowed: tuple[object, ...]) -> None:
    if value not in allowed:
        raise OptionError(f"{name} is one of {', '.join(str(each) for each in allowed if each)}, got {value!r}")


def _checked_bound(name: str, value: Any, kind: NumberKind) -> Any:  # noqa: ANN401 (whatever somebody gives)
    """Give a bound that can be compared with the values of a kind."""
    if value is None:
        return None
    if kind not in NUMBERS:
        example = "2021-07-20" if kind == "date" else "14:30"
        if not isinstance(value, str) or NumberType(kind).value(value) != value:
            raise OptionError(f"{name} of a {kind} is written as {example}, got {value!r}")
    elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise OptionError(f"{name} is a number, got {value!r}")
    return value


def _of_words(words: str) -> dict[str, str]:
    kind, *options = re.split(r"[\s,]+", words.strip(" ,\t\n"))
    table = {"kind": kind.lower()}
    for option in options:
        name, equals, value = option.partition("=")
        if not (name and equals and value):
            raise OptionError(f"a type is its kind and options, as decimal decimals=2 max=100, got {option[:40]!r}")
        table[name] = value
    return table


def _plain(name: str, value: Any) -> Any:  # noqa: ANN401 (whatever somebody gives)
    """Give the value of an option that came as text, or as a date of TOML."""
    if isinstance(value, date | time):
        return value.isoformat() if isinstance(value, date) else value.isoformat("minutes")
    if not isinstance(value, str):
        return value
    if name == "order":
        return value.upper()
    if name in ("decimals", "min", "max") and re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]{1,15})?", value):
        return float(value) if "." in value else int(value)
    if name == "implied_point" and value in ("true", "false"):
        return value == "true"
    return value


def _has_only(text: str, digits: str) -> bool:
    return all(sign in digits for sign in text if sign.isdigit())


@lru_cache(maxsize=64)
def _expressions(kind: NumberType) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Give the expressions of the texts of a type, and of their beginnings."""
    whole, begun = _pattern(kind)
    return re.compile(whole), re.compile(begun)


def _pattern(kind: NumberType) -> Pattern:
    match kind.kind:
        case "integer":
            return patterns.integers()
        case "decimal":
            return patterns.decimals(kind.decimals, implied_point=kind.implied_point)
        case "amount":
            return patterns.amounts(_cents(kind))
        case "date":
            return patterns.dates(kind.order)
        case "time":
            return patterns.times()
        case _:
            return patterns.ids()


def _cents(kind: NumberType) -> int:
    return CENTS if kind.decimals is None else kind.decimals


def _read_integer(text: str, _: NumberType) -> int | None:
    digits = _digits(text)
    if len(digits) > MOST_INTEGER:
        return None
    return -int(digits) if text.startswith("-") else int(digits)


def _read_amount(text: str, kind: NumberType) -> float | None:
    return _read_number(text, _cents(kind), implied_point=kind.implied_point)


def _read_decimal(text: str, kind: NumberType) -> float | None:
    return _read_number(text, kind.decimals, implied_point=kind.implied_point)


def _read_number(text: str, decimals: int | None, *, implied_point: bool) -> float | None:
    """Read a number; its point is the last of `.` and `,`, if that comes once and is followed by as many digits."""
    found = re.fullmatch(r"(.*)([.,])([0-9]+)", text)
    whole, behind = text, ""
    if found and found[2] not in found[1] and decimals in (None, len(found[3])):
        whole, behind = found[1], found[3]
    elif implied_point and decimals and re.fullmatch("[+-]? ?[0-9]+", text):
        digits = _digits(text).rjust(decimals, "0")
        whole, behind = digits[:-decimals], digits[-decimals:]
    digits = _digits(whole).lstrip("0")
    if len(digits + behind) > MOST_DECIMAL:
        return None
    value = float(f"{digits}.{behind}" if digits or behind else "0")
    return -value or 0.0 if text.startswith("-") else value


def _read_date(text: str, kind: NumberType) -> str | None:
    groups = re.findall("[0-9]+", text)
    for order in orders(kind.order):
        parts = dict(zip(order, groups if len(groups) == 3 else _cut(groups[0], order), strict=True))
        if max(len(parts["D"]), len(parts["M"])) > 2 or len(parts["Y"]) not in (2, 4):
            continue
        year = int(parts["Y"])
        if len(parts["Y"]) == 2:
            year += 1900 if year >= PIVOT else 2000
        if FIRST_YEAR <= year <= LAST_YEAR:
            try:
                return date(year, int(parts["M"]), int(parts["D"])).isoformat()
            except ValueError:
                continue
    return None


def _cut(digits: str, order: DateOrder) -> list[str]:
    """Cut six or eight digits into day, month and year."""
    first = len(digits) - 4 if order.startswith("Y") else 2
    return [digits[:first], digits[first : first + 2], digits[first + 2 :]]


def _read_time(text: str, _: NumberType) -> str:
    return ":".join(part.zfill(2) for part in re.findall("[0-9]{1,2}", text))


def _read_id(text: str, _: NumberType) -> str:
    return _digits(text)


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


READ: dict[NumberKind, Callable[[str, NumberType], Value | None]] = {
    "integer": _read_integer,
    "decimal": _read_decimal,
    "amount": _read_amount,
    "date": _read_date,
    "time": _read_time,
    "id": _read_id,
}
"""How texts that look like one of a kind are read; None where they are none after all."""

REFUSED: dict[NumberKind, TypeReason] = {
    "integer": "not-an-integer",
    "decimal": "not-a-decimal",
    "amount": "not-an-amount",
    "date": "not-a-date",
    "time": "not-a-time",
    "id": "not-an-id",
}
