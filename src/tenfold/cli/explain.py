"""`tenfold explain`: why a picture was read as it was."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

import tenfold
from tenfold.cli.options import AsJson, ShippedModel
from tenfold.files import check_writable
from tenfold.report.findings import percent_sure

__all__ = ["explain"]


def explain(
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help="A picture file; `-` is standard input.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The HTML page to write.")] = Path("explain.html"),
    model: ShippedModel = None,
    as_json: AsJson = False,
) -> None:
    """Say why a picture was read as it was, as a page.

    It shows the preparation step by step, the strokes that decide, the smallest change of ink found that changes the
    answer, and the nearest of the digits that the model learned from, where they are on this machine.

    Example: `tenfold explain seven.png --out explain.html`.
    """
    from tenfold.explain.page import write_explanation
    from tenfold.explain.picture import explain_picture
    from tenfold.read.reader import Reader

    check_writable(out)
    given = sys.stdin.buffer.read() if picture == "-" else picture
    explained = explain_picture(given, Reader(model), name=picture)
    write_explanation(out, explained, version=tenfold.__version__)
    if as_json:
        print(json.dumps({**explained.to_dict(), "page": str(out)}))
        return
    digit = explained.explanation.digit
    said = f"{digit.digit}  {percent_sure(digit.probability, 2)}" if digit.digit else "–"
    print(f"{picture}  {said}" + (f"  – {digit.reason}" if digit.reason else ""))
    if explained.flip:
        to, change = explained.classes[explained.flip.answer], explained.flip.change
        print(f"{change:.1f} pixels of ink added or taken away make it a {to}")
    print(f"page: {out}")
