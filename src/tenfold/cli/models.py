"""The commands for trained models."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

import tenfold
from tenfold.cli.options import AsJson, ModelFolder, Offline, Quiet, Source, decode
from tenfold.errors import ModelError
from tenfold.report.findings import percent

if TYPE_CHECKING:
    from tenfold.learn.recalibration import Recalibration

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
    from tenfold.read.reader import Reader
    from tenfold.report.terminal import describe

    reader = Reader(model, max_error=max_error)
    examples = load_examples(data, split, offline=offline, progress=not quiet, decode=reader.image)
    info = reader.model.info
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
        str, typer.Option("--data", help="Your labelled pictures, or a data set's name.", show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option(help="The model folder to write.", show_default="models/NAME-calibrated")
    ] = None,
    split: Annotated[Literal["train", "test"], typer.Option(help="Which images, where the data has both.")] = "test",
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Make a model as sure as it is right on your own labelled pictures, and its promises of error hold for them.

    Give pictures that the model was not trained on. They lie in one folder for each digit, or in one folder with a
    `labels.csv` (columns file, label). What the model reads stays the same.

    Example: `tenfold calibrate models/tutorial --data my-digits/ --out models/mine`. For the model that ships with
    Tenfold write `shipped` in place of the folder.
    """
    from tenfold.data.datasets import load_examples
    from tenfold.learn.recalibration import recalibrate
    from tenfold.model.evaluate import relabelled
    from tenfold.model.store import SHIPPED
    from tenfold.read.reader import Reader

    reader = Reader(SHIPPED if model == Path("shipped") and not model.exists() else model)
    loaded = reader.model
    folder = out or Path("models") / f"{loaded.info.name}-calibrated"
    examples = load_examples(data, split, offline=offline, progress=not quiet, decode=reader.image)
    labels = relabelled(examples.labels, examples.classes, loaded.info.classes)
    found = recalibrate(loaded, examples.images, labels, folder, data=examples.name, sha256=examples.sha256)
    if as_json:
        print(json.dumps({"model": str(folder), **found.to_dict()}))
    else:
        print(f"{_describe_calibration(found)}\nmodel: {folder}")


def info(model: ModelFolder, as_json: AsJson = False) -> None:
    """Say what a model is, what it was trained on and what it scored."""
    from tenfold.model.card import model_card
    from tenfold.model.store import load_model

    loaded = load_model(model)
    print(json.dumps(loaded.info.to_dict()) if as_json else model_card(loaded.info.to_dict()).rstrip())


def export(
    model: ModelFolder,
    file_format: Annotated[
        Literal["onnx", "int8", "safetensors"],
        typer.Option("--format", help="What to write; `int8` is ONNX in whole numbers, a quarter of the size."),
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
    from tenfold.model.store import load_model

    suffix = "int8.onnx" if file_format == "int8" else file_format
    target = out or Path(f"{model.resolve().name}.{suffix}")
    content = load_model(model).content("model.safetensors" if file_format == "safetensors" else "model.onnx")
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


def _describe_calibration(found: "Recalibration") -> str:
    from tenfold.model.calibrate import fewest_images

    lines = [
        f"{found.data}: {found.n:,} images, {percent(found.accuracy, 2)} read right",
        f"calibration error {found.ece[1]:.2%} → {found.ece[0]:.2%} (temperature {found.temperature[1]:.3g} → "
        f"{found.temperature[0]:.3g})",
        "",
        "largest error  accepted of these",
    ]
    for error, share in found.promises.items():
        if share is not None:
            said = percent(share, 1)
        elif found.n < fewest_images(error):
            said = f"no promise: it takes at least {fewest_images(error):,} images"
        else:
            said = "no promise: too many of these are read wrong"
        lines.append(f"{error:>13.1%}  {said}")
    return "\n".join([*lines, ""])
