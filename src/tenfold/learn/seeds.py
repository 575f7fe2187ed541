"""The same training with several seeds, for a mean and its spread: one run by itself says little of a recipe."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenfold.errors import OptionError
from tenfold.learn.fitting import FittedRecipe
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.run import TrainingRun, train_model
from tenfold.model.description import info_of, read_document

__all__ = ["SeedRuns", "train_seeds"]


@dataclass(frozen=True)
class SeedRuns:
    """What several seeds gave.

    Attributes:
        runs: One for each seed, in their order.
        seeds: The seeds.
        accuracies: What each scored, 0…1: on the data's test images where it has any, else on those held out.
        on_test: Whether these are test images; False where they were held out, or None at all were.
    """

    runs: tuple[TrainingRun, ...]
    seeds: tuple[int, ...]
    accuracies: tuple[float, ...]
    on_test: bool

    @property
    def finished(self) -> bool:
        """Whether every seed was trained to its end."""
        return all(run.finished for run in self.runs)

    @property
    def mean(self) -> float | None:
        """The mean accuracy; None where nothing was measured."""
        return statistics.fmean(self.accuracies) if self.accuracies else None

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the accuracies; None of fewer than two."""
        return statistics.stdev(self.accuracies) if len(self.accuracies) > 1 else None

    def to_dict(self) -> dict[str, Any]:
        """Give the runs as plain values that JSON can hold."""
        return {
            "seeds": list(self.seeds),
            "accuracies": list(self.accuracies),
            "on_test": self.on_test,
            "mean": self.mean,
            "deviation": self.deviation,
            "runs": [run.to_dict() for run in self.runs],
        }


def train_seeds(
    data: str | Path,
    folder: str | Path,
    options: Callable[[int], TrainingOptions | FittedRecipe],
    seeds: Sequence[int],
    **others: Any,  # noqa: ANN401
) -> SeedRuns:
    """Train with several seeds, one after another.

    Args:
        data: As for `train_model`.
        folder: Holds a model folder for each seed afterwards: `seed-0`, `seed-1`, ….
        options: How to train with a seed.
        seeds: The seeds, at least 2.
        **others: Passed on to `train_model`.

    Returns:
        The runs, up to one that was interrupted, and their accuracies.

    Raises:
        OptionError: There are fewer than two seeds.
        TenfoldError: As for `train_model`.
    """
    if len(seeds) < 2:
        raise OptionError(f"a spread takes at least 2 seeds, got {len(seeds)}")
    runs: list[TrainingRun] = []
    for seed in seeds:
        runs.append(train_model(data, Path(folder) / f"seed-{seed}", options(seed), **others))
        if not runs[-1].finished:
            break
    on_test = all(run.evaluation for run in runs)
    scores = [run.evaluation.accuracy if run.evaluation else _held_out_accuracy(run.folder) for run in runs]
    known = tuple(score for score in scores if score is not None)
    return SeedRuns(tuple(runs), tuple(seeds[: len(runs)]), known, on_test)


def _held_out_accuracy(folder: Path) -> float | None:
    """Give the accuracy on the images held out after the last epoch, where any were and accuracy was asked for."""
    history = info_of(folder, read_document(folder)).history
    return (history[-1].validation or {}).get("accuracy") if history else None
