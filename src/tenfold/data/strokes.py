"""Digits as people's pens wrote them: strokes of points, with the writer of each digit."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tenfold.data.catalogue import PENDIGITS
from tenfold.data.fetch import fetch_dataset
from tenfold.data.sources import Split
from tenfold.errors import DataError
from tenfold.files import opened

__all__ = ["BOX_SIDE", "PenDigit", "Stroke", "load_strokes", "parse_unipen"]

Stroke: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (points, 2)`: where the pen was while it was down, x to the right and y downwards."""

BOX_SIDE = 500
"""Side of the square that each digit was written in, in the tablet's points; pendigits-orig.names, 4."""

TRAINING_WRITERS = 30
"""How many people wrote the training file; the test file numbers its own 14 from 1 again."""


@dataclass(frozen=True)
class PenDigit:
    """One digit that a person wrote with a pen on a tablet.

    Attributes:
        label: The digit, 0 to 9.
        writer: The number of the person.
        strokes: Its strokes in the order of writing, at least one; points at a fixed rate in time, in the tablet's
            points of a box of 500×500, not centred.
    """

    label: int
    writer: int
    strokes: tuple[Stroke, ...]


def load_strokes(
    source: str = "pendigits", split: Split = "train", *, offline: bool = False, progress: bool = False
) -> tuple[PenDigit, ...]:
    """Load the digits of a known set of pen strokes, in the order of its file.

    Args:
        source: `pendigits`, which is fetched where it is not in the cache or in `$TENFOLD_DATA/pen-strokes`.
        split: `train` for 7,494 digits by the writers 1 to 30, `test` for 3,498 by the writers 31 to 44. The test
            file calls these 1 to 14; here each number is one person, so that people can be held out by it.
        offline: True to use only what is on this machine.
        progress: True to show progress on standard error.

    Raises:
        DataError: There is no such set of strokes.
        FetchError: No source gave its files.

    Source:
        Alpaydin and Alimoglu, "Pen-Based Recognition of Handwritten Digits", UCI Machine Learning Repository, 1996,
        doi 10.24432/C5MG6K, original version; CC BY 4.0.
    """
    if source != PENDIGITS.name:
        raise DataError(f"expected a set of pen strokes, {PENDIGITS.name}; got {source!r}")
    folder = fetch_dataset(PENDIGITS, offline=offline, progress=progress)
    with opened(folder / PENDIGITS.file(split, "text").name) as stream:
        text = stream.read().decode("ascii")
    return parse_unipen(text, first_writer=1 if split == "train" else 1 + TRAINING_WRITERS)


def parse_unipen(text: str, *, first_writer: int = 1) -> tuple[PenDigit, ...]:
    """Read digits from UNIPEN text as pendigits has it.

    Args:
        text: For each digit a line `.COMMENT digit writer number`, then for each stroke a line `.PEN_DOWN`, a line
            `x y` for each point with y upwards, and `.PEN_UP`. Other lines that begin with a dot say nothing of a
            digit, and are left out.
        first_writer: What to call the writer that the text calls 1.

    Returns:
        The digits in the order of the text; y is turned to run downwards, `BOX_SIDE - y`.

    Raises:
        DataError: A line is not what it should be, or a digit has no stroke.
    """
    digits: list[tuple[int, int, list[list[float]]]] = []
    strokes: list[list[float]] = []
    pen_down = False
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        try:
            if not words:
                continue
            if words[0] == ".COMMENT":
                label, writer = int(words[1]), int(words[2])
                strokes = []
                digits.append((label, first_writer - 1 + writer, strokes))
            elif words[0] == ".PEN_DOWN":
                pen_down = True
                strokes.append([])
            elif words[0] == ".PEN_UP":
                pen_down = False
            elif not words[0].startswith("."):
                x, y = map(float, words)
                if not pen_down:
                    raise ValueError("a point while the pen is up")
                strokes[-1] += (x, BOX_SIDE - y)
        except (ValueError, IndexError) as error:
            raise DataError(f"line {number}: expected UNIPEN text of single digits, got {line.strip()!r}") from error
    return tuple(_as_digit(*digit) for digit in digits)


def _as_digit(label: int, writer: int, strokes: list[list[float]]) -> PenDigit:
    arrays = tuple(np.array(points, dtype=np.float32).reshape(-1, 2) for points in strokes if points)
    if not 0 <= label <= 9 or not arrays:
        raise DataError(f"expected a digit 0 to 9 with a stroke, got {label} with {len(arrays)} strokes")
    return PenDigit(label, writer, arrays)
