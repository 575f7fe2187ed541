"""From the content of a picture to its pages in grey: formats, limits, damage, colours, depth.

Pictures come from strangers: only the formats named here are opened, the header's size is checked before a pixel is
decoded, and big pictures shrink while they are decoded.
"""

import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from math import inf, sqrt
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, TypeAlias, TypeVar
from zlib import crc32

import numpy as np
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from tenfold.errors import DataError, OptionError, PictureError
from tenfold.files import content_of_file, reason
from tenfold.picture.tiff import count_directories

__all__ = [
    "FORMATS",
    "LIMIT",
    "Array",
    "Bytes",
    "Grey",
    "OpenedPage",
    "Picture",
    "PictureFile",
    "Size",
    "averaged",
    "check_heic",
    "check_limit",
    "check_size",
    "content_of",
    "decoding",
    "in_grey",
    "is_heic",
    "open_image",
    "to_eight_bits",
    "to_page",
]

Grey: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""`uint8 (height, width)`: a picture in grey, 0 black, 255 white."""

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
"""Pixels of any shape and depth."""

Bytes: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
"""Pixels of any shape, 0…255."""

Done = TypeVar("Done")

Picture: TypeAlias = str | PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Pillow.Image | Array
"""What people have: a path, the bytes of a file, an open file, a Pillow image, or an array of grey, RGB or RGBA."""

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
"""What Pillow is let open, besides HEIC and PDF; anything else is refused before a decoder sees it."""

LIMIT = 80_000_000
"""Most pixels of a picture, alone or in a PDF, unless more are asked for: A3 at 600 dpi has 70 million. A page of 80
million in three colours takes 0.8 GB of memory while it is opened."""

BEYOND = Lock()
"""Pillow's own limit is one number for the whole process: one thread at a time lifts it, and puts it back."""

COLOURFUL = 1.5  # spread of one colour over that of grey from which on the colour is taken: a yellow pen on white paper

OPAQUE = 128  # alpha, of 255, from which on a pixel counts as painted: half

HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
"""What stands in bytes 8 to 12 of a HEIC file; ISO/IEC 23008-12."""

PNG = b"\x89PNG\r\n\x1a\n"
"""What a PNG file begins with."""

DAMAGED = (
    *(OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError, struct.error),
    *(AssertionError, AttributeError, RuntimeError),
)
"""What Pillow's decoders raise at broken files."""

ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held

TURNS = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
"""How to turn a picture upright, by its orientation; EXIF 2.3, 4.6.4."""


@dataclass(frozen=True)
class Size:
    """How large pages are wanted.

    Attributes:
        side: The longest side, in pixels; what is larger is averaged down.
        area: Long strips may be longer than `side`, up to this many pixels in all.
        least: The shortest side that is of use, in pixels.
        dots: The most dots per inch that a page of a PDF is drawn at.
        for_digits: One digit is wanted, not a page: a PDF is drawn in colours and at twice `side`, and a picture is
            first averaged down by a whole number, which is quick and enough.
    """

    side: int
    area: int = 0
    least: int = 1
    dots: float = inf
    for_digits: bool = False

    def shrink(self, width: int, height: int) -> float:
        """Give by how much a picture must be averaged down: 1 or more."""
        strip = sqrt(width * height / self.area) if self.area else inf
        return max(1.0, min(max(width, height) / self.side, strip))


@dataclass(frozen=True, eq=False)
class OpenedPage:
    """One page of a file: a frame of a picture, or a page of a PDF.

    Attributes:
        grey: `uint8 (height, width)`, upright, of the size that was asked for.
        turned: Whether it was turned upright, as its EXIF says.
        one_of: "frame" or "page" where the file has more than this one, empty elsewhere.
    """

    grey: Grey
    turned: bool = False
    one_of: str = ""


def content_of(file: str | PathLike[str]) -> bytes:
    """Read a file.

    Raises:
        PictureError: It cannot be read. The message does not name the file: who knows its name adds it.
    """
    try:
        return content_of_file(Path(file))
    except IsADirectoryError as error:
        raise PictureError("got a folder: expected a picture, or on the command line a folder of some") from error
    except DataError as error:
        raise PictureError(str(error)) from error
    except OSError as error:
        raise PictureError(reason(error)) from error
    except ValueError as error:  # a name with a null byte
        raise PictureError(f"cannot be read: {error}") from error


@contextmanager
def decoding() -> Iterator[None]:
    """Say in one way what is wrong with a picture that is decoded in the block.

    Raises:
        PictureError: It is no picture, is damaged, or has too many pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        known = ", ".join(FORMATS)
        raise PictureError(f"not a picture that can be opened: expected one of {known}, HEIC, PDF") from error
    except Pillow.DecompressionBombError as error:
        raise _too_large("it has far more pixels than are read") from error
    except DAMAGED as error:
        raise PictureError(
            f"the picture is damaged: {str(error) or 'a part of it is not what it should be'}"
        ) from error
    except MemoryError as error:
        raise _too_large("it takes more memory than there is") from error


def check_limit(pixels: int) -> None:
    """Check how many pixels a picture may have.

    Raises:
        OptionError: It is below 1.
    """
    if pixels < 1:
        raise OptionError(f"pixels, how many a picture may have, must be at least 1, got {pixels}")


def check_size(width: int, height: int, pixels: int, least: int = 1) -> None:
    """Hold a picture to limits.

    Raises:
        PictureError: It has more than `pixels`, or a side shorter than `least`.
    """
    if width * height > pixels:
        raise _too_large(f"{width}×{height} pixels, and at most {pixels:,} are read")
    if min(width, height) < least:
        raise PictureError(f"the picture is too small: {width}×{height} pixels, expected {least} or more each way")


def _too_large(how: str) -> PictureError:
    return PictureError(f"the picture is too large: {how}; make it smaller, or scan it at 200 dots per inch")


def open_image(content: bytes, pixels: int = LIMIT) -> Pillow.Image:
    """Open a picture file, its pixels not yet decoded; to be called within `decoding`.

    Of `pixels`, which `check_size` holds it to later, only WebP needs to know now: it takes memory for them already.
    """
    formats = [*FORMATS, *_heic_format(content)]
    content = _without_damaged_metadata(content)
    most = pixels if content[8:12] == b"WEBP" else None
    return _beyond_pillows_limit(lambda: Pillow.open(BytesIO(content), formats=formats), most)


def _without_damaged_metadata(content: bytes) -> bytes:
    """Leave out of a PNG file what is damaged and no part of its pixels: comments, colour profiles and the like.

    Source:
        W3C 2025, "Portable Network Graphics (PNG) Specification (Third Edition)", 5.3: a chunk is its length, its name,
        whose first letter is small if a reader may pass over it, its data, and their checksum.
    """
    if not content.startswith(PNG):
        return content
    kept, place = [PNG], len(PNG)
    while place + 12 <= len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4])
        optional = content[place + 4 : place + 5].islower()
        if not optional or crc32(content[place + 4 : end - 4]) == int.from_bytes(content[end - 4 : end]):
            kept.append(content[place:end])
        place = end
    return b"".join([*kept, content[place:]])


def _beyond_pillows_limit(work: Callable[[], Done], most: int | None = None) -> Done:
    """Do what Pillow refuses for pictures above its own limit; the limit that counts is that of `check_size`.

    Pillow's is changed only where it stands in the way, and only as long: it is the whole program's.
    """
    try:
        return work()
    except Pillow.DecompressionBombError:
        with BEYOND:
            usual, Pillow.MAX_IMAGE_PIXELS = Pillow.MAX_IMAGE_PIXELS, most
            try:
                return work()
            finally:
                Pillow.MAX_IMAGE_PIXELS = usual


def is_heic(content: bytes) -> bool:
    """Say whether a file is HEIC."""
    return content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS


def check_heic() -> None:
    """Check that HEIC can be read.

    Raises:
        PictureError: The extra `heic` is not installed.
    """
    if find_spec("pillow_heif") is None:
        raise PictureError("the picture is HEIC: to read it, pip install 'tenfold[heic]', or save it as JPEG")


def _heic_format(content: bytes) -> list[str]:
    """Give Pillow its reader of HEIC where one is needed."""
    if not is_heic(content):
        return []
    check_heic()
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener()
    return ["HEIF"]


class PictureFile:
    """A picture file that is open; of TIFF every frame is a page, of the others the first.

    Args:
        content: The bytes of the file.
        pixels: How many pixels a page may have.

    Attributes:
        count: How many pages it has.

    Raises:
        PictureError: It is no picture, or is damaged.
    """

    def __init__(self, content: bytes, pixels: int) -> None:
        self._pixels = pixels
        with decoding():
            self._picture = open_image(content, pixels)
            # a phone's JPEG with a preview in it, which Pillow calls MPO, shows one picture
            animated = self._picture.format != "MPO" and bool(getattr(self._picture, "is_animated", False))
        self.count = count_directories(content) if self._picture.format == "TIFF" and animated else 1
        self._one_of = "frame" if animated else ""

    def page(self, number: int, size: Size) -> OpenedPage:
        """Decode the page of a number, counted from 0; raises `PictureError` where it is damaged or of a wrong size."""
        with decoding():
            picture = self._picture
            picture.seek(number)
            check_size(*picture.size, self._pixels, size.least)
            shrink = size.shrink(*picture.size)
            if shrink > 1:
                picture.draft(None, (int(picture.width / shrink), int(picture.height / shrink)))
            return to_page(picture, size, one_of=self._one_of)

    def close(self) -> None:
        """Let go of the file."""
        self._picture.close()


def to_page(picture: Pillow.Image, size: Size, *, one_of: str = "") -> OpenedPage:
    """Turn a picture upright, in grey, at the size that is wanted; to be called within `decoding`."""
    turned = picture.getexif().get(ORIENTATION) in TURNS
    _beyond_pillows_limit(picture.load)  # Pillow turns a TIFF while it loads it
    turn = TURNS.get(picture.getexif().get(ORIENTATION, 1))
    shown = _eight_bits(picture)
    factor = max(shown.size) // size.side
    if size.for_digits and factor > 1:
        shown = shown.reduce((min(factor, shown.width), min(factor, shown.height)))
    if turn is not None:
        shown = shown.transpose(turn)
    return OpenedPage(averaged(in_grey(shown), size), turned=turned, one_of=one_of)


def _eight_bits(picture: Pillow.Image) -> Pillow.Image:
    """Give a picture in a mode that can be averaged: of 8 bits, its palette resolved."""
    if picture.mode.startswith("I") or picture.mode == "F":
        return Pillow.fromarray(to_eight_bits(np.asarray(picture)))
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in {"P", "PA"} or "transparency" in picture.info:
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture


def to_eight_bits(deep: Array) -> Bytes:
    """Bring numbers of any range to 0…255, the largest to 255: cameras store 10, 12 or 14 bits in 16."""
    finite = np.nan_to_num(deep.astype(np.float32), nan=0, posinf=0, neginf=0).clip(min=0)
    levels: Bytes = np.rint(finite * (255 / max(float(finite.max()), 1e-6))).astype(np.uint8)
    return levels


def in_grey(picture: Pillow.Image) -> Grey:
    """Lay a picture on paper and give it in grey, or in the one colour that shows more."""
    if picture.has_transparency_data:
        picture = _on_paper(picture.convert("RGBA"))
    if picture.mode == "L":
        return np.asarray(picture)
    import cv2

    colours = np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))
    grey = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY)
    spreads = cv2.meanStdDev(colours)[1].ravel()
    if spreads.max() > COLOURFUL * cv2.meanStdDev(grey)[1].item():
        grey = np.ascontiguousarray(colours[..., int(spreads.argmax())])
    return np.asarray(grey, dtype=np.uint8)


def _on_paper(picture: Pillow.Image) -> Pillow.Image:
    """Lay a transparent picture on what its ink shows on, or on its own paper where most of it is painted."""
    if picture.getchannel("A").getextrema() == (255, 255):
        return picture.convert("RGB")
    pixels = np.asarray(picture)
    painted = pixels[..., 3] >= OPAQUE
    if not painted.any():
        level = 255
    else:
        own = int(np.median(pixels[painted][:, :3].mean(axis=1)))
        level = own if painted.mean() > 0.5 else 255 * (own < OPAQUE)
    return Pillow.alpha_composite(Pillow.new("RGBA", picture.size, (level, level, level, 255)), picture).convert("RGB")


def averaged(grey: Grey, size: Size) -> Grey:
    """Average a picture down to the size that is wanted."""
    height, width = grey.shape
    shrink = size.shrink(width, height)
    if shrink == 1:
        return np.ascontiguousarray(grey)
    import cv2

    smaller = max(1, round(width / shrink)), max(1, round(height / shrink))
    return np.asarray(cv2.resize(grey, smaller, interpolation=cv2.INTER_AREA), np.uint8)
