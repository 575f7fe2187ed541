"""The command that reads numbers on pages."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenfold.cli.digits import files, report_failure
from tenfold.cli.options import AsJson, Quiet, pages_bar
from tenfold.errors import DataError, OptionError
from tenfold.report.findings import percent

if TYPE_CHECKING:
    from tenfold.read.forms import Form
    from tenfold.read.numbers import Number
    from tenfold.read.reader import Reader

__all__ = ["read"]

COLUMNS = {
    "file": "string",
    "page": "int64",
    "row": "int64",
    "field": "string",
    "text": "string",
    "probability": "float64",
    "accepted": "bool",
    "reason": "string",
    "matched": "bool",
}
"""What a table holds of each number, and its type as Arrow calls it."""


def read(
    pages: Annotated[
        list[str],
        typer.Argument(metavar="PAGE…", help="Photos, scans, PDF, TIFF, folders, globs; `-` is standard input."),
    ],
    model: Annotated[Path | None, typer.Option(help="A model folder.", show_default="the shipped one")] = None,
    digits: Annotated[int | None, typer.Option(help="How many digits each number has.", show_default=False)] = None,
    grid: Annotated[
        str | None, typer.Option(metavar="RxC", help="Rows and columns of the grid, as 9x9.", show_default=False)
    ] = None,
    known: Annotated[
        Path | None, typer.Option("--list", metavar="FILE", help="The only numbers that can occur, one a line.")
    ] = None,
    unique: Annotated[bool, typer.Option("--unique", help="Each number of the list at most once.")] = False,
    max_error: Annotated[
        float | None,
        typer.Option(help="Accept only what keeps the share of wrong numbers below this.", show_default=False),
    ] = None,
    fields: Annotated[
        Path | None,
        typer.Option(metavar="FORM", help="Read the fields of this form.toml; one row of the table for each page."),
    ] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FORM", help="Write a first form.toml from the page, and read nothing.")
    ] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write a table.")] = None,
    parquet: Annotated[Path | None, typer.Option(metavar="FILE", help="The same as Parquet.")] = None,
    crops: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write a picture of each number that is for review.")
    ] = None,
    annotate: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the pages with what was read drawn on them.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that read; 0 for one on each core.")] = 1,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Read the numbers on pages: in boxes, in grids, or written freely.

    Example: `tenfold read scans/ --digits 9 --list ids.csv --max-error 0.001 --csv ids-read.csv`. Forms: `tenfold read
    empty.png --template form.toml`, name the fields in it, then `tenfold read scans/ --fields form.toml --csv out.csv`.
    """
    import os

    from tenfold.read.files import pages_of, read_files
    from tenfold.read.forms import load_form
    from tenfold.read.lists import load_list
    from tenfold.read.pages import NumberOptions
    from tenfold.read.reader import Reader

    options = NumberOptions(
        digits=digits,
        grid=_grid(grid),
        known=load_list(known) if known else None,
        unique=unique,
        max_error=max_error,
        form=load_form(fields) if fields else None,
    )
    reader = Reader(model)
    if template:
        _write_template(reader, list(files(pages)), template)
        return
    reader.decided([], options)  # refuses what cannot be promised before anything is read
    names = list(files(pages))
    content = sys.stdin.buffer.read() if "-" in names else b""
    numbers: list[Number] = []
    waiting = []
    failed = False
    found = read_files(names, model, options, workers=workers or os.cpu_count() or 1, content=content)
    for one in pages_bar(found, partial(pages_of, names), lambda one: max(len(one.pages), 1), quiet=quiet):
        if one.error:
            failed = True
            place = f", page {len(one.pages) + 1}" if one.pages else ""
            report_failure(f"{one.name}{place}", one.error, as_json=as_json)
        misfits = dict(one.misfits)
        for number, said in misfits.items():
            failed = True
            report_failure(f"{one.name}, page {number}", said, as_json=as_json)
        for number, rows in enumerate(one.pages, 1):
            if not rows and number not in misfits:
                print(f"tenfold: {one.name}, page {number}: no numbers were found", file=sys.stderr)
        if unique:
            waiting += one.rows
        else:
            decided = reader.decided(one.rows, options)
            _print(decided, as_json=as_json)
            numbers += decided
    if unique:
        numbers = reader.decided(waiting, options)
        _print(numbers, as_json=as_json)
    table = _table(numbers, options.form)
    if csv_file:
        _write_csv(table, csv_file)
    if parquet:
        _write_parquet(table, parquet)
    if crops or annotate:
        _draw(numbers, crops, annotate, content)
    print(_summary(numbers), file=sys.stderr)
    if failed:
        raise typer.Exit(1)


def _grid(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    rows, _, columns = text.lower().replace("×", "x").partition("x")
    if not (rows.isdigit() and columns.isdigit()):
        raise OptionError(f"--grid is rows x columns, as 9x9, got {text!r}")
    return int(rows), int(columns)


def _print(numbers: Sequence["Number"], *, as_json: bool) -> None:
    for number in numbers:
        if as_json:
            print(json.dumps(number.to_dict()), flush=True)
        else:
            field = f"  {number.field}" if number.field else ""
            mark = "" if number.accepted else f"  – {number.reason}"
            print(
                f"{number.file}  {number.page}{field}  {number.text}  {percent(number.probability, 2)}{mark}",
                flush=True,
            )


def _summary(numbers: Sequence["Number"]) -> str:
    counts = Counter("accepted" if number.accepted else number.reason for number in numbers)
    empty = counts.pop("blank", 0)
    total, accepted = sum(counts.values()), counts["accepted"]
    blank = f"; {empty} empty" if empty else ""
    return f"{total:,} number{'s' if total != 1 else ''}: {accepted:,} accepted, {total - accepted:,} for review{blank}"


@dataclass(frozen=True)
class _Table:
    """What is written of numbers: `kinds` names the type of each column, as Arrow calls it."""

    kinds: dict[str, str]
    rows: list[dict[str, Any]]


def _table(numbers: Sequence["Number"], form: "Form | None") -> _Table:
    """Give a row for each number, or for a form a row for each page."""
    if form is None:
        return _Table(dict(COLUMNS), [{name: getattr(number, name) for name in COLUMNS} for number in numbers])
    from tenfold.read.forms import PAGE_COLUMNS

    columns = {field.name: field.columns for field in form.fields}
    kinds = dict(zip(PAGE_COLUMNS, ("string", "int64"), strict=True))
    for names in columns.values():
        kinds |= zip(names, ("string", "float64", "bool"), strict=True)
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for number in numbers:
        page = number.file, number.page
        row = rows.setdefault(page, dict(zip(PAGE_COLUMNS, page, strict=True)))
        row |= zip(columns[number.field or ""], (number.text, number.probability, number.accepted), strict=True)
    return _Table(kinds, list(rows.values()))


def _write_csv(table: _Table, target: Path) -> None:
    from tenfold.files import in_place_of

    with in_place_of(target) as fresh, fresh.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(table.kinds))
        writer.writeheader()
        writer.writerows(table.rows)


def _write_parquet(table: _Table, target: Path) -> None:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise OptionError('--parquet needs pyarrow: pip install "tenfold[train]", or write --csv') from error
    from tenfold.files import in_place_of

    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in table.kinds.items()])
    with in_place_of(target) as fresh:
        parquet.write_table(pa.Table.from_pylist(table.rows, schema), fresh)


def _write_template(reader: "Reader", names: Sequence[str], target: Path) -> None:
    """Write a first form from the first page of a file."""
    from tenfold.files import in_place_of
    from tenfold.picture.opening import open_pages
    from tenfold.read.forms import to_toml
    from tenfold.read.templates import form_of

    if len(names) != 1:
        raise OptionError(f"--template takes one page, got {len(names)} files")
    form = form_of(reader.model, next(iter(open_pages(sys.stdin.buffer.read() if names[0] == "-" else Path(names[0])))))
    with in_place_of(target) as fresh:
        fresh.write_text(to_toml(form), encoding="utf-8")
    print(f"{target}: {len(form.fields)} fields; name them, then `tenfold read PAGE… --fields {target}`")


def _draw(numbers: Sequence["Number"], crops: Path | None, annotate: Path | None, content: bytes) -> None:
    """Open the pages once more, and draw."""
    from PIL import Image

    from tenfold.picture.marks import annotated, crop
    from tenfold.picture.opening import open_pages

    by_file: dict[str, list[Number]] = {}
    for number in numbers:
        by_file.setdefault(number.file, []).append(number)
    for folder in (crops, annotate):
        if folder:
            _make(folder)
    for order, (name, inside) in enumerate(by_file.items(), 1):
        last = max(number.page for number in inside)
        for place, page in enumerate(open_pages(content if name == "-" else Path(name)), 1):
            here = [number for number in inside if number.page == place]
            stem = f"{order:04}-{Path(name).stem}-{place:03}"
            if annotate:
                marks = [(each.quad, f"{each.field or ''} {each.text}".strip(), each.accepted) for each in here]
                annotated(page, marks).save(annotate / f"{stem}.png")
            if crops:
                for each in here:
                    if not each.accepted and each.reason != "blank":
                        named = f"-{_plain(each.field)}" if each.field else ""
                        Image.fromarray(crop(page, each.quad)).save(crops / f"{stem}-{each.row:03}{named}.png")
            if place == last:
                break


def _plain(name: str) -> str:
    """Give a name as a part of a file's name."""
    return "".join(sign if sign.isalnum() else "-" for sign in name)[:40]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder} cannot be made: {error.strerror or error}") from error
