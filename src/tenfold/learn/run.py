"""A whole training run: data in, model folder out.

PyTorch takes longer to load than the data. It is loaded beside them, so nothing here imports it before.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from dataclasses import replace as changed
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

from tenfold.arrays import Image
from tenfold.data.datasets import DATASETS, load_examples
from tenfold.data.examples import Examples
from tenfold.data.faults import find_faults, find_split_faults
from tenfold.errors import ModelError, OptionError, TrainingError
from tenfold.learn.recipes import RECIPES, TrainingOptions, differences
from tenfold.model.description import info_of, read_document
from tenfold.model.evaluate import Evaluation, evaluate, relabelled
from tenfold.model.folder import check_place

__all__ = ["TrainingRun", "checkpoint_of", "train_model"]

for _needed in ("torch", "onnx", "safetensors"):
    if find_spec(_needed) is None:
        raise ModuleNotFoundError(f"No module named {_needed!r}", name=_needed)


@dataclass(frozen=True)
class TrainingRun:
    """What a run did.

    Attributes:
        data: What it learned from.
        folder: The model folder it wrote.
        finished: False where it was interrupted after a whole epoch.
        epochs: How many epochs the model was trained for, those before a resume too.
        seconds: Training time of all of them.
        evaluation: The score on the data's test images, counted once after the last epoch; None where the data has
            no test images or the run is not finished.
    """

    data: str
    folder: Path
    finished: bool
    epochs: int
    seconds: float
    evaluation: Evaluation | None

    def to_dict(self) -> dict[str, Any]:
        """Give the run as plain values that JSON can hold."""
        return {
            **asdict(self),
            "folder": str(self.folder),
            "evaluation": self.evaluation.to_dict() if self.evaluation else None,
        }


def train_model(
    data: str | Path = "mnist",
    folder: str | Path = "models/tutorial",
    options: TrainingOptions | None = None,
    *,
    resume: bool = False,
    restart: bool = False,
    replace: bool = False,
    offline: bool = False,
    progress: bool = False,
    decode: Callable[[bytes], Image] | None = None,
    warn: Callable[[str], None] | None = None,
) -> TrainingRun:
    """Train on a data set and write the model folder.

    While it runs a checkpoint lies beside the folder; it goes when the run is finished.

    Args:
        data: A data set's name, or a path of your own data.
        folder: Where to write the model; one of the same data and options there is replaced.
        options: How to train; by default the `tutorial` recipe. A resumed run takes those it was started with.
        resume: Go on with the stopped run whose checkpoint lies beside `folder`.
        restart: Drop that run and start from the beginning.
        replace: Replace whatever model stands at `folder`, of other data or other options too.
        offline: Use only data that is on this machine.
        progress: Show a line of progress on standard error.
        decode: Turns the bytes of a picture file into an image, for data in folders of pictures; give the one that
            pictures will be read with.
        warn: Told what seems wrong with data that is no known set, a sentence each, before training begins.

    Returns:
        What was done.

    Raises:
        DataError: The data cannot be had, or is malformed.
        ModelError: The folder cannot be written, or there is no stopped run to resume.
        OptionError: An option is not allowed, or a stopped run or another model is in the way.
        TrainingError: The loss is no longer finite.
        KeyboardInterrupt: Interrupted before the first epoch was whole.
    """
    folder = Path(folder)
    check_place(folder)
    checkpoint = checkpoint_of(folder)
    if restart:
        checkpoint.unlink(missing_ok=True)
    if resume:
        from tenfold.learn.checkpoint import read_options

        options = read_options(checkpoint)
    elif checkpoint.exists():
        raise OptionError(f"a stopped run waits at {checkpoint}: go on with it by --resume, or drop it by --restart")
    options = options or RECIPES["tutorial"]
    Thread(target=_load_pytorch, daemon=True).start()
    examples = load_examples(data, "train", offline=offline, progress=progress, decode=decode)
    if not replace:
        _expect_the_same(folder, options, examples)
    test = _test_examples(data, examples, offline, decode)
    if warn and data not in DATASETS:
        for fault in (*find_faults(examples), *(find_split_faults(examples, test) if test else ())):
            warn(str(fault))
    from tenfold.learn.training import train

    try:
        trained = train(
            examples.images,
            examples.labels,
            options,
            classes=examples.classes,
            checkpoint=checkpoint,
            resume=resume,
            sha256=examples.sha256,
            progress=progress,
        )
    except TrainingError:
        checkpoint.unlink(missing_ok=True)  # going on would lead to the same end
        raise
    from tenfold.learn.export import classifier_of, golden_images, onnx_of, save_trained

    content = onnx_of(trained)
    evaluation = None
    if trained.finished and test:
        evaluation = evaluate(
            classifier_of(content), test.images, test.labels, classes=examples.classes, data=test.name
        )
    save_trained(
        folder,
        trained,
        name=folder.name,
        data={"name": examples.name, "n": len(examples.images), "sha256": examples.sha256},
        golden=golden_images(examples.images, examples.labels, len(examples.classes)),
        onnx=content,
        evaluation=evaluation,
    )
    if trained.finished:
        checkpoint.unlink(missing_ok=True)
    seconds = sum(epoch.seconds for epoch in trained.history)
    return TrainingRun(str(data), folder, trained.finished, len(trained.history), seconds, evaluation)


def _expect_the_same(folder: Path, options: TrainingOptions, examples: Examples) -> None:
    """Check that a model at `folder` is of the same data and options, so that nothing is lost by replacing it.

    Raises:
        OptionError: It is another model, or cannot be read.
    """
    if not folder.exists() or not any(folder.iterdir()):
        return
    try:
        made = info_of(folder, read_document(folder))
    except ModelError as error:
        raise OptionError(f"{folder} holds a model that cannot be read: replace it by --replace ({error})") from error
    different = differences(made.options, options.to_dict())
    if made.data.get("sha256") != examples.sha256:
        different.insert(0, "data")
    if different:
        raise OptionError(
            f"{folder} holds a model made with other {', '.join(different)}: write elsewhere by --out, or replace it "
            "by --replace"
        )


def _load_pytorch() -> None:
    """Load what trains, then what exports; who imports one of them meanwhile waits for it."""
    import_module("tenfold.learn.training")
    import_module("tenfold.learn.export")


def checkpoint_of(folder: Path) -> Path:
    """Give the place of the checkpoint of a run that writes to `folder`."""
    return folder.with_name(f"{folder.name}.checkpoint")


def _test_examples(
    data: str | Path, training: Examples, offline: bool, decode: Callable[[bytes], Image] | None
) -> Examples | None:
    """Give the test images in the classes of training, or None where the data has one set of images only."""
    test = load_examples(data, "test", offline=offline, decode=decode)
    if len(test.images) == len(training.images) and test.sha256 == training.sha256:
        return None
    return changed(test, labels=relabelled(test.labels, test.classes, training.classes), classes=training.classes)
