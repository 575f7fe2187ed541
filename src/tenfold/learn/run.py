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
from typing import TYPE_CHECKING, Any

from tenfold.arrays import Image
from tenfold.data.datasets import DATASETS, load_examples
from tenfold.data.examples import Examples
from tenfold.data.faults import find_faults, find_split_faults
from tenfold.errors import ModelError, OptionError, TrainingError
from tenfold.learn.fitting import FittedRecipe, check_classes
from tenfold.learn.recipes import TrainingOptions, differences
from tenfold.model.description import info_of, read_document
from tenfold.model.evaluate import Checked, Evaluation, evaluate, relabelled
from tenfold.model.folder import Model, load_model
from tenfold.model.saving import check_place

if TYPE_CHECKING:
    from tenfold.learn.starting import Continuation

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
        recipe: The name of the recipe, where it was chosen or fitted to the data; None for a resumed run.
        validation: What was read right of the images held out; with folds each image is asked of the network that did
            not see it. None where none were held out.
        known: What is read right of images of the kind that the model to go on from knew; None without one.
        notes: What seems wrong with the data, a sentence each.
    """

    data: str
    folder: Path
    finished: bool
    epochs: int
    seconds: float
    evaluation: Evaluation | None
    recipe: str | None = None
    validation: Checked | None = None
    known: Checked | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the run as plain values that JSON can hold."""
        return {
            **asdict(self),
            "folder": str(self.folder),
            "evaluation": self.evaluation.to_dict() if self.evaluation else None,
        }


def train_model(
    data: str | Path = "mnist",
    folder: str | Path | None = None,
    options: TrainingOptions | FittedRecipe | None = None,
    *,
    start: str | Path | None = None,
    resume: bool = False,
    restart: bool = False,
    replace: bool = False,
    offline: bool = False,
    progress: bool = False,
    decode: Callable[[bytes], Image] | None = None,
    warn: Callable[[str], None] | None = None,
    trainer: Callable[..., Any] | None = None,
) -> TrainingRun:
    """Train on a data set and write the model folder.

    While it runs a checkpoint lies beside the folder; it goes when the run is finished.

    Args:
        data: A data set's name, or a path of your own data.
        folder: Where to write the model; one of the same data and options there is replaced. By default
            `models/RECIPE`.
        options: How to train: `TrainingOptions` as they are, or a recipe that is fitted to how many images there are;
            by default `FittedRecipe()`. A resumed run takes those it was started with.
        start: A model folder to go on from, or `shipped`. Where it knows the classes, what it knew is learned again
            beside the data; else it gets a new last layer.
        resume: Go on with the stopped run whose checkpoint lies beside `folder`.
        restart: Drop that run and start from the beginning.
        replace: Replace whatever model stands at `folder`, of other data or other options too.
        offline: Use only data that is on this machine.
        progress: Show a line of progress on standard error.
        decode: Turns the bytes of a picture file into an image, for data in folders of pictures; give the one that
            pictures will be read with.
        warn: Told the notes of the run, before training begins.
        trainer: What trains in place of `tenfold.train`, with the same arguments, such as a `tenfold.ClusterTrainer`.

    Returns:
        What was done.

    Raises:
        DataError: The data cannot be had, is malformed, or has too few images of a class.
        ModelError: The folder cannot be written, there is no stopped run to resume, or no model to go on from.
        OptionError: An option is not allowed, or a stopped run or another model is in the way.
        TrainingError: The loss is no longer finite.
        KeyboardInterrupt: Interrupted before the first epoch was whole.
    """
    if folder is not None:
        _check_free(Path(folder), resume=resume, restart=restart)
    Thread(target=_load_pytorch, daemon=True).start()
    model = None if start is None else load_model(start)
    examples = load_examples(data, "train", offline=offline, progress=progress, decode=decode)
    asked = options or FittedRecipe()
    name = asked.recipe_for(len(examples.images)) if isinstance(asked, FittedRecipe) else None
    if folder is None:
        folder = Path("models") / (name or "tutorial")
        _check_free(folder, resume=resume, restart=restart)
    folder = Path(folder)
    plan = _plan(examples, asked, model)
    if resume:
        from tenfold.learn.checkpoint import read_options

        plan = changed(plan, options=read_options(checkpoint_of(folder)))
    if not replace:
        _expect_the_same(folder, plan)
    test = _test_examples(data, examples, plan.examples.classes, offline, decode)
    notes = _notes(data, test, plan)
    if warn:
        for note in notes:
            warn(note)
    run = _run(data, folder, plan, test, trainer, resume=resume, progress=progress)
    return changed(run, recipe=None if resume else name, notes=notes)


@dataclass(frozen=True)
class _Plan:
    """What to learn from, how, and from which model to go on."""

    examples: Examples
    options: TrainingOptions
    model: Model | None = None
    continuation: "Continuation | None" = None

    @property
    def data(self) -> dict[str, Any]:
        """What the model folder says of the data."""
        examples = self.examples
        said: dict[str, Any] = {"name": examples.name, "n": len(examples.images), "sha256": examples.sha256}
        if self.continuation:
            said["start"] = {"name": self.continuation.name, "sha256": self.continuation.sha256}
        return said

    @property
    def digest(self) -> str:
        """What a checkpoint knows the run by."""
        return self.examples.sha256 + (f" after {self.continuation.sha256}" if self.continuation else "")


def _plan(examples: Examples, asked: TrainingOptions | FittedRecipe, model: Model | None) -> _Plan:
    if model is None:
        check_classes(examples.labels, examples.classes)
        return _Plan(examples, asked.options_for(len(examples.images)) if isinstance(asked, FittedRecipe) else asked)
    from tenfold.learn.starting import start_from

    fitted = asked if isinstance(asked, FittedRecipe) else FittedRecipe("few", asked.to_dict())
    continuation = start_from(model, examples.labels, examples.classes, fitted, keep=True)
    if not continuation.start.beside:
        check_classes(examples.labels, examples.classes)
    known = changed(examples, labels=continuation.labels, classes=continuation.classes)
    return _Plan(known, continuation.options, model, continuation)


def _run(
    data: str | Path,
    folder: Path,
    plan: _Plan,
    test: Examples | None,
    trainer: Callable[..., Any] | None,
    *,
    resume: bool,
    progress: bool,
) -> TrainingRun:
    """Train, measure and write the model folder."""
    from tenfold.learn.training import train

    examples, checkpoint = plan.examples, checkpoint_of(folder)
    try:
        trained = (trainer or train)(
            examples.images,
            examples.labels,
            plan.options,
            classes=examples.classes,
            start=plan.continuation.start if plan.continuation else None,
            checkpoint=checkpoint,
            resume=resume,
            sha256=plan.digest,
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
    golden = golden_images(examples.images, examples.labels, len(examples.classes))
    written = save_trained(
        folder, trained, name=folder.name, data=plan.data, golden=golden, onnx=content, evaluation=evaluation
    )
    if trained.finished:
        checkpoint.unlink(missing_ok=True)
    return TrainingRun(
        data=str(data),
        folder=folder,
        finished=trained.finished,
        epochs=len(trained.history),
        seconds=sum(epoch.seconds for epoch in trained.history),
        evaluation=evaluation,
        validation=Checked.of(trained.held_out, examples.name),
        known=_still_known(plan, written),
    )


def _still_known(plan: _Plan, written: Model) -> Checked | None:
    """Compare the model with the one that it went on from, on images of the kind that this knew."""
    if not (plan.continuation and plan.continuation.compared and plan.model):
        return None
    known = plan.continuation.compared
    before, after = (float((each(known.images).argmax(1) == known.labels).mean()) for each in (plan.model, written))
    return Checked(known.name, len(known.images), after, before)


def _notes(data: str | Path, test: Examples | None, plan: _Plan) -> tuple[str, ...]:
    """Say what seems wrong with data that is no known set, and what the model may forget."""
    faults = []
    if data not in DATASETS:
        faults = [*find_faults(plan.examples), *(find_split_faults(plan.examples, test) if test else ())]
    if plan.continuation:
        faults = [fault for fault in faults if fault.kind != "classes-missing"]  # the model knows them
    notes = [str(fault) for fault in faults]
    went_on = plan.continuation
    if went_on and plan.model and not went_on.start.beside and went_on.classes == plan.model.classes:
        notes.append("nothing of what the model knew is on this machine, so it may have forgotten some of it")
    return tuple(notes)


def _check_free(folder: Path, *, resume: bool, restart: bool) -> None:
    """Check that a model may be written to a place and that no stopped run waits there, unless it is to go on."""
    check_place(folder)
    checkpoint = checkpoint_of(folder)
    if restart:
        checkpoint.unlink(missing_ok=True)
    if not resume and checkpoint.exists():
        raise OptionError(f"a stopped run waits at {checkpoint}: go on with it by --resume, or drop it by --restart")
    if resume and not checkpoint.exists():
        from tenfold.learn.checkpoint import read_options

        read_options(checkpoint)  # says what is missing


def _expect_the_same(folder: Path, plan: _Plan) -> None:
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
    different = differences(made.options, plan.options.to_dict())
    if made.data.get("start") != plan.data.get("start"):
        different.insert(0, "start")
    if made.data.get("sha256") != plan.examples.sha256:
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
    data: str | Path,
    training: Examples,
    classes: tuple[str, ...],
    offline: bool,
    decode: Callable[[bytes], Image] | None,
) -> Examples | None:
    """Give the test images in the classes of the model, or None where the data has one set of images only."""
    test = load_examples(data, "test", offline=offline, decode=decode)
    if len(test.images) == len(training.images) and test.sha256 == training.sha256:
        return None
    return changed(test, labels=relabelled(test.labels, test.classes, classes), classes=classes)
