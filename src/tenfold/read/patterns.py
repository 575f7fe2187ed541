"""The texts that numbers are written as, kind by kind: regular expressions of them, and of all their beginnings."""

from functools import reduce
from typing import Literal, NamedTuple, TypeAlias, get_args

__all__ = [
    "CENTS",
    "MOST_DECIMAL",
    "MOST_INTEGER",
    "POINTS",
    "DateOrder",
    "Pattern",
    "amounts",
    "dates",
    "decimals",
    "ids",
    "integers",
    "orders",
    "times",
]

DateOrder: TypeAlias = Literal["DMY", "MDY", "YMD"]
"""In which order day, month and year are written."""

MOST_INTEGER, MOST_DECIMAL = 18, 15
"""Digits of an integer, which a table then holds in 64 bits, and of another number, which a float then holds exactly:
IEEE 754, double precision."""

MOST_ID = 60
"""Digits of an id, as many as a number may have."""

CENTS = 2
"""Decimals of an amount, where nothing else is said: most currencies of ISO 4217 have two."""

GROUPERS, POINTS = (".", ",", " ", "'"), (".", ",")
"""What may stand between groups of three digits; what may be the point."""


class Pattern(NamedTuple):
    """Texts: a regular expression that they match, and one that all their beginnings match, the empty one included."""

    whole: str
    begun: str


def _one(signs: str) -> Pattern:
    return Pattern(f"[{signs}]", f"[{signs}]?")


def _row(*parts: Pattern) -> Pattern:
    begun = reduce(lambda rest, part: f"(?:{part.whole}{rest}|{part.begun})", parts[-2::-1], parts[-1].begun)
    return Pattern("".join(part.whole for part in parts), begun)


def _either(*parts: Pattern) -> Pattern:
    whole, begun = ("|".join(each) for each in zip(*parts, strict=True))
    return Pattern(f"(?:{whole})", f"(?:{begun})")


def _times(part: Pattern, least: int, most: int) -> Pattern:
    return Pattern(f"(?:{part.whole}){{{least},{most}}}", f"(?:(?:{part.whole}){{0,{most - 1}}}{part.begun})")


def _maybe(part: Pattern) -> Pattern:
    return Pattern(f"(?:{part.whole})?", part.begun)


DIGIT, SPACE = _one("0-9"), _one(" ")
TWO, SIXTY = _row(DIGIT, DIGIT), _row(_one("0-5"), DIGIT)
DAY = _either(_row(_maybe(_one("0")), _one("1-9")), _row(_one("12"), DIGIT), _row(_one("3"), _one("01")))
MONTH = _either(_row(_maybe(_one("0")), _one("1-9")), _row(_one("1"), _one("0-2")))
YEAR = _either(
    _row(_one("1"), _one("5-9"), TWO),
    _row(_one("2"), _one("01"), TWO),
    _row(_maybe(_one("'")), TWO),
)
FULL_HOUR = _either(_row(_one("01"), DIGIT), _row(_one("2"), _one("0-3")))
HOUR = _either(DIGIT, FULL_HOUR)


def integers() -> Pattern:
    """Give the pattern of integers: a sign, digits, perhaps in groups of three."""
    return _signed(_either(_times(DIGIT, 1, MOST_INTEGER), _grouped(MOST_INTEGER)))


def decimals(count: int | None, *, implied_point: bool) -> Pattern:
    """Give the pattern of numbers with a point.

    Args:
        count: Digits behind the point; None for any, and for numbers without a point.
        implied_point: They may be digits alone.
    """
    plain = _times(DIGIT, 1, MOST_DECIMAL)
    if count is None:
        return _signed(_either(_pointed(1, MOST_DECIMAL), plain, _grouped(MOST_DECIMAL)))
    if count == 0:
        return _signed(_either(plain, _grouped(MOST_DECIMAL)))
    pointed = _pointed(count, count)
    return _signed(_either(pointed, plain) if implied_point else pointed)


def amounts(cents: int) -> Pattern:
    """Give the pattern of amounts: all decimals, none, or a dash in their place, `12,-`, `12/-`."""
    whole = _either(_times(DIGIT, 1, MOST_DECIMAL), _grouped(MOST_DECIMAL))
    dashed = _row(whole, _one(".,/"), _maybe(SPACE), _times(_one("-"), 1, 2))
    return _signed(_either(whole, dashed, *([_pointed(cents, cents)] if cents else [])))


def dates(order: DateOrder | None) -> Pattern:
    """Give the pattern of dates: day, month and year, apart or as six or eight digits.

    Args:
        order: Their order; None for any.
    """
    parts = {"D": DAY, "M": MONTH, "Y": YEAR}
    separators = [_row(_maybe(SPACE), _one(sign), _maybe(SPACE)) for sign in (".", "/", "-")] + [SPACE]
    apart = [
        _row(parts[first], separator, parts[second], separator, parts[third])
        for first, second, third in orders(order)
        for separator in separators
    ]
    return _either(*apart, _times(DIGIT, 8, 8), _times(DIGIT, 6, 6))


def orders(order: DateOrder | None) -> tuple[DateOrder, ...]:
    """Give the orders that a date may be written in, the first that fits counts."""
    return (order,) if order else get_args(DateOrder)


def times() -> Pattern:
    """Give the pattern of times of day: hours and minutes, perhaps seconds, apart or as digits alone."""
    apart = [_row(HOUR, _one(sign), SIXTY, _maybe(_row(_one(sign), SIXTY))) for sign in (":", ".")]
    return _either(*apart, _row(FULL_HOUR, SIXTY, _maybe(SIXTY)))


def ids() -> Pattern:
    """Give the pattern of ids: digits in any groups."""
    return _row(DIGIT, _times(_row(_maybe(_one(" ./-")), DIGIT), 0, MOST_ID - 1))


def _signed(number: Pattern) -> Pattern:
    return _row(_maybe(_row(_one("+-"), _maybe(SPACE))), number)


def _grouped(most: int, but: str = "") -> Pattern:
    """Give the pattern of whole numbers in groups of three, with any one sign but that named between them."""
    return _either(
        *(
            _row(_times(DIGIT, 1, 3), _times(_row(_one(sign), _times(DIGIT, 3, 3)), 1, most // 3))
            for sign in GROUPERS
            if sign != but
        )
    )


def _pointed(least: int, most: int) -> Pattern:
    """Give the pattern of numbers with a point and from `least` to `most` decimals."""
    return _either(
        *(
            _row(
                _either(_times(DIGIT, 0, MOST_DECIMAL), _grouped(MOST_DECIMAL, but=point)),
                _one(point),
                _times(DIGIT, least, most),
            )
            for point in POINTS
        )
    )
