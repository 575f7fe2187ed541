"""How long a person takes to review doubtful numbers, many at once, by simulation; and a list matched again.

The clicks are simulated on readings of drawn pages; what a look, a tap and a key take is stated below. What a person
overlooks is counted too: who looks at the marked sign alone misses what is wrong elsewhere.

Example: `python -m benchmarks.review`
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

import tenfold
from benchmarks.results import print_table, save_result
from tenfold.calibrate.drawn import blind_list, truth
from tenfold.draw.pages import PageKind, draw_pages
from tenfold.draw.sheets import DigitGlyphs
from tenfold.read.crops import crop
from tenfold.read.lists import Known
from tenfold.read.matching import match
from tenfold.read.numbers import Number
from tenfold.read.pages import read_page
from tenfold.read.rows import ReadRow
from tenfold.serve.alike import decide_all, match_again, waiting_alike
from tenfold.serve.new_reviews import number_review
from tenfold.serve.store import NewReview, ReviewStore

LOOK = 0.4
"""Seconds of a look: an eye movement 0.23, seeing 0.10, deciding 0.07; Card, Moran, Newell 1983, the model human
processor."""

TAP = 1.2
"""Seconds of pointing at something and pressing: 1.1 and 0.1; Card, Moran, Newell 1980, the keystroke-level model."""

KEY = 0.28
"""Seconds of a key, by a typist of average skill; the same."""

THINK = 1.35
"""Seconds of getting ready to type what none of the readings says; the same, a mental preparation."""

SIGNS = 4
"""Signs that one look takes in; Sperling 1960: four to five."""

SHEET, OFFERED = 24, 4
"""Numbers that the page shows at once, and readings of each that can be tapped; `serve/page/many.js`."""

SHEET_KEYS = 2
"""Keys for each sheet: one to go on to its second screen, and Enter, which keeps it."""

PROMISED: dict[PageKind, float] = {"boxes": 0.02, "rows": 0.05}
"""The kinds of pages, and the share of wrong numbers that is promised of each, which decides how many are doubtful."""

SEED = 20_000
"""Of the drawn pages; none is learned from or calibrated on."""

LISTED = 10_000
"""Numbers that are matched with a list of as many."""


@dataclass(frozen=True, eq=False)
class Doubt:
    """A number that is not accepted.

    Attributes:
        written: What is written.
        number: What was read.
        new: What the review queue keeps of it.
        row: Its row.
    """

    written: str
    number: Number
    new: NewReview
    row: ReadRow


def doubts(reader: tenfold.Reader, kind: PageKind, max_error: float) -> Iterator[Doubt | None]:
    """Read drawn pages and give each number that was written: a doubt, or None where it is accepted."""
    _, (images, labels) = tenfold.load_data("mnist")
    options = reader.options(max_error=max_error)
    for page in draw_pages(DigitGlyphs(images, labels), kind, 10_000, seed=SEED):
        rows = read_page(reader.model, page.grey, options)
        for row, number in zip(rows, reader.decide(rows, options), strict=True):
            written = truth(page, row.quad)
            if not written or number.reason == "blank":
                continue
            if number.accepted:
                yield None
                continue
            new = number_review(number, row, crop(page.grey, row.quad), model="reader")
            yield Doubt(written, number, new, row)


def simulate(store: ReviewStore, found: list[Doubt]) -> dict[str, Any]:
    """Review doubtful numbers sheet by sheet as the page does, and count looks, taps and keys.

    Returns:
        Seconds by the marked sign alone, `marked`, and comparing every sign, `whole`; of the server, `server`; what was
        `wrong`, and how many of those are wrong at the marked sign, `seen`.
    """
    kept = store.add(*[each.new for each in found])
    written = {review.id: each.written for review, each in zip(kept, found, strict=True)}
    taps = keys = sheets = looks = wrong = seen = typed = 0
    server = 0.0
    while True:
        started = time.perf_counter()
        alike = waiting_alike(store, SHEET)
        server += time.perf_counter() - started
        if not alike.reviews:
            break
        sheets += 1
        labels = {}
        for each in alike.reviews:
            guess, right = each.review.guess or "", written[each.review.id]
            texts = list(dict.fromkeys([guess, *(text for text, _ in each.alternatives)]))
            labels[each.review.id] = right
            looks += 2 * -(-len(guess) // SIGNS)
            if guess == right:
                continue
            wrong += 1
            seen += marked_is_wrong(texts, right)
            taps += 1
            if right not in texts[:OFFERED]:
                typed += 1
                keys += 1 if is_off_at_the_mark(texts, right) else len(right)
        started = time.perf_counter()
        decide_all(store, labels)
        server += time.perf_counter() - started
    keys += SHEET_KEYS * sheets
    clicking = (
        TAP * taps + KEY * keys + LOOK * wrong + THINK * typed
    )  # of what is wrong the other readings are seen too
    marked, whole = LOOK * len(found) + clicking, LOOK * looks + clicking
    return {"sheets": sheets, "taps": taps, "typed": typed, "keys": keys, "wrong": wrong, "seen": seen} | {
        "marked": marked,
        "whole": whole,
        "server": server,
    }


def marked_is_wrong(texts: list[str], right: str) -> bool:
    """Say whether a wrong reading is wrong where the page marks it: where it differs from the next of its length."""
    guess = texts[0]
    if len(guess) != len(right):
        return True  # too many signs or too few: that is seen without reading them
    beside = next((text for text in texts[1:OFFERED] if len(text) == len(guess)), "")
    return any(one != other and one != sign for one, other, sign in zip(guess, beside, right, strict=False))


def is_off_at_the_mark(texts: list[str], right: str) -> bool:
    """Say whether a reading is right but for the one sign that the page marks, so that only that one is typed."""
    guess = texts[0]
    beside = next((text for text in texts[1:OFFERED] if len(text) == len(guess)), "")
    if not beside or len(guess) != len(right):
        return False
    mark = next(place for place, (one, other) in enumerate(zip(guess, beside, strict=True)) if one != other)
    return guess[:mark] + right[mark] + guess[mark + 1 :] == right


def time_matching(reader: tenfold.Reader, found: list[Doubt], folder: Path) -> dict[str, Any]:
    """Match numbers with a list again: from their readings, as the queue does, and against reading's own answer."""
    rng = np.random.default_rng(SEED)
    alphabet = reader.model.alphabet
    filler = {str(number) for number in rng.integers(10**8, 10**9, LISTED)}
    known = Known.of(sorted({*filler, *(each.written for each in found if each.written.isdigit())}), alphabet)
    least = reader.promised_numbers(reader.options(known=known)).least["list"]
    readings = [each.new.alternatives for each in found]
    many = [readings[place % len(readings)] for place in range(LISTED)]
    started, computed = time.perf_counter(), time.process_time()
    match(many, known, least)
    matching = {"matching": time.perf_counter() - started, "matching_cpu": time.process_time() - computed}
    store = ReviewStore(str(folder / "many.db"))
    store.add(*[found[place % len(found)].new for place in range(LISTED)])
    started, computed = time.perf_counter(), time.process_time()
    match_again(store, known, least)
    queue = {"queue": time.perf_counter() - started, "queue_cpu": time.process_time() - computed}
    store.close()
    same = 0
    for each in found:
        if each.written.isdigit():
            own = Known.of(blind_list(rng, each.written), alphabet)
            options = reader.options(known=own)
            [number] = reader.decide([each.row], options)
            [again] = match([each.new.alternatives], own, reader.promised_numbers(options).least["list"])
            same += (again.text, again.reason) == (number.text, number.reason)
    digits = sum(each.written.isdigit() for each in found)
    return {"listed": len(known.numbers), **matching, **queue, "same": same, "of": digits}


def main(
    numbers: Annotated[int, typer.Option(help="Doubtful numbers of each kind to review.")] = 1000,
    out: Annotated[Path | None, typer.Option(help="The folder to write the result to.")] = None,
) -> None:
    """Simulate the review of doubtful numbers, and match a list again."""
    reader = tenfold.Reader()
    rows = [["1,000 doubtful numbers", "of read", "wrong", "seen at the mark", "marked sign", "every sign", "server"]]
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, max_error in PROMISED.items():
            found: list[Doubt] = []
            read = 0
            for each in doubts(reader, kind, max_error):
                read += 1
                found += [each] if each else []
                if len(found) == numbers or read >= 50 * numbers:
                    break
            name = f"{kind}, wrong at most {max_error:.0%}"
            store = ReviewStore(str(Path(folder) / f"{kind}-{max_error}.db"))
            counted = simulate(store, found)
            store.close()
            scale = 1000 / max(1, len(found))
            result[name] = counted | {"read": read, "doubtful": len(found)}
            rows.append(
                [
                    name,
                    f"{len(found):,} of {read:,}",
                    f"{counted['wrong'] / len(found):.1%}",
                    f"{counted['seen'] / max(1, counted['wrong']):.1%}",
                    f"{scale * counted['marked'] / 60:.1f} min",
                    f"{scale * counted['whole'] / 60:.1f} min",
                    f"{scale * counted['server']:.1f} s",
                ]
            )
            print(f"{name}: {counted}", file=sys.stderr, flush=True)
            if kind == "boxes":
                result["matching"] = time_matching(reader, found, Path(folder))
                print(f"matching: {result['matching']}", file=sys.stderr, flush=True)
    print_table(rows)
    matched = result["matching"]
    print(
        f"{LISTED:,} numbers matched with a list of {matched['listed']:,} again: {matched['matching']:.2f} s, of "
        f"the processor {matched['matching_cpu']:.2f}; in the review queue {matched['queue']:.2f} s, of the processor "
        f"{matched['queue_cpu']:.2f}; {matched['same']} of {matched['of']} as reading with a list says"
    )
    print(save_result("review", result, out))


if __name__ == "__main__":
    typer.run(main)
