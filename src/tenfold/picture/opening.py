"""The two ways to open what people have: as a picture of one digit, and as pages, one after another.

Both go through the same door and differ in the size that they ask for. Only one page is in memory at a time.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import TextIOBase
from os import PathLike
from typing import BinaryIO, TypeAlias

import numpy as np
from PIL import Image as Pillow

from tenfold.errors import PictureError
from tenfold.picture.decode import (
    LIMIT,
    Grey,
    OpenedPage,
    Picture,
    PictureFile,
    Size,
    check_limit,
    check_size,
    content_of,
    decoding,
    to_page,
)
from tenfold.picture.from_array import from_array
from tenfold.picture.pdf import TextField
from tenfold.picture.sandbox import SandboxedFile, kind_of
from tenfold.picture.tiff import count_directories

__all__ = ["DIGIT_SIDE", "LONGEST_SIDE", "MOST_PAGES", "Pages", "count_pages", "open_digit", "open_pages"]

Steps: TypeAlias = tuple[str, ...]
"""What was done to a picture, in the past tense and in order."""

File: TypeAlias = str | PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""What has the bytes of a file."""

DIGIT_SIDE = 480
"""Longest side of a picture of one digit, in pixels: a digit a tenth as high still has twice MNIST's 20 pixels."""

LONGEST_SIDE = 2400
"""Longest side of a page, in pixels: A4 at 205 dots per inch."""

MOST_PAGES = 10_000
"""Pages that a file may have: a box of paper has as many."""

DIGIT = Size(DIGIT_SIDE, least=3, for_digits=True)  # the shortest side that can show a digit: three pixels

PAGE = Size(LONGEST_SIDE, area=4_400_000, dots=200)  # long strips: as many pixels as A4 at 213 dpi


def open_digit(picture: Picture, *, pixels: int = LIMIT, bgr: bool = False) -> tuple[Grey, Steps]:
    """Open a picture of one digit.

    Args:
        picture: A path, the bytes of a file, an open binary file, a Pillow image, or an array as `from_array` takes it.
            Files are PNG, JPEG, BMP, GIF, WebP, TIFF, PPM, PDF, or HEIC with the extra `heic`; of any colours, depth
            and transparency. Of several frames or pages the first is taken, of a Pillow image the one that it is at. An
            open file is read from its start.
        pixels: How many pixels it may have.
        bgr: An array's colours are blue, green, red, as OpenCV has them.

    Returns:
        `uint8 (height, width)`, the longest side at most `DIGIT_SIDE`, and the steps that led to it. Where one colour
        shows more than grey does, it is that colour.

    Raises:
        PictureError: It cannot be read, is no picture, is damaged, locked, or has too many or too few pixels. Of a path
            the message begins with it.
        OptionError: `pixels` is below 1.
    """
    with _named(picture), closing(_opened(picture, pixels, bgr=bgr)) as file:
        page = file.page(0, DIGIT)
    steps = (f"first {page.one_of} taken",) if page.one_of else ()
    return page.grey, (*steps, "turned") if page.turned else steps


def open_pages(picture: Picture, *, pixels: int = LIMIT, bgr: bool = False) -> Iterator[Grey]:
    """Give the pages of a file in grey.

    Args:
        picture: As for `open_digit`; of PDF and TIFF every page.
        pixels: How many pixels a page, and a picture in a PDF, may have.
        bgr: As for `open_digit`.

    Yields:
        `uint8 (height, width)`, upright as the camera was held, the longest side at most `LONGEST_SIDE`; of long strips
        more.

    Raises:
        PictureError: As for `open_digit`.
        OptionError: Likewise.
    """
    with Pages(picture, pixels=pixels, bgr=bgr) as pages:
        for number in range(pages.count):
            yield pages.page(number)


class Pages:
    """The pages of a file, in any order; to be used as a context, which lets go of the file at its end.

    A PDF, TIFF or HEIC file stays open in a child process as long; other processes may have the same file open too.

    Args:
        picture: As for `open_pages`.
        pixels: As for `open_pages`.
        bgr: As for `open_pages`.

    Attributes:
        count: How many pages there are.

    Raises:
        PictureError: As for `open_pages`.
        OptionError: Likewise.
    """

    def __init__(self, picture: Picture, *, pixels: int = LIMIT, bgr: bool = False) -> None:
        self._picture = picture
        with _named(picture):
            self._file = _opened(picture, pixels, bgr=bgr)
            self.count = self._file.count
            if self.count > MOST_PAGES:
                self.close()
                raise PictureError(f"the file has more than {MOST_PAGES:,} pages: split it")

    def page(self, number: int) -> Grey:
        """Open the page of a number, counted from 0; gives and raises what `open_pages` does."""
        with _named(self._picture):
            return self._file.page(number, PAGE).grey

    def fields(self, number: int) -> list[TextField]:
        """Give the text fields of the AcroForm on a PDF's page, counted from 0; of other files none.

        Raises:
            PictureError: As for `open_pages`.
        """
        with _named(self._picture):
            return self._file.fields(number) if isinstance(self._file, SandboxedFile) else []

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> "Pages":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def count_pages(picture: Picture) -> int:
    """Give how many pages a picture has, as `open_pages` takes it; 1 where that cannot be said."""
    if isinstance(picture, Pillow.Image | np.ndarray):
        return 1
    try:
        if hasattr(picture, "read") and not _can_rewind(picture):  # what counting reads could not be read again
            return 1
        content = _content(picture)
        kind = kind_of(content)
        if kind == "TIFF":
            return max(1, count_directories(content))
        if kind != "PDF":
            return 1
        with closing(SandboxedFile(content, kind, LIMIT)) as file:
            return file.count
    except (PictureError, ValueError):  # what cannot be opened says so where it is read
        return 1


class _OpenImage:
    """A Pillow image, as a file of one page."""

    count = 1

    def __init__(self, picture: Pillow.Image, pixels: int) -> None:
        self._picture = picture
        self._pixels = pixels

    def page(self, _: int, size: Size) -> OpenedPage:
        with decoding():
            check_size(*self._picture.size, self._pixels, size.least)
            return to_page(self._picture, size)

    def close(self) -> None:
        """Leave it to whom it belongs."""


def _opened(picture: Picture, pixels: int, *, bgr: bool) -> "PictureFile | SandboxedFile | _OpenImage":
    """Open anything that people have as a picture."""
    check_limit(pixels)
    if isinstance(picture, np.ndarray):
        picture = from_array(picture, bgr=bgr)
    if isinstance(picture, Pillow.Image):
        return _OpenImage(picture, pixels)
    content = _content(picture)
    if not content:
        raise PictureError("the file is empty: expected a picture or a PDF")
    kind = kind_of(content)
    return SandboxedFile(content, kind, pixels) if kind else PictureFile(content, pixels)


@contextmanager
def _named(picture: Picture) -> Iterator[None]:
    """Let what is said of a file that was given by its path begin with the path."""
    try:
        yield
    except PictureError as error:
        if isinstance(picture, str | PathLike):
            raise PictureError(f"{picture}: {error}") from error
        raise


def _content(picture: File) -> bytes:
    """Read what has the bytes of a file: a path, bytes, or an open file from its start."""
    if isinstance(picture, str | PathLike):
        return content_of(picture)
    if isinstance(picture, bytes | bytearray | memoryview):
        return bytes(picture)
    if isinstance(picture, TextIOBase):
        raise PictureError('expected a file that was opened to read bytes, as by open(path, "rb"), got text')
    if not hasattr(picture, "read"):
        raise PictureError(
            "expected a path, the bytes of a picture file, an open binary file, a Pillow image or a NumPy array, got "
            f"{type(picture).__name__}"
        )
    try:
        if _can_rewind(picture):
            picture.seek(0)
        content = picture.read()
    except (OSError, ValueError) as error:  # a closed file is a ValueError
        raise PictureError(f"the open file cannot be read: {error}") from error
    if not isinstance(content, bytes):
        raise PictureError(f"expected an open file that gives bytes, got {type(content).__name__}")
    return content


def _can_rewind(file: object) -> bool:
    seekable = getattr(file, "seekable", None)
    return bool(seekable and seekable())
