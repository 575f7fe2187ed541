"""The commands for trained models."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

import tenfold
from tenfold.cli.options import AsJson, ModelFolder, Offline, Quiet, Source, decode
from tenfold.errors import ModelError, OptionError
from tenfold.progress import followed
from tenfold.report.findings import percent

if TYPE_CHECKING:
    from tenfold.calibrate.pages import CalibratedKind
    from tenfold.calibrate.pictures import CalibratedPictures
    from tenfold.model.folder import Model
    from tenfold.read.promises import ReadingKind

__all__ = ["calibrate", "demo", "evaluate", "export", "info"]

INT8_IMAGES = 1000
"""On how many images the ranges of an int8 export are measured."""


def evaluate(
    model: Annotated[
        Path | None, typer.Argument(metavar="[MODEL]", help="A model folder; without it the shipped one.")
    ] = None,
    data: Source = "mnist",
    split: Annotated[Literal["train", "test"], typer.Option(help="Which images, where the data has both.")] = "test",
    max_error: Annotated[
        float | None, typer.Option(help="Count as refused what this largest error would refuse.", show_default=False)
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write pictures and an HTML page into this folder.")] = None,
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Measure a model on labelled images, every one of them; what it would refuse is told beside it.

    Example: `tenfold evaluate models/tutorial`, or `tenfold evaluate --data my-digits/ --report report`.
    """
    from tenfold.data.datasets import load_examples
    from tenfold.model.evaluate import relabelled, score
    from tenfold.model.folder import load_model
    from tenfold.read.reader import Reader
    from tenfold.report.terminal import describe

    loaded = load_model(model)
    reader, info = Reader(loaded, max_error=max_error), loaded.info
    examples = load_examples(data, split, offline=offline, progress=not quiet, decode=reader.image)
    labels = relabelled(examples.labels, examples.classes, info.classes)
    probabilities, reasons = reader.answer(examples.images)
    evaluation = score(probabilities, labels, classes=info.classes, data=examples.name, reasons=reasons)
    print(json.dumps(evaluation.to_dict()) if as_json else describe(evaluation))
    if report:
        page = tenfold.write_report(
            report,
            info=info,
            evaluation=evaluation,
            images=examples.images,
            labels=labels,
            probabilities=probabilities,
        )
        print(f"report: {page}", file=sys.stderr)


def calibrate(
    model: ModelFolder,
    data: Annotated[
        str | None, typer.Option("--data", help="Your labelled pictures, or a data set's name.", show_default=False)
    ] = None,
    pages: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Your labelled pages of numbers.", show_default=False)
    ] = None,
    known: Annotated[
        Path | None, typer.Option("--list", metavar="FILE", help="With pages: the only numbers that can occur.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The model folder to write.", show_default="models/NAME-calibrated")
    ] = None,
    split: Annotated[Literal["train", "test"], typer.Option(help="Which images, where the data has both.")] = "test",
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Make a model as sure as it is right on your own labelled pictures or pages; its promises then hold for them.

    Give what the model was not trained on. Pictures lie in one folder for each digit, or in one folder with a
    `labels.csv` (columns file, label). Pages lie in one folder with a `labels.csv` (columns file, text, and page where
    a file has several): the numbers of each page from top to bottom. What the model reads stays the same.

    Example: `tenfold calibrate models/tutorial --data my-digits/ --out models/mine`, or `tenfold calibrate shipped
    --pages my-forms/`: `shipped` stands for the model that ships with Tenfold.
    """
    from tenfold.model.folder import load_model

    if not data and not pages:
        raise OptionError("expected labelled pictures (--data), labelled pages (--pages), or both")
    loaded = load_model(model)
    folder = out or Path("models") / f"{loaded.info.name}-calibrated"
    told: dict[str, Any] = {"model": str(folder)}
    if data:
        found = _on_pictures(loaded, data, split, folder, offline=offline, quiet=quiet)
        told |= found.to_dict()
        if not as_json:
            print(_describe_calibration(found))
    if pages:
        kinds = _on_pages(load_model(folder) if data else loaded, pages, known, folder, quiet=quiet)
        told["numbers"] = {kind: each.to_dict() for kind, each in kinds.items()}
        if not as_json:
            print(_describe_pages(kinds))
    print(json.dumps(told) if as_json else f"model: {folder}")


def _on_pictures(
    model: "Model", data: str, split: Literal["train", "test"], folder: Path, *, offline: bool, quiet: bool
) -> "CalibratedPictures":
    from tenfold.calibrate.pictures import calibrate_on_pictures
    from tenfold.data.datasets import load_examples
    from tenfold.model.evaluate import relabelled
    from tenfold.read.reader import Reader

    examples = load_examples(data, split, offline=offline, progress=not quiet, decode=Reader(model).image)
    labels = relabelled(examples.labels, examples.classes, model.classes)
    return calibrate_on_pictures(model, examples.images, labels, folder, data=examples.name, sha256=examples.sha256)


def _on_pages(
    model: "Model", pages: Path, known: Path | None, folder: Path, *, quiet: bool
) -> "dict[ReadingKind, CalibratedKind]":
    from tenfold.calibrate.pages import LabelledPages, calibrate_on_pages
    from tenfold.read.lists import load_list

    labelled = LabelledPages(pages, model.alphabet)
    shown = followed(labelled, "Reading pages", labelled.__len__, shown=not quiet)
    return calibrate_on_pages(model, shown, folder, load_list(known, model.alphabet) if known else None)


def info(model: ModelFolder, as_json: AsJson = False) -> None:
    """Say what a model is, what it was trained on and what it scored."""
    from tenfold.model.card import model_card
    from tenfold.model.folder import load_model

    loaded = load_model(model)
    print(json.dumps(loaded.info.to_dict()) if as_json else model_card(loaded.info.to_dict()).rstrip())


def export(
    model: ModelFolder,
    file_format: Annotated[
        Literal["onnx", "float32", "int8", "safetensors"],
        typer.Option(
            "--format", help="What to write; `onnx` as the folder has it, `float32` or `int8` as ONNX in such numbers."
        ),
    ] = "onnx",
    data: Annotated[
        str, typer.Option("--data", help="For int8: the images that the range of its numbers is measured on.")
    ] = "mnist",
    out: Annotated[
        Path | None, typer.Option(help="The file to write.", show_default="the model's name and the format")
    ] = None,
    offline: Offline = False,
) -> None:
    """Write one file of a model for use elsewhere.

    The ONNX files take `images` uint8 (n, 28, 28), 0 paper to 255 ink, and give `probabilities` (n, k).

    Example: `tenfold export models/tiny --format int8`.
    """
    from tenfold.files import in_place_of
    from tenfold.model.folder import load_model

    suffix = f"{file_format}.onnx" if file_format in ("float32", "int8") else file_format
    target = out or Path(f"{model.resolve().name}.{suffix}")
    loaded = load_model(model)
    content = loaded.content("model.safetensors" if file_format == "safetensors" else "model.onnx")
    if file_format in ("float32", "int8"):
        from tenfold.learn.export import float_onnx

        content = float_onnx(loaded)
    if file_format == "int8":
        from tenfold.data.datasets import load_examples

        images = load_examples(data, "train", offline=offline, decode=decode).images
        content = tenfold.to_int8(content, images[:INT8_IMAGES])
    with in_place_of(target, ModelError) as fresh:
        fresh.write_bytes(content)
    print(f"{target}: {len(content):,} bytes")


def demo(
    out: Annotated[Path, typer.Option(help="Where `models/` and `reports/` are made.")] = Path(),
    offline: Offline = False,
) -> None:
    """Go the whole way once: fetch, train, evaluate, save, reload without PyTorch, predict."""
    from tenfold.demo import run

    run(out, offline=offline)


def _describe_calibration(found: "CalibratedPictures") -> str:
    lines = [
        f"{found.data}: {found.n:,} images, {percent(found.accuracy, 2)} read right",
        f"calibration error {found.ece[1]:.2%} → {found.ece[0]:.2%} (temperature {found.temperature[1]:.3g} → "
        f"{found.temperature[0]:.3g})",
    ]
    return "\n".join([*lines, "", *_promised(found.promises, found.n, "images"), ""])


KINDS = {"boxes": "numbers in boxes", "free": "numbers written freely", "list": "numbers beside the list"}


def _describe_pages(kinds: "Mapping[ReadingKind, CalibratedKind]") -> str:
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
