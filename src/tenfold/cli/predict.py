"""`tenfold predict`: the digit in each picture."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from tenfold.cli.completion import data_names
from tenfold.cli.inputs import files, name_what_is_kept, report_failure, shown, standard_input, width_of
from tenfold.cli.on_cluster import Cluster, Out, check_options, read_there
from tenfold.cli.options import AsJson, MaxError, Offline, Pixels, Quiet, ShippedModel
from tenfold.errors import OptionError
from tenfold.files import check_writable, growing
from tenfold.progress import Progress
from tenfold.report.findings import percent_sure

if TYPE_CHECKING:
    from tenfold.data.datasets import NamedImages
    from tenfold.picture.prepare import Prepared
    from tenfold.read.digits import Digit, Look
    from tenfold.read.pictures import ReadPicture
    from tenfold.read.reader import Reader

Write: TypeAlias = Callable[[dict[str, Any]], None]
"""Writes a row to every table that was asked for."""

__all__ = ["predict"]

DOUBTS = "uncertain", "not-calibrated"
"""Reasons not to accept an answer that is the most probable one all the same, and is told."""


def predict(
    pictures: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PICTURE", help="Picture files, folders, or patterns as `scans/*.png`; `-` is standard input."
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            help="In place of pictures: a data set's name, or a file of images, as Kaggle's `test.csv` without labels.",
            show_default=False,
            autocompletion=data_names,
        ),
    ] = None,
    submission: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the answers to --data as Kaggle takes them: `ImageId,Label`."),
    ] = None,
    model: ShippedModel = None,
    max_error: MaxError = None,
    pixels: Pixels = None,
    steps: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write a drawing of how each picture was prepared into this folder."),
    ] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the digits as a CSV table.")] = None,
    parquet: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the digits as a Parquet table.")] = None,
    workers: Annotated[
        int,
        typer.Option(help="The number of processes that read; 0 for one on each core where there are 500 pictures."),
    ] = 0,
    cluster: Cluster = None,
    out: Out = None,
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Say which digit each picture shows.

    A picture may be a photo, a scan, a screenshot, a drawing or a crop from a form, of any size and colour. With
    --max-error, 20 pictures and more are compared with those that the promise rests on, up to 1,000 at once: where they
    are read far less surely, nothing is accepted, and a line says what mends it.

    Example: `tenfold predict seven.png`, `tenfold predict scans/ --csv digits.csv`, or `tenfold predict --data
    test.csv --submission submission.csv`. A million: `tenfold predict scans/ --cluster local --out results`.
    """
    from tenfold.picture.decode import LIMIT
    from tenfold.picture.sandbox import warm_up
    from tenfold.read.pictures import picture_workers, read_pictures
    from tenfold.read.reader import Reader
    from tenfold.read.table_files import check_parquet

    if bool(pictures) == bool(data):
        raise OptionError("expected pictures, or --data with a file of images")
    if cluster or out:
        single = {"--csv": csv, "--parquet": parquet, "--steps": steps, "--data": data, "--submission": submission}
        check_options(cluster, out, single)
    if submission and not data:
        raise OptionError("--submission goes with --data, as `tenfold predict --data test.csv --submission FILE`")
    if data and (steps or pixels is not None):
        raise OptionError("--steps and --pixels are for pictures, not for --data")
    if submission and (csv or parquet):
        raise OptionError("--submission is a table already: leave out --csv and --parquet")
    if parquet:
        check_parquet()
    for place in filter(None, (submission, csv, parquet)):
        check_writable(place)
    names = [] if cluster else list(files(pictures or []))
    warm_up(names)
    reader = Reader(model, max_error=max_error)
    if cluster and out:
        given = pictures or []
        read_there(given, reader, cluster, out, workers=workers, quiet=quiet, as_json=as_json, pixels=pixels)
        return
    if submission:
        _write_submission(reader, str(data), submission, offline=offline)
        return
    with _tables(csv, parquet) as write:
        if data:
            _answer_data(reader, data, write, offline=offline, as_json=as_json)
            return
        told = _Told(reader, width_of(names), steps, write, as_json=as_json)
        workers = workers or picture_workers(len(names), os.cpu_count() or 1)
        sources = {"-": standard_input()} if "-" in names else {}
        with Progress("Reading pictures", shown=not quiet and sys.stderr.isatty()) as progress:
            progress.total = len(names)
            most = LIMIT if pixels is None else pixels
            stages = steps is not None
            for found in read_pictures(
                names, reader, model, workers=workers, pixels=most, stages=stages, sources=sources
            ):
                told.tell(found)
                progress.update(1)
        told.end_run()
    if line := reader.unpromised_digits():
        print(f"tenfold: {line}", file=sys.stderr)
    if told.failed:
        raise typer.Exit(1)


@contextmanager
def _tables(csv: Path | None, parquet: Path | None) -> Iterator[Write]:
    """Open the tables to write to as answers come; where reading breaks off, what was written is kept and named."""
    from tenfold.read.pictures import COLUMNS
    from tenfold.read.table_files import CsvFile, ParquetFile

    tables: list[CsvFile | ParquetFile] = []
    with ExitStack() as stack:
        stack.push(name_what_is_kept([place for place in (csv, parquet) if place]))
        for place, kind in ((csv, CsvFile), (parquet, ParquetFile)):
            if place:
                tables.append(stack.enter_context(closing(kind(stack.enter_context(growing(place)), COLUMNS))))

        def write(row: dict[str, Any]) -> None:
            for table in tables:
                table.add([row])

        yield write


class _Told:
    """Tells what pictures show as they are read.

    A promise of error is made to pictures that are like those that it rests on: so then they are told of in runs.

    Attributes:
        failed: Whether one could not be read.
    """

    def __init__(self, reader: "Reader", width: int, steps: Path | None, write: Write, *, as_json: bool) -> None:
        self.failed = False
        self._reader, self._width, self._steps, self._write, self._as_json = reader, width, steps, write, as_json
        self._count = 0
        self._run: list[tuple[str, Look]] = []

    def tell(self, found: "ReadPicture") -> None:
        """Print a picture's digit, or keep it until its run is whole, and draw how it was made ready."""
        from tenfold.read.pictures import RUN

        self._count += 1
        if found.look is None or found.prepared is None:
            self.failed = True
            report_failure(found.name, found.error, as_json=self._as_json)
        else:
            if self._steps:
                _draw_steps(found.prepared, self._steps / f"{self._count:04}-{Path(found.name).stem}.png")
            self._run.append((found.name, found.look))
        if self._reader.promised_digits() is None or self._count % RUN == 0:
            self.end_run()

    def end_run(self) -> None:
        """Print the digits of the pictures that came last, and whether what is promised holds for them."""
        _tell_run(self._reader, self._run, self._width, self._write, as_json=self._as_json)
        self._run = []


def _tell_run(reader: "Reader", run: "Sequence[tuple[str, Look]]", width: int, write: Write, *, as_json: bool) -> None:
    """Print and write the digits of pictures that come from one source, and whether what is promised holds for them."""
    from tenfold.read.pictures import row_of

    digits, told = reader.checked([look for _, look in run])
    for line in told:
        print(f"tenfold: {line}", file=sys.stderr)
    for (name, _), digit in zip(run, digits, strict=True):
        print(_digit_line(name, digit, width, as_json=as_json))
        write(row_of(name, digit))


def _look_at_data(reader: "Reader", data: str, *, offline: bool) -> "tuple[NamedImages, list[Look]]":
    """Read the digit of each image of a file."""
    from tenfold.data.datasets import load_images
    from tenfold.read.decoder import PictureDecoder

    decoder = PictureDecoder(reader)
    given = load_images(data, offline=offline, decode=decoder)
    return given, reader.look_at(given.images, decoder.columns(len(given.images)))


def _answer_data(reader: "Reader", data: str, write: Write, *, offline: bool, as_json: bool) -> None:
    """Print the digit of each image of a file."""
    given, looks = _look_at_data(reader, data, offline=offline)
    run = list(zip(given.names, looks, strict=True))
    _tell_run(reader, run, width_of(given.names), write, as_json=as_json)


def _write_submission(reader: "Reader", data: str, submission: Path, *, offline: bool) -> None:
    """Write the digit of each image of a file as Kaggle takes them."""
    import csv

    from tenfold.files import in_place_of

    given, looks = _look_at_data(reader, data, offline=offline)
    heading = (given.id_name, "label") if given.id_name else ("ImageId", "Label")
    best = [max(zip(look.digit.probabilities, reader.model.classes, strict=True))[1] for look in looks]
    with in_place_of(submission) as fresh, fresh.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(heading)
        table.writerows(zip(given.names, best, strict=True))
    print(f"{submission}: {len(best):,} answers")


def _digit_line(name: str, digit: "Digit", width: int, *, as_json: bool) -> str:
    if as_json:
        return json.dumps({"file": name, **digit.to_dict()})
    name = f"{shown(name):<{width}}"
    answer = f"{name}  {digit.digit}  {percent_sure(digit.probability, 2):>7}"
    if digit.reason in DOUBTS:
        return f"{answer}  – {digit.reason}"
    if digit.reason:
        further = ", which `tenfold read` reads" if digit.reason == "several-digits" else ""
        return f"{name}  –  {digit.reason}{further}"
    return answer


def _draw_steps(prepared: "Prepared", file: Path) -> None:
    from tenfold.files import in_place_of
    from tenfold.picture.steps import draw_steps

    with in_place_of(file) as fresh:
        fresh.write_bytes(draw_steps(prepared))
