"""The command line: one short function per command.

Results go to standard output, progress and warnings to standard error. Exit status: 0 all well, 1 an input failed,
2 wrong usage, 130 interrupted.
"""

import gc
import glob
import json
import shlex
import sys
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

import tenfold
from tenfold.errors import ModelError, OptionError, PictureError, TenfoldError
from tenfold.learn.recipes import (
    RECIPES,
    Activation,
    Loss,
    Network,
    Optimizer,
    Precision,
    Schedule,
    recipe,
)
from tenfold.report.findings import percent

if TYPE_CHECKING:
    from tenfold.arrays import Image
    from tenfold.learn.run import TrainingRun
    from tenfold.picture.prepare import Prepared
    from tenfold.read.reader import Digit

__all__ = ["app", "main"]

app = typer.Typer(
    name="tenfold",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Source = Annotated[str, typer.Option("--data", help="A data set's name, or a file or folder of your own.")]
Offline = Annotated[bool, typer.Option("--offline", help="Use only what is on this machine.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ModelFolder = Annotated[Path, typer.Argument(metavar="MODEL", help="A model folder.", show_default=False)]

INT8_IMAGES = 1000
"""On how many images the ranges of an int8 export are measured."""

PICTURE_SUFFIXES = {
    ".png",
    ".jpg",
    ".jpeg",
    ".bmp",
    ".gif",
    ".webp",
    ".tif",
    ".tiff",
    ".ppm",
    ".pgm",
    ".heic",
    ".heif",
    ".pdf",
}


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"tenfold {tenfold.__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Learn to read handwritten digits, then read yours."""


@app.command()
def fetch(
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="Data sets to fetch; `all` for all.")],
    out: Annotated[Path | None, typer.Option(help="Also write it here, in the format of the suffix.")] = None,
    split: Annotated[Literal["train", "test"], typer.Option(help="Which images --out gets.")] = "train",
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Download data sets, check them, and keep them for later.

    Example: `tenfold fetch mnist`, or `tenfold fetch mnist --out mnist.csv` for a copy in another format.
    """
    from tenfold.data.datasets import DATASETS, load_examples, save_examples
    from tenfold.data.fetch import fetch as fetch_data

    wanted = list(DATASETS) if names == ["all"] else names
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


def _of_recipe(text: str) -> Any:  # noqa: ANN401
    return typer.Option(help=text, show_default=False, rich_help_panel="In place of what the recipe has")


@app.command()
def train(
    data: Source = "mnist",
    recipe_name: Annotated[str, typer.Option("--recipe", help=f"One of: {', '.join(RECIPES)}.")] = "tutorial",
    network: Annotated[Network | None, _of_recipe("What kind of network.")] = None,
    channels: Annotated[str | None, _of_recipe("Filters of each convolution, as 32,64.")] = None,
    hidden: Annotated[str | None, _of_recipe("Units of each hidden layer, as 128,128.")] = None,
    activation: Annotated[Activation | None, _of_recipe("What follows each hidden layer.")] = None,
    optimizer: Annotated[Optimizer | None, _of_recipe("What turns gradients into steps.")] = None,
    loss: Annotated[Loss | None, _of_recipe("What is made small.")] = None,
    metrics: Annotated[str | None, _of_recipe("What else to report, as accuracy,top-2-accuracy.")] = None,
    learning_rate: Annotated[float | None, _of_recipe("At the schedule's peak.")] = None,
    schedule: Annotated[Schedule | None, _of_recipe("How the learning rate moves.")] = None,
    batch_size: Annotated[int | None, _of_recipe("Images per step.")] = None,
    epochs: Annotated[int | None, _of_recipe("Passes over the training images.")] = None,
    label_smoothing: Annotated[float | None, _of_recipe("Share of the label given to all classes, 0 to 1.")] = None,
    shift: Annotated[int | None, _of_recipe("Largest random move, in pixels.")] = None,
    rotation: Annotated[float | None, _of_recipe("Largest random turn of an image, in degrees.")] = None,
    scaling: Annotated[float | None, _of_recipe("Largest random change of size, as a logarithm.")] = None,
    shear: Annotated[float | None, _of_recipe("Largest random slant, in pixels per pixel.")] = None,
    elastic: Annotated[float | None, _of_recipe("Random bends, in pixels.")] = None,
    wear: Annotated[bool | None, _of_recipe("Wear images as paper, pens and cameras do.")] = None,
    drawn: Annotated[float | None, _of_recipe("Digits drawn besides, as a share of the images.")] = None,
    strangers: Annotated[float | None, _of_recipe("The same for things that are no digit.")] = None,
    weight_decay: Annotated[float | None, _of_recipe("Pull of the weights towards 0.")] = None,
    averaging: Annotated[float | None, _of_recipe("Share of the past in the average of the weights.")] = None,
    views: Annotated[int | None, _of_recipe("At how many places to look when answering: 1, 5, 9.")] = None,
    ensemble: Annotated[int | None, typer.Option(help="Train so many networks into one model.")] = None,
    validation_split: Annotated[float | None, _of_recipe("Share held out, to calibrate on, 0 to 1.")] = None,
    seed: Annotated[int | None, _of_recipe("Decides everything random.")] = None,
    precision: Annotated[Precision | None, _of_recipe("What training computes in.")] = None,
    device: Annotated[str | None, _of_recipe("auto, cpu, cuda, mps.")] = None,
    out: Annotated[Path | None, typer.Option(help="The model folder to write.", show_default="models/RECIPE")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the stopped run of --out.")] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Drop the stopped run of --out.")] = False,
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Train a network and write a model folder.

    Ctrl-C leaves the last whole epoch saved; `--resume` goes on from there to the weights that an unbroken run gives.

    Example: `tenfold train`, or `tenfold train --data my-digits.csv --hidden 256,128 --epochs 10 --out my-model`.
    """
    changes = {
        "network": network,
        "channels": _numbers("channels", channels),
        "hidden": _numbers("hidden", hidden),
        "activation": activation,
        "optimizer": optimizer,
        "loss": loss,
        "metrics": metrics.split(",") if metrics is not None else None,
        "learning_rate": learning_rate,
        "schedule": schedule,
        "batch_size": batch_size,
        "epochs": epochs,
        "label_smoothing": label_smoothing,
        "shift": shift,
        "rotation": rotation,
        "scaling": scaling,
        "shear": shear,
        "elastic": elastic,
        "wear": wear,
        "drawn": drawn,
        "strangers": strangers,
        "weight_decay": weight_decay,
        "averaging": averaging,
        "views": views,
        "ensemble": ensemble,
        "validation_split": validation_split,
        "seed": seed,
        "precision": precision,
        "device": device,
    }
    given = {name: value for name, value in changes.items() if value is not None}
    if resume and given:
        raise OptionError(f"--resume goes on with the options of the stopped run: leave out {', '.join(given)}")
    if resume and restart:
        raise OptionError("--resume goes on with a stopped run and --restart drops it: give one of them")
    options = recipe(recipe_name, **given)
    folder = out or Path("models") / recipe_name
    try:
        run = tenfold.train_model(
            data,
            folder,
            options,
            resume=resume,
            restart=restart,
            offline=offline,
            progress=not quiet,
            decode=_decode,
        )
    except KeyboardInterrupt:
        _fail("interrupted before an epoch was whole; nothing was written", 130)
    print(json.dumps(run.to_dict()) if as_json else _describe_run(run))
    if not run.finished:
        raise typer.Exit(130)


@app.command()
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
    examples = load_examples(data, split, offline=offline, progress=not quiet, decode=_decode)
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


@app.command()
def predict(
    pictures: Annotated[
        list[str], typer.Argument(metavar="PICTURE…", help="Picture files, folders, globs; `-` is standard input.")
    ],
    model: Annotated[Path | None, typer.Option(help="A model folder.", show_default="the shipped one")] = None,
    max_error: Annotated[
        float | None, typer.Option(help="Accept only what keeps the share of errors below this.", show_default=False)
    ] = None,
    pixels: Annotated[
        int | None, typer.Option(help="The most pixels that a picture may have.", show_default="50 million")
    ] = None,
    steps: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Draw how each picture was prepared, into this folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which digit each picture shows.

    Any picture of one digit: a photo, a scan, a screenshot, a drawing, a crop from a form; of any size and colours.

    Example: `tenfold predict seven.png`, or `tenfold predict scans/ --json`.
    """
    from tenfold.picture.decode import LIMIT
    from tenfold.picture.prepare import prepare
    from tenfold.read.reader import Reader

    reader = Reader(model, max_error=max_error)
    failed = False
    for number, name in enumerate(_files(pictures), 1):
        try:
            picture = sys.stdin.buffer.read() if name == "-" else Path(name)
            prepared = prepare(picture, pixels=LIMIT if pixels is None else pixels, stages=steps is not None)
        except PictureError as error:
            failed = True
            _report_failure(name, str(error), as_json=as_json)
        else:
            print(_digit_line(name, reader.digits([prepared])[0], as_json=as_json))
            if steps:
                _draw_steps(prepared, steps / f"{number:04}-{Path(name).stem}.png")
    if failed:
        raise typer.Exit(1)


@app.command()
def info(model: ModelFolder, as_json: AsJson = False) -> None:
    """Say what a model is, what it was trained on and what it scored."""
    from tenfold.model.card import model_card
    from tenfold.model.store import load_model

    loaded = load_model(model)
    print(json.dumps(loaded.info.to_dict()) if as_json else model_card(loaded.info.to_dict()).rstrip())


@app.command()
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

        images = load_examples(data, "train", offline=offline, decode=_decode).images
        content = tenfold.to_int8(content, images[:INT8_IMAGES])
    with in_place_of(target, ModelError) as fresh:
        fresh.write_bytes(content)
    print(f"{target}: {len(content):,} bytes")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where `models/` and `reports/` are made.")] = Path(),
    offline: Offline = False,
) -> None:
    """Go the whole way once: fetch, train, evaluate, save, reload without PyTorch, predict."""
    from tenfold.demo import run

    run(out, offline=offline)


def main() -> NoReturn:
    """Run the command line; an expected failure is one line on standard error, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # file names and digits drawn in dots go to any terminal
    gc.set_threshold(100_000, 50, 50)  # loading PyTorch makes half a million objects, none of them garbage
    try:
        app()
    except TenfoldError as error:
        _fail(str(error), 2 if isinstance(error, OptionError) else 1)
    except OSError as error:
        _fail(f"{error.filename or 'the system'}: {error.strerror or error}", 1)
    finally:
        gc.freeze()  # spares the quarter of a second in which Python would take PyTorch apart
    sys.exit(0)


def _decode(content: bytes) -> "Image":
    """Turn a picture file into an image in the one way that pictures are read."""
    from tenfold.picture.prepare import prepare

    return prepare(content).image


def _numbers(name: str, text: str | None) -> list[int] | None:
    try:
        return None if text is None else [int(part) for part in text.split(",") if part]
    except ValueError as error:
        raise OptionError(f"--{name} must be whole numbers with commas between, as 128,128, got {text!r}") from error


def _describe_run(run: "TrainingRun") -> str:
    if not run.finished:
        source = "" if run.data == "mnist" else f" --data {shlex.quote(run.data)}"
        return (
            f"stopped after epoch {run.epochs}, which is saved: {run.folder}\n"
            f"go on: tenfold train --resume{source} --out {shlex.quote(str(run.folder))}"
        )
    measured = ""
    if run.evaluation:
        low, high = run.evaluation.interval
        measured = (
            f"accuracy {run.evaluation.accuracy:.2%} on {run.evaluation.n:,} test images of {run.evaluation.data} "
            f"(95% interval {low:.2%}–{high:.2%})\n"
        )
    return (
        f"trained for {run.epochs} epochs in {run.seconds:.1f} s\n{measured}"
        f"model: {run.folder}\n"
        f"next: tenfold predict picture.png --model {shlex.quote(str(run.folder))}"
    )


def _files(names: Iterable[str]) -> Iterator[str]:
    """Expand folders and globs; what names nothing stays as it is and fails later, by name."""
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in PICTURE_SUFFIXES)
            yield from map(str, inside) if inside else [name]
        elif not path.exists() and any(sign in name for sign in "*?["):
            yield from sorted(glob.glob(name, recursive=True)) or [name]  # noqa: PTH207 (Path has no glob of any path)
        else:
            yield name


def _digit_line(name: str, digit: "Digit", *, as_json: bool) -> str:
    if as_json:
        return json.dumps({"file": name, **digit.to_dict()})
    if digit.reason:
        return f"{name}  –  {digit.reason}"
    return f"{name}  {digit.digit}  {percent(digit.probability, 2)}"


def _draw_steps(prepared: "Prepared", file: Path) -> None:
    from tenfold.files import in_place_of
    from tenfold.picture.strip import draw_steps

    with in_place_of(file) as fresh:
        fresh.write_bytes(draw_steps(prepared))


def _report_failure(name: str, error: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": name, "error": error}))
    else:
        print(f"tenfold: {name}: {error}", file=sys.stderr)


def _fail(message: str, status: int) -> NoReturn:
    print(f"tenfold: {message}", file=sys.stderr)
    sys.exit(status)
