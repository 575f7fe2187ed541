"""An epoch of the founding network over its floor: the matrix products alone, at the same batch size, in turns.

Example: `python -m benchmarks.floor`
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

import tenfold
from benchmarks.measure import Spread, repeat_in_turns
from benchmarks.results import print_table, save_result

SIZES = (784, 128, 128, 10)
"""Units of the founding network, layer by layer."""


@dataclass(frozen=True)
class FloorResult:
    """What an epoch costs beside its floor.

    Attributes:
        recipe: The recipe of the epoch.
        images: Images of an epoch; all of them are trained on.
        batch_size: Images per step, of epoch and floor alike.
        operations: Floating-point operations of an epoch's products, two per multiply-add.
        epoch: Seconds of an epoch of Tenfold's training loop, in the precision of the recipe.
        float32: The same in float32.
        floor: Seconds of the products alone, in float32.
        ratio: Epoch over floor, round by round.
        float32_ratio: The same in float32.
    """

    recipe: str
    images: int
    batch_size: int
    operations: int
    epoch: Spread
    float32: Spread
    floor: Spread
    ratio: Spread
    float32_ratio: Spread


def multiply_adds() -> int:
    """Count the multiply-adds of one sample: forward, gradients of weights, gradients of inputs but the first's."""
    products = [inputs * outputs for inputs, outputs in pairwise(SIZES)]
    return 3 * sum(products) - products[0]


def epoch_of_products(images: int, batch_size: int) -> Callable[[], float]:
    """Give a function that runs an epoch's matrix products and returns their seconds.

    Operands and results are in memory before: no allocation, no reading of data and no bias is timed.
    """
    batches = [batch_size] * (images // batch_size) + [images % batch_size] * bool(images % batch_size)
    steps = {size: _products(size) for size in set(batches)}

    def run() -> float:
        started = time.perf_counter()
        for size in batches:
            for left, right, result in steps[size]:
                torch.mm(left, right, out=result)
        return time.perf_counter() - started

    return run


def _products(batch: int) -> list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    weights = [torch.randn(outputs, inputs) for inputs, outputs in pairwise(SIZES)]
    values = [torch.randn(batch, size) for size in SIZES]
    gradients = [torch.randn(batch, size) for size in SIZES]
    layers = range(len(weights))
    forward = [(values[layer], weights[layer].t()) for layer in layers]
    of_weights = [(gradients[layer + 1].t(), values[layer]) for layer in layers]
    of_inputs = [(gradients[layer + 1], weights[layer]) for layer in layers[1:]]
    pairs = [*forward, *of_weights, *of_inputs]
    return [(left, right, torch.empty(left.shape[0], right.shape[1])) for left, right in pairs]


def measure(recipe: str = "tutorial", rounds: int = 7) -> FloorResult:
    """Run epochs and their floor in turns.

    Args:
        recipe: A recipe whose network is the founding one.
        rounds: Number of epochs, and of floors.

    Returns:
        Both, and their ratio.
    """
    (images, labels), _ = tenfold.load_data("mnist")
    options = tenfold.recipe(recipe, epochs=1, validation_split=0.0)
    if (options.network, options.hidden) != ("dense", SIZES[1:-1]):
        raise tenfold.OptionError(f"the recipe {recipe} is not of the founding network, whose floor this is")
    products = epoch_of_products(len(images), options.batch_size)
    with torch.no_grad():
        products()

    def epoch() -> float:
        return tenfold.train(images, labels, options).history[0].seconds

    def float32() -> float:
        return tenfold.train(images, labels, replace(options, precision="float32")).history[0].seconds

    def floor() -> float:
        with torch.no_grad():
            return products()

    epochs, float32s, floors = repeat_in_turns([epoch, float32, floor], rounds)
    return FloorResult(
        recipe=recipe,
        images=len(images),
        batch_size=options.batch_size,
        operations=2 * multiply_adds() * len(images),
        epoch=Spread.of(epochs),
        float32=Spread.of(float32s),
        floor=Spread.of(floors),
        ratio=Spread.of([taken / least for taken, least in zip(epochs, floors, strict=True)]),
        float32_ratio=Spread.of([taken / least for taken, least in zip(float32s, floors, strict=True)]),
    )


def main(
    recipe: Annotated[str, typer.Option(help="The recipe of the epoch.")] = "tutorial",
    rounds: Annotated[int, typer.Option(help="Number of epochs, in turns with the floor.")] = 7,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure an epoch of the founding network over its floor."""
    result = measure(recipe, rounds)
    save_result("floor", asdict(result), results)
    print_table(table(asdict(result)))


def table(result: dict[str, Any]) -> list[list[str]]:
    """Give the result as rows of text, the heading first."""
    rows = [[f"{result['recipe']}, batch {result['batch_size']}", "seconds", "least–most", "GFLOP/s"]]
    lines = (
        ("an epoch of training, as the recipe has it", "epoch"),
        ("… in float32", "float32"),
        ("its matrix products alone, in float32", "floor"),
    )
    for name, key in lines:
        spread = result[key]
        speed = result["operations"] / spread["median"] / 1e9
        rows.append([name, f"{spread['median']:.3f}", f"{spread['least']:.3f}–{spread['most']:.3f}", f"{speed:.0f}"])
    for name, key in (("ratio", "ratio"), ("… in float32", "float32_ratio")):
        ratio = result[key]
        rows.append([name, f"**{ratio['median']:.2f} ×**", f"{ratio['least']:.2f}–{ratio['most']:.2f}", ""])
    return rows


if __name__ == "__main__":
    typer.run(main)
