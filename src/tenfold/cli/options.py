"""What the commands share: their common options, how pictures are read, and how a command fails."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from tenfold.arrays import Image

__all__ = [
    "AsJson",
    "MaxError",
    "ModelFolder",
    "Offline",
    "Pixels",
    "Quiet",
    "ShippedModel",
    "Source",
    "decode",
    "fail",
    "pages_bar",
]

T = TypeVar("T")

Source = Annotated[str, typer.Option("--data", help="A data set's name, or a file or folder of your own.")]
Offline = Annotated[bool, typer.Option("--offline", help="Use only what is on this machine.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ShippedModel = Annotated[Path | None, typer.Option(help="A model folder.", show_default="the shipped one")]
MaxError = Annotated[
    float | None, typer.Option(help="Accept only what keeps the share of errors below this.", show_default=False)
]
Pixels = Annotated[
    int | None, typer.Option(help="The most pixels that a picture may have.", show_default="80 million")
]
ModelFolder = Annotated[Path, typer.Argument(metavar="MODEL", help="A model folder.", show_default=False)]


def decode(content: bytes) -> "Image":
    """Turn a picture file into an image in the one way that pictures are read."""
    from tenfold.picture.prepare import prepare

    return prepare(content).image


def fail(message: str, status: int) -> NoReturn:
    """Say in one line what went wrong and end."""
    print(f"tenfold: {message}", file=sys.stderr)
    sys.exit(status)


def pages_bar(
    found: Iterable[T], total: Callable[[], int], pages: Callable[[T], int] = lambda _: 1, *, quiet: bool
) -> Iterator[T]:
    """Show on a terminal how many pages are done.

    Args:
        found: What is done, one after another.
        total: How many pages there are, counted only where it is shown.
        pages: How many of them one thing is.
        quiet: Show nothing.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield from found
        return
    columns = TextColumn("pages"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("pages", total=total())
        for one in found:
            progress.advance(task, pages(one))
            yield one
