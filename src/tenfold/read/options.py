"""How to read pages: one set of options, the same in Python, on the command line and over HTTP."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from numbers import Real
from pathlib import Path
from typing import Any

from tenfold.arrays import without_separators
from tenfold.errors import OptionError
from tenfold.page.grids import MOST_ROWS
from tenfold.read.forms import MOST_DIGITS, Form, load_form
from tenfold.read.lists import Known, assignment_solver, load_list
from tenfold.read.promises import ReadingKind
from tenfold.read.types import NumberType

__all__ = ["MOST_DIGITS", "NumberOptions", "check_names"]


@dataclass(frozen=True)
class NumberOptions:
    """How to read pages.

    Attributes:
        digits: How many digits each number has; None for any.
        grid: Rows and columns of the grid on each page; None where there need not be one.
        known: The only numbers that can occur; None for any.
        unique: Each of them at most once over all pages.
        max_error: The share of wrong numbers among the accepted that must not be passed; None for the reader's own.
        form: The form that each page is; only its fields are read.
        type: What each number is, a date, an amount; None for any.
        ocr: Ask PP-OCRv6 too about what stands in no boxes; needs `tenfold[ocr]`.

    Raises:
        OptionError: They contradict one another.
    """

    digits: int | None = None
    grid: tuple[int, int] | None = None
    known: Known | None = None
    unique: bool = False
    max_error: float | None = None
    form: Form | None = None
    type: NumberType | None = None
    ocr: bool = False

    def __post_init__(self) -> None:
        if self.digits is not None and (type(self.digits) is not int or not 1 <= self.digits <= MOST_DIGITS):
            raise OptionError(f"a number has 1 to {MOST_DIGITS} digits, got {self.digits!r}")
        if self.grid is not None and not all(1 <= side <= MOST_ROWS for side in self.grid):
            raise OptionError(f"a grid has 1 to {MOST_ROWS} rows and columns, got {self.grid[0]}x{self.grid[1]}")
        if self.form and (self.digits or self.grid):
            raise OptionError("a form says itself how many digits its fields have: leave out digits and grid")
        if self.form and self.type:
            raise OptionError("a form says itself of what type its fields are: leave out type")
        if not isinstance(self.type, NumberType | None):
            raise OptionError(f"type is a NumberType, got {self.type!r}; give it by name, as type='date'")
        if not isinstance(self.unique, bool):
            raise OptionError(f"unique is True or False, got {self.unique!r}")
        if not isinstance(self.ocr, bool):
            raise OptionError(f"ocr is True or False, got {self.ocr!r}")
        if self.ocr and self.max_error is not None:
            raise OptionError("a promise of error was made without a third opinion: leave out ocr or max_error")
        if self.max_error is not None and (not isinstance(self.max_error, Real) or isinstance(self.max_error, bool)):
            raise OptionError(f"max_error is a share, as 0.01, got {self.max_error!r}")
        if self.unique and self.known is None:
            raise OptionError("unique, each number once, needs the list of numbers: known")
        if (
            self.known
            and self.digits
            and all(len(without_separators(number)) != self.digits for number in self.known.numbers)
        ):
            raise OptionError(f"no number on the list has {self.digits} digits")

    @property
    def kinds(self) -> tuple[ReadingKind, ...]:
        """The kinds of reading that a promise has to hold for: without lists, and beside those that tell apart."""
        fields = [field.known for field in self.form.fields] if self.form else [self.known]
        lists = [known or self.known for known in fields]
        beside = any(known and known.tells_apart for known in lists)
        plain = not all(known and known.tells_apart for known in lists)
        return (*(("boxes", "free", "alone") if plain else ()), *(("list",) if beside else ()))

    def changed(self, alphabet: str, **changes: Any) -> "NumberOptions":  # noqa: ANN401
        """Give the options with some set otherwise, in any form that people write them in.

        Args:
            alphabet: The signs that the model reads.
            **changes: Options by name. `grid` may be text, as "9x9"; `known` numbers one by one, or the file of a list;
                `form` the file of a form; `type` a word with its options, as "decimal decimals=2", or a table of them.

        Raises:
            DataError: A file cannot be read.
            OptionError: There is no such option, or a value is not allowed.
        """
        check_names(changes, [field.name for field in fields(self)])
        if "grid" in changes:
            changes["grid"] = _grid(changes["grid"])
        if "known" in changes:
            changes["known"] = _known(changes["known"], alphabet)
        if "form" in changes:
            changes["form"] = _form(changes["form"], alphabet)
        if changes.get("type") is not None:
            changes["type"] = NumberType.of(changes["type"]).over(alphabet)
        complete = replace(self, **changes)
        if complete.unique:
            assignment_solver()  # says now what is missing
        return complete


def check_names(names: Iterable[str], allowed: Sequence[str]) -> None:
    """Check that there are such options.

    Raises:
        OptionError: There is one that is not allowed.
    """
    for name in names:
        if name not in allowed:
            close = difflib.get_close_matches(name, allowed, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            raise OptionError(f"unknown option {name[:40]!r}{hint}; allowed: {', '.join(allowed)}")


def _grid(grid: Any) -> tuple[int, int] | None:  # noqa: ANN401 (whatever somebody gives)
    if grid is None:
        return None
    if isinstance(grid, str):
        if found := re.fullmatch(r"\s*(\d{1,3})\s*[xX×]\s*(\d{1,3})\s*", grid):
            return int(found[1]), int(found[2])
    elif isinstance(grid, tuple | list) and [type(side) for side in grid] == [int, int]:
        return grid[0], grid[1]
    raise OptionError(f"grid is rows x columns, as 9x9, got {grid!r}")


def _known(known: Any, alphabet: str) -> Known | None:  # noqa: ANN401 (whatever somebody gives)
    if known is None or isinstance(known, Known):
        return known
    if isinstance(known, str | Path):
        return load_list(Path(known), alphabet)
    if isinstance(known, Iterable):
        return Known.of(map(str, known), alphabet)
    raise OptionError(f"known is numbers as text, or the file of a list, got {type(known).__name__}")


def _form(form: Any, alphabet: str) -> Form | None:  # noqa: ANN401 (whatever somebody gives)
    if form is None or isinstance(form, Form):
        return form
    if isinstance(form, str | Path):
        return load_form(Path(form), alphabet)
    raise OptionError(f"form is the file of a form, got {type(form).__name__}")
