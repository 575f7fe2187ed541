"""`tenfold predict`: the digit in each picture."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenfold.cli.inputs import files, report_failure, shown, standard_input
from tenfold.cli.options import AsJson, MaxError, Pixels, ShippedModel
from tenfold.errors import PictureError
from tenfold.report.findings import percent_sure

if TYPE_CHECKING:
    from tenfold.picture.prepare import Prepared
    from tenfold.read.digits import Digit

__all__ = ["predict"]


def predict(
    pictures: Annotated[
        list[str],
        typer.Argument(
            metavar="PICTURE…", help="Picture files, folders, or patterns as `scans/*.png`; `-` is standard input."
        ),
    ],
    model: ShippedModel = None,
    max_error: MaxError = None,
    pixels: Pixels = None,
    steps: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write a drawing of how each picture was prepared into this folder."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which digit each picture shows.

    A picture may be a photo, a scan, a screenshot, a drawing or a crop from a form, of any size and colour.

    Example: `tenfold predict seven.png`, or `tenfold predict scans/ --json`.
    """
    from tenfold.picture.decode import LIMIT, content_of
    from tenfold.picture.sandbox import warm_up
    from tenfold.read.reader import Reader

    warm_up(pictures)
    reader = Reader(model, max_error=max_error)
    failed = False
    for number, name in enumerate(files(pictures), 1):
        try:
            picture = standard_input() if name == "-" else content_of(name)
            most = LIMIT if pixels is None else pixels
            prepared = reader.prepare(picture, pixels=most, stages=steps is not None)
        except PictureError as error:
            failed = True
            report_failure(name, str(error), as_json=as_json)
        else:
            print(_digit_line(name, reader.read([prepared])[0], as_json=as_json))
            if steps:
                _draw_steps(prepared, steps / f"{number:04}-{Path(name).stem}.png")
    if failed:
        raise typer.Exit(1)


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
