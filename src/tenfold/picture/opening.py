"""From a file to its pages in grey, one after another: photos, scans, PDF and TIFF of many pages.

Only one page is in memory at a time, however many a file has.
"""

import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from tenfold.errors import PictureError
from tenfold.picture.decode import (
    FORMATS,
    PDFIUM,
    Grey,
    Picture,
    check_most,
    check_pdf_pictures,
    content_of,
    eight_bits,
    heic_format,
    in_grey,
    is_pdf,
    opening,
)

__all__ = ["LONGEST_SIDE", "count_pages", "open_pages"]

LONGEST_SIDE = 2400
"""The longest side of a page in pixels: A4 at 205 dpi."""

LARGEST_AREA = 4_400_000
"""Long strips may be longer, up to so many pixels in all."""

LARGEST_PICTURE = 178_956_970
"""The most pixels of a picture, alone or in a PDF: Pillow's own limit."""

DOTS = 200
"""PDF pages are drawn at so many dots per inch."""

LOCKED = "password"
"""PDFium's word for a file that is locked."""


def open_pages(picture: Picture, *, pixels: int = LARGEST_PICTURE, bgr: bool = False) -> Iterator[Grey]:
    """Give the pages of a file in grey.

    Args:
        picture: A file, or its content: any format that `decode` reads; of PDF and TIFF every page.
        pixels: How many a picture, alone or in a PDF, may have.
        bgr: An array's colours are blue, green, red.

    Yields:
        `uint8 (height, width)`, upright as the camera was held, the longest side at most `LONGEST_SIDE`.

    Raises:
        PictureError: It cannot be read, is no picture, is damaged, locked or too large.
    """
    content = picture if isinstance(picture, bytes) else content_of(Path(picture))
    if not content:
        raise PictureError("the file is empty: expected a picture or a PDF")
    with opening("; scan it at 200 dots per inch"):
        yield from _pdf_pages(content, pixels) if is_pdf(content) else _frames(content, pixels)


def count_pages(picture: Picture) -> int:
    """Give how many pages a file has; 1 where that cannot be said."""
    try:
        content = picture if isinstance(picture, bytes) else Path(picture).read_bytes()
        if is_pdf(content):
            import pypdfium2

            with PDFIUM:
                document = pypdfium2.PdfDocument(content)
                try:
                    return len(document)
                finally:
                    document.close()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _count(Pillow.open(BytesIO(content), formats=FORMATS))
    except Exception:  # a file that cannot be opened says so where it is read
        return 1


def _count(picture: Pillow.Image) -> int:
    return int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1


def _pdf_pages(content: bytes, pixels: int) -> Iterator[Grey]:
    import pypdfium2

    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            locked = LOCKED in str(error).lower()
            hint = "it is encrypted: save a copy without a password" if locked else f"{error}"
            raise PictureError(f"the PDF cannot be opened: {hint}") from error
    try:
        for number in range(len(document)):
            with PDFIUM:
                try:
                    page = document[number]
                    check_pdf_pictures(page, pixels)
                    scale = min(DOTS / 72, LONGEST_SIDE / max(*page.get_size(), 1))
                    drawn = page.render(scale=scale, grayscale=True)
                    shown = np.array(drawn.to_numpy())
                    drawn.close()
                    page.close()
                except pypdfium2.PdfiumError as error:
                    raise PictureError(f"page {number + 1} of the PDF is damaged: {error}") from error
            yield np.ascontiguousarray(shown[..., 0] if shown.ndim == 3 else shown)
    finally:
        with PDFIUM:
            document.close()


def _frames(content: bytes, pixels: int) -> Iterator[Grey]:
    picture: Pillow.Image = Pillow.open(BytesIO(content), formats=[*FORMATS, *heic_format(content)])
    for number in range(_count(picture)):
        picture.seek(number)
        check_most(*picture.size, pixels)
        scale = _scale(*picture.size)
        if scale < 1:
            picture.draft(None, (int(picture.width * scale), int(picture.height * scale)))
        shown = ImageOps.exif_transpose(eight_bits(picture))
        yield _shrunk(in_grey(shown))


def _scale(width: int, height: int) -> float:
    return float(min(1.0, max(LONGEST_SIDE / max(width, height), (LARGEST_AREA / (width * height)) ** 0.5)))


def _shrunk(grey: Grey) -> Grey:
    height, width = grey.shape
    scale = _scale(width, height)
    if scale == 1:
        return np.ascontiguousarray(grey)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
