"""`tenfold fetch`: data sets."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from tenfold.cli.options import Offline, Quiet
from tenfold.errors import OptionError, TenfoldError

__all__ = ["fetch"]


def fetch(
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="The names of data sets, or `all`.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Also write it to this file or folder; the suffix decides the format."),
    ] = None,
    split: Annotated[Literal["train", "test"], typer.Option(help="Which images to write to --out.")] = "train",
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Download data sets, check them, and keep them in the cache.

    Images of 28×28: mnist, fashion-mnist, kmnist, emnist-digits, qmnist. Other handwriting: pendigits, optdigits, and
    weather-cells, which is only looked for on this machine.

    Example: `tenfold fetch mnist`, or `tenfold fetch mnist --out mnist.csv` for a copy in another format.
    """
    from tenfold.data.catalogue import DATASETS, HANDWRITING, Dataset
    from tenfold.data.datasets import load_examples, save_examples
    from tenfold.data.fetch import fetch as fetch_data

    known = {**DATASETS, **HANDWRITING}
    wanted = [name for name in known if isinstance(known[name], Dataset)] if names == ["all"] else names
    if out and len(wanted) > 1:
        raise OptionError("--out takes one data set at a time")
    failed = False
    for name in wanted:
        try:
            print(f"{name}: {fetch_data(name, offline=offline, progress=not quiet)}", flush=True)
        except TenfoldError as error:
            failed = True
            print(f"tenfold: {error}", file=sys.stderr)
        else:
            if out:
                examples = load_examples(name, split, offline=offline)
                save_examples(examples.images, examples.labels, out, classes=examples.classes)
                print(f"{len(examples.images):,} images written to {out}")
    if failed:
        raise typer.Exit(1)
