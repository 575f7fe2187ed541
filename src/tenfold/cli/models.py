"""The commands for trained models."""

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

import tenfold
from tenfold.cli.options import AsJson, ModelFolder, Offline, Quiet, Source, decode
from tenfold.errors import ModelError

__all__ = ["demo", "evaluate", "export", "info"]

INT8_IMAGES = 1000
"""On how many images the ranges of an int8 export are measured."""


def evaluate(
    model: Annotated[
        Path | None, typer.Argument(metavar="[MODEL]", help="A model folder; without it the shipped one.")
    ] = None,
    data: Source = "mnist",
    split: Annotated[Literal["train", "test"], typer.Option(help="Which images, where the data has both.")] = "test",
    report: Annotated[Path | None, typer.Option(help="Write pictures and an HTML page into this folder.")] = None,
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Measure a model on labelled images, every one of them.

    Example: `tenfold evaluate models/tutorial`, or `tenfold evaluate --data my-digits/ --report report`.
    """
    from tenfold.data.datasets import load_examples
    from tenfold.model.evaluate import relabelled, score
    from tenfold.model.store import SHIPPED, load_model
    from tenfold.report.terminal import describe

    loaded = load_model(model or SHIPPED)
    examples = load_examples(data, split, offline=offline, progress=not quiet, decode=decode)
    classes = loaded.info.classes
    labels = relabelled(examples.labels, examples.classes, classes)
    probabilities = loaded(examples.images)
    evaluation = score(probabilities, labels, classes=classes, data=examples.name)
    print(json.dumps(evaluation.to_dict()) if as_json else describe(evaluation))
    if report:
        page = tenfold.write_report(
            report,
            info=loaded.info,
            evaluation=evaluation,
            images=examples.images,
            labels=labels,
            probabilities=probabilities,
        )
        print(f"report: {page}", file=sys.stderr)


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
