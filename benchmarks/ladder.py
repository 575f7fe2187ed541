"""Seconds of training to each mean accuracy, over recipes with fewer and more epochs than they have.

Example: `python -m benchmarks.ladder`, or `python -m benchmarks.ladder --recipes accurate --seeds 2 --budget 700`
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

import tenfold
from benchmarks.accuracy import Data, score_seeds, train_seeds
from benchmarks.results import names_of, print_table, save_result

RECIPES = ("tutorial", "fast")
"""Recipes to measure unless others are named."""

RUNGS = (0.97, 0.98, 0.99, 0.994, 0.995, 0.996, 0.997)
"""Mean test accuracies to reach."""

SHARES = (1 / 20, 1 / 10, 1 / 5, 2 / 5, 3 / 5, 1, 2, 4)
"""Shares of a recipe's epochs that it is run with, each a separate run with its whole schedule."""

BUDGET = 60.0
"""Seconds of training for each recipe; longer runs are left out."""


def climb(data: Data, recipe: str, seeds: int, budget: float) -> list[dict[str, Any]]:
    """Score a recipe with its epochs cut and multiplied, from the shortest up.

    Args:
        data: Training and test images with their labels.
        recipe: Its name.
        seeds: Seeds for each number of epochs.
        budget: Seconds of training for the recipe; runs that would exceed them are left out.

    Returns:
        One entry per number of epochs: `recipe`, `epochs` and the scores.
    """
    whole = tenfold.recipe(recipe).epochs
    points: list[dict[str, Any]] = []
    used = 0.0
    for epochs in sorted({max(1, round(whole * share)) for share in SHARES}):
        if points and used + seeds * epochs * points[-1]["seconds"]["median"] / points[-1]["epochs"] > budget:
            print(f"{recipe}: {epochs} epochs and more left out, over {budget:.0f} s", file=sys.stderr, flush=True)
            break
        with TemporaryDirectory() as folder:
            runs = Path(folder, "runs")
            scores = score_seeds(data, train_seeds(data, tenfold.recipe(recipe, epochs=epochs), seeds, runs))
        points.append({"recipe": recipe, "epochs": epochs, **scores.to_dict()})
        used += sum(scores.seconds.values)
    return points


def main(
    recipes: Annotated[str, typer.Option(help=f"Which recipes; {', '.join(RECIPES)} if empty.")] = "",
    seeds: Annotated[int, typer.Option(help="Seeds for each number of epochs.")] = 3,
    budget: Annotated[float, typer.Option(help="Seconds for each recipe; longer runs are left out.")] = BUDGET,
    quick: Annotated[bool, typer.Option("--quick", help="One seed, a third of the budget.")] = False,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure how long training takes to each mean accuracy."""
    data = tenfold.load_data("mnist")
    every: list[dict[str, Any]] = []
    for recipe in names_of(recipes, tenfold.RECIPES, RECIPES):
        points = climb(data, recipe, 1 if quick else seeds, budget / 3 if quick else budget)
        save_result(f"ladder-{recipe}", {"points": points}, results)
        every += points
    print_table(table(every))


def distinct(points: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep of each recipe and number of epochs the point of most seeds, in the order of recipes and epochs."""
    best: dict[tuple[str, int], dict[str, Any]] = {}
    for point in points:
        key = (point["recipe"], point["epochs"])
        if key not in best or len(point["accuracy"]["values"]) > len(best[key]["accuracy"]["values"]):
            best[key] = point
    return [best[key] for key in sorted(best)]


def fastest(points: Sequence[dict[str, Any]], rung: float) -> dict[str, Any] | None:
    """Give the quickest of the points whose mean accuracy is at least `rung`."""
    reached = [point for point in points if point["mean"] >= rung]
    return min(reached, key=lambda point: float(point["seconds"]["median"]), default=None)


def table(points: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Give the ladder as rows of text, the heading first."""
    rows = [["mean test accuracy", "seconds of training", "by", "it reached", "seeds"]]
    for rung in RUNGS:
        point = fastest(points, rung)
        if point is None:
            rows.append([f"{rung:.1%}", "–", "no run here reached it", "", ""])
            continue
        epochs = f"{point['epochs']} epoch{'s' if point['epochs'] > 1 else ''}"
        found = [f"{point['seconds']['median']:.1f}", f"`{point['recipe']}`, {epochs}", f"{point['mean']:.2%}"]
        rows.append([f"{rung:.1%}", *found, str(len(point["accuracy"]["values"]))])
    return rows


if __name__ == "__main__":
    typer.run(main)
