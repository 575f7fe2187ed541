"""`tenfold evaluate`: how good a model is on labelled images."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

import tenfold
from tenfold.cli.options import AsJson, MaxError, ModelArgument, Offline, Quiet, Source, Split

__all__ = ["evaluate"]


def evaluate(
    model: ModelArgument = None,
    data: Source = "mnist",
    split: Split = "test",
    max_error: MaxError = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write an HTML page and its pictures into this folder.")
    ] = None,
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Measure a model on labelled images.

    All images count. What the model would refuse to answer, for example with --max-error, is counted separately.

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
