"""Pages of print, as a scanner gives them: what is told where no number is, boxes among print, and how long it takes.

Example: `python -m benchmarks.scans`
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from numpy.random import Generator
from PIL import Image as Pillow

import tenfold
from benchmarks.results import print_table, save_result
from tenfold.draw.fonts import load_font, print_text
from tenfold.draw.layers import Layer, lay
from tenfold.draw.sheets import DigitGlyphs, choose_pen
from tenfold.draw.texts import choose_words
from tenfold.model.folder import load_model
from tenfold.page.ink_kinds import look_at
from tenfold.picture.decode import Grey

PAGE = 2339, 1654
"""Height and width of an A4 page at 200 dpi."""

MARGIN, LEADING = 120, 1.45
"""Margin in pixels, and from one line to the next in em squares."""

PRINTED = (
    ("DejaVuSerif.ttf", 32),
    ("DejaVuSans.ttf", 26),
    ("STIXGeneral.ttf", 36),
    ("cmr10.ttf", 34),
    ("DejaVuSans.ttf", 14),
)
"""What pages are printed in, and the height of its em square in pixels: the last is dense."""

BOXES, BOX = 9, (70, 80)
"""Boxes of a row, and the width and height of one, in pixels."""

ROWS = (0.3, 0.36)
"""Where the rows of boxes stand on a page, from its top."""

PAGES = 35
"""Pages of the PDF file that is read on all cores."""

ROUNDS = 3
"""Rounds whose median is told."""


def draw_page(typeface: str, size: int, glyphs: DigitGlyphs | None, rng: Generator) -> tuple[Grey, list[str]]:
    """Print a page of words, with two rows of boxes among them where there are digits to fill them.

    Returns:
        `uint8 (2339, 1654)`, and the numbers in the boxes.
    """
    ink, numbers = np.zeros(PAGE, np.float32), list[str]()
    rows = [round(share * PAGE[0]) for share in ROWS] if glyphs else []
    top = MARGIN
    while top < PAGE[0] - MARGIN - size:
        if not any(row - LEADING * size < top < row + 1.4 * BOX[1] for row in rows):
            line = print_text(_words(typeface, size, rng), typeface, size).ink[: PAGE[0] - top]
            ink[top : top + line.shape[0], MARGIN : MARGIN + line.shape[1]] = line / 255
        top += round(LEADING * size)
    for row in rows:
        numbers.append(_fill_boxes(ink, row, glyphs, rng) if glyphs else "")
    page = cv2.GaussianBlur(250 * (1 - 0.92 * ink), (0, 0), 0.7) + rng.normal(0, 2.5, PAGE)
    return np.clip(page, 0, 255).astype(np.uint8), numbers


def _words(typeface: str, size: int, rng: Generator) -> str:
    """Choose as many words as fit on a line."""
    font, line, longer = load_font(typeface, size), "", choose_words(rng)
    while font.getlength(longer) < PAGE[1] - 2 * MARGIN:
        line, longer = longer, f"{longer} {choose_words(rng)}"
    return line


def _fill_boxes(ink: Layer, top: int, glyphs: DigitGlyphs, rng: Generator) -> str:
    """Draw a row of boxes with a digit in each, and give the number."""
    wide, high = BOX
    number = "".join(map(str, rng.integers(0, 10, BOXES)))
    for place, digit in enumerate(number):
        left = 500 + place * wide
        cv2.rectangle(ink, (left, top), (left + wide, top + high), 0.85, 3)
        glyph = glyphs.glyph(int(digit), 0.6 * high, choose_pen(rng), rng)
        lay(ink, glyph, left + (wide - glyph.shape[1]) // 2, top + (high - glyph.shape[0]) // 2)
    return number


def measure(seed: int) -> dict[str, Any]:
    """Read drawn pages of print, some with boxes, and a file of many of them.

    Returns:
        For pages without and with boxes: how many, numbers that are written, read right, and told where none is, of the
        pages turned each way the share of which it is seen, and the median seconds of processor time of a page; and of
        the file its pages, cores and seconds.
    """
    _, (images, labels) = tenfold.load_data("mnist")
    rng, glyphs = np.random.default_rng(seed), DigitGlyphs(images, labels)
    reader = tenfold.Reader(load_model(threads=1))
    kinds = {"print alone": None, "two rows of boxes among print": glyphs}
    result: dict[str, Any] = {"pages": {}}
    drawn = list[Grey]()
    for kind, filled in kinds.items():
        pages = [draw_page(*printed, filled, rng) for printed in PRINTED]
        drawn += [page for page, _ in pages]
        result["pages"][kind] = _read(reader, pages)
    result["file"] = _read_file([drawn[place % len(drawn)] for place in range(PAGES)])
    return result


def _read(reader: tenfold.Reader, pages: Sequence[tuple[Grey, list[str]]]) -> dict[str, Any]:
    seconds, right, extra, ways = [], 0, 0, 0
    for page, numbers in pages:
        ways += sum(look_at(np.ascontiguousarray(np.rot90(page, turns)))[1] == turns for turns in range(4))
        times = []
        for _ in range(ROUNDS):
            started = time.process_time()
            told = [number.text for number in reader.numbers(page)]
            times.append(time.process_time() - started)
        seconds.append(statistics.median(times))
        found = [text for text in told if text in numbers]
        right += len(found)
        extra += max(0, len(told) - len(numbers))
    return {
        "n": len(pages),
        "written": sum(len(numbers) for _, numbers in pages),
        "right": right,
        "extra": extra,
        "ways": ways / (4 * len(pages)),
        "seconds": statistics.median(seconds),
        "most": max(seconds),
    }


def _read_file(pages: Sequence[Grey]) -> dict[str, Any]:
    """Read a PDF file of pages by command, on all cores, from the start of the process to its end."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "scans.pdf")
        first, *others = [Pillow.fromarray(page) for page in pages]
        first.save(file, save_all=True, append_images=others, resolution=200)
        seconds = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-m", "tenfold", "read", "-q", file], check=True, capture_output=True)
            seconds.append(time.perf_counter() - started)
    return {"pages": len(pages), "cores": os.cpu_count(), "seconds": statistics.median(seconds)}


def table(result: dict[str, Any]) -> list[list[str]]:
    """Give the findings as rows of text, the heading first."""
    rows = [["pages of", "pages", "numbers", "read right", "told where none is", "way up seen", "s a page", "at most"]]
    for kind, counted in result["pages"].items():
        rows.append(
            [
                kind,
                str(counted["n"]),
                str(counted["written"]),
                str(counted["right"]) if counted["written"] else "–",
                str(counted["extra"]),
                f"{counted['ways']:.0%}",
                f"{counted['seconds']:.2f}",
                f"{counted['most']:.2f}",
            ]
        )
    return rows


def sentences(result: dict[str, Any]) -> Iterable[str]:
    """Say of the file what there is to say."""
    file = result["file"]
    yield (
        f"A PDF file of {file['pages']} such pages takes {file['seconds']:.1f} s on {file['cores']} cores, "
        f"{file['seconds'] / file['pages']:.2f} s a page."
    )


def main(
    seed: Annotated[int, typer.Option(help="Decides what is printed and written.")] = 0,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Read drawn pages of print, print what was found and save it."""
    result = measure(seed)
    save_result("scans", result, results)
    print_table(table(result))
    for sentence in sentences(result):
        print(sentence)


if __name__ == "__main__":
    typer.run(main)
