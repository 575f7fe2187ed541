"""`tenfold calibrate`: promises that hold for the user's own pictures and pages."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenfold.cli.completion import data_names, model_names
from tenfold.cli.options import A_MODEL, AsJson, Offline, Quiet, Split
from tenfold.errors import OptionError
from tenfold.progress import followed
from tenfold.report.findings import percent

if TYPE_CHECKING:
    from tenfold.calibrate.pages import CalibratedKind, LabelledPages
    from tenfold.calibrate.pictures import CalibratedPictures
    from tenfold.model.folder import Model
    from tenfold.read.lists import Known

__all__ = ["calibrate"]

KINDS = {
    "boxes": "numbers in boxes",
    "free": "numbers written freely",
    "alone": "pictures of one number",
    "list": "numbers beside the list",
}

NUMBERS_DROPPED = (
    "The model's promises about whole numbers rested on its old probabilities and were dropped: "
    "make new ones with --pages.\n"
)


def calibrate(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help=A_MODEL, show_default=False, autocompletion=model_names)
    ],
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            help="Your labelled pictures, or a data set's name.",
            show_default=False,
            autocompletion=data_names,
        ),
    ] = None,
    pages: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Your labelled pages of numbers.", show_default=False)
    ] = None,
    known: Annotated[
        Path | None,
        typer.Option(
            "--known", "--list", metavar="FILE", help="With --pages: the only numbers that can occur, one a line."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The model folder to write.", show_default="models/NAME-calibrated"),
    ] = None,
    split: Split = "test",
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write a copy of a model whose probabilities and promises about error hold for your own pictures or pages.

    Use pictures that the model was not trained on. They lie in one folder for each digit, or in one folder with a
    `labels.csv` (columns file, label). Pages lie in one folder with a `labels.csv` (columns file, text, and page where
    a file has several): the numbers of each page from top to bottom. What the model reads stays the same.

    Example: `tenfold calibrate models/tutorial --data my-digits/ --out models/mine`, or `tenfold calibrate shipped
    --pages my-forms/`.
    """
    from tenfold.model.folder import load_model

    if not data and not pages:
        raise OptionError("expected labelled pictures (--data), labelled pages (--pages), or both")
    if known and not pages:
        raise OptionError("--known goes with --pages")
    loaded = load_model(model)
    folder = out or Path("models") / f"{loaded.info.name}-calibrated"
    given = _pages(loaded, pages, known) if pages else None  # they are checked before anything is written
    pictures = _on_pictures(loaded, data, split, folder, offline=offline, quiet=quiet) if data else None
    if pictures and not as_json:
        print(_describe_pictures(pictures))
    numbers = _on_pages(load_model(folder) if data else loaded, *given, folder, quiet=quiet) if given else None
    dropped = pictures is not None and pictures.numbers_dropped and numbers is None
    if as_json:
        told = {
            "model": str(folder),
            "pictures": pictures.to_dict() if pictures else None,
            "numbers": {kind: each.to_dict() for kind, each in numbers.items()} if numbers else None,
            "numbers_dropped": dropped,
        }
        print(json.dumps(told))
        return
    if dropped:
        print(NUMBERS_DROPPED)
    if numbers:
        print(_describe_pages(numbers))
    print(f"model: {folder}")


def _on_pictures(
    model: "Model", data: str, split: Split, folder: Path, *, offline: bool, quiet: bool
) -> "CalibratedPictures":
    from tenfold.calibrate.pictures import calibrate_on_pictures
    from tenfold.data.datasets import load_examples
    from tenfold.model.evaluate import relabelled
    from tenfold.read.decoder import PictureDecoder
    from tenfold.read.reader import Reader

    decoder = PictureDecoder(Reader(model))
    examples = load_examples(data, split, offline=offline, progress=not quiet, decode=decoder)
    labels = relabelled(examples.labels, examples.classes, model.classes)
    return calibrate_on_pictures(
        model,
        examples.images,
        labels,
        folder,
        columns=decoder.columns(len(labels)),
        data=examples.name,
        sha256=examples.sha256,
    )


def _pages(model: "Model", pages: Path, known: Path | None) -> "tuple[LabelledPages, Known | None]":
    from tenfold.calibrate.pages import LabelledPages
    from tenfold.read.lists import load_list

    return LabelledPages(pages, model.alphabet), load_list(known, model.alphabet) if known else None


def _on_pages(
    model: "Model", pages: "LabelledPages", known: "Known | None", folder: Path, *, quiet: bool
) -> "dict[str, CalibratedKind]":
    from tenfold.calibrate.pages import calibrate_on_pages

    shown = followed(pages, "Reading pages", pages.__len__, shown=not quiet)
    return calibrate_on_pages(model, shown, folder, known)


def _describe_pictures(found: "CalibratedPictures") -> str:
    lines = [
        f"{found.data}: {found.n:,} images, {percent(found.accuracy, 2)} read right",
        f"calibration error {found.ece[1]:.2%} → {found.ece[0]:.2%} (temperature {found.temperature[1]:.3g} → "
        f"{found.temperature[0]:.3g})",
    ]
    return "\n".join([*lines, "", *_promised(found.promises, found.n, "images"), ""])


def _describe_pages(kinds: "Mapping[str, CalibratedKind]") -> str:
    parts = []
    for kind, found in kinds.items():
        parts += [f"{KINDS[kind]}: {found.n:,} read, {percent(found.right / found.n, 2)} of them right", ""]
        parts += [*_promised(found.promises, found.n, "numbers"), ""]
    return "\n".join(parts)


def _promised(promises: "Mapping[float, float | None]", count: int, what: str) -> list[str]:
    """Give a table of the largest errors and of what is accepted for each, or why nothing is."""
    from tenfold.model.promise import fewest_images

    lines = ["largest error  accepted of these"]
    for error, share in promises.items():
        if share is not None:
            said = percent(share, 1)
        elif count < fewest_images(error):
            said = f"no promise: it takes at least {fewest_images(error):,} {what}"
        else:
            said = "no promise: too many of these are read wrong"
        lines.append(f"{error:>13.1%}  {said}")
    return lines
