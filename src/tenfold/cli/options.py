"""What the commands share: their common options, how pictures are read, and how a command fails."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn, TypeAlias

import typer

from tenfold.cli.completion import data_names, model_names

if TYPE_CHECKING:
    from tenfold.arrays import Image

__all__ = [
    "AsJson",
    "MaxError",
    "ModelArgument",
    "Offline",
    "Pixels",
    "Quiet",
    "ShippedModel",
    "Source",
    "Split",
    "decode",
    "fail",
]

A_MODEL = "A model folder, or `shipped` for the model that comes with Tenfold."

Source = Annotated[
    str,
    typer.Option(
        "--data", help="A data set's name, or a file or folder with your own images.", autocompletion=data_names
    ),
]
Split: TypeAlias = Annotated[
    Literal["train", "test"], typer.Option(help="Which images to take, where the data has both.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Use only what is on this machine; download nothing.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ShippedModel = Annotated[Path | None, typer.Option(help=A_MODEL, show_default="shipped", autocompletion=model_names)]
ModelArgument = Annotated[
    Path | None,
    typer.Argument(metavar="MODEL", help=A_MODEL, show_default="shipped", autocompletion=model_names),
]
MaxError = Annotated[
    float | None,
    typer.Option(
        help="Accept only answers sure enough that at most this share of them is wrong, as 0.01; `tenfold info` lists "
        "what can be promised.",
        show_default=False,
    ),
]
Pixels = Annotated[
    int | None, typer.Option(help="Refuse pictures with more pixels than this.", show_default="80 million")
]


def decode(content: bytes) -> "Image":
    """Turn a picture file into an image in the one way that pictures are read."""
    from tenfold.picture.prepare import prepare

    return prepare(content).image


def fail(message: str, status: int) -> NoReturn:
    """Say in one line what went wrong and end."""
    from tenfold.cli.inputs import shown

    print("tenfold: " + "\n".join(map(shown, message.splitlines())), file=sys.stderr)
    sys.exit(status)
