"""`tenfold doctor`: what is wrong with a picture, with data, or with a model."""

import json
import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from tenfold.cli.inputs import report_failure
from tenfold.cli.options import AsJson, Offline, Quiet
from tenfold.errors import TenfoldError

if TYPE_CHECKING:
    from tenfold.doctor.diagnose import Diagnosis

__all__ = ["doctor"]

WIDTH = 80
"""Most columns of the text."""


def doctor(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="PICTURE|DATA|MODEL",
            help="A picture or a folder of them; a data set's name or your own data; a model folder or an ONNX file.",
            show_default=False,
        ),
    ],
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with a picture, with labelled images or with a model, and what to do about it.

    Of data: inverted, faint or normalised pixels, digits off the middle, images that lie otherwise, labels that are
    shifted, exchanged, moved by rows or shuffled, missing classes, blank images, copies of training images in the test.
    Of a picture: its light, its size, several digits. Of an ONNX file from elsewhere: which layout and scaling it
    expects, and whether a softmax is in it. Ends with 1 where something is wrong.

    Example: `tenfold doctor photo.jpg`, `tenfold doctor my-digits/`, or `tenfold doctor model.onnx`.
    """
    from tenfold.doctor.diagnose import diagnose

    healthy = True
    for source in sources:
        try:
            found = diagnose(source, offline=offline, progress=not quiet)
        except TenfoldError as error:
            healthy = False
            report_failure(source, str(error).removeprefix(f"{source}: "), as_json=as_json)
            continue
        healthy &= found.healthy
        print(json.dumps(found.to_dict()) if as_json else _described(found))
    if not healthy:
        raise typer.Exit(1)


def _described(found: "Diagnosis") -> str:
    count = len(found.faults)
    verdict = f"{count} thing{'s are' if count > 1 else ' is'} wrong" if count else "nothing wrong was found"
    lines = [f"{found.source}: {verdict}"]
    lines += [_wrapped("  ", fact) for fact in found.facts]
    for fault in found.faults:
        where = f" ({', '.join(fault.where)}{', …' if fault.count > len(fault.where) else ''})" if fault.where else ""
        lines += ["", _wrapped("✗ ", f"{fault.told}{where}"), _wrapped("  → ", fault.advice)]
    return "\n".join(lines)


def _wrapped(mark: str, text: str) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )
