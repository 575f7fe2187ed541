"""`tenfold evaluate`: how good a model is on labelled images, and which of several is better."""

import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import tenfold
from tenfold.cli.completion import model_names
from tenfold.cli.options import A_MODEL, AsJson, MaxError, Offline, Quiet, Source, Split
from tenfold.errors import OptionError
from tenfold.files import check_writable, in_place_of

if TYPE_CHECKING:
    import numpy as np

    from tenfold.data.examples import Examples
    from tenfold.model.compare import Comparison
    from tenfold.model.evaluate import Evaluation
    from tenfold.model.folder import Model

__all__ = ["evaluate"]


def evaluate(
    models: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="MODEL",
            help=f"{A_MODEL} Several are compared.",
            show_default="shipped",
            autocompletion=model_names,
        ),
    ] = None,
    data: Source = "mnist",
    split: Split = "test",
    max_error: MaxError = None,
    table: Annotated[
        Path | None,
        typer.Option(
            "--csv", metavar="FILE", help="Write a table with each image's file or row, its label and each answer."
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write an HTML page and its pictures into this folder.")
    ] = None,
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Measure a model on labelled images, or compare several on the same images.

    All images count. What the model would refuse to answer, for example with --max-error, is counted separately, and
    a promise that is broken is told.
    Of several models each is compared with the first, image by image: the difference of their accuracies with its 95%
    interval, and how probably two equally good models differ as much.

    Example: `tenfold evaluate models/tutorial`, `tenfold evaluate --data my-digits/ --report report`, or `tenfold
    evaluate models/fast models/accurate --csv answers.csv`.
    """
    from tenfold.model.compare import compare
    from tenfold.report.terminal import describe, describe_comparison

    if report and models and len(models) > 1:
        raise OptionError("--report is of one model: evaluate them one by one")
    if table:
        check_writable(table)
    names: list[Path | None] = [*models] if models else [None]
    answered = [_answer(name, data, split, max_error, offline=offline, quiet=quiet) for name in names]
    first, *others = answered
    for each in answered:
        for told in each.told:
            print(f"tenfold: {each.name}: {told}" if others else f"tenfold: {told}", file=sys.stderr)
    comparisons = [
        compare(first.right, other.right, models=(first.name, other.name), data=first.evaluation.data)
        for other in others
    ]
    if table:
        _write_table(table, answered)
    if as_json:
        print(json.dumps(_plain(answered, comparisons)))
    elif comparisons:
        print(describe_comparison([(each.name, each.evaluation) for each in answered], comparisons))
    else:
        print(describe(first.evaluation))
    if report:
        page = tenfold.write_report(
            report,
            info=first.model.info,
            evaluation=first.evaluation,
            images=first.examples.images,
            labels=first.labels,
            probabilities=first.probabilities,
        )
        print(f"report: {page}", file=sys.stderr)


@dataclass(frozen=True, eq=False)
class _Answered:
    """A model's answers to the images, in its own classes; `told` is what became of a promise of error."""

    name: str
    model: "Model"
    examples: "Examples"
    labels: Any
    probabilities: Any
    reasons: Sequence[str | None]
    evaluation: "Evaluation"
    told: Sequence[str]

    @property
    def right(self) -> "np.ndarray[Any, Any]":
        found: np.ndarray[Any, Any] = self.probabilities.argmax(axis=1) == self.labels
        return found


def _answer(
    name: Path | None, data: str, split: Split, max_error: float | None, *, offline: bool, quiet: bool
) -> _Answered:
    import numpy as np

    from tenfold.data.datasets import load_examples
    from tenfold.model.evaluate import relabelled, score
    from tenfold.model.folder import load_model
    from tenfold.read.decoder import PictureDecoder
    from tenfold.read.reader import Reader

    model = load_model(name)
    reader = Reader(model, max_error=max_error)
    decoder = PictureDecoder(reader)
    examples = load_examples(data, split, offline=offline, progress=not quiet, decode=decoder)
    labels = relabelled(examples.labels, examples.classes, model.classes)
    digits, lines = reader.checked(reader.look_at(examples.images, decoder.columns(len(labels))))
    probabilities = np.array([digit.probabilities for digit in digits], np.float32)
    reasons = [digit.reason for digit in digits]
    evaluation = score(
        probabilities, labels, classes=model.classes, data=examples.name, reasons=reasons, max_error=max_error
    )
    told = [*lines, *([str(evaluation.promise)] if evaluation.promise else [])]
    return _Answered(str(name or "shipped"), model, examples, labels, probabilities, reasons, evaluation, told)


def _write_table(file: Path, answered: Sequence[_Answered]) -> None:
    """Write a row for each image: what it is called, its label, and of each model what it says and how sure it is."""
    first = answered[0]
    rows = first.examples.files or tuple(map(str, range(1, len(first.labels) + 1)))
    said = ("answer", "probability", "reason", "right")
    of_model = [f"{each.name} {column}" if len(answered) > 1 else column for each in answered for column in said]
    with in_place_of(file) as fresh, fresh.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["file" if first.examples.files else "row", "label", *of_model])
        for place, row in enumerate(rows):
            cells = [cell for each in answered for cell in _cells(each, place)]
            writer.writerow([row, first.model.classes[first.labels[place]], *cells])


def _cells(answered: _Answered, place: int) -> tuple[object, ...]:
    best = int(answered.probabilities[place].argmax())
    return (
        answered.model.classes[best],
        f"{answered.probabilities[place, best]:.6f}",
        answered.reasons[place] or "",
        int(best == answered.labels[place]),
    )


def _plain(answered: Sequence[_Answered], comparisons: "Sequence[Comparison]") -> dict[str, Any]:
    """Give what was found as plain values: of one model its evaluation, of several all of them and the comparisons."""
    if not comparisons:
        return answered[0].evaluation.to_dict()
    return {
        "models": [{"model": each.name, **each.evaluation.to_dict()} for each in answered],
        "comparisons": [each.to_dict() for each in comparisons],
    }
