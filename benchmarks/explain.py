"""Whether explanations hold: marked strokes against as much ink at random, and whether every flip flips.

Example: `python -m benchmarks.explain`
"""

import statistics
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.random import Generator

import tenfold
from benchmarks.results import print_table, save_result
from tenfold.arrays import Image, Images
from tenfold.explain.flips import smallest_flip
from tenfold.explain.picture import explain_picture
from tenfold.explain.strokes import Decisive, decisive_strokes
from tenfold.model.folder import Model

DRAWS = 10
"""Random choices of ink that each digit's marked strokes are compared with."""

TIMED = 50
"""Pictures that the whole explanation is timed with."""

WAYS = {
    "marked": "the marked strokes",
    "pieces": "as many pieces of strokes at random",
    "pixels": "as many pixels of ink at random",
}


def measure(count: int) -> dict[str, Any]:
    """Explain test digits and check what is said.

    Args:
        count: How many, taken evenly from MNIST's test images.

    Returns:
        Mean probabilities of the answers with and without ink, how often what is marked lowers them more, how many
        flips were found and how many of them flip when asked again, by themselves.
    """
    _, (images, _) = tenfold.load_data("mnist")
    model, random = tenfold.load_model(), np.random.default_rng(0)
    chosen = images[np.linspace(0, len(images) - 1, count).astype(int)]
    rows = []
    flips = []
    for number, image in enumerate(chosen, 1):
        rows.append(_strokes(model, image, random))
        flips.append(_flip(model, image))
        if number % 100 == 0:
            print(f"{number:,} of {count:,}", flush=True)
    found = [flip for flip in flips if flip]
    changes = [flip["change"] for flip in found]
    return {
        "n": count,
        "share of ink": statistics.fmean(row["share"] for row in rows),
        "whole": statistics.fmean(row["whole"] for row in rows),
        "ways": {
            way: {
                "probability": statistics.fmean(row[way] for row in rows),
                "changed": statistics.fmean(row[f"{way} changed"] for row in rows),
                "marked lowers more": statistics.fmean(row["marked"] < row[way] for row in rows),
            }
            for way in WAYS
        },
        "flips": {
            "found": len(found),
            "flip": sum(flip["flips"] for flip in found),
            "median change": statistics.median(changes),
            "median ink": statistics.median(flip["ink"] for flip in found),
        },
        "seconds": _seconds(chosen[:TIMED]),
    }


def _strokes(model: Model, image: Image, random: Generator) -> dict[str, float]:
    """Take the marked strokes away, and as much ink at random."""
    found = decisive_strokes(model, image)
    whole = model(image[None])[0]
    answer = int(whole.argmax())
    row = {"share": found.share, "whole": float(whole[answer])}
    spoiled = {
        "marked": np.where(found.marked, 0, image).astype(np.uint8)[None],
        "pieces": np.stack([_without_pieces(image, found, random) for _ in range(DRAWS)]),
        "pixels": np.stack([_without_pixels(image, found.share, random) for _ in range(DRAWS)]),
    }
    for way, left in spoiled.items():
        said = model(left)
        row[way] = float(said[:, answer].mean())
        row[f"{way} changed"] = float((said.argmax(axis=1) != answer).mean())
    return row


def _without_pieces(image: Image, found: Decisive, random: Generator) -> Image:
    """Take pieces of strokes away in a random order, as long as they are no more ink than what is marked."""
    taken: list[int] = []
    allowed = found.share * image.sum() + 1e-6
    for piece in random.permutation(int(found.pieces.max()) + 1):
        if image[np.isin(found.pieces, [*taken, piece])].sum() <= allowed:
            taken.append(int(piece))
    return np.where(np.isin(found.pieces, taken), 0, image).astype(np.uint8)


def _without_pixels(image: Image, share: float, random: Generator) -> Image:
    """Take pixels away in a random order, as long as they are no more ink than what is marked."""
    order = random.permutation(np.flatnonzero(image))
    taken = order[np.cumsum(image.ravel()[order].astype(np.int64)) <= share * image.sum() + 1e-6]
    left = image.copy()
    left.ravel()[taken] = 0
    return left


def _flip(model: Model, image: Image) -> dict[str, Any] | None:
    flip = smallest_flip(model, image)
    if flip is None:
        return None
    before, after = (int(model(each[None])[0].argmax()) for each in (image, flip.image))
    return {
        "flips": before != after == flip.answer,
        "change": float(np.abs(flip.image.astype(float) - image).sum() / 255),
        "ink": float(image.sum() / 255),
    }


def _seconds(images: Images) -> dict[str, float]:
    """Time whole explanations, the search for the nearest of 60,000 digits among them."""
    reader = tenfold.Reader()
    wall, processor = [], []
    for image in images:
        started, worked = time.perf_counter(), time.process_time()
        explain_picture(image, reader)
        wall.append(time.perf_counter() - started)
        processor.append(time.process_time() - worked)
    return {"wall": statistics.median(wall), "least": min(wall), "processor": statistics.median(processor)}


def table(result: dict[str, Any]) -> list[list[str]]:
    """Give what taking ink away does as rows of text, the heading first."""
    rows = [["taken away", "probability of the answer", "another answer", "the marked strokes lower it more"]]
    rows.append(["nothing", f"{result['whole']:.2%}", "–", "–"])
    for way, name in WAYS.items():
        one = result["ways"][way]
        more = "–" if way == "marked" else f"{one['marked lowers more']:.1%} of the digits"
        rows.append([name, f"{one['probability']:.2%}", f"{one['changed']:.1%}", more])
    return rows


def sentences(result: dict[str, Any]) -> Iterable[str]:
    """Say of the flips and of the time what there is to say."""
    flips, seconds = result["flips"], result["seconds"]
    yield (
        f"A change that flips the answer was found for {flips['found']:,} of {result['n']:,} digits; asked again, "
        f"{flips['flip']:,} of these flip. The median change is {flips['median change']:.1f} pixels of ink, "
        f"of {flips['median ink']:.0f} that a digit has."
    )
    yield (
        f"A whole explanation, the nearest of 60,000 training digits included, takes {seconds['processor']:.2f} s of "
        f"processor time; {seconds['least']:.2f} s at best, {seconds['wall']:.2f} s in the median."
    )


def main(
    count: Annotated[int, typer.Option(help="Test digits that are explained.")] = 1000,
    folder: Annotated[Path | None, typer.Option("--out", help="The folder to write the result into.")] = None,
) -> None:
    """Check explanations of the shipped model, print what was found and save it."""
    result = measure(count)
    save_result("explain", result, folder)
    print_table(table(result))
    for sentence in sentences(result):
        print(sentence)


if __name__ == "__main__":
    typer.run(main)
