"""`tenfold fetch`: data sets."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from tenfold.cli.completion import fetched_names
from tenfold.cli.options import Offline, Quiet
from tenfold.errors import DataError, OptionError, TenfoldError

__all__ = ["fetch"]


def fetch(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME", help="The names of data sets, or `all`.", autocompletion=fetched_names),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Also write it to this file or folder; the suffix decides the format."),
    ] = None,
    split: Annotated[Literal["train", "test"], typer.Option(help="Which images to write to --out.")] = "train",
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Download data sets, check them, and keep them in the cache.

    Images of 28×28: mnist, fashion-mnist, kmnist, emnist-digits, qmnist. Other handwriting: pendigits, optdigits,
    typefaces (194 fonts, most drawn after handwriting, which npm downloads), and weather-cells, which is only looked
    for on this machine.

    Example: `tenfold fetch mnist`, or `tenfold fetch mnist --out mnist.csv` for a copy in another format.
    """
    from tenfold.data.catalogue import DATASETS, HANDWRITING, Dataset
    from tenfold.data.datasets import load_examples, save_examples
    from tenfold.data.typefaces import TYPEFACES

    known = {**DATASETS, **HANDWRITING}
    downloads = [*(name for name in known if isinstance(known[name], Dataset)), TYPEFACES]
    wanted = downloads if names == ["all"] else names
    if out and len(wanted) > 1:
        raise OptionError("--out takes one data set at a time")
    if out and wanted == [TYPEFACES]:
        raise OptionError(f"--out takes a data set of images; {TYPEFACES} holds fonts")
    failed = False
    for name in wanted:
        try:
            print(f"{name}: {_fetch(name, offline=offline, progress=not quiet)}", flush=True)
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


def _fetch(name: str, *, offline: bool, progress: bool) -> str:
    """Fetch what a name stands for, and say where it lies."""
    from tenfold.data.catalogue import DATASETS, HANDWRITING
    from tenfold.data.fetch import fetch
    from tenfold.data.typefaces import TYPEFACES, typefaces

    if name == TYPEFACES:
        folders = {str(path.parent): None for path in typefaces(offline=offline, progress=progress)}
        return ", ".join(folders)
    known = {**DATASETS, **HANDWRITING}
    if name not in known:
        raise DataError(f"expected a data set of {', '.join((*known, TYPEFACES))}; got {name!r}")
    return str(fetch(name, offline=offline, progress=progress))
