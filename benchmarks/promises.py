"""Whether promises of error are kept: on real sets, on drawn digits, and on what is no digit.

Example: `python -m benchmarks.promises --sets my-sets/`, each folder of which holds pictures and a `labels.csv`.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from numpy.random import Generator

import tenfold
from benchmarks.fonts import handwriting_fonts
from benchmarks.real_numbers import kept
from benchmarks.results import markdown, print_table, save_result
from benchmarks.sets import LabelledSet, labelled_sets
from tenfold.calibrate.kinds import FONT_WRITERS, drawn_digits, unlearned_hands
from tenfold.draw.camera import capture, photograph_digit
from tenfold.draw.fonts import FONTS, print_text
from tenfold.draw.layers import draw_segment
from tenfold.draw.letters import LOOKALIKES, draw_letters
from tenfold.draw.outliers import scribbles
from tenfold.draw.surroundings import printed_words
from tenfold.draw.writers import Hands, ImageWriter, PenWriter, by_label
from tenfold.draw.writing import write
from tenfold.errors import OptionError
from tenfold.model.evaluate import MeasuredPromise
from tenfold.model.folder import SHIPPED, Model
from tenfold.model.promise import HeldOut, acceptance_threshold, exact_bounds
from tenfold.picture.decode import Grey
from tenfold.picture.opening import open_pages
from tenfold.read.digits import Look
from tenfold.read.options import NumberOptions
from tenfold.read.pages import read_page
from tenfold.read.reader import Reader
from tenfold.read.rows import ReadRow

ERRORS = (0.01, 0.001)
"""The errors that are promised."""

HALF_ERRORS = (0.05, 0.02, 0.01)
"""The same on one half of a set, which may be small."""

NUMBER_ERRORS = (0.05, 0.02, 0.01, 0.001)
"""The same of whole numbers."""

DRAWN = 3000
"""Pictures of each drawn kind of digits."""

OTHERS = 300
"""Pictures of each kind that is no digit."""

SPLITS = 40
"""Halves of each set that a threshold is found on, for the other half."""

MISSING = 0.3
"""Share of the true numbers that one of the lists lacks."""

PUNCTUATION = ".,;:!?()[]\"'-–/%&*=+<>"
"""Signs that are printed as pictures of punctuation."""


def promise_of(reader: Reader, max_error: float, looks: Sequence[Look], labels: Sequence[str]) -> dict[str, Any]:
    """Count what a reader with a promise accepts of one run of labelled pictures, and how much of that is wrong."""
    digits, lines = reader.checked(looks)
    accepted = [digit.digit == label for digit, label in zip(digits, labels, strict=True) if digit.accepted]
    measured = MeasuredPromise.of(max_error, len(accepted), accepted.count(False))
    return counted(measured, len(labels)) | {
        "reasons": dict(Counter(digit.reason for digit in digits if digit.reason)),
        "told": lines,
        "not calibrated": bool(lines),
    }


def counted(measured: MeasuredPromise, n: int) -> dict[str, Any]:
    """Give a measured promise as plain values."""
    return {
        "n": n,
        "accepted": measured.accepted,
        "wrong": measured.wrong,
        "bounds": list(measured.bounds),
        "broken": measured.broken,
    }


def readers(model: Model) -> dict[float, Reader | str]:
    """Give a reader for each promise, or why it cannot be made."""
    found: dict[float, Reader | str] = {}
    for error in ERRORS:
        try:
            found[error] = Reader(model, max_error=error)
        except OptionError as refusal:
            found[error] = str(refusal)
    return found


def looks_of(model: Model, pictures: Sequence[Any]) -> tuple[list[Look], dict[float, list[Look] | str]]:
    """Read pictures of single digits once, and decide what each promise makes of them, and what none does."""
    plain = Reader(model)
    images, columns = [], []
    for picture in pictures:
        prepared = plain.prepare(picture)
        images.append(prepared.image)
        columns += plain.surroundings([prepared.picture])
    stacked = np.stack(images)
    return plain.look_at(stacked, columns), {
        error: reader if isinstance(reader, str) else reader.look_at(stacked, columns)
        for error, reader in readers(model).items()
    }


def digits_by_error(model: Model, pictures: Sequence[Any], labels: Sequence[str]) -> tuple[dict[str, Any], list[Look]]:
    """Measure each promise on one run of labelled pictures of single digits; gives what was read without one too."""
    plain, decided = looks_of(model, pictures)
    found: dict[str, Any] = {}
    for error, reader in readers(model).items():
        looks = decided[error]
        if isinstance(reader, str) or isinstance(looks, str):
            found[str(error)] = {"n": len(labels), "refused": str(reader)}
        else:
            found[str(error)] = promise_of(reader, error, looks, labels)
    return found, plain


def images_by_error(model: Model) -> dict[str, Any]:
    """Measure each promise on MNIST's test images, given as they are."""
    images, labels = tenfold.load_data("mnist")[1]
    found = {}
    for error in ERRORS:
        reader = Reader(model, max_error=error)
        looks = reader.look_at(images, [None] * len(images))
        found[str(error)] = promise_of(reader, error, looks, [str(label) for label in labels])
    return found


def drawn_kinds(count: int) -> Iterator[tuple[str, list[Grey], list[str]]]:
    """Draw digits of MNIST's test images, of pen writers and of typefaces, on plain and on worn paper."""
    images, labels = tenfold.load_data("mnist")[1]
    mnist = Hands((), [(images, by_label(labels))], (), ())
    kinds: Mapping[str, tuple[Hands, tuple[type, ...], bool]] = {
        "MNIST's test digits on plain paper": (mnist, (ImageWriter,), False),
        "MNIST's test digits on worn paper": (mnist, (ImageWriter,), True),
        "pens on plain paper": (unlearned_hands(), (PenWriter,), False),
        "typefaces on plain paper": (unlearned_hands(), FONT_WRITERS, False),
    }
    for place, (name, (hands, writers, worn)) in enumerate(kinds.items()):
        pairs = list(drawn_digits(hands, writers, count, np.random.default_rng([17, place]), worn=worn))
        yield name, [picture for picture, _ in pairs], [str(label) for _, label in pairs]


def half_and_half(looks: Sequence[Look], labels: Sequence[str]) -> dict[str, Any]:
    """Find the threshold on one half of a set, as `tenfold calibrate --data` does, and count on the other half."""
    sure = np.array([look.sureness for look in looks], np.float32)
    right = np.array([look.digit.digit == label for look, label in zip(looks, labels, strict=True)])
    rng, found = np.random.default_rng(17), {}
    for error in HALF_ERRORS:
        given = broken = 0
        shares = []
        for _ in range(SPLITS):
            first, second = np.array_split(rng.permutation(len(sure)), 2)
            try:
                least = acceptance_threshold(
                    HeldOut.ranked(zip(sure[first].tolist(), (right & (sure > 0))[first].tolist(), strict=True)), error
                )
            except OptionError:
                continue
            accepted = second[(sure[second] >= np.float32(least)) & (sure[second] > 0)]
            given += 1
            broken += MeasuredPromise.of(error, len(accepted), int((~right[accepted]).sum())).broken
            shares.append(len(accepted) / len(second))
        found[str(error)] = {
            "splits": SPLITS,
            "given": given,
            "broken": broken,
            "accepted": float(np.mean(shares or 0)),
        }
    return found


def no_digits(model: Model, count: int) -> dict[str, Any]:
    """Count what a promise accepts, picture by picture, of what is no digit."""
    found: dict[str, Any] = {}
    for name, pictures in others(count):
        each: dict[str, Any] = {"n": len(pictures)}
        for error, looks in looks_of(model, pictures)[1].items():
            if isinstance(looks, str):
                each[str(error)] = {"refused": looks}
                continue
            taken = sum(look.digit.accepted for look in looks)
            each[str(error)] = {"accepted": taken, "bounds": list(exact_bounds(taken, len(pictures)))}
        found[name] = each
    return found


def others(count: int) -> Iterator[tuple[str, list[Grey]]]:
    """Draw pictures of each kind that is no single digit."""
    hands = unlearned_hands()
    draw: Mapping[str, Callable[[Generator], Grey]] = {
        "straight lines": _line,
        "punctuation": lambda rng: _printed(str(rng.choice(list(PUNCTUATION))), rng),
        "words": lambda rng: _on_paper(printed_words()[int(rng.integers(len(printed_words())))], rng),
        "scribbles": _scribble,
        "shade": _shade,
        "two digits": lambda rng: _written(hands, 2, rng),
        "three digits and more": lambda rng: _written(hands, int(rng.integers(3, 6)), rng),
    }
    for place, (name, one) in enumerate(draw.items()):
        rng = np.random.default_rng([18, place])
        yield name, [one(rng) for _ in range(count)]
    pictures, letters = draw_letters(handwriting_fonts(), np.random.default_rng(0))
    alike = np.array([letter in LOOKALIKES for letter in letters])
    for name, of in (("letters like digits", alike), ("other letters", ~alike)):
        places = np.random.default_rng(19).permutation(np.flatnonzero(of))[:count]
        yield name, [pictures[place] for place in places]


def _on_paper(ink: "np.ndarray[Any, Any]", rng: Generator) -> Grey:
    """Put ink, 0 to 255, on plain paper with some margin, and take it."""
    size = float(rng.uniform(0.5, 2.5))
    scaled = cv2.resize(ink.astype(np.float32), None, fx=size, fy=size, interpolation=cv2.INTER_LINEAR)
    wide = np.pad(scaled, [(int(each[0]), int(each[1])) for each in rng.integers(4, 30, (2, 2))])
    paper = (1 - rng.uniform(0.3, 0.95) * wide / 255) * np.float32(rng.uniform(150, 252))
    return capture(np.asarray(paper, np.float32), rng)


def _line(rng: Generator) -> Grey:
    height, width = (int(each) for each in rng.integers(40, 160, 2))
    ink = np.zeros((height, width), np.float32)
    lean = rng.uniform(np.pi / 6, 5 * np.pi / 6)  # a stroke nearer to upright is a 1
    reach = rng.uniform(0.25, 0.5) * min(height, width) * np.array([np.sin(lean), np.cos(lean)])
    middle = np.array([width, height]) / 2
    start, end = (tuple((middle + sign * reach).tolist()) for sign in (-1, 1))
    draw_segment(ink, start, end, int(rng.integers(1, 7)), 255.0)
    return _on_paper(ink, rng)


def _scribble(rng: Generator) -> Grey:
    height, width = rng.integers(60, 200, 2).tolist()
    return photograph_digit(scribbles(1, rng)[0], height, width, rng)


def _printed(text: str, rng: Generator) -> Grey:
    return _on_paper(print_text(text, str(rng.choice(FONTS)), int(rng.integers(20, 60))).ink, rng)


def _shade(rng: Generator) -> Grey:
    """Take bare paper whose light falls off to one side."""
    height, width = (int(each) for each in rng.integers(40, 200, 2))
    left, right = rng.uniform(90, 250, 2).tolist()
    light = np.linspace(left, right, width, dtype=np.float32)
    return capture(np.tile(light, (height, 1)), rng)


def _written(hands: Hands, length: int, rng: Generator) -> Grey:
    text = "".join(map(str, rng.integers(0, 10, length)))
    return _on_paper(cv2.resize(write(text, hands.choose(rng), rng), None, fx=0.6, fy=0.6), rng)


def numbers_by_error(model: Model, numbers: LabelledSet) -> dict[str, Any]:
    """Measure each promise on a set of whole numbers: free, beside a list of all, beside one that lacks some."""
    every = sorted(set(numbers.labels))
    lacking = np.random.default_rng(17).permutation(every)[round(MISSING * len(every)) :].tolist()
    pages = [[read_page(model, page, NumberOptions()) for page in open_pages(picture)] for picture in numbers.pictures]
    found: dict[str, Any] = {}
    for name, known in {"free": None, "a list of all": every, f"a list without {MISSING:.0%}": lacking}.items():
        for error in NUMBER_ERRORS:
            found[f"{name}, {error:.1%}"] = _numbers(model, pages, numbers.labels, error, known)
    return found


def _numbers(
    model: Model, pages: Sequence[list[list[ReadRow]]], labels: Sequence[str], error: float, known: list[str] | None
) -> dict[str, Any]:
    """Decide what the rows of pages say that were read already."""
    reader = Reader(model)
    answers = []
    try:
        options = reader.options(max_error=error, known=known)
    except OptionError as refusal:
        return {"n": len(labels), "refused": str(refusal)}
    for rows, label in zip(pages, labels, strict=True):
        read = reader.decide([row for page in rows for row in page], options)
        answers += [kept(number.text, label) == label for number in read if number.accepted]
    return counted(MeasuredPromise.of(error, len(answers), answers.count(False)), len(labels))


def told(each: dict[str, Any]) -> list[str]:
    """Say in cells what became of one promise: accepted, wrong, the share with its bounds, the verdict."""
    if "refused" in each:
        return ["–", "–", "–", "refused"]
    low, high = each["bounds"]
    share = f"{each['wrong'] / each['accepted']:.2%} ({low:.2%}–{high:.2%})" if each["accepted"] else "–"
    verdict = "not calibrated" if each.get("not calibrated") else "**broken**" if each["broken"] else "kept"
    return [
        f"{each['accepted'] / each['n']:.1%}",
        str(each["wrong"]),
        share,
        verdict if each["accepted"] else "nothing" if verdict == "kept" else verdict,
    ]


def tables(result: dict[str, Any]) -> list[tuple[str, list[list[str]]]]:
    """Give the results as tables of text with their titles, each table's heading first."""
    heading = ["pictures", "n", "promise", "accepted", "wrong", "share wrong (exact 95% bounds)", "promise is"]
    digits, numbers = [heading], [heading]
    for name, by_error in {**result["sets"], **result["drawn"]}.items():
        digits += [[name, f"{each['n']:,}", f"{float(e):.1%}", *told(each)] for e, each in by_error.items()]
    for name, by_kind in result["numbers"].items():
        numbers += [
            [f"{name}, {kind.rsplit(', ', 1)[0]}", f"{each['n']:,}", kind.rsplit(", ", 1)[1], *told(each)]
            for kind, each in by_kind.items()
        ]
    refused = [["no digit", "n", *(f"accepted at {error:.1%}" for error in ERRORS)]]
    for name, each in result["others"].items():
        refused.append([name, f"{each['n']:,}", *(_taken(each, str(error)) for error in ERRORS)])
    halves = [["a threshold from one half", *(f"at {error:.1%}: given, broken, accepted" for error in HALF_ERRORS)]]
    for name, each in result["halves"].items():
        halves.append([name, *(_halved(each[str(error)]) for error in HALF_ERRORS)])
    found = [
        ("Single digits", digits),
        ("Whole numbers", numbers),
        ("No digit, picture by picture", refused),
        ("After calibrating", halves),
    ]
    return [(title, rows) for title, rows in found if len(rows) > 1]


def section(result: dict[str, Any], title: str) -> str:
    """Give the part of the page of results that the tables make, under a title."""
    opening = (
        f"## {title}\n\n"
        "What `--max-error` accepts, and how many of the accepted are wrong. A promise is broken where even the lower "
        "bound of that share, exact and with 95% confidence, is above it. “Not calibrated”: the pictures are not like "
        "those that it rests on, which is told, and nothing is accepted. “Refused”: so small an error can't be "
        "promised, which is told before anything is read.\n"
    )
    return "\n".join([opening, *(f"### {name}\n\n{markdown(rows)}\n" for name, rows in tables(result))])


def _taken(each: dict[str, Any], error: str) -> str:
    if "refused" in each[error]:
        return "refused"
    return (
        f"{each[error]['accepted']} ({each[error]['accepted'] / each['n']:.1%}, at most {each[error]['bounds'][1]:.1%})"
    )


def _halved(each: dict[str, Any]) -> str:
    return f"{each['given']} of {each['splits']}, {each['broken']}, {each['accepted']:.1%}"


def main(
    sets: Annotated[Path | None, typer.Option(help="A folder of folders with pictures and a labels.csv.")] = None,
    share: Annotated[
        float, typer.Option(help="Draw this share of the pictures, and read this share of MNIST's.")
    ] = 1.0,
    model: Annotated[Path, typer.Option(help="A model folder.")] = SHIPPED,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure whether the promises of error of the shipped model are kept."""
    cv2.setNumThreads(1)
    loaded = tenfold.load_model(model)
    result: dict[str, Any] = {"sets": {}, "drawn": {}, "numbers": {}, "others": {}, "halves": {}}
    for each in labelled_sets(sets) if sets else ():
        print(each.name, file=sys.stderr, flush=True)
        if not each.of_digits:
            result["numbers"][each.name] = numbers_by_error(loaded, each)
            continue
        result["sets"][each.name], looks = digits_by_error(loaded, each.pictures, each.labels)
        result["halves"][each.name] = half_and_half(looks, each.labels)
    result["drawn"]["MNIST's test images"] = images_by_error(loaded)
    for name, pictures, labels in drawn_kinds(max(20, round(share * DRAWN))):
        print(name, file=sys.stderr, flush=True)
        result["drawn"][name], _ = digits_by_error(loaded, pictures, labels)
    result["others"] = no_digits(loaded, max(20, round(share * OTHERS)))
    save_result("promises", result, results)
    for title, rows in tables(result):
        print(f"\n{title}")
        print_table(rows)


if __name__ == "__main__":
    typer.run(main)
