"""`tenfold demo`: the whole way once."""

from pathlib import Path
from typing import Annotated

import typer

from tenfold.cli.options import Offline

__all__ = ["demo"]


def demo(
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Write `models/` and `reports/` into this folder.")
    ] = Path(),
    offline: Offline = False,
) -> None:
    """Go the whole way once: fetch, train, evaluate, save, load without PyTorch, predict.

    Example: `tenfold demo`.
    """
    from tenfold.demo import run

    run(out, offline=offline)
