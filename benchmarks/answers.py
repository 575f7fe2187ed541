"""Every answer of the shipped reader, written down, and compared with its answers before a change of the code.

It shows that a change leaves what is read as it was, or which answers are others now. It is run before the change and
after it, on the same machine; a change of what is drawn or of the model changes answers too.

Example:
    `python -m benchmarks.answers --sets ../shared/data/dev --out build/before.jsonl`, and after the change
    `python -m benchmarks.answers --sets ../shared/data/dev --out build/after.jsonl --against build/before.jsonl`
"""

import json
import statistics
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import numpy as np
import typer
from PIL import Image as Pillow

import tenfold
from tenfold.draw.pages import PageKind, draw_page
from tenfold.draw.sheets import DigitGlyphs

__all__ = ["compare", "differ", "load", "questions", "table"]

DIGIT_SETS = ("church-digits", "paper-digits", "scanned-digits", "mouse-drawn", "phone-photos")
"""Real sets of pictures with one digit each: folders below the folder of the sets."""

NUMBER_SETS = ("cheque-amounts", "logbook-cells", "weather-cells")
"""Real sets of numbers that were cut out of their pages."""

GRID_SETS = ("grid-photos",)
"""Real sets of photos of 9×9 grids."""

SUFFIXES = {".png", ".jpg", ".jpeg"}
"""Files of a set that are pictures; others are labels."""

DRAWN: Mapping[PageKind, int] = {
    "boxes": 8,
    "combs": 6,
    "grid": 6,
    "rows": 9,
    "pairs": 3,
    "amounts": 4,
    "cells": 4,
}
"""Drawn pages of each kind, forty in all, of MNIST's test digits."""

TOLERANCE = 1e-6
"""Largest difference between two probabilities, or two coordinates in pixels, that counts as none: processors differ in
the last digits of a float32."""

SHOWN = 5
"""Changed answers of a set that are printed."""

Answer: TypeAlias = dict[str, Any] | list[float]
"""A digit or a number as the reader exports it; of MNIST's images the ten probabilities."""

Record: TypeAlias = dict[str, Any]
"""A line of the file: `set`, `picture`, its `answers`, and the `seconds` they took."""

Records: TypeAlias = dict[tuple[str, str], Record]
"""Records by set and picture."""


@dataclass(frozen=True)
class Question:
    """A picture to ask the reader about.

    Attributes:
        set: The name of its set.
        picture: Its own name there.
        ask: Gives the answers; this is what is timed.
    """

    set: str
    picture: str
    ask: Callable[[], list[Answer]]

    def record(self) -> Record:
        """Ask, and give the answers with the time they took."""
        started = time.perf_counter()
        answers = self.ask()
        return {"set": self.set, "picture": self.picture, "answers": answers, "seconds": time.perf_counter() - started}


def questions(reader: tenfold.Reader, sets: Path, only: Collection[str] = ()) -> Iterator[Question]:
    """Ask about every picture of the real sets, MNIST's test images and the drawn pages.

    Args:
        reader: Who is asked.
        sets: The folder of the real sets.
        only: The sets to ask about; empty for all. Drawn ones are called `drawn boxes` and so on.

    Yields:
        The questions, set by set.
    """

    def wanted(names: Iterable[str]) -> list[str]:
        return [name for name in names if not only or name in only]

    for name in wanted(DIGIT_SETS):
        for file in _pictures(sets / name):
            yield Question(name, file.name, partial(_digit, reader, file))
    for name in wanted(NUMBER_SETS):
        for file in _pictures(sets / name):
            yield Question(name, file.name, partial(_numbers, reader, file))
    for name in wanted(GRID_SETS):
        for file in _pictures(sets / name):
            yield Question(name, file.name, partial(_numbers, reader, file, (9, 9)))
    images, labels = tenfold.load_data("mnist")[1]
    for name in wanted(["mnist"]):
        yield Question(name, "test images", partial(_probabilities, reader, images))
    glyphs = DigitGlyphs(images, labels)
    for kind, count in DRAWN.items():
        for name in wanted([f"drawn {kind}"]):
            for seed in range(count):
                yield Question(name, str(seed), partial(_numbers, reader, _png(draw_page(glyphs, kind, seed).grey)))


def _pictures(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)


def _png(grey: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    stream = BytesIO()
    Pillow.fromarray(grey).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _digit(reader: tenfold.Reader, picture: Path) -> list[Answer]:
    return [reader.digit(picture).to_dict()]


def _numbers(reader: tenfold.Reader, page: Path | bytes, grid: tuple[int, int] | None = None) -> list[Answer]:
    return [{**number.to_dict(), "file": ""} for number in reader.numbers(page, grid=grid)]


def _probabilities(reader: tenfold.Reader, images: tenfold.arrays.Images) -> list[Answer]:
    return list(np.asarray(reader.model.digits(images)[0], float).round(7).tolist())


def load(file: Path) -> Records:
    """Read records that were written down."""
    records = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {(record["set"], record["picture"]): record for record in records}


def compare(before: Records, after: Records) -> dict[str, list[str]]:
    """Give for each set that was asked about again the pictures whose answers are others now, or missing."""
    changed: dict[str, list[str]] = {name: [] for name, _ in after}
    for (name, picture), record in before.items():
        again = after.get((name, picture))
        if name in changed and (again is None or differ(record["answers"], again["answers"])):
            changed[name].append(picture)
    return changed


def differ(one: object, other: object) -> bool:
    """Say whether two answers differ in what both of them tell; what only one of them tells is left out."""
    if isinstance(one, dict) and isinstance(other, dict):
        return any(differ(one[name], other[name]) for name in one.keys() & other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) != len(other) or any(map(differ, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) > TOLERANCE
    return one != other


def table(before: Records, after: Records) -> list[str]:
    """Give lines of text: for each set how many answers changed, the time of a picture, and the first that changed."""
    lines = []
    for name, changed in compare(before, after).items():
        pictures = [picture for own, picture in before if own == name]
        old, new = (_median_seconds(records, name) for records in (before, after))
        lines.append(f"{name}: {len(pictures)} pictures, {len(changed)} answered otherwise; {old:.4f} → {new:.4f} s")
        for picture in changed[:SHOWN]:
            told = (_told(records.get((name, picture), {}).get("answers", [])) for records in (before, after))
            lines.append(f"  {picture}: {' → '.join(told)}")
    return lines


def _median_seconds(records: Records, name: str) -> float:
    taken = [record["seconds"] for (own, _), record in records.items() if own == name]
    return statistics.median(taken) if taken else float("nan")


def _told(answers: Sequence[Answer]) -> str:
    """Give the texts and probabilities of the first answers."""
    digits = [answer for answer in answers[:4] if isinstance(answer, dict)]
    return "; ".join(f"{each.get('text', each.get('digit'))} {each['probability']:.6f}" for each in digits) or "–"


def main(
    sets: Annotated[Path, typer.Option(help="The folder of the real sets.")],
    out: Annotated[Path, typer.Option(help="The file to write, one picture a line.")],
    only: Annotated[list[str] | None, typer.Option(help="Ask about this set only; again for more.")] = None,
    against: Annotated[Path | None, typer.Option(help="A file written before, to compare with.")] = None,
) -> None:
    """Write down every answer of the shipped reader, and compare them with those of before."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as stream:
        for question in questions(tenfold.Reader(), sets, only or ()):
            stream.write(json.dumps(question.record()) + "\n")
    if against:
        print("\n".join(table(load(against), load(out))))


if __name__ == "__main__":
    typer.run(main)
