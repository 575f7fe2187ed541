"""Training by two processes of a cluster, beside one process with as many threads: speed, accuracy, and how equal.

Example: `python -m benchmarks.scale_training`, or `--recipe fast --images 10000` for a quick look
"""

import os
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer

import tenfold
from benchmarks.measure import Spread
from benchmarks.results import print_table, save_result

__all__ = ["Together", "measure_together", "table"]

GOAL = 0.85
"""Least speed of the processes together, as a share of that of one process with as many threads."""


@dataclass(frozen=True)
class Together:
    """One network trained both ways, the epochs alone, without what starts a cluster.

    Attributes:
        recipe: The recipe.
        images: How many images it learned from.
        workers: How many processes trained together, with one thread each; as many threads the single process had.
        alone: Images a second of one process, of each turn.
        together: Images a second of the processes together, of each turn.
        accuracy_alone: Test accuracy of the network of one process, 0…1.
        accuracy_together: That of the processes together.
        same_answers: Share of the test images to which both give the same answer.
    """

    recipe: str
    images: int
    workers: int
    alone: Spread
    together: Spread
    accuracy_alone: float
    accuracy_together: float
    same_answers: float

    @property
    def ratio(self) -> float:
        """Speed together as a share of that alone: the median over turns, which come one after another."""
        pairs = zip(self.together.values, self.alone.values, strict=True)
        return statistics.median(together / alone for together, alone in pairs)


def measure_together(recipe: str = "accurate", images: int = 60_000, workers: int = 2, turns: int = 3) -> Together:
    """Train one epoch of a recipe both ways, by turns.

    Args:
        recipe: The recipe.
        images: How many of MNIST's training images to learn from.
        workers: How many processes, and how many threads.
        turns: How often; the first turn's networks are compared.
    """
    os.environ.setdefault("RAY_worker_niceness", "0")  # else Ray's processes make way for all others
    (x_train, y_train), (x_test, y_test) = tenfold.load_data("mnist")
    x_train, y_train = x_train[:images], y_train[:images]
    options = replace(tenfold.recipe(recipe), epochs=1)
    trainer = tenfold.ClusterTrainer("local", workers)
    torch.set_num_threads(workers)
    tenfold.train(x_train[:2000], y_train[:2000], options)  # loads all code
    speeds: tuple[list[float], list[float]] = ([], [])
    answers = []
    for turn in range(turns):
        for place in (0, 1):
            train = trainer if place else tenfold.train
            trained = train(x_train, y_train, options)
            speeds[place].append(len(x_train) / trained.history[0].seconds)
            if turn == 0:
                answers.append(trained.classifier()(x_test).argmax(1))
    alone, together = answers
    return Together(
        recipe,
        len(x_train),
        workers,
        Spread.of(speeds[0]),
        Spread.of(speeds[1]),
        float(np.mean(alone == y_test)),
        float(np.mean(together == y_test)),
        float(np.mean(alone == together)),
    )


def table(found: Mapping[str, Any]) -> list[list[str]]:
    """Give what was found, as it is saved, as rows of text, the heading first."""
    return [
        [
            "one epoch of",
            "images/s, one process",
            "images/s, together",
            "ratio",
            "goal",
            "accuracy",
            "together",
            "same",
        ],
        [
            f"`{found['recipe']}`, {found['images']:,} images, {found['workers']} processes",
            f"{found['alone']['median']:,.0f}",
            f"{found['together']['median']:,.0f}",
            f"{found['ratio']:.2f}",
            f"≥ {GOAL}",
            f"{found['accuracy_alone']:.2%}",
            f"{found['accuracy_together']:.2%}",
            f"{found['same_answers']:.2%}",
        ],
    ]


def main(
    recipe: Annotated[str, typer.Option(help="The recipe to train one epoch of.")] = "accurate",
    images: Annotated[int, typer.Option(help="How many images to learn from.")] = 60_000,
    workers: Annotated[int, typer.Option(help="How many processes, and how many threads of the one.")] = 2,
    turns: Annotated[int, typer.Option(help="How often, by turns.")] = 3,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure training by processes of a cluster beside one process with threads."""
    measured = measure_together(recipe, images, workers, turns)
    found = {**asdict(measured), "ratio": measured.ratio}
    save_result("scale-training", found, results)
    print_table(table(found))


if __name__ == "__main__":
    typer.run(main)
