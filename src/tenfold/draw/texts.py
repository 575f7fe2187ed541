"""What numbers look like as text: amounts, dates, times and the like, as people write them."""

from collections.abc import Mapping

from numpy.random import Generator

__all__ = ["choose_digits", "choose_text", "choose_words"]

TEXTS: Mapping[str, float] = {
    "integer": 0.32,
    "round": 0.07,
    "grouped": 0.12,
    "decimal": 0.16,
    "date": 0.12,
    "time": 0.035,
    "signed": 0.045,
    "fraction": 0.02,
    "identifier": 0.04,
    "several": 0.07,
}
"""Kinds of numbers, and the share of each: mostly plain ones, and enough of the others to learn their signs. All the
shares and ranges of this module are estimates of what stands in forms, tables and on cheques."""

MOST_DIGITS = 10
"""Digits of an integer, at most."""

GROUPING: Mapping[str, float] = {".": 0.5, ",": 0.25, " ": 0.15, "'": 0.1}
"""What stands between groups of three digits, and the share of each."""


LETTERS = "aabcdeeefghijklmnnoopqrrsttuuvwxyz"
"""Letters of words, each as often as it stands here."""


def choose_text(rng: Generator) -> str:
    """Choose a number to write: 1 to about 16 signs, digits and some of `tenfold.arrays.SEPARATORS`."""
    match str(rng.choice(list(TEXTS), p=list(TEXTS.values()))):
        case "integer":
            return choose_digits(min(MOST_DIGITS, 1 + int(rng.gamma(2.4, 1.3))), rng)
        case "round":
            return str(rng.integers(1, 1000)) + "0" * int(rng.integers(2, 5))
        case "grouped":
            return _grouped(rng)
        case "decimal":
            places = int(rng.choice([1, 2, 3], p=(0.5, 0.4, 0.1)))
            whole = rng.integers(0, 10 ** int(rng.integers(1, 5)))
            return f"{whole}{rng.choice([',', '.'])}{choose_digits(places, rng)}"
        case "date":
            return _date(rng)
        case "time":
            return f"{rng.integers(0, 24)}{rng.choice([':', '.'], p=(0.75, 0.25))}{rng.integers(0, 60):02d}"
        case "signed":
            return _signed(rng)
        case "fraction":
            return f"{rng.integers(1, 100)}/{rng.integers(2, 100)}"
        case "several":
            return " ".join(choose_digits(int(rng.integers(1, 5)), rng) for _ in range(rng.integers(2, 6)))
        case _:
            sign = str(rng.choice(["-", " ", "/", "."], p=(0.4, 0.3, 0.2, 0.1)))
            return sign.join(choose_digits(int(rng.integers(2, 5)), rng) for _ in range(rng.integers(2, 5)))


def choose_digits(count: int, rng: Generator) -> str:
    """Choose digits, each equally likely."""
    return "".join(map(str, rng.integers(0, 10, count).tolist()))


def choose_words(rng: Generator) -> str:
    """Choose one to five words, each all small, all capitals, or its first letter a capital."""
    words = []
    for _ in range(min(5, 1 + int(rng.geometric(0.5)) % 5)):
        letters = "".join(rng.choice(list(LETTERS), int(rng.integers(2, 10))))
        words.append((letters, letters.capitalize(), letters.upper())[int(rng.choice(3, p=(0.6, 0.25, 0.15)))])
    return " ".join(words)


def _grouped(rng: Generator) -> str:
    """Write thousands in groups, three in ten of them whole thousands, three in ten with cents."""
    groups = [str(rng.integers(1, 1000)), *(f"{rng.integers(0, 1000):03d}" for _ in range(rng.integers(1, 3)))]
    if rng.random() < 0.3:
        groups[-1] = "000"
    sign = str(rng.choice(list(GROUPING), p=list(GROUPING.values())))
    decimal = {".": ",", ",": "."}.get(sign, str(rng.choice([",", "."])))
    cents = decimal + choose_digits(2, rng)
    return sign.join(groups) + (cents if rng.random() < 0.3 else "")


def _date(rng: Generator) -> str:
    """Write a date as in one country or another: the day first or the month, the year whole, short or left out."""
    day, month = int(rng.integers(1, 32)), int(rng.integers(1, 13))
    year = str(rng.integers(1850, 2060))
    sign = str(rng.choice(["/", "-", ".", " "], p=(0.5, 0.2, 0.24, 0.06)))
    if rng.random() < 0.15:
        return f"{year}-{month:02d}-{day:02d}"
    parts = [f"{day:02d}", f"{month:02d}"] if rng.random() < 0.6 else [str(day), str(month)]
    if rng.random() < 0.5:
        parts.reverse()
    if rng.random() < 0.5:
        parts.append(year)
    elif rng.random() < 0.8:
        parts.append(year[2:])
    return sign.join(parts)


def _signed(rng: Generator) -> str:
    """Write a number with its sign, three in ten with a decimal place."""
    number = str(rng.integers(0, 10 ** int(rng.integers(1, 4))))
    sign = str(rng.choice(["-", "+"], p=(0.75, 0.25)))
    return sign + number + (f",{choose_digits(1, rng)}" if rng.random() < 0.3 else "")
