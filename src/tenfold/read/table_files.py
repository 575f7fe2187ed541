"""Tables of numbers as files, CSV and Parquet: written row by row, as numbers come."""

import csv
import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from tenfold.errors import OptionError
from tenfold.read.forms import PAGE_COLUMNS, Form
from tenfold.read.numbers import Number

__all__ = [
    "CsvFile",
    "ParquetFile",
    "PlainTable",
    "check_parquet",
    "check_table",
    "excel_cell",
    "in_unicode",
    "kinds_of",
    "plain_cell",
    "rows_of",
]

COLUMNS = {
    "file": "string",
    "page": "int64",
    "row": "int64",
    "column": "int64",
    "field": "string",
    "text": "string",
    "value": "string",
    "probability": "float64",
    "accepted": "bool",
    "reason": "string",
    "matched": "bool",
}
"""What a table holds of each number, and its type as Arrow calls it."""

KINDS: dict[type, str] = {int: "int64", float: "float64", str: "string"}
"""How Arrow calls the types of values."""

FORMULA = re.compile(r"[=+\-@\t\r]")
"""How text begins that a spreadsheet runs as a formula."""

NUMBER = re.compile(r"[+-]?[\d.,' ]*")
"""What begins so and is a number all the same."""

NUMERIC = re.compile(r"(?=.*\d)[+-]?[\d.,:/' -]+")
"""Text that a spreadsheet takes for a number, a date or a time: it drops zeros before it, and digits after the 15th."""

ISO = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d(:\d\d)?")
"""Dates and times as values have them, which a spreadsheet may take for what they are."""

GROUP = 10_000
"""Rows that a Parquet file holds together."""


def rows_of(numbers: Sequence[Number], form: Form | None) -> list[dict[str, Any]]:
    """Give a row for each number, or with a form a row for each page: values by column."""
    if form is None:
        return [{name: getattr(number, name) for name in COLUMNS} for number in numbers]
    names = {each.name: each.columns for each in form.fields}
    pages: dict[tuple[str, int], dict[str, Any]] = {}
    for number in numbers:
        page = number.file, number.page
        row = pages.setdefault(page, dict(zip(PAGE_COLUMNS, page, strict=True)))
        values = number.text, number.probability, number.accepted, number.value
        row |= zip(names[number.field or ""], values, strict=False)  # a value where the field has a type
    return list(pages.values())


def kinds_of(form: Form | None, values: type | None = None) -> dict[str, str]:
    """Give the columns of a table, each with its type as Arrow calls it.

    Args:
        form: The form that the pages are, where there is one.
        values: The type of the numbers' values, where there is no form; None where they have none.
    """
    if form is None:
        return COLUMNS | {"value": KINDS[values or str]}
    kinds = dict(zip(PAGE_COLUMNS, ("string", "int64"), strict=True))
    for each in form.fields:
        value = [KINDS[each.type.values]] if each.type else []
        kinds |= zip(each.columns, ["string", "float64", "bool", *value], strict=True)
    return kinds


def plain_cell(value: object) -> object:
    """Give a cell of a CSV table that no spreadsheet runs as a formula: such text gets an apostrophe before it."""
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def excel_cell(value: object) -> object:
    """Give a cell of a CSV table as Excel keeps it: text that it would take for a number is written as `="007"`."""
    if isinstance(value, str) and NUMERIC.fullmatch(value) and not ISO.fullmatch(value):
        return f'="{value}"'
    return plain_cell(value)


class CsvFile:
    """A CSV table that grows, a heading first; each `add` hands its rows to the system.

    Args:
        place: Where to write to.
        kinds: Its columns, as `kinds_of` gives them.
        excel: Write it for Excel: with the mark by which it knows UTF-8, and cells as `excel_cell` gives them.
    """

    def __init__(self, place: Path, kinds: Mapping[str, str], *, excel: bool = False) -> None:
        self._cell = excel_cell if excel else plain_cell
        # a file's name may be any bytes
        self._stream = place.open("w", newline="", encoding=_encoding(excel), errors="backslashreplace")
        self._writer = csv.DictWriter(self._stream, list(kinds))
        self._writer.writeheader()
        self._stream.flush()

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows."""
        self._writer.writerows({name: self._cell(value) for name, value in row.items()} for row in rows)
        self._stream.flush()

    def close(self) -> None:
        """End the table."""
        self._stream.close()


class PlainTable:
    """The numbers as they stand on the pages, as CSV: for each line a row, for each column a cell, empty or not.

    Pages follow one another, an empty row between two.

    Args:
        place: Where to write to.
        excel: As for `CsvFile`.
    """

    def __init__(self, place: Path, *, excel: bool = False) -> None:
        self._cell = excel_cell if excel else plain_cell
        self._stream = place.open("w", newline="", encoding=_encoding(excel))
        self._writer = csv.writer(self._stream)
        self._begun = False

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the numbers of whole pages, as `rows_of` gives them without a form."""
        for _, page in groupby(rows, lambda number: (number["file"], number["page"])):
            cells = {(number["row"], number["column"]): number["text"] for number in page}
            lines, columns = (max(places) + 1 for places in zip(*cells, strict=True))
            if self._begun:
                self._writer.writerow([])
            table = ([self._cell(cells.get((row, column), "")) for column in range(columns)] for row in range(lines))
            self._writer.writerows(table)
            self._begun = True
        self._stream.flush()

    def close(self) -> None:
        """End the table."""
        self._stream.close()


class ParquetFile:
    """A Parquet table that grows; arguments as for `CsvFile`. It can be read once it is closed.

    Raises:
        OptionError: pyarrow is not installed.
    """

    def __init__(self, place: Path, kinds: Mapping[str, str]) -> None:
        check_parquet()
        import pyarrow as pa
        from pyarrow import parquet

        self._table = pa.Table
        self._schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in kinds.items()])
        self._writer = parquet.ParquetWriter(place, self._schema)
        self._rows: list[dict[str, Any]] = []
        self._written = False

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows, some thousand together."""
        self._rows += [{name: in_unicode(value) for name, value in row.items()} for row in rows]
        if len(self._rows) >= GROUP:
            self._write()

    def close(self) -> None:
        """End the table."""
        if self._rows or not self._written:
            self._write()
        self._writer.close()

    def _write(self) -> None:
        self._writer.write_table(self._table.from_pylist(self._rows, self._schema))
        self._rows, self._written = [], True


def check_table(form: Form | None) -> None:
    """Check that pages can be written as they stand.

    Raises:
        OptionError: They are forms.
    """
    if form is not None:
        raise OptionError("the fields of a form make a table already, a row for each page: write it as CSV")


def check_parquet() -> None:
    """Check that Parquet can be written.

    Raises:
        OptionError: pyarrow is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise OptionError('Parquet needs pyarrow: pip install "tenfold[train]", or write CSV') from error


def _encoding(excel: bool) -> str:
    return "utf-8-sig" if excel else "utf-8"


def in_unicode(value: Any) -> Any:  # noqa: ANN401
    """Give a value whose text has no bytes that are no UTF-8, as a file's name may."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
