"""A sweep: one recipe trained with many sets of options, by Ray Tune, and the best of them kept.

Each trial is scored on the images held out from its own training; test images are asked once, of the best.
"""

import csv
import hashlib
import json
import os
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tenfold.arrays import Images, Labels
from tenfold.errors import OptionError, TenfoldError
from tenfold.files import in_place_of, read_named
from tenfold.learn.fitting import FittedRecipe
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.run import TrainingRun, train_model
from tenfold.learn.training import Trained
from tenfold.model.description import Epoch
from tenfold.model.evaluate import Checked
from tenfold.progress import Progress
from tenfold.scale.cluster import ClusterError
from tenfold.scale.jobs import decided
from tenfold.scale.keeper import started_keeper
from tenfold.scale.space import Space
from tenfold.scale.training import ClusterTrainer, cluster_for
from tenfold.scale.training_worker import Work, train_alone

__all__ = ["Sweep", "Trial", "described", "sweep_model", "table_of"]

FAILURES = 3
"""How often a trial whose process is lost is begun again; it goes on from its last epoch."""

RESULTS = ("accuracy", "deviation", "epochs", "seconds", "whole", "error")
"""Columns of the table after those of the options."""


@dataclass(frozen=True)
class Trial:
    """What one set of options gave.

    Attributes:
        number: Its place in the sweep, from 0.
        options: The options that the sweep set.
        accuracy: Share of the images held out that were read right, 0…1, the mean over the seeds; None where training
            failed. Of a trial that was ended early, that after its last epoch.
        deviation: Standard deviation over the seeds; None of fewer than two.
        epochs: How many epochs each network was trained for.
        seconds: Time of training, of all seeds.
        error: What was wrong; None where nothing was.
        whole: Whether it was trained to its end.
    """

    number: int
    options: Mapping[str, Any]
    accuracy: float | None = None
    deviation: float | None = None
    epochs: int = 0
    seconds: float = 0.0
    error: str | None = None
    whole: bool = True


@dataclass(frozen=True)
class Sweep:
    """What a sweep gave.

    Attributes:
        trials: All trials, the best first.
        best: Which of them became the model folder.
        run: What was done for that, with its score on the test images.
        table: The CSV file with all trials.
    """

    trials: tuple[Trial, ...]
    best: Trial
    run: TrainingRun
    table: Path

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain values that JSON can hold."""
        plain = [{**vars(trial), "options": dict(trial.options)} for trial in self.trials]
        return {"trials": plain, "best": self.best.number, "run": self.run.to_dict(), "table": str(self.table)}


def table_of(folder: Path) -> Path:
    """Give the place of the table of a sweep whose best model goes to `folder`."""
    return folder.with_name(f"{folder.name}.sweep.csv")


def sweep_model(
    data: str | Path,
    folder: str | Path,
    space: Space,
    base: FittedRecipe,
    trainer: ClusterTrainer,
    *,
    resume: bool = False,
    restart: bool = False,
    progress: bool = False,
    **others: Any,  # noqa: ANN401
) -> Sweep:
    """Train with many sets of options and write the best as a model folder.

    The table of trials is replaced after each trial; a stopped sweep goes on from it.

    Args:
        data: A data set's name, or a path of your own data.
        folder: Where to write the model; the table is written beside it.
        space: What to try.
        base: The recipe, and the options that all trials have.
        trainer: The cluster, and how many trials train at once.
        resume: Go on with the sweep whose table lies beside `folder`.
        restart: Drop that table and begin anew.
        progress: Say what each trial gave on standard error.
        **others: Passed on to `train_model`.

    Returns:
        What was found.

    Raises:
        ClusterError: There is no such cluster, or all trials were lost.
        OptionError: An option is not allowed, nothing is held out to score by, or the table of another sweep is in the
            way.
        TenfoldError: As for `train_model`.
    """
    folder = Path(folder)
    table = table_of(folder)
    if table.exists() and not (resume or restart):
        raise OptionError(f"the table of a sweep is at {table}: go on with it by --resume, or drop it by --restart")
    if restart:
        table.unlink(missing_ok=True)
    search = _Search(space, trainer, table, progress)
    run = train_model(data, folder, base, trainer=search, progress=progress, **others)
    ordered = sorted(search.trials.values(), key=_rank, reverse=True)
    return Sweep(tuple(ordered), ordered[0], run, table)


def _rank(trial: Trial) -> tuple[bool, float, int]:
    """Order trials by whether they can be the best, by their score, and among equals the first one first."""
    return trial.whole and trial.accuracy is not None, trial.accuracy or 0.0, -trial.number


@dataclass
class _Search:
    """Stands where `train_model` takes what trains: it trains all trials, and gives the best one's network."""

    space: Space
    trainer: ClusterTrainer
    table: Path
    progress: bool
    trials: dict[int, Trial] = field(default_factory=dict)
    sweep: str = ""

    def __call__(
        self,
        images: Images,
        labels: Labels,
        options: TrainingOptions,
        *,
        sha256: str | None = None,
        classes: Sequence[str] | None = None,
        **_: Any,  # noqa: ANN401
    ) -> Trained:
        options = decided(options)
        asked = self.space.trials(options.seed)
        _check_scored(options, asked)
        work = Work.of(images, labels, sha256, {"classes": classes})
        self.sweep = _digest_of(options, work.sha256, self.space)
        self.trials = _read_table(self.table, asked, self.sweep) if self.table.exists() else {}
        left = [number for number in range(len(asked)) if number not in self.trials]
        with cluster_for(self.trainer, work) as cluster, tempfile.TemporaryDirectory(prefix="tenfold-") as folder:
            keeper = started_keeper({})
            workers = self.trainer.workers or cluster.cores
            self._tune(work, options, asked, left, keeper, workers, folder)
            return self._best(work, options, asked, keeper, Path(folder))

    def _tune(
        self,
        work: Work,
        options: TrainingOptions,
        asked: Sequence[Mapping[str, Any]],
        left: Sequence[int],
        keeper: Any,  # noqa: ANN401
        workers: int,
        folder: str,
    ) -> None:
        os.environ.setdefault("TUNE_DISABLE_SIGINT_HANDLER", "1")  # Ctrl-C is KeyboardInterrupt
        os.environ.setdefault("TUNE_DISABLE_AUTO_CALLBACK_LOGGERS", "1")  # the table is ours
        os.environ.setdefault("RAY_AIR_NEW_OUTPUT", "0")  # it writes to standard output, silent or not
        from ray import tune
        from ray.tune.schedulers import ASHAScheduler

        if not left:
            return
        scheduler = None
        if self.space.early_stopping:
            scheduler = ASHAScheduler(
                time_attr="epoch",
                metric="accuracy",
                mode="max",
                grace_period=max(1, options.epochs // 4),
                max_t=1_000_000,  # only what is behind is ended
            )
        search = self

        class Table(tune.Callback):  # type: ignore[misc]
            def __reduce__(self) -> tuple[Any, tuple[()]]:
                return tune.Callback, ()  # Tune saves its callbacks, to go on with; here the table does that

            def on_trial_complete(self, iteration: int, trials: Any, trial: Any, **_: Any) -> None:  # noqa: ANN401, ARG002
                search._take_in(asked, trial.config["number"], trial.last_result, shown)

            def on_trial_error(self, iteration: int, trials: Any, trial: Any, **_: Any) -> None:  # noqa: ANN401, ARG002
                lost = {"error": "its process was lost again and again, perhaps for want of memory"}
                search._take_in(asked, trial.config["number"], lost, shown)

        trainable = tune.with_parameters(
            _train_trial, work=work, options=options, asked=asked, seeds=self.space.seeds, keeper=keeper
        )
        gpus = int(options.device.startswith("cuda"))
        title = f"sweep: {len(asked)} trials, {len(asked) - len(left)} of them done before"
        with Progress(title, shown=self.progress) as shown:
            shown.total = len(asked)
            shown.update(len(self.trials))
            tune.Tuner(
                tune.with_resources(trainable, {"cpu": 1, "gpu": gpus}),
                param_space={"number": tune.grid_search(list(left))},
                tune_config=tune.TuneConfig(scheduler=scheduler, max_concurrent_trials=workers),
                run_config=tune.RunConfig(
                    storage_path=folder,
                    verbose=0,
                    failure_config=tune.FailureConfig(max_failures=FAILURES),
                    callbacks=[Table()],
                ),
            ).fit()

    def _take_in(
        self, asked: Sequence[Mapping[str, Any]], number: int, result: Mapping[str, Any], shown: Progress
    ) -> None:
        found = {name: result[name] for name in RESULTS if name in result}
        if "whole" not in found and "error" not in found:  # it was ended early
            found |= {"epochs": result.get("epoch", 0), "whole": False}
        self.trials[number] = Trial(number, asked[number], **found)
        _write_table(self.table, list(self.trials.values()), list(asked[0]), self.sweep)
        shown.line(f"{len(self.trials)}/{len(asked)}  {described(self.trials[number])}")
        shown.update(1)

    def _best(
        self,
        work: Work,
        options: TrainingOptions,
        asked: Sequence[Mapping[str, Any]],
        keeper: Any,  # noqa: ANN401
        folder: Path,
    ) -> Trained:
        import ray

        best = max(self.trials.values(), key=_rank)
        if not (best.whole and best.accuracy is not None):
            raise ClusterError(f"no trial was trained to its end; of the first it was said: {best.error}")
        chosen = replace(options, **asked[best.number])
        offered = ray.get(keeper.best.remote())
        if offered and offered[0] == best.number * self.space.seeds:
            checkpoint = folder / "best"
            checkpoint.write_bytes(offered[2])
            return work.as_saved(chosen, checkpoint)
        return self.trainer(work.images, work.labels, chosen, sha256=work.sha256, **work.others)  # before a stop


def _train_trial(
    config: Mapping[str, Any],
    work: Work,
    options: TrainingOptions,
    asked: Sequence[Mapping[str, Any]],
    seeds: int,
    keeper: Any,  # noqa: ANN401
) -> None:
    """Train one trial with all seeds, in a process of Ray Tune, and report its score."""
    import ray
    from ray import tune

    number = config["number"]
    trainings = [number * seeds + place for place in range(seeds)]
    scores: list[float] = []
    history: tuple[Epoch, ...] = ()

    def tell(epoch: Epoch) -> None:
        tune.report({"epoch": epoch.number, "accuracy": (epoch.validation or {}).get("accuracy", 0.0)})

    try:
        chosen = replace(options, **asked[number])
        for place, training in enumerate(trainings):
            seeded = replace(chosen, seed=chosen.seed + place)
            error = train_alone(work, seeded, keeper, training, after_epoch=tell if seeds == 1 else None)
            if error:
                raise error
            with tempfile.TemporaryDirectory(prefix="tenfold-") as folder:
                checkpoint = Path(folder) / "checkpoint"
                checkpoint.write_bytes(ray.get(keeper.checkpoint.remote(training)))
                trained = work.as_saved(seeded, checkpoint)
            scored = Checked.of(trained.held_out, "held out")
            scores.append(scored.accuracy if scored else 0.0)
            history += trained.history
    except TenfoldError as error:
        tune.report({"error": str(error)})
        return
    score = statistics.fmean(scores)
    ray.get(keeper.offer.remote(trainings, score))
    tune.report(
        {
            "epoch": chosen.epochs * chosen.members + 1,
            "accuracy": score,
            "deviation": statistics.stdev(scores) if len(scores) > 1 else None,
            "epochs": chosen.epochs,
            "seconds": sum(epoch.seconds for epoch in history),
            "whole": True,
        }
    )


def _check_scored(options: TrainingOptions, asked: Sequence[Mapping[str, Any]]) -> None:
    """Check that every trial holds out images to be scored on."""
    for each in asked:
        held_out = each.get("validation_split", options.validation_split) or each.get("folds", options.folds)
        if not held_out:
            raise OptionError("a sweep is scored on images held out, and none are: give validation_split, as 0.1")


def described(trial: Trial) -> str:
    """Give a trial as one line: its score, then its options."""
    score = "failed" if trial.accuracy is None else f"{trial.accuracy:.2%}"
    if trial.deviation is not None:
        score += f" ± {100 * trial.deviation:.2f}"
    options = "  ".join(f"{name} {_shown(value)}" for name, value in trial.options.items())
    ended = "" if trial.whole else f"  ended after epoch {trial.epochs}"
    return f"{score}  {options}{ended}" + (f"  ({trial.error})" if trial.error else "")


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _digest_of(options: TrainingOptions, data: str, space: Space) -> str:
    """Give what a table tells its sweep by: the data, and the options that it does not list."""
    others = {name: value for name, value in options.to_dict().items() if name not in space.options}
    told = json.dumps([data, space.seeds, space.early_stopping, others], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _write_table(file: Path, trials: Sequence[Trial], options: Sequence[str], sweep: str) -> None:
    """Write a row for each trial, the best first."""
    with in_place_of(file) as fresh, fresh.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["trial", *options, *RESULTS, "sweep"])
        for trial in sorted(trials, key=_rank, reverse=True):
            results = [_cell(getattr(trial, name)) for name in RESULTS]
            table.writerow([trial.number, *(_cell(trial.options[name]) for name in options), *results, sweep])


def _read_table(file: Path, asked: Sequence[Mapping[str, Any]], sweep: str) -> dict[int, Trial]:
    """Read the trials of a sweep that was stopped.

    Raises:
        OptionError: It is the table of another sweep.
    """
    other = OptionError(
        f"{file} is not of this sweep, its data and its options: drop it by --restart, or write elsewhere by --out"
    )
    try:
        rows = list(csv.DictReader(read_named(file).decode("utf-8").splitlines()))
        found = {}
        for row in rows:
            number = int(row["trial"])
            options = asked[number]
            if row["sweep"] != sweep or any(row[name] != _cell(value) for name, value in options.items()):
                raise other
            results: dict[str, Any] = {
                name: json.loads(row[name]) if row[name] else None for name in RESULTS if name != "error"
            }
            found[number] = Trial(number, options, **results, error=row["error"] or None)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise other from error
    return found


def _cell(value: object) -> str:
    """Write a value as a cell, text as it is, all else as JSON has it."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
