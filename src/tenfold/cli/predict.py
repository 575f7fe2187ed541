"""`tenfold predict`: the digit in each picture."""

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenfold.cli.inputs import files, report_failure, shown, standard_input
from tenfold.cli.options import AsJson, MaxError, Offline, Pixels, ShippedModel
from tenfold.errors import OptionError, PictureError
from tenfold.files import check_writable
from tenfold.report.findings import percent_sure

if TYPE_CHECKING:
    from tenfold.picture.prepare import Prepared
    from tenfold.read.digits import Digit, Look
    from tenfold.read.reader import Reader

__all__ = ["predict"]


RUN = 1000
"""Pictures that are compared at once with those that a promise of error rests on; they are told of together."""


def predict(
    pictures: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PICTURE…", help="Picture files, folders, or patterns as `scans/*.png`; `-` is standard input."
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            help="In place of pictures: a data set's name, or a file of images, as Kaggle's `test.csv` without labels.",
            show_default=False,
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
    offline: Offline = False,
    as_json: AsJson = False,
) -> None:
    """Say which digit each picture shows.

    A picture may be a photo, a scan, a screenshot, a drawing or a crop from a form, of any size and colour. With
    --max-error, 20 pictures and more are compared with those that the promise rests on, up to 1,000 at once: where they
    are read far less surely, nothing is accepted, and a line says what mends it.

    Example: `tenfold predict seven.png`, `tenfold predict scans/ --json`, or `tenfold predict --data test.csv
    --submission submission.csv`.
    """
    from tenfold.picture.sandbox import warm_up
    from tenfold.read.reader import Reader

    if bool(pictures) == bool(data):
        raise OptionError("expected pictures, or --data with a file of images")
    if submission and not data:
        raise OptionError("--submission goes with --data, as `tenfold predict --data test.csv --submission FILE`")
    if data and (steps or pixels is not None):
        raise OptionError("--steps and --pixels are for pictures, not for --data")
    if submission:
        check_writable(submission)
    warm_up(pictures or [])
    reader = Reader(model, max_error=max_error)
    if data:
        _answer_data(reader, data, submission, offline=offline, as_json=as_json)
    elif _answer_pictures(reader, pictures or [], pixels, steps, as_json=as_json):
        raise typer.Exit(1)


def _answer_pictures(
    reader: "Reader", pictures: list[str], pixels: int | None, steps: Path | None, *, as_json: bool
) -> bool:
    """Print the digit of each picture; give whether one could not be read.

    A promise of error is made to pictures that are like those that it rests on: so they are told of in runs.
    """
    from tenfold.picture.decode import LIMIT, content_of

    failed = False
    run: list[tuple[str, Look]] = []
    for number, name in enumerate(files(pictures), 1):
        try:
            picture = standard_input() if name == "-" else content_of(name)
            most = LIMIT if pixels is None else pixels
            prepared = reader.prepare(picture, pixels=most, stages=steps is not None)
        except PictureError as error:
            failed = True
            report_failure(name, str(error), as_json=as_json)
        else:
            run.append((name, reader.look([prepared])[0]))
            if reader.max_error is None or len(run) == RUN:
                _print_run(reader, run, as_json=as_json)
                run = []
            if steps:
                _draw_steps(prepared, steps / f"{number:04}-{Path(name).stem}.png")
    _print_run(reader, run, as_json=as_json)
    return failed


def _print_run(reader: "Reader", run: "list[tuple[str, Look]]", *, as_json: bool) -> None:
    """Print the digits of pictures that come from one source, and whether what is promised holds for them."""
    digits, told = reader.checked([look for _, look in run])
    for line in told:
        print(f"tenfold: {line}", file=sys.stderr)
    for (name, _), digit in zip(run, digits, strict=True):
        print(_digit_line(name, digit, as_json=as_json))


def _answer_data(reader: "Reader", data: str, submission: Path | None, *, offline: bool, as_json: bool) -> None:
    """Print the digit of each image of a file, or write them as Kaggle takes them."""
    from tenfold.data.datasets import load_images
    from tenfold.files import in_place_of
    from tenfold.read.decoder import PictureDecoder

    decoder = PictureDecoder(reader)
    given = load_images(data, offline=offline, decode=decoder)
    looks = reader.look_at(given.images, decoder.columns(len(given.images)))
    if submission is None:
        _print_run(reader, list(zip(given.names, looks, strict=True)), as_json=as_json)
        return
    heading = (given.id_name, "label") if given.id_name else ("ImageId", "Label")
    best = [max(zip(look.digit.probabilities, reader.model.classes, strict=True))[1] for look in looks]
    with in_place_of(submission) as fresh, fresh.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(heading)
        table.writerows(zip(given.names, best, strict=True))
    print(f"{submission}: {len(best):,} answers")


def _digit_line(name: str, digit: "Digit", *, as_json: bool) -> str:
    if as_json:
        return json.dumps({"file": name, **digit.to_dict()})
    name = shown(name)
    if digit.reason:
        further = ", which `tenfold read` reads" if digit.reason == "several-digits" else ""
        return f"{name}  –  {digit.reason}{further}"
    return f"{name}  {digit.digit}  {percent_sure(digit.probability, 2)}"


def _draw_steps(prepared: "Prepared", file: Path) -> None:
    from tenfold.files import in_place_of
    from tenfold.picture.steps import draw_steps

    with in_place_of(file) as fresh:
        fresh.write_bytes(draw_steps(prepared))
