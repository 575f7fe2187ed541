"""The command that trains."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import tenfold
from tenfold.cli.options import AsJson, Offline, Quiet, Source, decode, fail
from tenfold.errors import OptionError
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

if TYPE_CHECKING:
    from tenfold.learn.run import TrainingRun

__all__ = ["train"]


def _of_recipe(text: str) -> Any:  # noqa: ANN401
    return typer.Option(help=text, show_default=False, rich_help_panel="In place of what the recipe has")


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
    degradation: Annotated[bool | None, _of_recipe("Degrade images as paper, pens and cameras do.")] = None,
    drawn: Annotated[float | None, _of_recipe("Digits drawn besides, as a share of the images.")] = None,
    outliers: Annotated[float | None, _of_recipe("The same for things that are no digit.")] = None,
    weight_decay: Annotated[float | None, _of_recipe("Pull of the weights towards 0.")] = None,
    ema: Annotated[float | None, _of_recipe("Share of the past in the average of the weights.")] = None,
    test_time_augmentation: Annotated[
        int | None, _of_recipe("At how many places to look when answering: 1, 5, 9.")
    ] = None,
    ensemble: Annotated[int | None, typer.Option(help="Train so many networks into one model.")] = None,
    folds: Annotated[int | None, _of_recipe("Networks trained besides, to calibrate as if all were held out.")] = None,
    validation_split: Annotated[float | None, _of_recipe("Share held out, to calibrate on, 0 to 1.")] = None,
    seed: Annotated[int | None, _of_recipe("Decides everything random.")] = None,
    precision: Annotated[Precision | None, _of_recipe("What training computes in.")] = None,
    int8: Annotated[bool | None, _of_recipe("Save a model that computes in 8-bit whole numbers.")] = None,
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
        "degradation": degradation,
        "drawn": drawn,
        "outliers": outliers,
        "weight_decay": weight_decay,
        "ema": ema,
        "test_time_augmentation": test_time_augmentation,
        "ensemble": ensemble,
        "folds": folds,
        "validation_split": validation_split,
        "seed": seed,
        "precision": precision,
        "int8": int8,
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
            decode=decode,
        )
    except KeyboardInterrupt:
        fail("interrupted before an epoch was whole; nothing was written", 130)
    print(json.dumps(run.to_dict()) if as_json else _describe_run(run))
    if not run.finished:
        raise typer.Exit(130)


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
