"""The pages of a PDF in grey, as PDFium draws them; only one thread of a process may call this."""

import ctypes
from math import ceil
from typing import TYPE_CHECKING

from tenfold.errors import PictureError
from tenfold.picture.decode import Grey, OpenedPage, Size, averaged, check_size, decoding, in_grey

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

__all__ = ["PdfFile", "is_pdf"]

MARK, MARK_WITHIN = b"%PDF-", 1024
"""How a PDF starts, and within how many bytes readers have always looked for it; PDF 1.7, implementation note 13."""

POINTS = 72
"""A PDF's unit of length: points per inch."""

LOCKED = "password"
"""PDFium's word for a file that is locked."""


def is_pdf(content: bytes) -> bool:
    """Say whether a file is a PDF."""
    return MARK in content[:MARK_WITHIN]


class PdfFile:
    """A PDF that is open.

    Args:
        content: The bytes of the file.
        pixels: How many pixels a page, and each picture on it, may have.

    Attributes:
        count: How many pages it has.

    Raises:
        PictureError: It is damaged, locked, or has no pages.
    """

    def __init__(self, content: bytes, pixels: int) -> None:
        import pypdfium2

        self._pixels = pixels
        with decoding():
            try:
                self._document = pypdfium2.PdfDocument(content)
            except pypdfium2.PdfiumError as error:
                locked = LOCKED in str(error).lower()
                hint = "it is encrypted: save a copy without a password" if locked else f"{error}"
                raise PictureError(f"the PDF cannot be opened: {hint}") from error
        self.count = len(self._document)
        if not self.count:
            self.close()
            raise PictureError("the PDF has no pages")

    def page(self, number: int, size: Size) -> OpenedPage:
        """Draw the page of a number, counted from 0, after its size and its pictures were held to the limits.

        Raises:
            PictureError: It is damaged, too large or too small.
        """
        import pypdfium2

        try:
            with decoding():
                grey = self._drawn(number, size)
        except pypdfium2.PdfiumError as error:
            raise PictureError(f"page {number + 1} of the PDF is damaged: {error}") from error
        return OpenedPage(grey, one_of="page" if self.count > 1 else "")

    def close(self) -> None:
        """Let go of the file."""
        self._document.close()

    def _drawn(self, number: int, size: Size) -> Grey:
        page = self._document[number]
        sides = page.get_size()
        scale = min(size.dots / POINTS, (1 + size.for_digits) * size.side / max(*sides, 1))
        width, height = (ceil(side * scale) for side in sides)
        check_size(width, height, self._pixels, size.least)
        _check_pictures(page, self._pixels)
        drawn = page.render(scale=scale, grayscale=not size.for_digits)
        grey = averaged(in_grey(drawn.to_pil()), size)
        drawn.close()
        page.close()
        return grey


def _check_pictures(page: "PdfPage", pixels: int) -> None:
    """Hold the pictures of a page to a limit by what their dictionaries say: PDFium unpacks them whole."""
    import pypdfium2

    for picture in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]):
        width, height = ctypes.c_uint(), ctypes.c_uint()
        if not pypdfium2.raw.FPDFImageObj_GetImagePixelSize(picture, width, height):
            raise PictureError("the PDF is damaged: a picture in it has no size")
        check_size(width.value, height.value, pixels)
