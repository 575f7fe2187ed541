"""The pages of a PDF in grey: PDFium draws them, one thread at a time."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from threading import RLock
from typing import TYPE_CHECKING

from tenfold.errors import PictureError
from tenfold.picture.decode import Grey, OpenedPage, Size, averaged, check_size, decoding, in_grey

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

__all__ = ["count_pdf_pages", "is_pdf", "pages_of_pdf"]

MARK, MARK_WITHIN = b"%PDF-", 1024
"""How a PDF starts, and within how many bytes readers have always looked for it; PDF 1.7, implementation note 13."""

POINTS = 72
"""A PDF's unit of length: points per inch."""

LOCKED = "password"
"""PDFium's word for a file that is locked."""

PDFIUM = RLock()
"""PDFium serves one thread at a time; that thread may close a document while it is at another one."""


def is_pdf(content: bytes) -> bool:
    """Say whether a file is a PDF."""
    return MARK in content[:MARK_WITHIN]


def count_pdf_pages(content: bytes) -> int:
    """Give how many pages a PDF has.

    Raises:
        PictureError: It cannot be opened.
    """
    with PDFIUM, _document(content) as document:
        return len(document)


def pages_of_pdf(content: bytes, size: Size, pixels: int) -> Iterator[OpenedPage]:
    """Draw the pages of a PDF one after another.

    Args:
        content: The bytes of the file.
        size: How large the pages are wanted.
        pixels: How many pixels a page, and each picture on it, may have.

    Raises:
        PictureError: It is damaged, locked, too large or too small.
    """
    with _document(content) as document:
        pages = len(document)
        if not pages:
            raise PictureError("the PDF has no pages")
        for number in range(pages):
            with PDFIUM:
                grey = _drawn(document, number, size, pixels)
            yield OpenedPage(grey, one_of="page" if pages > 1 else "")


@contextmanager
def _document(content: bytes) -> "Iterator[PdfDocument]":
    import pypdfium2

    with PDFIUM, decoding():
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            locked = LOCKED in str(error).lower()
            hint = "it is encrypted: save a copy without a password" if locked else f"{error}"
            raise PictureError(f"the PDF cannot be opened: {hint}") from error
    try:
        yield document
    finally:
        with PDFIUM:
            document.close()


def _drawn(document: "PdfDocument", number: int, size: Size, pixels: int) -> Grey:
    """Draw one page, after its size and its pictures were held to the limits."""
    import pypdfium2

    try:
        with decoding():
            page = document[number]
            sides = page.get_size()
            scale = min(size.dots / POINTS, (1 + size.for_digits) * size.side / max(*sides, 1))
            width, height = (ceil(side * scale) for side in sides)
            check_size(width, height, pixels, size.least)
            _check_pictures(page, pixels)
            drawn = page.render(scale=scale, grayscale=not size.for_digits)
            grey = in_grey(drawn.to_pil())
            drawn.close()
            page.close()
            return averaged(grey, size)
    except pypdfium2.PdfiumError as error:
        raise PictureError(f"page {number + 1} of the PDF is damaged: {error}") from error


def _check_pictures(page: "PdfPage", pixels: int) -> None:
    """Hold the pictures of a page to a limit by what their dictionaries say: PDFium unpacks them whole."""
    import pypdfium2

    for picture in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]):
        width, height = ctypes.c_uint(), ctypes.c_uint()
        if not pypdfium2.raw.FPDFImageObj_GetImagePixelSize(picture, width, height):
            raise PictureError("the PDF is damaged: a picture in it has no size")
        check_size(width.value, height.value, pixels)
