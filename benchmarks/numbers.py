"""Numbers that people wrote, beside PP-OCRv6, and on drawn pages, beside Tesseract: the shares read right.

Example: `python -m benchmarks.numbers --sets FOLDER` (folders with a `labels.csv` each, or photos of grids)
"""

import shutil
import statistics
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, TypeAlias

import cv2
import numpy as np
import typer
from PIL import Image as Pillow

import tenfold
from benchmarks.real_numbers import kept, measure_set, set_table
from benchmarks.results import print_table, save_result
from benchmarks.sets import labelled_sets
from tenfold.calibrate.drawn import blind_list, truth
from tenfold.draw.pages import PageKind, draw_page, draw_pages
from tenfold.draw.sheets import DigitGlyphs, LabelledPage
from tenfold.errors import OptionError
from tenfold.model.folder import SHIPPED, Model, load_model
from tenfold.picture.opening import open_pages
from tenfold.read.crops import crop
from tenfold.read.lists import Known
from tenfold.read.numbers import Number, decide
from tenfold.read.options import NumberOptions
from tenfold.read.pages import read_page
from tenfold.read.promises import ANY, ReadingKind, least_probable
from tenfold.read.rows import ReadRow

PAGES: Mapping[PageKind, int] = {
    "boxes": 40,
    "combs": 20,
    "grid": 10,
    "rows": 40,
    "pairs": 8,
    "amounts": 600,
    "cells": 600,
}
"""Pages of each kind: about 440 rows of nine boxes, 220 combs, 90 rows of grids, 550 free rows, 520 pairs, and 1,200
cuttings with one number each."""

WITH_TESSERACT = 3
"""Pages of a kind that Tesseract is asked about too: it takes seconds for each."""

GRIDS = "grid-photos"
"""The folder of labelled photos of 9×9 grids, among the sets."""

ERRORS = (0.001, 0.01)
"""The largest errors that are promised."""


Promised: TypeAlias = dict[float, dict[ReadingKind, float]]
"""For each largest error the least probability that is accepted, by the kind of reading."""


def _zeros() -> dict[str, int]:
    return {str(error): 0 for error in ERRORS}


@dataclass
class Tally:
    """Counts on the pages of one kind.

    Attributes:
        numbers: Numbers that are written.
        found: Numbers of them that were found.
        whole: Numbers of them that were read right.
        digits: Characters that are written.
        right: Characters read right, in numbers that were found with their right length.
        extra: Numbers read where none is written.
        listed: Numbers read with a list.
        matched: Numbers of them that were read right.
        accepted: Numbers accepted, for each largest error.
        wrong: Wrong ones among them.
        listed_accepted: Numbers accepted with a list, for each largest error.
        listed_wrong: Wrong ones among them.
    """

    numbers: int = 0
    found: int = 0
    whole: int = 0
    digits: int = 0
    right: int = 0
    extra: int = 0
    listed: int = 0
    matched: int = 0
    accepted: dict[str, int] = field(default_factory=_zeros)
    wrong: dict[str, int] = field(default_factory=_zeros)
    listed_accepted: dict[str, int] = field(default_factory=_zeros)
    listed_wrong: dict[str, int] = field(default_factory=_zeros)


def count(model: Model, pages: Iterable[LabelledPage], promised: Promised) -> Tally:
    """Read pages and count."""
    tally, rng = Tally(), np.random.default_rng(0)
    outlier = model.info.calibration.get("out_of_distribution") or 1.0
    for page in pages:
        rows = read_page(model, page.grey, NumberOptions())
        found = decide(rows, NumberOptions(), outlier=outlier, least=ANY)
        tally.numbers += len(page.numbers)
        tally.digits += sum(len(number.text) for number in page.numbers)
        for row, number in zip(rows, found, strict=True):
            _count_one(tally, row, number, truth(page, number.quad), promised, outlier, rng, model.alphabet)
    return tally


def _count_one(
    tally: Tally,
    row: ReadRow,
    number: Number,
    written: str,
    promised: Promised,
    outlier: float,
    rng: np.random.Generator,
    alphabet: str,
) -> None:
    text = kept(number.text, written)
    right = text == written
    for error, least in promised.items():
        [promise] = decide([row], NumberOptions(), outlier=outlier, least=least)
        tally.accepted[str(error)] += promise.accepted
        tally.wrong[str(error)] += promise.accepted and not right
    if not written:
        tally.extra += number.reason is None
        return
    tally.found += 1
    tally.whole += right
    if len(text) == len(written):
        tally.right += sum(a == b for a, b in zip(text, written, strict=True))
    if "_" not in written and len(written) == 9:
        known = Known.of(dict.fromkeys([written, *blind_list(rng, written)]), alphabet)
        options = NumberOptions(known=known)
        [again] = decide([row], options, outlier=outlier, least=ANY)
        tally.listed += 1
        tally.matched += again.text == written
        for error, least in promised.items():
            [promise] = decide([row], options, outlier=outlier, least=least)
            tally.listed_accepted[str(error)] += promise.accepted
            tally.listed_wrong[str(error)] += promise.accepted and promise.text != written


def tesseract(picture: np.ndarray[Any, Any], mode: int) -> str:
    """Ask Tesseract for the digits in a picture; `mode` is its page segmentation: 7 one line, 11 sparse text."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "picture.png"
        Pillow.fromarray(picture).save(file)
        options = ["--psm", str(mode), "-c", "tessedit_char_whitelist=0123456789"]
        done = subprocess.run(["tesseract", file, "-", *options], capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout


def beside_tesseract(model: Model, pages: Sequence[LabelledPage]) -> dict[str, Any]:
    """Read the same pages and the same crops with both; numbers with empty boxes are left out."""
    ours = crops = whole = numbers = 0
    seconds = {"tenfold": 0.0, "tesseract": 0.0}
    for page in pages:
        started = time.perf_counter()
        read = {truth(page, row.quad): row.readings[0].text for row in read_page(model, page.grey, NumberOptions())}
        seconds["tenfold"] += time.perf_counter() - started
        started = time.perf_counter()
        words = tesseract(page.grey, 11).split()
        seconds["tesseract"] += time.perf_counter() - started
        for number in page.numbers:
            if "_" in number.text:
                continue
            numbers += 1
            ours += read.get(number.text) == number.text
            whole += number.text in words
            crops += "".join(tesseract(crop(page.grey, number.quad), 7).split()) == number.text
    return {
        "numbers": numbers,
        "tenfold": ours,
        "tesseract on crops": crops,
        "tesseract on pages": whole,
        "seconds per page": {name: each / len(pages) for name, each in seconds.items()},
    }


def grid_photos(model: Model, folder: Path) -> dict[str, Any]:
    """Read photos of 9×9 grids, `NAME.jpg`, with labels in `NAME.txt`: 0 for an empty cell, 10 for one not to count."""
    cells = right = found = photos = 0
    seconds = []
    for file in sorted(folder.glob("*.jpg")):
        labels = np.loadtxt(file.with_suffix(".txt"), dtype=int)
        [page] = open_pages(file)
        started = time.process_time()
        rows = [row.readings[0].text for row in read_page(model, page, NumberOptions(grid=(9, 9)))]
        seconds.append(time.process_time() - started)
        photos += 1
        counted = labels != 10
        cells += int(counted.sum())
        if [len(row) for row in rows] == [9] * 9:
            found += 1
            read = np.array([[0 if sign == "_" else int(sign) for sign in row] for row in rows])
            right += int((read == labels)[counted].sum())
    return {"photos": photos, "found": found, "cells": cells, "right": right, "seconds": statistics.median(seconds)}


def measure_sets(model: Model, folder: Path) -> dict[str, Any]:
    """Read the pictures of every set of numbers, each cut out of its page."""
    reader = tenfold.Reader(model)
    return {each.name: measure_set(reader, each) for each in labelled_sets(folder) if not each.of_digits}


def scan_seconds(model: Model, glyphs: DigitGlyphs) -> float:
    """Measure the processor time of one A4 scan at 200 dpi with rows of boxes, in seconds: the median of seven."""
    page = draw_page(glyphs, "boxes", 0, faults=False).grey
    taken = []
    for _ in range(8):
        started = time.process_time()
        read_page(model, page, NumberOptions())
        taken.append(time.process_time() - started)
    return statistics.median(taken[1:])


def table(result: dict[str, Any]) -> list[list[str]]:
    """Give the counts as rows of text, the heading first."""
    rows = [
        [
            "pages of",
            "numbers",
            "digits",
            "whole numbers",
            "with a list",
            "read where none is",
            *(f"accepted at {error:.1%}" for error in ERRORS),
            *(f"with a list at {error:.1%}" for error in ERRORS),
        ]
    ]
    for kind, each in result["kinds"].items():
        accepted = [_accepted(each["accepted"], each["wrong"], each["numbers"], error) for error in ERRORS]
        for error in ERRORS:
            accepted.append(_accepted(each["listed_accepted"], each["listed_wrong"], each["listed"], error))
        listed = f"{each['matched'] / each['listed']:.2%}" if each["listed"] else "–"
        shares = [f"{each['right'] / each['digits']:.2%}", f"{each['whole'] / each['numbers']:.2%}", listed]
        rows.append([kind, f"{each['numbers']:,}", *shares, str(each["extra"]), *accepted])
    return rows


def _accepted(accepted: dict[str, int], wrong: dict[str, int], numbers: int, error: float) -> str:
    taken = accepted[str(error)]
    return f"{taken / numbers:.1%}, {wrong[str(error)]} wrong" if taken else "–"


def peer_table(result: dict[str, Any]) -> list[list[str]]:
    """Give the comparison as rows of text, the heading first."""
    rows = [["pages of", "numbers", "Tenfold", "Tesseract on crops", "Tesseract on pages"]]
    for kind, each in result["peers"].items():
        shares = (each[name] / each["numbers"] for name in ("tenfold", "tesseract on crops", "tesseract on pages"))
        rows.append([kind, str(each["numbers"]), *(f"{share:.1%}" for share in shares)])
    return rows


def main(
    share: Annotated[float, typer.Option(help="Draw this share of the pages.")] = 1.0,
    sets: Annotated[
        Path | None, typer.Option(help="A folder of folders: pictures of numbers with a labels.csv, or grid-photos.")
    ] = None,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure reading numbers on pages."""
    cv2.setNumThreads(1)
    model = load_model(SHIPPED)
    glyphs = DigitGlyphs(*tenfold.load_data("mnist")[1])
    promised: Promised = {}
    for error in ERRORS:
        try:
            promised[error] = least_probable(model, error)
        except OptionError as refusal:
            print(refusal)
    kinds = {
        kind: asdict(count(model, draw_pages(glyphs, kind, max(1, round(share * pages))), promised))
        for kind, pages in PAGES.items()
    }
    result: dict[str, Any] = {
        "sets": measure_sets(model, sets) if sets else {},
        "kinds": kinds,
        "peers": {},
        "scan seconds": scan_seconds(model, glyphs),
    }
    if shutil.which("tesseract"):
        peered: tuple[PageKind, ...] = ("boxes", "rows")
        for kind in peered:
            pages = [draw_page(glyphs, kind, seed) for seed in range(WITH_TESSERACT)]
            result["peers"][kind] = beside_tesseract(model, pages)
    if sets and (sets / GRIDS).is_dir():
        result["grid photos"] = grid_photos(model, sets / GRIDS)
    save_result("numbers", result, results)
    if result["sets"]:
        print_table(set_table(result["sets"]))
    print_table(table(result))
    if result["peers"]:
        print_table(peer_table(result))
    print(f"an A4 scan at 200 dpi: {result['scan seconds']:.2f} s of one core")
    if photos := result.get("grid photos"):
        share_right = photos["right"] / photos["cells"]
        print(
            f"grid photos: {photos['found']} of {photos['photos']} grids found, {share_right:.2%} of "
            f"{photos['cells']:,} cells, {photos['seconds']:.2f} s each"
        )


if __name__ == "__main__":
    typer.run(main)
