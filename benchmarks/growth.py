"""How training time grows with the number of images and with the number of hidden units.

Example: `python -m benchmarks.growth`
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

import tenfold
from benchmarks.measure import Spread, repeat_in_turns
from benchmarks.results import print_table, save_result

IMAGES = (6_000, 20_000, 60_000, 200_000, 600_000)
"""Numbers of images that an epoch is timed with."""

UNITS = (32, 64, 128, 256, 512, 1024)
"""Units in each of two hidden layers that an epoch is timed with."""


def measure(recipe: str, rounds: int, most_images: int) -> dict[str, Any]:
    """Time one epoch for each number of images (MNIST repeated or cut) and for each width of two hidden layers.

    Args:
        recipe: The recipe to vary.
        rounds: Times that each is timed, in turns.
        most_images: Numbers of images above this are left out.

    Returns:
        `images` and `units`: for each number the spread of an epoch's seconds.
    """
    (images, labels), _ = tenfold.load_data("mnist")
    counts = [count for count in IMAGES if count <= most_images]
    times = -(-max(counts) // len(images))
    many, many_labels = np.tile(images, (times, 1, 1)), np.tile(labels, times)
    options = tenfold.recipe(recipe, epochs=1, validation_split=0.0)

    def epoch(count: int, hidden: tuple[int, ...]) -> float:
        varied = tenfold.TrainingOptions.from_dict({**options.to_dict(), "hidden": hidden})
        return tenfold.train(many[:count], many_labels[:count], varied).history[0].seconds

    by_count: list[Callable[[], float]] = [partial(epoch, count, options.hidden) for count in counts]
    by_units: list[Callable[[], float]] = [partial(epoch, len(images), (units, units)) for units in UNITS]
    taken = repeat_in_turns([*by_count, *by_units], rounds)
    return {
        "recipe": recipe,
        "images": _spreads(counts, taken[: len(counts)]),
        "units": _spreads(list(UNITS), taken[len(counts) :]),
    }


def _spreads(numbers: list[int], taken: list[list[float]]) -> list[dict[str, Any]]:
    return [{"n": n, **asdict(Spread.of(values))} for n, values in zip(numbers, taken, strict=True)]


def main(
    recipe: Annotated[str, typer.Option(help="The recipe to vary.")] = "tutorial",
    rounds: Annotated[int, typer.Option(help="Times that each is timed, in turns.")] = 3,
    quick: Annotated[bool, typer.Option("--quick", help="One round, up to 60,000 images.")] = False,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure how training time grows."""
    result = measure(recipe, 1 if quick else rounds, 60_000 if quick else max(IMAGES))
    save_result("growth", result, results)
    print_table(images_table(result))
    print_table(units_table(result))


def images_table(result: dict[str, Any]) -> list[list[str]]:
    """Give time by number of images as rows of text, the heading first."""
    rows = [["images", "seconds an epoch", "least–most", "images/s"]]
    return rows + [
        [
            f"{one['n']:,}",
            f"{one['median']:.3f}",
            f"{one['least']:.3f}–{one['most']:.3f}",
            f"{one['n'] / one['median']:,.0f}",
        ]
        for one in result["images"]
    ]


def units_table(result: dict[str, Any]) -> list[list[str]]:
    """Give time by width of the hidden layers as rows of text, the heading first."""
    rows = [["hidden layers", "weights", "seconds an epoch", "least–most"]]
    return rows + [
        [
            f"{(n := one['n'])}, {n}",
            f"{785 * n + (n + 1) * n + (n + 1) * 10:,}",
            f"{one['median']:.3f}",
            f"{one['least']:.3f}–{one['most']:.3f}",
        ]
        for one in result["units"]
    ]


if __name__ == "__main__":
    typer.run(main)
