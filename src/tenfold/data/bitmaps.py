"""Digits as bitmaps of 32×32, black on white, scanned from paper."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tenfold.arrays import Labels
from tenfold.data.catalogue import OPTDIGITS
from tenfold.data.fetch import fetch_dataset
from tenfold.errors import DataError
from tenfold.files import opened

__all__ = ["BITMAP_SIDE", "BitmapImages", "Bitmaps", "load_bitmaps", "parse_bitmaps"]

BITMAP_SIDE = 32
"""Height and width of a bitmap, in pixels."""

BitmapImages: TypeAlias = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]
"""`uint8 (n, 32, 32)`: digits, 0 paper, 255 ink, nothing between."""


@dataclass(frozen=True)
class Bitmaps:
    """Labelled bitmaps.

    Attributes:
        images: `uint8 (n, 32, 32)`, 0 paper, 255 ink, nothing between.
        labels: `int64 (n,)`, the digits.
    """

    images: BitmapImages
    labels: Labels


def load_bitmaps(source: str = "optdigits", *, offline: bool = False, progress: bool = False) -> Bitmaps:
    """Load a known set of bitmaps, in the order of its file.

    Args:
        source: `optdigits`, which is fetched where it is not in the cache or in `$TENFOLD_DATA/scanned-32`.
        offline: True to use only what is on this machine.
        progress: True to show progress on standard error.

    Returns:
        1,797 digits by 13 people; the file does not say who wrote which.

    Raises:
        DataError: There is no such set of bitmaps.
        FetchError: No source gave its file.

    Source:
        Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998,
        doi 10.24432/C50P49, optdigits-orig.windep; CC BY 4.0.
    """
    if source != OPTDIGITS.name:
        raise DataError(f"expected a set of bitmaps, {OPTDIGITS.name}; got {source!r}")
    folder = fetch_dataset(OPTDIGITS, offline=offline, progress=progress)
    with opened(folder / OPTDIGITS.file("test", "text").name) as stream:
        return parse_bitmaps(stream.read().decode("ascii"))


def parse_bitmaps(text: str) -> Bitmaps:
    """Read bitmaps from the text of NIST's tools as optdigits has it.

    Args:
        text: A header, of which nothing is needed; then for each digit 32 lines of 32 signs, `0` paper and `1` ink,
            and a line with the digit; `EOF` may end it.

    Raises:
        DataError: A bitmap has other signs or another size, or there is none.
    """
    lines = [line.strip() for line in text.splitlines()]
    first = next((place for place, line in enumerate(lines) if len(line) == BITMAP_SIDE and set(line) <= {"0", "1"}), 0)
    body = [line for line in lines[first:] if line and line != "EOF"]
    step = BITMAP_SIDE + 1
    labels = body[BITMAP_SIDE::step]
    rows = [line for place, line in enumerate(body) if place % step < BITMAP_SIDE]
    ink = "".join(rows)
    whole = len(body) % step == 0 and len(labels) > 0 and all(len(row) == BITMAP_SIDE for row in rows)
    if not whole or set(ink) - {"0", "1"} or not all(label in set("0123456789") for label in labels):
        raise DataError(f"expected {BITMAP_SIDE} lines of {BITMAP_SIDE} signs 0 or 1 and then a digit, got others")
    images = np.frombuffer(ink.encode("ascii"), dtype=np.uint8).reshape(-1, BITMAP_SIDE, BITMAP_SIDE)
    return Bitmaps((images - ord("0")) * np.uint8(255), np.array(labels, dtype=np.int64))
