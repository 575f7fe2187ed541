"""What the commands share: their common options, how pictures are read, and how a command fails."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from tenfold.arrays import Image

__all__ = ["AsJson", "ModelFolder", "Offline", "Quiet", "Source", "decode", "fail"]

Source = Annotated[str, typer.Option("--data", help="A data set's name, or a file or folder of your own.")]
Offline = Annotated[bool, typer.Option("--offline", help="Use only what is on this machine.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ModelFolder = Annotated[Path, typer.Argument(metavar="MODEL", help="A model folder.", show_default=False)]


def decode(content: bytes) -> "Image":
    """Turn a picture file into an image in the one way that pictures are read."""
    from tenfold.picture.prepare import prepare

    return prepare(content).image


def fail(message: str, status: int) -> NoReturn:
    """Say in one line what went wrong and end."""
    print(f"tenfold: {message}", file=sys.stderr)
    sys.exit(status)
