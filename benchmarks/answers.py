"""Every answer of the model that ships, written down and compared with those of before: a change of the code alone.

Example: `python -m benchmarks.answers --sets ../shared/data/dev --out build/before.jsonl`, and after a change
`python -m benchmarks.answers --sets ../shared/data/dev --out build/after.jsonl --against build/before.jsonl`.
"""

import json
import statistics
import time
from collections.abc import Collection, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from PIL import Image as Pillow

import tenfold
from tenfold.draw.pages import PageKind, draw_page
from tenfold.draw.sheets import DigitGlyphs

DIGITS = ("church-digits", "paper-digits", "scanned-digits", "mouse-drawn", "phone-photos")
NUMBERS = ("cheque-amounts", "logbook-cells", "weather-cells")
GRIDS = "grid-photos"
PICTURES = {".png", ".jpg", ".jpeg"}

DRAWN: dict[PageKind, int] = {"boxes": 8, "combs": 6, "grid": 6, "rows": 9, "pairs": 3, "amounts": 4, "cells": 4}
"""Forty drawn pages, by kind."""

TOLERANCE = 1e-6
"""Largest difference of a probability, and of a place in pixels, that counts as the same answer."""

Record = dict[str, Any]


def records(sets: Path, only: Collection[str] = ()) -> Iterator[Record]:
    """Ask the model that ships about every picture of the sets, MNIST's test images and the drawn pages.

    Args:
        sets: The folder of the real sets.
        only: The sets to ask about; empty for all.
    """
    reader = tenfold.Reader()
    for name in _wanted(DIGITS, only):
        for file in _pictures(sets / name):
            yield _timed(name, file.name, lambda file=file: [reader.digit(file).to_dict()])
    for name in _wanted(NUMBERS, only):
        for file in _pictures(sets / name):
            yield _timed(name, file.name, lambda file=file: _numbers(reader, file))
    for name in _wanted([GRIDS], only):
        for file in _pictures(sets / name):
            yield _timed(name, file.name, lambda file=file: _numbers(reader, file, grid=(9, 9)))
    images, labels = tenfold.load_data("mnist")[1]
    for name in _wanted(["mnist"], only):
        yield _timed(name, "test images", lambda: np.asarray(reader.model.digits(images)[0], float).round(7).tolist())
    glyphs = DigitGlyphs(images, labels)
    for name, (kind, count) in zip((f"drawn {kind}" for kind in DRAWN), DRAWN.items(), strict=True):
        for seed in range(count if name in _wanted([name], only) else 0):
            stream = BytesIO()
            Pillow.fromarray(draw_page(glyphs, kind, seed).grey).save(stream, "PNG", compress_level=1)
            yield _timed(name, str(seed), lambda stream=stream: _numbers(reader, stream.getvalue()))


def _wanted(names: Iterable[str], only: Collection[str]) -> list[str]:
    return [name for name in names if not only or name in only]


def _pictures(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in PICTURES)


def _numbers(reader: tenfold.Reader, page: Path | bytes, **options: Any) -> list[Record]:  # noqa: ANN401
    return [{**number.to_dict(), "file": ""} for number in reader.numbers(page, **options)]


def _timed(name: str, picture: str, ask: Any) -> Record:  # noqa: ANN401
    started = time.perf_counter()
    answers = ask()
    return {"set": name, "picture": picture, "answers": answers, "seconds": time.perf_counter() - started}


def compare(before: dict[tuple[str, str], Record], after: dict[tuple[str, str], Record]) -> None:
    """Print for each set how many answers differ, which, and the time of a picture before and after."""
    for name in dict.fromkeys(name for name, _ in after):
        keys = [key for key in before if key[0] == name]
        other = [key for key in keys if key not in after or _differ(before[key]["answers"], after[key]["answers"])]
        times = [statistics.median(each[key]["seconds"] for key in keys if key in each) for each in (before, after)]
        print(f"{name}: {len(keys)} pictures, {len(other)} answered otherwise; {times[0]:.4f} → {times[1]:.4f} s")
        for key in other[:5]:
            print(f"  {key[1]}: {_said(before[key])} → {_said(after.get(key))}")


def _differ(one: Any, other: Any) -> bool:  # noqa: ANN401
    """Compare what both know: a name that only one of them has is no answer."""
    if isinstance(one, dict) and isinstance(other, dict):
        return any(_differ(one[name], other[name]) for name in one.keys() & other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) != len(other) or any(map(_differ, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) > TOLERANCE
    return bool(one != other)


def _said(record: Record | None) -> str:
    answers = record["answers"] if record else []
    return "; ".join(
        f"{each.get('text', each.get('digit'))} {each['probability']:.6f}"
        for each in answers[:4]
        if "probability" in each
    )


def load(file: Path) -> dict[tuple[str, str], Record]:
    """Read what was written down."""
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {(line["set"], line["picture"]): line for line in lines}


def main(
    sets: Annotated[Path, typer.Option(help="The folder of the real sets.")],
    out: Annotated[Path, typer.Option(help="The file to write, one picture a line.")],
    only: Annotated[list[str] | None, typer.Option(help="Only this set; again for another.")] = None,
    against: Annotated[Path | None, typer.Option(help="An earlier such file to compare with.")] = None,
) -> None:
    """Write down every answer of the model that ships, and compare with those of before."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as stream:
        for record in records(sets, only or ()):
            stream.write(json.dumps(record) + "\n")
    if against:
        compare(load(against), load(out))


if __name__ == "__main__":
    typer.run(main)
