"""A second opinion of lines: the recogniser of PP-OCRv6, which the package rapidocr brings (`tenfold[ocr]`).

It reads print and handwriting of 18,708 characters. Here only those of an alphabet are left of each column, and the
blank. Its file is opened where it is installed; nothing of it is copied.

Source:
    PaddleOCR's PP-OCRv6 small recogniser, Apache-2.0; its input as `TextRecognizer.resize_norm_img` of RapidOCR makes
    it. docs/log.md, "A third opinion": what else it was given.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from tenfold.arrays import Columns, Line
from tenfold.errors import ModelError, OptionError
from tenfold.files import reading
from tenfold.model.engine import open_network

__all__ = ["DIGITS", "OcrRecognizer", "plain_line"]

DIGITS = "0123456789"
"""The alphabet that it is asked about: of separators it knows too little. docs/log.md, "A third opinion"."""

PACKAGE, FILE = "rapidocr", Path("models", "PP-OCRv6_rec_small.onnx")

CHARACTERS = b"\n\tcharacter\x12"
"""Where the file says which characters its columns are for: the key of a protobuf entry, before the value's length."""

HEIGHT = 48
"""Height of what it is given, in pixels."""

BEHIND = 128
"""Grey behind a line, in pixels: it learned from lines in a field 320 wide, the rest at the middle of black and white.
Without it digits are read less well; docs/log.md, "A third opinion"."""

COLUMN = 8
"""Pixels of a line for each column of the answer."""

NARROWEST, WIDEST = 8, 768
"""Width of a plain line, in pixels: at most sixteen times its height. What is wider is made narrower, not cut."""

LEAST = 1e-12
"""Least probability of a character, so that its logarithm is finite."""


class OcrRecognizer:
    """The recogniser of PP-OCRv6, ready to answer as a line recogniser does.

    Args:
        alphabet: The signs to tell apart.
        threads: How many of the processor's cores one answer may use; None for all.

    Attributes:
        alphabet: The signs that it tells apart.

    Raises:
        OptionError: rapidocr is not installed, is of a version without this file, or knows a sign of the alphabet not.
        ModelError: The file can't be opened, or its answers are not as its characters say.
    """

    def __init__(self, alphabet: str = DIGITS, *, threads: int | None) -> None:
        self.alphabet = alphabet
        file = _installed()
        with reading(file):
            content = file.read_bytes()
        characters = _characters(content, file)
        unknown = sorted(set(alphabet) - set(characters))
        if unknown:
            raise OptionError(f"PP-OCRv6 reads no {', '.join(map(repr, unknown))}")
        self._kept = [*(characters.index(sign) for sign in alphabet), 0]
        self._network = open_network(content, threads=threads, source=str(file))
        count = self._shares(np.zeros((HEIGHT, HEIGHT), np.uint8)).shape[1]
        if count != len(characters):
            raise ModelError(f"{file}: expected columns for {len(characters)} characters, got {count}")

    def __call__(self, lines: Sequence[Line]) -> list[Columns]:
        """Answer for each line, in their order.

        Args:
            lines: `uint8 (48, width)` each, 0 paper, 255 ink: best those that `plain_line` makes.

        Returns:
            `float32 (⌈width / 8⌉ + 1, a + 1)` each: for every eight pixels of a line the log-probability of each of the
            alphabet's `a` signs, and last that of the blank, given that it is one of them.
        """
        answers: list[Columns] = []
        for line in lines:
            own = -(-line.shape[1] // COLUMN) + 1
            kept = np.maximum(self._shares(line)[:own, self._kept], LEAST)
            answers.append(np.log(kept / kept.sum(axis=1, keepdims=True)))
        return answers

    def _shares(self, line: Line) -> Columns:
        """Give how probable each of all characters is, column by column; the blank is the first.

        Lines are asked about one by one: how wide the field behind a line is changes its answer a little.
        """
        width = -(-(line.shape[1] + BEHIND) // COLUMN) * COLUMN
        given = np.zeros((1, 3, HEIGHT, width), np.float32)  # -1 black, 0 the field, 1 white
        given[..., : line.shape[1]] = 1 - line / np.float32(127.5)
        shares: Columns = self._network.run(self._network.outputs[:1], given)[0][0]
        return shares


def plain_line(picture: Line) -> Line:
    """Scale a picture of one line, its light and its contrast as they are: of such lines more digits are read.

    Args:
        picture: `uint8 (height, width)`, grey, dark on light or light on dark; both are read equally well.

    Returns:
        `uint8 (48, width)`, 255 where the picture is black.

    Source:
        docs/log.md, "A third opinion": beside lines with the light divided out.
    """
    height, width = picture.shape
    size = int(np.clip(round(width * HEIGHT / height), NARROWEST, WIDEST)), HEIGHT
    return np.asarray(255 - cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _installed() -> Path:
    """Find the file of the recogniser, without importing the package that brings it."""
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise OptionError("a third opinion of numbers needs RapidOCR: pip install 'tenfold[ocr]'")
    file = Path(package.origin).parent / FILE
    if not file.is_file():
        raise OptionError(f"this version of RapidOCR does not bring {FILE.name}: pip install 'tenfold[ocr]'")
    return file


def _characters(content: bytes, file: Path) -> list[str]:
    """Give which character each column is for: the blank, those that the file names, and the space."""
    place = content.rfind(CHARACTERS) + len(CHARACTERS)
    if place < len(CHARACTERS):
        raise ModelError(f"{file} does not say which characters it reads")
    length = shift = 0
    while True:  # a protobuf varint: seven bits in a byte, the lowest first, the highest bit set in all but the last
        length |= (content[place] & 127) << shift
        shift, place = shift + 7, place + 1
        if content[place - 1] < 128:
            break
    return ["", *content[place : place + length].decode().splitlines(), " "]
