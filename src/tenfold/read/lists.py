"""Lists of the only numbers that can occur, and how well what was read fits them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np

from tenfold.arrays import without_separators
from tenfold.deadline import check_deadline
from tenfold.errors import OptionError
from tenfold.files import read_named
from tenfold.read.ctc import Scores, SignPlaces
from tenfold.read.readings import Boxes, Free

__all__ = ["Known", "assign", "assignment_solver", "load_list", "parse_list"]

STRAY = 0.01
"""Probability, before anything is read, that a number is not on the list."""

ALIKE = 0.1
"""Share of a list's numbers, at most, that differ in one sign from another one on it, where promises beside lists hold:
they rest on lists of numbers that differ in two places or more."""

ASKED = 2000
"""Numbers of a list that are asked whether another one is like them."""

MOST_PAIRS = 25_000_000
"""Rows times numbers of a list that are weighed against each other at once: 0.8 GB of memory."""


@dataclass(frozen=True, eq=False)
class Known:
    """The numbers that can occur, each once.

    Attributes:
        numbers: As they are written.
        alphabet: The signs that they are written with, in the order of the model's alphabet.
    """

    numbers: tuple[str, ...]
    alphabet: str

    @classmethod
    def of(cls, numbers: Iterable[str], alphabet: str, source: str = "the list") -> "Known":
        """Check numbers.

        Args:
            numbers: As they are written.
            alphabet: The signs that the model reads.
            source: What to call them in errors.

        Raises:
            OptionError: There are none, one has other signs than the alphabet, or one comes twice.
        """
        found: dict[str, int] = {}
        for line, number in enumerate(numbers, 1):
            if not number or not set(number) <= set(alphabet):
                signs = "".join(alphabet.split())
                raise OptionError(
                    f"{source}, line {line}: expected a number of the signs {signs} alone, got {number[:40]!r}"
                )
            if number in found:
                raise OptionError(f"{source}, line {line}: {number} stands there already, in line {found[number]}")
            found[number] = line
        if not found:
            raise OptionError(f"{source} holds no numbers: expected one in each line")
        return cls(tuple(found), alphabet)

    def posterior(self, row: Boxes | Free) -> tuple[Scores, float]:
        """Give the probability of each number for what was read, and that it is none of them.

        Bayes' rule, each number as probable as any other before, a stray share aside.
        """
        check_deadline()
        likely = np.zeros(len(self.numbers))
        for places, digits in self._by_length():
            likely[places] = row.on_list(digits)
        likely *= (1 - STRAY) / len(self.numbers)
        total = float(likely.sum()) + STRAY
        return likely / total, STRAY / total

    @cached_property
    def alike(self) -> float:
        """The share of the numbers from which another one on the list differs in one sign, or has one more or fewer.

        Where it is large, what was written may as well be another number that the list lacks, and a sign that is
        misread, cut off or too many makes one number of the list another.
        """
        some = self.numbers[:: max(1, len(self.numbers) // ASKED)]
        return sum(map(self.has_like, some)) / len(some)

    @property
    def tells_apart(self) -> bool:
        """Whether promises beside lists hold for this one."""
        return self.alike <= ALIKE

    def no_help(self) -> str:
        """Say why promises beside lists do not hold for this one; empty where they do."""
        if self.tells_apart:
            return ""
        return (
            f". The list does not help: {self.alike:.0%} of its numbers differ in one sign from another one on it, and "
            "promises beside lists rest on numbers that differ in two"
        )

    def has_like(self, number: str) -> bool:
        """Say whether a number on the list differs from this one in one sign, or has one more or fewer."""
        return any(other != number and other in self._set for other in _within_one(number, self._signs))

    @cached_property
    def _set(self) -> frozenset[str]:
        return frozenset(self.numbers)

    @cached_property
    def _signs(self) -> frozenset[str]:
        return frozenset().union(*self.numbers)

    def _by_length(self) -> "list[tuple[np.ndarray, SignPlaces]]":
        """Give the places of all numbers of a length on the list, and their signs."""
        groups: dict[int, list[int]] = {}
        for place, number in enumerate(self.numbers):
            groups.setdefault(len(number), []).append(place)
        signs = {sign: place for place, sign in enumerate(self.alphabet)}
        return [
            (np.array(places), np.array([[signs[sign] for sign in self.numbers[place]] for place in places], np.int8))
            for places in groups.values()
        ]


def _within_one(number: str, signs: Iterable[str]) -> Iterator[str]:
    """Give what a number is with one sign less, another one, or one more."""
    for place in range(len(number) + 1):
        before, behind = number[:place], number[place:]
        if behind:
            yield before + behind[1:]
        for sign in signs:
            yield before + sign + behind
            if behind:
                yield before + sign + behind[1:]


def load_list(path: Path, alphabet: str) -> Known:
    """Read a list: the first column of a CSV or text file, a heading allowed.

    Args:
        path: The file.
        alphabet: The signs that the model reads.

    Raises:
        DataError: The file cannot be read.
        OptionError: It holds other signs, duplicates, or nothing.
    """
    text = read_named(path).decode("utf-8-sig", "replace")
    return parse_list(text, alphabet, str(path))


def parse_list(text: str, alphabet: str, source: str = "the list") -> Known:
    """Read a list from text: the first column of each line, a heading allowed.

    Args:
        text: The lines.
        alphabet: The signs that the model reads.
        source: What to call them in errors.

    Raises:
        OptionError: It holds other signs, duplicates, or nothing.
    """
    import csv

    try:
        rows = [row[0].strip() for row in csv.reader(text.splitlines()) if row and row[0].strip()]
    except csv.Error as error:
        raise OptionError(f"{source} is no table of numbers: {error}") from error
    if rows and not set(rows[0]) & set(without_separators(alphabet)):
        rows = rows[1:]
    return Known.of(rows, alphabet, source)


def assign(posteriors: Sequence[Scores]) -> list[int]:
    """Give each row one number of the list so that none comes twice and all together are most probable.

    Args:
        posteriors: For each row the probability of each number.

    Returns:
        For each row the place of its number on the list; -1 where there are more rows than numbers.

    Raises:
        OptionError: SciPy is not installed, or there are too many rows beside too many numbers.

    Source:
        Crouse 2016, "On implementing 2D rectangular assignment algorithms", as SciPy has it.
    """
    solve = assignment_solver()
    if len(posteriors) * len(posteriors[0]) > MOST_PAIRS:
        raise OptionError(
            f"unique, each number once, weighs every row against every number: at most {MOST_PAIRS:,} pairs, got "
            f"{len(posteriors):,} rows and {len(posteriors[0]):,} numbers; leave it out, or read fewer pages at once"
        )
    rows, columns = solve(-np.log(np.maximum(np.stack(posteriors), 1e-12)))
    chosen = [-1] * len(posteriors)
    for row, column in zip(rows, columns, strict=True):
        chosen[int(row)] = int(column)
    return chosen


def assignment_solver() -> Callable[..., Any]:
    """Give what solves an assignment.

    Raises:
        OptionError: SciPy is not installed.
    """
    try:
        from scipy.optimize import linear_sum_assignment
    except ImportError as error:
        raise OptionError("--unique needs SciPy: pip install 'tenfold[lists]'") from error
    return cast("Callable[..., Any]", linear_sum_assignment)
