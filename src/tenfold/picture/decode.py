"""From a picture file to its first page in grey, at a size that is enough to read one digit.

Pictures come from strangers: only the formats named here are opened, the header's size is checked before a pixel is
decoded, and big pictures shrink while they are decoded.
"""

import ctypes
import math
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from tenfold.errors import PictureError

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

__all__ = [
    "FORMATS",
    "LIMIT",
    "PAGE_SIDE",
    "PDFIUM",
    "Grey",
    "Picture",
    "check_most",
    "check_pdf_pictures",
    "content_of",
    "decode",
    "eight_bits",
    "heic_format",
    "in_grey",
    "is_pdf",
    "opening",
]

Grey: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""`uint8 (height, width)`: a picture in grey, 0 black, 255 white."""

Picture: TypeAlias = bytes | str | Path | BinaryIO | Pillow.Image | np.ndarray[Any, np.dtype[Any]]
"""What people have: a path, the bytes of a file, an open file, a Pillow image, or an array of grey, RGB or RGBA."""

Steps: TypeAlias = tuple[str, ...]
"""What was done to a picture, in the past tense and in order."""

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
"""What Pillow is let open, besides HEIC and PDF; anything else is refused before a decoder sees it."""

LIMIT = 50_000_000
"""Pixels that a picture may have: the largest that phones take, and a quarter of what Pillow would allow."""

PAGE_SIDE = 480
"""The longest side of a page: a digit of a tenth of it still has twice the pixels that a network is given."""

SMALLEST_SIDE = 3
"""The shortest side that can show a digit, in pixels."""

COLOURFUL = 1.5
"""One colour is taken in place of grey where it varies so many times as much: a yellow pen on white paper."""

OPAQUE = 128
"""From this alpha on, of 255, a pixel counts as painted."""

HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
"""What stands in bytes 8 to 12 of a HEIC file."""

PDF_MARK, PDF_MARK_WITHIN = b"%PDF-", 1024
"""How a PDF starts, and within how many bytes readers have always looked for it."""

PDFIUM = threading.Lock()
"""PDFium serves one thread at a time."""

DAMAGED = (OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError, struct.error)
"""What Pillow's decoders raise at broken files."""

ORIENTATION = 0x0112
"""The EXIF tag that says how the camera was held."""


def decode(picture: Picture, *, pixels: int = LIMIT, bgr: bool = False) -> tuple[Grey, Steps]:
    """Give the first page of a picture in grey.

    Args:
        picture: A picture file, or its content: PNG, JPEG, BMP, GIF, WebP, TIFF, PPM, PDF, or HEIC with the extra
            `heic`; any colours, depth and transparency.
        pixels: How many pixels it may have.
        bgr: An array's colours are blue, green, red.

    Returns:
        `uint8 (height, width)`, the longest side at most `PAGE_SIDE`, and the steps that led to it. Where one colour
        shows more than grey does, it is that colour.

    Raises:
        PictureError: It cannot be read, is no picture, is damaged, or has too many or too few pixels.
    """
    content = picture if isinstance(picture, bytes) else content_of(Path(picture))  # type: ignore[arg-type]
    if not content:
        raise PictureError("the file is empty: expected a picture")
    with opening():
        shown, steps = _pdf_page(content, pixels) if is_pdf(content) else _picture(content, pixels)
        return _within_page(in_grey(shown)), steps


@contextmanager
def opening(hint: str = "") -> Iterator[None]:
    """Say in one way what is wrong with a file that is opened in the block.

    Args:
        hint: What to do about one that is too large.

    Raises:
        PictureError: It is no picture, is damaged, or has more pixels than Pillow opens.
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
        raise PictureError(f"the picture is too large: {error}{hint}") from error
    except DAMAGED as error:
        raise PictureError(f"the picture is damaged: {error}") from error


def content_of(path: Path) -> bytes:
    """Read a file.

    Raises:
        PictureError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except IsADirectoryError as error:
        raise PictureError(f"{path} is a folder that holds no pictures") from error
    except (OSError, ValueError) as error:
        raise PictureError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error


def _picture(content: bytes, pixels: int) -> tuple[Pillow.Image, Steps]:
    """Open a picture, turned upright and shrunk to between one and two pages' size."""
    picture: Pillow.Image = Pillow.open(BytesIO(content), formats=[*FORMATS, *heic_format(content)])
    _check_size(*picture.size, pixels)
    steps: Steps = ("first frame taken",) if _has_frames(picture) else ()
    if picture.getexif().get(ORIENTATION, 1) != 1:
        steps += ("turned",)
    shrink = max(picture.size) / PAGE_SIDE
    if shrink > 1:
        picture.draft(None, (int(picture.width / shrink), int(picture.height / shrink)))
    picture = eight_bits(picture)
    factor = max(picture.size) // PAGE_SIDE
    if factor > 1:
        picture = picture.reduce((min(factor, picture.width), min(factor, picture.height)))
    return ImageOps.exif_transpose(picture), steps


def heic_format(content: bytes) -> list[str]:
    """Give Pillow its reader of HEIC where one is needed."""
    if content[4:8] != b"ftyp" or content[8:12] not in HEIC_BRANDS:
        return []
    try:
        import pillow_heif
    except ImportError as error:
        raise PictureError(
            "the picture is HEIC: to read it, pip install 'tenfold[heic]', or save it as JPEG"
        ) from error
    pillow_heif.register_heif_opener()
    return ["HEIF"]


def _check_size(width: int, height: int, pixels: int) -> None:
    check_most(width, height, pixels)
    if min(width, height) < SMALLEST_SIDE:
        raise PictureError(
            f"the picture is too small: {width}×{height} pixels, and a digit takes {SMALLEST_SIDE} each way"
        )


def check_most(width: int, height: int, pixels: int) -> None:
    """Hold a picture to a limit.

    Raises:
        PictureError: It has more pixels.
    """
    if width * height > pixels:
        raise PictureError(f"the picture is too large: {width}×{height} pixels, and at most {pixels:,} are read")


def _has_frames(picture: Pillow.Image) -> bool:
    """Say whether it is animated or has pages; a phone's JPEG with a preview in it has neither."""
    return picture.format != "MPO" and bool(getattr(picture, "is_animated", False))


def eight_bits(picture: Pillow.Image) -> Pillow.Image:
    """Give a picture in a mode that can be averaged: its own depth and its palette resolved."""
    if picture.mode.startswith("I") or picture.mode == "F":
        return Pillow.fromarray(_shallow(np.asarray(picture, dtype=np.float32)))
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in {"P", "PA"} or "transparency" in picture.info:
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture


def _shallow(deep: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Grey:
    """Bring any range of numbers to 0…255, its largest to 255."""
    finite = np.nan_to_num(deep, nan=0, posinf=0, neginf=0).clip(min=0)
    shallow: Grey = np.rint(finite * (255 / max(float(finite.max()), 1e-6))).astype(np.uint8)
    return shallow


def is_pdf(content: bytes) -> bool:
    """Say whether a file is a PDF."""
    return PDF_MARK in content[:PDF_MARK_WITHIN]


def _pdf_page(content: bytes, pixels: int) -> tuple[Pillow.Image, Steps]:
    """Draw the first page of a PDF."""
    import pypdfium2

    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(content)
            try:
                page = document[0]
                width, height = page.get_size()
                scale = 2 * PAGE_SIDE / max(width, height, 1)
                _check_size(math.ceil(width * scale), math.ceil(height * scale), pixels)
                check_pdf_pictures(page, pixels)
                drawn = page.render(scale=scale).to_pil().copy()
                return drawn, ("first page taken",) if len(document) > 1 else ()
            finally:
                document.close()
        except pypdfium2.PdfiumError as error:
            raise PictureError(f"the PDF cannot be opened: {error}") from error


def check_pdf_pictures(page: "PdfPage", pixels: int) -> None:
    """Hold the pictures of a PDF's page to a limit: PDFium unpacks them whole.

    Raises:
        PictureError: One has more pixels.
    """
    import pypdfium2

    for picture in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]):
        check_most(*_pdf_picture_size(picture), pixels)


def _pdf_picture_size(picture: object) -> tuple[int, int]:
    """Give a PDF's picture's width and height as its dictionary has them, nothing unpacked."""
    import pypdfium2

    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not pypdfium2.raw.FPDFImageObj_GetImagePixelSize(picture, width, height):
        raise PictureError("the PDF is damaged: a picture in it has no size")
    return width.value, height.value


def in_grey(picture: Pillow.Image) -> Grey:
    """Lay a picture on paper and give it in grey, or in the one colour that shows more."""
    if picture.has_transparency_data:
        picture = _on_paper(picture.convert("RGBA"))
    if picture.mode == "L":
        return np.asarray(picture)
    import cv2

    colours = np.asarray(picture.convert("RGB"))
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


def _within_page(grey: Grey) -> Grey:
    height, width = grey.shape
    shrink = max(height, width) / PAGE_SIDE
    if shrink <= 1:
        return grey
    import cv2

    size = max(1, round(width / shrink)), max(1, round(height / shrink))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
