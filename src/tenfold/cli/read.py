"""`tenfold read`: the numbers on pages."""

import dataclasses
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenfold.cli.inputs import files, name_what_is_kept, report_failure, shown, standard_input, width_of
from tenfold.cli.on_cluster import Cluster, Out, check_options, read_there
from tenfold.cli.options import AsJson, Quiet, ShippedModel
from tenfold.errors import OptionError
from tenfold.files import check_folder_writable, check_writable, growing
from tenfold.progress import Progress
from tenfold.report.findings import percent_sure

if TYPE_CHECKING:
    from tenfold.picture.decode import Picture
    from tenfold.read.files import ReadFile
    from tenfold.read.numbers import Number
    from tenfold.read.options import NumberOptions
    from tenfold.read.promises import ReadingKind
    from tenfold.read.reader import Reader
    from tenfold.read.rows import ReadRow
    from tenfold.read.table_files import CsvFile, ParquetFile, PlainTable
    from tenfold.read.tables import Numbers

__all__ = ["read"]


def read(
    pages: Annotated[
        list[str],
        typer.Argument(
            metavar="PAGE",
            help="Photos, scans, PDF or TIFF files, folders, or patterns as `scans/*.png`; `-` is standard input.",
        ),
    ],
    model: ShippedModel = None,
    digits: Annotated[
        int | None, typer.Option(help="The number of digits that each number has.", show_default=False)
    ] = None,
    grid: Annotated[
        str | None, typer.Option(metavar="RxC", help="Rows and columns of the grid, as 9x9.", show_default=False)
    ] = None,
    known: Annotated[
        Path | None,
        typer.Option(
            "--known", "--list", metavar="FILE", help="A file with the only numbers that can occur, one a line."
        ),
    ] = None,
    unique: Annotated[
        bool, typer.Option("--unique", help="With --known: each number of the list occurs at most once.")
    ] = False,
    ocr: Annotated[
        bool,
        typer.Option("--ocr", help="Ask PP-OCRv6 too about numbers in no boxes: pip install 'tenfold[ocr]'."),
    ] = False,
    number_type: Annotated[
        str | None,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="What each number is: integer, decimal, amount, date, time or id, perhaps with options, as "
            "`decimal decimals=2 min=0 max=100`, `date order=MDY`, `id check=luhn`, `integer allowed=01`.",
        ),
    ] = None,
    max_error: Annotated[
        float | None,
        typer.Option(
            help="Accept only numbers sure enough that at most this share of them is wrong, as 0.02; `tenfold info` "
            "lists what can be promised.",
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        Path | None,
        typer.Option(
            "--form",
            "--fields",
            metavar="FORM",
            help="Read the fields that this form.toml describes; a table then has one row for each page.",
        ),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(metavar="FORM", help="Write a form.toml of an empty form, or of several pages of one."),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Let --template replace a file that is there.")] = False,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the numbers as a CSV table.")] = None,
    parquet: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the numbers as a Parquet table.")] = None,
    table: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the numbers as CSV as they stand: a row for each line of a page."),
    ] = None,
    excel: Annotated[
        bool,
        typer.Option("--excel", help="Write --csv and --table for Excel, which then keeps leading zeros and dates."),
    ] = False,
    crops: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write a picture of each number that was not accepted.")
    ] = None,
    annotate: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the pages, with what was read drawn on them.")
    ] = None,
    workers: Annotated[
        int, typer.Option(help="The number of processes that read; 0 for one on each core where there are 8 pages.")
    ] = 0,
    cluster: Cluster = None,
    out: Out = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Read the numbers on pages: in boxes, in grids, or written freely.

    A number that the model is not sure enough of, or that is not of its type, is not accepted, but marked for review
    with the reason.

    Example: `tenfold read scans/ --digits 9 --known ids.csv --max-error 0.001 --csv ids-read.csv`. Types: `tenfold read
    cells/ --type date`, `--type "amount max=500"`. Forms: `tenfold read empty.png --template form.toml`, name the
    fields in it, then `tenfold read scans/ --form form.toml --csv out.csv`. A million pages: `tenfold read
    s3://bucket/scans --cluster auto --out s3://bucket/results`.
    """
    from tenfold.model.folder import load_model
    from tenfold.picture.sandbox import warm_up
    from tenfold.read.files import pages_of, read_files, workers_for
    from tenfold.read.reader import Reader
    from tenfold.read.table_files import check_parquet, check_table

    if cluster or out:
        single = {"--csv": csv, "--parquet": parquet, "--table": table, "--excel": excel, "--crops": crops}
        check_options(cluster, out, {**single, "--annotate": annotate, "--template": template, "--unique": unique})
    names = [] if cluster else list(files(pages))
    warm_up(names)
    loaded = load_model(model)
    reader = Reader(loaded)
    sources: dict[str, Picture] = {"-": standard_input()} if "-" in names else {}
    if template:
        _write_template(reader, names, sources, template, replace=replace)
        return
    options = reader.options(
        digits=digits,
        grid=grid,
        known=known,
        unique=unique,
        ocr=ocr,
        type=number_type,
        max_error=max_error,
        form=form,
    )  # refuses what cannot be promised before anything is read
    if cluster and out:
        read_there(pages, reader, cluster, out, workers=workers, quiet=quiet, as_json=as_json, numbers=options)
        return
    if excel and not (csv or table):
        raise OptionError("--excel goes with --csv or --table")
    if parquet:
        check_parquet()
    if table:
        check_table(options.form)
    for place in filter(None, (csv, parquet, table)):
        check_writable(place)
    for folder in filter(None, (crops, annotate)):
        check_folder_writable(folder)
    told = _Told(as_json, crops, annotate, width_of(names))
    kept = _tables(csv, parquet, table, options, excel=excel)
    with kept as tables, Progress("Reading pages", shown=not quiet) as progress:
        if progress.drawn:
            progress.total = pages_of(names, sources)
        workers = workers or workers_for(names, sources)
        done = partial(progress.update, 1)
        found = read_files(names, loaded, options, workers=workers, sources=sources, done=done)
        for numbers in _decided(found, reader, options, told):
            told.tell(dataclasses.replace(numbers, sources=sources), tables)
    print(told.summary(len(names)), file=sys.stderr)
    if max_error is None and (line := reader.promised_numbers(options).told(told.kinds)):
        print(f"tenfold: {line}", file=sys.stderr)
    if told.broken:
        raise typer.Exit(1)


@contextmanager
def _tables(
    csv: Path | None, parquet: Path | None, table: Path | None, options: "NumberOptions", *, excel: bool
) -> "Iterator[list[CsvFile | ParquetFile | PlainTable]]":
    """Open the tables to write to as numbers come; where reading breaks off, what was written is kept and named."""
    from tenfold.read.table_files import CsvFile, ParquetFile, PlainTable, kinds_of

    kinds = kinds_of(options.form, options.type.values if options.type else None)
    tables: list[CsvFile | ParquetFile | PlainTable] = []
    with ExitStack() as stack:
        stack.push(name_what_is_kept([place for place in (csv, parquet, table) if place]))
        if csv:
            tables.append(stack.enter_context(closing(CsvFile(stack.enter_context(growing(csv)), kinds, excel=excel))))
        if parquet:
            tables.append(stack.enter_context(closing(ParquetFile(stack.enter_context(growing(parquet)), kinds))))
        if table:
            tables.append(stack.enter_context(closing(PlainTable(stack.enter_context(growing(table)), excel=excel))))
        yield tables


def _decided(
    found: "Iterable[ReadFile]", reader: "Reader", options: "NumberOptions", told: "_Told"
) -> "Iterator[Numbers]":
    """Decide what the rows of each file say, and tell what failed.

    Where each number of a list occurs at most once, none is decided before all files are read.
    """
    waiting: list[ReadRow] = []
    for file in found:
        told.broken += _report_pages(file, as_json=told.as_json)
        waiting += file.rows
        told.kinds.update(row.kind for row in file.rows)
        if not options.unique:
            yield reader.decide(waiting, options)
            waiting = []
    if waiting:
        yield reader.decide(waiting, options)


class _Told:
    """Tells numbers, and counts them; nothing is kept of them, however many there are.

    Attributes:
        broken: How many files failed.
        kinds: The kinds of reading that there were.
        as_json: Tell them as JSON.
        width: Columns of the widest file name.
    """

    def __init__(self, as_json: bool, crops: Path | None, annotate: Path | None, width: int) -> None:
        self.broken = 0
        self.kinds: set[ReadingKind] = set()
        self.as_json = as_json
        self.width = width
        self._crops = crops
        self._annotate = annotate
        self._counts: Counter[str | None] = Counter()
        self._files = 0

    def tell(self, numbers: "Numbers", tables: "Iterable[CsvFile | ParquetFile | PlainTable]") -> None:
        """Print numbers, and write them to tables, crops and pages."""
        _print(numbers, self.width, as_json=self.as_json)
        self._counts.update("accepted" if number.accepted else number.reason for number in numbers)
        for table in tables:
            table.add(numbers.rows())
        first = self._files + 1
        if self._crops:
            numbers.save_crops(self._crops, first=first)
        if self._annotate:
            numbers.save_annotated(self._annotate, first=first)
        self._files += len({number.file for number in numbers})

    def summary(self, files: int) -> str:
        """Give one line that counts what was told."""
        counts = self._counts
        empty = counts.pop("blank", 0)
        total, accepted = sum(counts.values()), counts["accepted"]
        blank = f"; {empty} empty" if empty else ""
        failed = (
            f"; {self.broken} of {files} file{'s' if files != 1 else ''} not read to the end" if self.broken else ""
        )
        noun = f"number{'s' if total != 1 else ''}"
        return f"{total:,} {noun}: {accepted:,} accepted, {total - accepted:,} for review{blank}{failed}"


def _report_pages(file: "ReadFile", *, as_json: bool) -> bool:
    """Say which pages of a file failed, and which hold no number; give whether one failed."""
    failed = {each.page: each.error for each in file.failed}
    for page, error in failed.items():
        whole = page == 1 and not file.pages
        report_failure(file.name, error, page=None if whole else page, as_json=as_json)
    for page, rows in enumerate(file.pages, 1):
        if not rows and page not in failed:
            print(f"tenfold: {shown(file.name)}, page {page}: no numbers were found", file=sys.stderr)
    return bool(failed)


def _print(numbers: Sequence["Number"], width: int, *, as_json: bool) -> None:
    """Print numbers of a file or more: as JSON, or as lines whose columns stand under one another."""
    if as_json:
        for number in numbers:
            print(json.dumps(number.to_dict()), flush=True)
        return
    rows = [_row(number) for number in numbers]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in zip(numbers, rows, strict=True):
        cells = "  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True) if wide)
        mark = "" if number.accepted else f"  – {number.reason}"
        mark += f"  ({shown(number.doubt)})" if number.doubt else ""
        print(f"{shown(number.file):<{width}}  {cells}  {percent_sure(number.probability, 2):>7}{mark}", flush=True)


def _row(number: "Number") -> tuple[str, ...]:
    value = "" if number.value is None else str(number.value)
    return str(number.page), shown(number.field or ""), shown(number.text), shown(value)


def _write_template(
    reader: "Reader", names: Sequence[str], sources: "Mapping[str, Picture]", target: Path, *, replace: bool
) -> None:
    """Write a first form from the first page of each file."""
    from tenfold.files import in_place_of
    from tenfold.picture.opening import Pages
    from tenfold.read.forms import to_toml
    from tenfold.read.templates import form_of

    if target.exists() and not replace:
        raise OptionError(f"{target} is there already, perhaps with fields that you named: --replace replaces it")
    with ExitStack() as opened:
        first, *others = [opened.enter_context(Pages(sources.get(name, Path(name)))) for name in names]
        form = form_of(reader.model, first.page(0), *(each.page(0) for each in others), named=first.fields(0))
    with in_place_of(target) as fresh:
        fresh.write_text(to_toml(form), encoding="utf-8")
    print(f"{target}: {len(form.fields)} fields; name them, then `tenfold read PAGE… --form {target}`")
