"""The promise about error of whole numbers, made to hold on labelled pages of one's own."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.errors import DataError
from tenfold.files import read_named
from tenfold.model.folder import Model
from tenfold.model.promise import NUMBERS, HeldOut, promises, told_promises
from tenfold.model.saving import save_again
from tenfold.picture.decode import Grey
from tenfold.picture.opening import open_pages
from tenfold.read.lists import Known
from tenfold.read.numbers import decide
from tenfold.read.options import NumberOptions
from tenfold.read.pages import read_page
from tenfold.read.promises import ANY, ReadingKind
from tenfold.read.readings import EMPTY
from tenfold.read.rows import ReadRow

__all__ = [
    "ERRORS",
    "LABELS",
    "Answer",
    "CalibratedKind",
    "LabelledPages",
    "answers",
    "calibrate_on_pages",
    "edit_distance",
    "keep_answers",
    "matched",
]

LABELS = "labels.csv"
"""The file of a folder that tells the numbers on its pages: columns `file`, `page`, `text`."""

SHOWN = 5
"""Wrong lines of the labels that an error names; the others are counted."""

ERRORS = (0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
"""The largest errors for which it is told what can be promised."""

LEFT_OUT = 0.6
"""What it costs to match a number with none; to match it with one that differs in every sign costs 1."""

Answer = tuple[float, bool]
"""How sure a number was read, and whether it is right."""


@dataclass(frozen=True)
class CalibratedKind:
    """What was found of one kind of number.

    Attributes:
        n: How many were read.
        right: How many of them were read right.
        promises: For each largest error the share that is accepted; None where they are too few or too often wrong.
    """

    n: int
    right: int
    promises: dict[float, float | None]

    def to_dict(self) -> dict[str, Any]:
        """Give the findings as plain values that JSON can hold."""
        return {"n": self.n, "right": self.right, "promises": told_promises(self.promises)}


class LabelledPages:
    """Pages in a folder, and the numbers on each.

    Args:
        folder: It holds pages and `labels.csv`: columns `file`, `text` and, for files of several pages, `page` from 1;
            the numbers of a page in their order from top to bottom, `_` for an empty box.
        alphabet: The signs that the model reads.

    Attributes:
        texts: For each file and page the numbers on it.

    Raises:
        DataError: There is no such file, or it does not say which number is on which page.
    """

    def __init__(self, folder: Path, alphabet: str) -> None:
        self.folder = folder
        self._signs = {*alphabet, EMPTY}
        self.texts: dict[Path, dict[int, list[str]]] = {}
        file = folder / LABELS
        lines = read_named(file).decode("utf-8-sig", "replace").splitlines()
        table = csv.DictReader(lines)
        if not {"file", "text"} <= set(table.fieldnames or ()):
            raise DataError(f"{file}: expected a heading with the columns file and text, got {table.fieldnames}")
        wrong = [f"line {table.line_num}: {fault}" for row in table if (fault := self._add(row))]
        if wrong:
            more = f"; and {len(wrong) - SHOWN:,} more lines" if len(wrong) > SHOWN else ""
            raise DataError(f"{file}, {'; '.join(wrong[:SHOWN])}{more}")
        if not self.texts:
            raise DataError(f"{file} names no pages")

    def _add(self, row: dict[str, str | None]) -> str | None:
        """Take a line of the table; say what is wrong with it, where something is."""
        name, text, page = (row.get("file") or "").strip(), (row.get("text") or "").strip(), row.get("page") or "1"
        path = self.folder / name
        if not name or not path.is_file():
            return f"there is no file {name!r} in {self.folder}"
        if not text or set(text) - self._signs:
            signs = "".join(sorted(self._signs - {EMPTY}))
            return f"expected signs of {signs}, and {EMPTY} for an empty box, got {text!r}"
        if not page.strip().isdigit() or int(page) < 1:
            return f"expected the number of a page from 1, got {page!r}"
        self.texts.setdefault(path, {}).setdefault(int(page), []).append(text)
        return None

    def __len__(self) -> int:
        return sum(len(pages) for pages in self.texts.values())

    def __iter__(self) -> Iterator[tuple[Grey, list[str]]]:
        """Give each page and the numbers on it.

        Raises:
            DataError: A file has fewer pages than the labels say, or is none.
        """
        for path, texts in self.texts.items():
            number = 0
            for number, page in enumerate(open_pages(path), 1):
                if number in texts:
                    yield page, texts[number]
            if max(texts) > number:
                raise DataError(
                    f"{self.folder / LABELS}: {path.name} has {number} pages, expected page {max(texts)} too"
                )


def matched(read: Sequence[str], written: Sequence[str]) -> list[str | None]:
    """Align the numbers that were read on a page with those written on it, both in reading order.

    Least total cost: the edit distance of two numbers that are matched, as a share of the longer one's length, and
    `LEFT_OUT` for each that is not.

    Args:
        read: The numbers read.
        written: The numbers on the page.

    Returns:
        For each number read the one that it was matched with; None where it was left out.

    Source:
        Needleman and Wunsch 1970, "A general method applicable to the search for similarities in the amino acid
        sequence of two proteins".
    """
    costs = np.zeros((len(read) + 1, len(written) + 1))
    costs[:, 0], costs[0] = LEFT_OUT * np.arange(len(read) + 1), LEFT_OUT * np.arange(len(written) + 1)
    for i, text in enumerate(read, 1):
        for j, other in enumerate(written, 1):
            costs[i, j] = min(
                costs[i - 1, j - 1] + _differs(text, other), costs[i - 1, j] + LEFT_OUT, costs[i, j - 1] + LEFT_OUT
            )
    found: list[str | None] = [None] * len(read)
    i, j = len(read), len(written)
    while i and j:
        if np.isclose(costs[i, j], costs[i - 1, j - 1] + _differs(read[i - 1], written[j - 1])):
            found[i - 1] = written[j - 1]
            i, j = i - 1, j - 1
        elif np.isclose(costs[i, j], costs[i - 1, j] + LEFT_OUT):
            i -= 1
        else:
            j -= 1
    return found


def edit_distance(text: str, other: str) -> int:
    """Give the fewest insertions, deletions and changes of signs that make one text the other (Levenshtein 1966)."""
    before = list(range(len(other) + 1))
    for i, sign in enumerate(text, 1):
        now = [i]
        for j, another in enumerate(other, 1):
            now.append(min(before[j - 1] + (sign != another), before[j] + 1, now[-1] + 1))
        before = now
    return before[-1]


def _differs(text: str, other: str) -> float:
    """Give the edit distance of two texts as a share of the longer one's length, 0…1."""
    return edit_distance(text, other) / max(len(text), len(other))


def answers(
    model: Model, rows: Sequence[tuple[ReadRow, str | None]], known: Known | None = None
) -> Iterator[tuple[ReadingKind, Answer]]:
    """Say of every number on a page how sure the model is and whether it is right.

    Args:
        model: The model that read them.
        rows: Each row and the number written there; None where there is none, so that anything read is wrong.
        known: The only numbers that can occur, to calibrate on reading beside a list too.

    Yields:
        The kind of reading, how sure it is and whether it is right.
    """
    outlier = model.info.calibration.get("out_of_distribution") or 1.0
    read = [row for row, _ in rows]
    plain = decide(read, NumberOptions(), outlier=outlier, least=ANY)
    listed = decide(read, NumberOptions(known=known), outlier=outlier, least=ANY) if known else []
    for (row, written), number in zip(rows, plain, strict=True):
        if number.reason is None:
            yield row.kind, (row.readings[0].sureness, number.text == written)
    for (_, written), number in zip(rows, listed, strict=bool(listed)):
        if number.reason is None:
            yield "list", (number.probability, number.text == (written or "").replace(EMPTY, ""))


def calibrate_on_pages(
    model: Model, pages: Iterable[tuple[Grey, list[str]]], folder: Path, known: Known | None = None
) -> dict[str, CalibratedKind]:
    """Write a model again so that its promises about whole numbers rest on own pages.

    Args:
        model: The model; its folder is left as it is.
        pages: `uint8 (height, width)` each, with the numbers on it from top to bottom.
        folder: Where to write the model.
        known: The only numbers that can occur, where there is a list.

    Returns:
        For each kind of number what was found and what can be promised.

    Raises:
        DataError: On no page is a number found.
        ModelError: The folder cannot be written.
    """
    gathered: dict[str, list[Answer]] = {}
    for page, written in pages:
        rows = read_page(model, page, NumberOptions())
        pairs = list(zip(rows, matched([row.readings[0].text for row in rows], written), strict=True))
        for kind, answer in answers(model, pairs, known):
            gathered.setdefault(kind, []).append(answer)
    if not gathered:
        raise DataError("no number was found on these pages, nothing was written; look at `tenfold read --annotate`")
    return keep_answers(model, gathered, folder)


def keep_answers(model: Model, gathered: Mapping[str, Iterable[Answer]], folder: Path) -> dict[str, CalibratedKind]:
    """Write a model again so that its promises about whole numbers rest on answers that were gathered.

    Args:
        model: The model; its folder is left as it is, unless it is the one to write.
        gathered: The answers to numbers of each kind that promises rest on (`promises.RESTS_ON`).
        folder: Where to write the model.

    Returns:
        For each kind of number what was found and what can be promised.

    Raises:
        ModelError: The folder cannot be written.
    """
    kept = {kind: HeldOut.ranked(sorted(each, reverse=True)) for kind, each in gathered.items()}  # ties in one order
    numbers = {kind: each.to_dict() for kind, each in kept.items()}
    save_again(model, folder, replace(model.info, calibration={**model.info.calibration, NUMBERS: numbers}))
    return {
        kind: CalibratedKind(len(each.right), int(each.right.sum()), promises(each, ERRORS))
        for kind, each in kept.items()
    }
