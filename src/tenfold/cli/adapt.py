"""`tenfold adapt`: a model that reads the user's own pictures better."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenfold.cli.completion import data_names, model_names
from tenfold.cli.options import A_MODEL, AsJson, Offline, Quiet
from tenfold.errors import OptionError

if TYPE_CHECKING:
    from tenfold.adapt.digits import AdaptedDigits
    from tenfold.adapt.lines import AdaptedLines
    from tenfold.model.evaluate import Checked
    from tenfold.model.folder import Model

__all__ = ["adapt"]

PROMISES = {
    "digits": "promises about single digits now rest on these pictures alone: `tenfold calibrate {folder} --data …` "
    "makes them rest on more",
    "pictures": "promises about single pictures now rest on the digit network alone: make new ones by `tenfold "
    "calibrate {folder} --data …`",
    "numbers": "promises about whole numbers were dropped, for they rested on the old answers: make new ones by "
    "`tenfold calibrate {folder} --pages …`",
}


def adapt(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help=A_MODEL, show_default=False, autocompletion=model_names)
    ],
    data: Annotated[
        str,
        typer.Option(
            "--data", help="Your labelled pictures of single digits, or of whole numbers.", autocompletion=data_names
        ),
    ] = ...,  # type: ignore[assignment]
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="The model folder to write.")] = ...,  # type: ignore[assignment]
    seed: Annotated[int, typer.Option(help="Decides all that is random.")] = 0,
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write a copy of a model that reads your own pictures better, from five of them on.

    Single digits lie in any format that `tenfold train` takes, as one folder for each digit or a `labels.csv` (columns
    file, label); it takes a few seconds. Whole numbers lie in a folder with a `labels.csv` with the columns file and
    text, one number a picture; it takes minutes and needs PyTorch. Where none of the texts has a point,
    comma, slash or the like, such signs count neither way.

    What the model knew is kept: where MNIST's digits, or drawn ones, would be read worse by more than 0.1 points, or
    drawn numbers by more than 1, nothing is written.

    Example: `tenfold adapt shipped --data my-digits/ --out models/mine`.
    """
    from tenfold.adapt.own import holds_numbers
    from tenfold.model.folder import load_model
    from tenfold.model.saving import check_place

    if seed < 0:
        raise OptionError(f"--seed must be at least 0, got {seed}")
    check_place(out)
    loaded = load_model(model)
    found: AdaptedDigits | AdaptedLines
    if holds_numbers(data):
        found = _on_numbers(loaded, Path(data), out, seed=seed, quiet=quiet)
    else:
        found = _on_digits(loaded, data, out, offline=offline, quiet=quiet)
    print(json.dumps(found.to_dict()) if as_json else _described(found))


def _on_digits(model: "Model", data: str, out: Path, *, offline: bool, quiet: bool) -> "AdaptedDigits":
    from tenfold.adapt.digits import adapt_digits
    from tenfold.data.datasets import load_examples
    from tenfold.model.evaluate import relabelled
    from tenfold.read.reader import Reader

    examples = load_examples(data, "train", offline=offline, progress=not quiet, decode=Reader(model).image)
    labels = relabelled(examples.labels, examples.classes, model.classes)
    return adapt_digits(model, examples.images, labels, out, data=examples.name, sha256=examples.sha256)


def _on_numbers(model: "Model", data: Path, out: Path, *, seed: int, quiet: bool) -> "AdaptedLines":
    from tenfold.adapt.own import load_numbers

    pictures = load_numbers(data, model)
    try:
        from tenfold.adapt.lines import adapt_lines
    except ModuleNotFoundError as error:
        raise OptionError(f'adapting to whole numbers needs {error.name}: pip install "tenfold[train]"') from error
    return adapt_lines(model, pictures, out, data=str(data), seed=seed, progress=not quiet)


def _described(found: "AdaptedDigits | AdaptedLines") -> str:
    lines = [f"{_told(found.own)}, each asked of a model that did not learn from it"]
    if found.known:
        lines.append(f"what it knew: {_told(found.known)}")
    else:
        lines.append("what it knew: nothing of it is on this machine, so it was not measured")
    if hasattr(found, "way") and found.way < 1:
        lines.append(f"it went {found.way:.0%} of the way to the best fit, as far as what it knew allows")
    lines += [PROMISES[kind].format(folder=found.folder) for kind in found.dropped]
    return "\n".join([*lines, f"model: {found.folder}"])


def _told(checked: "Checked") -> str:
    return f"{checked.data}: {checked.before:.2%} → {checked.accuracy:.2%} of {checked.n:,} read right"
