"""What a few labelled pictures of one's own bring: from scratch, from the model that ships, and by adapting it.

Example: `python -m benchmarks.few`, or `python -m benchmarks.few --parts scratch,hands --quick`, or
`python -m benchmarks.few --sets ../shared/data/dev` for whole numbers that people wrote.
"""

import json
import string
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean, stdev
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import typer

import tenfold
from benchmarks.environment import PEERS, install_apart
from benchmarks.real_numbers import kept
from benchmarks.results import names_of, print_table, save_result
from benchmarks.sets import LabelledSet, labelled_sets
from tenfold.adapt.digits import adapt_digits
from tenfold.adapt.lines import adapt_lines
from tenfold.arrays import Images, Labels
from tenfold.data.typefaces import typefaces
from tenfold.draw.letters import draw_letters
from tenfold.draw.writers import FontWriter
from tenfold.errors import ModelError
from tenfold.model.folder import Model, load_model
from tenfold.picture.frame import frame
from tenfold.picture.opening import open_pages
from tenfold.picture.prepare import prepare

DRAWS = 5
"""Draws of what is learned from; each has another seed."""

PER_CLASS = (10, 30, 100)
"""Images of each class that are learned from, from scratch."""

LETTERS = string.ascii_uppercase

LEARNED_FONTS, TESTED_FONTS = 10, 60
"""Typefaces that letters are learned from, one image of each letter from each, and others that they are tested on."""

LACKING = ("amatic-sc", "yuji-boku", "hachi-maru-pop", "finger-paint", "handlee")
"""Typefaces drawn after hands that MNIST lacks, each a writer of whom the model that ships has learned nothing: it
misreads 6 to 31% of their digits."""

CORRECTIONS, TESTED = 20, 1000
"""Misread digits of a writer that are corrected, and others that are read before and after."""

ADAPTED = {"cheque-amounts": 150, "logbook-cells": 200}
"""Sets of whole numbers, and how many pictures of each are learned from; the others are read."""

Data = tuple[Images, Labels]


def scratch(draws: int) -> list[dict[str, Any]]:
    """Train the default estimator, and scikit-learn's, on a few images a class of MNIST's training images."""
    (images, labels), test = tenfold.load_data("mnist")
    rows = []
    for count in PER_CLASS:
        drawn = [_drawn(images, labels, count, np.random.default_rng(seed)) for seed in range(draws)]
        found = []
        for seed, data in enumerate(drawn):
            started = time.perf_counter()
            classifier = tenfold.DigitClassifier(seed=seed).fit(*data)
            seconds = time.perf_counter() - started
            found.append({"accuracy": classifier.score(*test), "seconds": seconds})
            print(f"{count} a class, draw {seed}: {found[-1]}", file=sys.stderr, flush=True)
        rows.append({"count": count, "draws": found, "peers": _ask_peers(drawn, test)})
    return rows


def _drawn(images: Images, labels: Labels, count: int, rng: np.random.Generator) -> Data:
    """Draw some images of each class, in random order."""
    chosen = [rng.choice(np.flatnonzero(labels == label), count, replace=False) for label in np.unique(labels)]
    order = rng.permutation(np.concatenate(chosen))
    return images[order], labels[order]


def _ask_peers(drawn: Sequence[Data], test: Data) -> dict[str, list[float]]:
    """Give for each of scikit-learn's its accuracy on each draw."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "few.npz")
        arrays = {
            f"{axis}_{number}": part for number, data in enumerate(drawn) for axis, part in zip("xy", data, strict=True)
        }
        np.savez(file, **{"x_test": test[0], "y_test": test[1], **arrays})  # type: ignore[arg-type]
        command = [install_apart(PEERS / "sklearn_few.txt"), PEERS / "sklearn_few.py", file]
        answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {name: [scores[name] for scores in answer.values()] for name in answer["0"]}


def letters(draws: int) -> list[dict[str, Any]]:
    """Train on ten capital letters of each kind, from scratch and from the model that ships."""
    fonts = typefaces()
    found = []
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(fonts))
        learned, tested = ([fonts[place] for place in part] for part in (order[:LEARNED_FONTS], order[-TESTED_FONTS:]))
        train, test = _letters(learned, rng), _letters(tested, rng)
        row = {}
        for name, start in (("scratch", None), ("start", "shipped")):
            started = time.perf_counter()
            row[name] = tenfold.DigitClassifier(start=start, seed=seed).fit(*train).score(*test)
            row[f"{name} seconds"] = time.perf_counter() - started
        found.append(row)
        print(f"letters, draw {seed}: {row}", file=sys.stderr, flush=True)
    return found


def _letters(fonts: Sequence[Path], rng: np.random.Generator) -> Data:
    """Draw the capital letters of some typefaces, one image of each."""
    pictures, shown = draw_letters(fonts, rng)
    chosen = [place for place in range(0, len(pictures), 3) if shown[place] in LETTERS]
    images = np.stack([prepare(pictures[place]).image for place in chosen])
    return images, np.array([LETTERS.index(shown[place]) for place in chosen])


def hands(draws: int) -> list[dict[str, Any]]:
    """Correct twenty misread digits of a writer, and read a thousand others before and after."""
    model = load_model()
    test = tenfold.load_data("mnist")[1]
    paths = {path.name.partition("-latin")[0]: path for path in typefaces()}
    known = _right(model, *test)
    found = []
    for seed, name in enumerate(LACKING[:draws]):
        wrong: list[tuple[Any, int]] = []
        digits = _written(paths[name], np.random.default_rng(seed))
        while len(wrong) < CORRECTIONS:
            images, labels = next(digits)
            missed = np.flatnonzero(model(images).argmax(1) != labels)
            wrong += [(images[place], int(labels[place])) for place in missed]
        images, labels = (np.array(part) for part in zip(*wrong[:CORRECTIONS], strict=True))
        tested = [np.concatenate(part) for part in zip(*(next(digits) for _ in range(TESTED // 100)), strict=True)]
        with TemporaryDirectory() as folder:
            started, processor = time.perf_counter(), time.process_time()
            told = adapt_digits(model, images, labels, Path(folder, "adapted"), data=name)
            seconds, processor = time.perf_counter() - started, time.process_time() - processor
            adapted = load_model(Path(folder, "adapted"))
        row = {
            "writer": name,
            "before": _right(model, *tested),
            "after": _right(adapted, *tested),
            "known": known,
            "known after": _right(adapted, *test),
            "way": told.way,
            "seconds": seconds,
            "processor seconds": processor,
        }
        found.append(row)
        print(f"hands: {row}", file=sys.stderr, flush=True)
    return found


def _written(path: Path, rng: np.random.Generator) -> Iterator[Data]:
    """Give digits as a writer writes them, a hundred at a time."""
    while True:
        images, labels = [], rng.integers(0, 10, 100)
        for label in labels:
            pen, slant, wide = np.exp(rng.normal(np.log(6), 0.3)), rng.normal(0, 0.12), np.exp(rng.normal(0, 0.12))
            writer = FontWriter(float(pen), float(slant), float(wide), path, float(rng.uniform(0, 3)))
            images.append(frame(writer.glyph(str(label), rng).ink))
        yield np.stack(images), labels


def _right(model: Model, images: Images, labels: Labels) -> float:
    return float((model(images).argmax(1) == labels).mean())


def numbers(draws: int, pictures: LabelledSet) -> list[dict[str, Any]]:
    """Adapt the line recogniser to a part of a set, and read the others before and after."""
    model, count = load_model(), ADAPTED[pictures.name]
    shipped = np.array(_read(model, pictures))
    found = []
    for seed in range(draws):
        order = np.random.default_rng(seed).permutation(len(pictures.labels))
        learned = [
            (next(iter(open_pages(pictures.pictures[place]))), pictures.labels[place]) for place in order[:count]
        ]
        rest = order[count:]
        others = LabelledSet(
            pictures.name,
            tuple(pictures.pictures[place] for place in rest),
            tuple(pictures.labels[place] for place in rest),
        )
        with TemporaryDirectory() as folder:
            started, processor = time.perf_counter(), time.process_time()
            try:
                told = adapt_lines(model, learned, Path(folder, "adapted"), data=pictures.name, seed=seed).to_dict()
                after = fmean(_read(load_model(Path(folder, "adapted")), others))
            except ModelError as error:  # refused: the model stays
                print(error, file=sys.stderr, flush=True)
                told = {"known": {"before": 0.0, "accuracy": 0.0}, "seconds": time.perf_counter() - started}
                after = float(shipped[rest].mean())
            processor = time.process_time() - processor
        row = {
            "before": float(shipped[rest].mean()),
            "after": after,
            "known": told["known"]["before"],
            "known after": told["known"]["accuracy"],
            "seconds": told["seconds"],
            "processor seconds": processor,
        }
        found.append(row)
        print(f"{pictures.name}, draw {seed}: {row}", file=sys.stderr, flush=True)
    return found


def _read(model: Model, pictures: LabelledSet) -> list[bool]:
    reader = tenfold.Reader(model)
    texts = ("".join(number.text for number in reader.numbers(picture)) for picture in pictures.pictures)
    return [kept(text, label) == label for text, label in zip(texts, pictures.labels, strict=True)]


PARTS: dict[str, Callable[[int], list[dict[str, Any]]]] = {"scratch": scratch, "letters": letters, "hands": hands}


def main(
    parts: Annotated[str, typer.Option(help=f"Which of {', '.join(PARTS)}; all if empty, `none` for none.")] = "",
    sets: Annotated[Path | None, typer.Option(help="A folder of sets of numbers, to adapt to a part of each.")] = None,
    only: Annotated[str, typer.Option(help=f"Which of these sets: {', '.join(ADAPTED)}; all if empty.")] = "",
    draws: Annotated[int, typer.Option(help="Draws of what is learned from.")] = DRAWS,
    quick: Annotated[bool, typer.Option("--quick", help="One draw.")] = False,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure what a few pictures bring."""
    count = 1 if quick else draws
    for name in [] if parts == "none" else names_of(parts, PARTS, list(PARTS)):
        found = PARTS[name](count)
        save_result(f"few-{name}", {name: found}, results)
        print_table(table({name: found}))
    wanted = names_of(only, ADAPTED, list(ADAPTED))
    for pictures in labelled_sets(sets) if sets else ():
        if pictures.name in wanted:
            found = numbers(count, pictures)
            save_result(f"few-{pictures.name}", {pictures.name: found}, results)
            print_table(table({pictures.name: found}))


def table(found: dict[str, list[dict[str, Any]]]) -> list[list[str]]:
    """Give what was found as rows of text, the heading first."""
    rows = [["learned from", "before, or the best peer", "after", "what it knew", "seconds"]]
    for row in found.get("scratch", []):
        best = max(row["peers"], key=lambda name: fmean(row["peers"][name]))
        rows.append(
            [
                f"from scratch, {row['count']} images a class: MNIST's test images",
                f"{_spread(row['peers'][best])} ({best})",
                _spread([draw["accuracy"] for draw in row["draws"]]),
                "",
                _seconds(row["draws"], "seconds"),
            ]
        )
    if drawn := found.get("letters"):
        rows.append(
            [
                f"{LEARNED_FONTS} capital letters of each kind, from the shipped model; before: from scratch",
                _spread([draw["scratch"] for draw in drawn]),
                _spread([draw["start"] for draw in drawn]),
                "",
                _seconds(drawn, "start seconds"),
            ]
        )
    told = {"hands": f"{CORRECTIONS} corrections of a hand that MNIST lacks"} | {
        name: f"{count} of {name}, the others read" for name, count in ADAPTED.items()
    }
    for name, words in told.items():
        if drawn := found.get(name):
            columns = [_spread([draw[column] for draw in drawn]) for column in ("before", "after")]
            changed = fmean(100 * (draw["known after"] - draw["known"]) for draw in drawn)
            fewer = _spread([(draw["after"] - draw["before"]) / (1 - draw["before"]) for draw in drawn])
            columns[1] += f"; errors fall by {fewer}"
            rows.append([words, *columns, f"{changed:+.2f} points", _seconds(drawn, "seconds", "processor seconds")])
    return rows


def _spread(values: Sequence[float]) -> str:
    return f"{fmean(values):.1%}" + (f" ± {100 * stdev(values):.1f}" if len(values) > 1 else "")


def _seconds(drawn: Sequence[dict[str, Any]], name: str, processor: str = "") -> str:
    told = f"{fmean(draw[name] for draw in drawn):.1f}"
    return told + (f" ({fmean(draw[processor] for draw in drawn):.1f} of processors)" if processor else "")


if __name__ == "__main__":
    typer.run(main)
