"""What the shipped model reads and refuses, and how fast: MNIST, corruptions of it, real pictures, no digits.

Example: `python -m benchmarks.reading --sets my-sets/`, each folder of which holds pictures and a `labels.csv`.
"""

import io
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from PIL import Image

import tenfold
from benchmarks.fonts import handwriting_fonts
from benchmarks.measure import Spread
from benchmarks.processes import run_process
from benchmarks.results import RESULTS, print_table, save_result
from benchmarks.sets import labelled_sets
from tenfold.arrays import Images, Labels
from tenfold.data.datasets import DIGITS, load_examples
from tenfold.draw.camera import photograph_digit
from tenfold.draw.corruptions import CORRUPTIONS
from tenfold.draw.letters import LOOKALIKES, draw_letters
from tenfold.model.evaluate import score, wilson_interval
from tenfold.model.folder import SHIPPED
from tenfold.picture.frame import frame
from tenfold.picture.prepare import prepare
from tenfold.read.reader import Reader

ERRORS = (0.01, 0.005, 0.002, 0.001)
"""The largest errors that are promised."""

FRAMED = 3
"""Factor by which MNIST's images are enlarged before they are framed again."""


def accuracy(reader: Reader, images: Images, labels: Labels) -> dict[str, Any]:
    """Score images given straight to the network, and count what each promise of error accepts."""
    probabilities, reasons = reader.answer(images)
    scores = score(probabilities, labels, classes=DIGITS, reasons=reasons)
    right = probabilities.argmax(1) == labels
    promised = {}
    for error in ERRORS:
        accepted = np.array([reason is None for reason in Reader(reader.model, max_error=error).answer(images)[1]])
        promised[str(error)] = {"accepted": accepted.mean().item(), "wrong": int((~right)[accepted].sum())}
    kept = ("accuracy", "interval", "ece", "n", "refused", "accepted_wrong")
    return {name: value for name, value in scores.to_dict().items() if name in kept} | {"promised": promised}


def corruptions(reader: Reader, images: Images, labels: Labels) -> dict[str, Any]:
    """Score corrupted images, given as pictures and straight to the network."""
    found = {}
    for name, corrupt in CORRUPTIONS.items():
        corrupted = corrupt(images, 0)
        straight = reader.model.digits(corrupted)[0].argmax(1) == labels
        answers = reader.digits([_png(image) for image in corrupted])
        told = np.array([int(answer.digit or -1) for answer in answers]) == labels
        refused = np.array([answer.reason is not None for answer in answers])
        found[name] = {
            "picture": told.mean().item(),
            "straight": straight.mean().item(),
            "refused": refused.mean().item(),
        }
        print(f"{name}: {told.mean():.2%}", file=sys.stderr, flush=True)
    return found


def outliers(reader: Reader, images: Images) -> dict[str, Any]:
    """Compare the out-of-distribution scores of things that are no digit with those of digits.

    Returns:
        For each kind its number, the area under the ROC curve (AUROC) of the score, and the share refused.
    """
    clothes = load_examples("fashion-mnist", "test").images
    pictures, letters = draw_letters(handwriting_fonts(), np.random.default_rng(0))
    framed = np.stack([prepare(_png(picture)).image for picture in pictures])
    alike = np.array([letter in LOOKALIKES for letter in letters])
    _, of_digits = reader.model.digits(images)
    found = {}
    for name, group in {
        "Fashion-MNIST": clothes,
        "handwritten letters": framed[~alike],
        "letters like digits": framed[alike],
        "all letters": framed,
    }.items():
        _, scores = reader.model.digits(group)
        refused = np.array([reason is not None for reason in reader.answer(group)[1]])
        found[name] = {
            "n": len(group),
            "auroc": _auroc(of_digits, scores),
            "refused": refused.mean().item(),
        }
    refused = np.array([reason is not None for reason in reader.answer(images)[1]])
    return {**found, "MNIST's digits": {"n": len(images), "auroc": None, "refused": refused.mean().item()}}


def own_sets(reader: Reader, folder: Path) -> dict[str, Any]:
    """Read every picture of the sets of single digits."""
    found = {}
    for digits in filter(lambda each: each.of_digits, labelled_sets(folder)):
        answers = reader.digits(digits.pictures)
        right = sum(answer.digit == label for answer, label in zip(answers, digits.labels, strict=True))
        refused = sum(answer.reason is not None for answer in answers)
        interval = wilson_interval(right, len(answers))
        found[digits.name] = {"n": len(answers), "right": right, "interval": interval, "refused": refused}
    return found


def framing(images: Images) -> dict[str, Any]:
    """Enlarge images, frame them again, and give the largest difference of a pixel, in levels of 255."""
    kernel = np.ones((1, FRAMED, FRAMED), np.uint8)
    off = [
        int(np.abs(frame(large).astype(int) - image).max())
        for image, large in zip(images, np.kron(images, kernel), strict=True)
    ]
    return {"n": len(images), "within_one": sum(each <= 1 for each in off), "most": max(off)}


def speed(images: Images, rounds: int) -> dict[str, Any]:
    """Time one process that reads one picture, many pictures on one core, and a large photograph."""
    reader = Reader(tenfold.load_model(SHIPPED, threads=1))
    cv2.setNumThreads(1)
    random = np.random.default_rng(0)
    pictures = [_png(photograph_digit(image, 140, 100, random)) for image in images[:1000]]
    photograph = io.BytesIO()
    Image.fromarray(photograph_digit(images[0], 3000, 4000, random)).save(photograph, "JPEG", quality=90)
    one = RESULTS / "one.png"
    RESULTS.mkdir(parents=True, exist_ok=True)
    one.write_bytes(pictures[0])
    process = [
        run_process([sys.executable, "-m", "tenfold", "predict", str(one)], timeout=60).wall for _ in range(rounds)
    ]

    def many() -> None:
        reader.digits(pictures)

    return {
        "process": asdict(Spread.of(process)),
        "pictures_a_second": asdict(Spread.of([len(pictures) / _seconds(many) for _ in range(rounds)])),
        "photograph": asdict(Spread.of([_seconds(lambda: reader.digit(photograph.getvalue())) for _ in range(rounds)])),
    }


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _png(image: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    content: bytes = cv2.imencode(".png", image)[1].tobytes()
    return content


def _auroc(of_digits: np.ndarray[Any, Any], of_others: np.ndarray[Any, Any]) -> float:
    """Give the area under the ROC curve: how probably another thing scores higher than a digit, ties counted half."""
    order = np.sort(of_digits)
    below, upto = np.searchsorted(order, of_others, "left"), np.searchsorted(order, of_others, "right")
    return float((below + upto).mean() / 2 / len(order))


def tables(result: dict[str, Any]) -> list[tuple[str, list[list[str]]]]:
    """Give the results as tables of text with their titles, each table's heading first."""
    mnist, others, times = result["accuracy"], result["outliers"], result["speed"]
    low, high = mnist["interval"]
    promised = [
        [
            f"`--max-error {error}`",
            f"{each['accepted']:.2%}",
            str(each["wrong"]),
            f"{each['wrong'] / max(each['accepted'] * mnist['n'], 1):.3%}",
        ]
        for error, each in mnist["promised"].items()
    ]
    corrupted = result["corruptions"]
    means = [statistics.fmean(each[name] for each in corrupted.values()) for name in ("picture", "straight", "refused")]
    rows = {name: [each[kind] for kind in ("picture", "straight", "refused")] for name, each in corrupted.items()}
    found = [
        (
            "MNIST's 10,000 test images",
            [
                ["", "measured"],
                ["accuracy", f"{mnist['accuracy']:.2%} ({low:.2%}–{high:.2%})"],
                ["expected calibration error", f"{mnist['ece']:.2%}"],
                [
                    "given back by framing, within one level",
                    f"{result['framing']['within_one']:,} of {result['framing']['n']:,}",
                ],
            ],
        ),
        (
            "What a promise of error accepts of them",
            [["promise", "accepted", "wrong among them", "share wrong"], *promised],
        ),
        (
            "MNIST-C's corruptions, drawn again",
            [
                ["corruption", "as pictures", "straight into the network", "refused"],
                *([name, *(f"{value:.2%}" for value in values)] for name, values in rows.items()),
                ["**mean**", *(f"**{value:.2%}**" for value in means)],
            ],
        ),
        (
            "What is no digit",
            [
                ["", "n", "AUROC against MNIST", "refused"],
                *(
                    [
                        name,
                        f"{each['n']:,}",
                        "–" if each["auroc"] is None else f"{each['auroc']:.4f}",
                        f"{each['refused']:.2%}",
                    ]
                    for name, each in others.items()
                ),
            ],
        ),
        (
            "Speed",
            [
                ["", "median", "least–most"],
                ["`tenfold predict` of one picture, whole process, s", *_spread(times["process"], 2)],
                ["pictures of 100×140 read a second, one core", *_spread(times["pictures_a_second"], 0)],
                ["a photograph of 12 megapixels, s", *_spread(times["photograph"], 3)],
            ],
        ),
    ]
    if result["sets"]:
        own = [["pictures", "n", "right", "95% interval", "refused"]]
        for name, each in result["sets"].items():
            low, high = each["interval"]
            share = each["right"] / each["n"]
            own.append([name, str(each["n"]), f"{share:.2%}", f"{low:.1%}–{high:.1%}", str(each["refused"])])
        found.insert(2, ("People's own digits", own))
    return found


def _spread(spread: dict[str, Any], digits: int) -> list[str]:
    median, least, most = (f"{spread[name]:,.{digits}f}" for name in ("median", "least", "most"))
    return [median, f"{least}–{most}"]


def main(
    sets: Annotated[Path | None, typer.Option(help="A folder of folders with pictures and a labels.csv.")] = None,
    rounds: Annotated[int, typer.Option(help="Times that each is timed.")] = 5,
    model: Annotated[Path, typer.Option(help="A model folder.")] = SHIPPED,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure what the shipped model reads and refuses, and how fast."""
    loaded = tenfold.load_model(model)
    reader = Reader(loaded)
    images, labels = tenfold.load_data("mnist")[1]
    result = {
        "speed": speed(images, rounds),
        "accuracy": accuracy(reader, images, labels),
        "framing": framing(images),
        "sets": own_sets(reader, sets) if sets else {},
        "outliers": outliers(reader, images),
        "corruptions": corruptions(reader, images, labels),
        "model": loaded.info.to_dict() | {"history": None, "calibration": None},
    }
    save_result("reading", result, results)
    for title, rows in tables(result):
        print(f"\n{title}")
        print_table(rows)


if __name__ == "__main__":
    typer.run(main)
