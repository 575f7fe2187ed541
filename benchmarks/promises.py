"""What the shipped model answers on drawn pages held apart: the ground of `tenfold read --max-error`.

Run it again whenever the shipped model was trained again; it writes `src/tenfold/read/promises.json`.

Example: `python -m benchmarks.promises`
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.cuttings import CUTTINGS
from benchmarks.pages import HELD_APART, Kind, draw_pages
from benchmarks.paper import LabelledPage, Pool
from tenfold.learn.rows import held_out as unlearned
from tenfold.model.calibrate import promises
from tenfold.model.store import SHIPPED, Model, load_model
from tenfold.read.calibration import ERRORS, Answer, answers, held_out
from tenfold.read.lists import Known
from tenfold.read.pages import NumberOptions, read_rows
from tenfold.read.promises import SHIPPED_PROMISES, fingerprint

PAGES: dict[Kind, int] = {"boxes": 170, "combs": 100, "grid": 90, "rows": 260}
"""How many pages of each kind: some 3,500 numbers in boxes and as many free ones, so that 0.1% can be promised."""

LISTED = 1000
"""So many numbers are on the lists that rows are read with."""

NEAR = 0.5
"""A number was found where its middle is within this share of its height, or a little more, of where it was written."""


def answers_on(model: Model, page: LabelledPage, known: bool, rng: np.random.Generator) -> Iterator[tuple[str, Answer]]:
    """Read a page and say of every number how sure the model was and whether that is what is written there.

    Yields:
        The kind of reading, the probability and whether it is right; a number read where none is written is wrong.
    """
    for row in read_rows(model, page.grey, NumberOptions()):
        written = truth(page, row.quad)
        listed = known and written and "_" not in written and len(written) > 1
        yield from answers(model, [(row, written)], Known.of(blind_list(rng, written)) if listed else None)


def truth(page: LabelledPage, quad: tuple[tuple[float, float], ...]) -> str:
    """Give what is written on a page at a place; empty where nothing is."""
    middle = np.mean(quad, axis=0)
    for number in page.numbers:
        corners = np.array(number.quad)
        width, height = (float(np.linalg.norm(corners[side] - corners[0])) for side in (1, 3))
        reach = max(NEAR * height + 12, width / 2 if page.kind in CUTTINGS else 0)  # there is nothing else on cuttings
        if float(np.linalg.norm(corners.mean(axis=0) - middle)) <= reach:
            return number.text
    return ""


def blind_list(rng: np.random.Generator, written: str) -> list[str]:
    """Draw a list of numbers that differ in two places or more; the one that is written is on it nine times in ten."""
    length = len(written)
    count = min(LISTED, 10**length // 20 + 1)
    listed = [written] if rng.random() < 0.9 else []
    base = rng.integers(0, 10, (4 * count, length - 1))
    check = (-base @ (np.arange(length - 1) % 9 + 1)) % 10  # a check digit: numbers differ in two places or more
    for row, last in zip(base, check, strict=True):
        number = "".join(map(str, (*row, last)))
        apart = sum(a != b for a, b in zip(number, written, strict=True))
        if apart >= 2 and len(listed) < count:
            listed.append(number)
    return list(dict.fromkeys(listed))


def main(
    share: Annotated[float, typer.Option(help="Draw this share of the pages: fewer promise less.")] = 1.0,
    out: Annotated[Path, typer.Option(help="The file to write.")] = SHIPPED_PROMISES,
) -> None:
    """Draw pages of training digits, read them with the shipped model and keep how sure it was and whether right."""
    model = load_model(SHIPPED)
    pool = Pool(*unlearned())
    gathered: dict[str, list[Answer]] = {}
    rng = np.random.default_rng(HELD_APART)
    for kind, count in PAGES.items():
        for page in draw_pages(pool, kind, max(1, round(share * count)), seed=HELD_APART):
            for reading, answer in answers_on(model, page, kind in {"boxes", "rows"}, rng):
                gathered.setdefault(reading, []).append(answer)
        told = {name: (len(each), sum(not right for _, right in each)) for name, each in gathered.items()}
        print(f"{kind}: numbers and wrong ones so far {told}", file=sys.stderr, flush=True)
    kept = {name: held_out(each) for name, each in gathered.items()}
    document = {"model": fingerprint(model), "numbers": {name: each.to_dict() for name, each in kept.items()}}
    out.write_text(json.dumps(document) + "\n", encoding="utf-8")
    for name, each in kept.items():
        shares = ", ".join(
            f"{error:.1%}: {part:.1%}" if part else f"{error:.1%}: –" for error, part in promises(each, ERRORS).items()
        )
        print(f"{name}: {len(each.right):,} numbers, {int((~each.right).sum())} wrong; accepted at {shares}")


if __name__ == "__main__":
    typer.run(main)
