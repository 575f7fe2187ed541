"""The accuracy of a recipe over several seeds, the test set read once per seed, after the last epoch.

Example: `python -m benchmarks.accuracy --recipe tutorial --seeds 10`
"""

import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

import tenfold
from benchmarks.measure import Spread
from benchmarks.results import print_table, save_result
from tenfold.arrays import Images, Labels
from tenfold.data.datasets import DIGITS
from tenfold.learn.recipes import TrainingOptions

Data = tuple[tuple[Images, Labels], tuple[Images, Labels]]


@dataclass(frozen=True)
class Scores:
    """What networks of several seeds scored.

    Attributes:
        accuracy: Test accuracy, 0…1, one per seed.
        ece: Expected calibration error on the test set, 0…1, one per seed.
        seconds: The whole of training, from arrays to a trained network, one per seed.
    """

    accuracy: Spread
    ece: Spread
    seconds: Spread

    @property
    def mean(self) -> float:
        """The mean accuracy."""
        return statistics.fmean(self.accuracy.values)

    def to_dict(self) -> dict[str, Any]:
        """Give plain values, with the mean of the accuracies and their standard deviation."""
        values = self.accuracy.values
        return {**asdict(self), "mean": self.mean, "sd": statistics.stdev(values) if len(values) > 1 else None}


def score_seeds(data: Data, options: TrainingOptions, seeds: int) -> Scores:
    """Train with seeds 0, 1, … and score each network once; a small training before pays for what is loaded once.

    Args:
        data: Training and test images with their labels.
        options: How to train; the seed is set anew.
        seeds: How many.

    Returns:
        The scores.
    """
    (images, labels), (test_images, test_labels) = data
    warm_up = TrainingOptions.from_dict({**options.to_dict(), "epochs": 1})
    tenfold.train(images[:1000], labels[:1000], warm_up)
    accuracies, errors, seconds = [], [], []
    for seed in range(seeds):
        started = time.perf_counter()
        trained = tenfold.train(images, labels, TrainingOptions.from_dict({**options.to_dict(), "seed": seed}))
        seconds.append(time.perf_counter() - started)
        scored = tenfold.evaluate(trained.classifier(), test_images, test_labels, classes=DIGITS)
        accuracies.append(scored.accuracy)
        errors.append(scored.ece)
        print(f"seed {seed}: {scored.accuracy:.2%} in {seconds[-1]:.1f} s", file=sys.stderr, flush=True)
    return Scores(Spread.of(accuracies), Spread.of(errors), Spread.of(seconds))


def main(
    recipe: Annotated[str, typer.Option(help="Which recipe.")] = "tutorial",
    seeds: Annotated[int, typer.Option(help="How many seeds, from 0.")] = 5,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure the accuracy of a recipe over seeds."""
    options = tenfold.recipe(recipe)
    scores = score_seeds(tenfold.load_data("mnist"), options, seeds)
    result = {"recipe": recipe, "epochs": options.epochs, **scores.to_dict()}
    save_result(f"accuracy-{recipe}", result, results)
    print_table(table([result]))


def table(results: list[dict[str, Any]]) -> list[list[str]]:
    """Give results as rows of text, the heading first."""
    rows = [["recipe", "epochs", "seeds", "test accuracy", "least–most", "ECE", "seconds of training"]]
    for one in results:
        accuracy = one["accuracy"]
        spread = f" ± {one['sd']:.2%}" if one["sd"] is not None else ""
        rows.append(
            [
                f"`{one['recipe']}`",
                str(one["epochs"]),
                str(len(accuracy["values"])),
                f"{one['mean']:.3%}{spread}",
                f"{accuracy['least']:.2%}–{accuracy['most']:.2%}",
                f"{one['ece']['median']:.2%}",
                f"{one['seconds']['median']:.1f}",
            ]
        )
    return rows


if __name__ == "__main__":
    typer.run(main)
