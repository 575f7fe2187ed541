"""The pages of a PDF in grey, as PDFium draws them; only one thread of a process may call this."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from tenfold.errors import PictureError
from tenfold.picture.decode import Grey, OpenedPage, Size, averaged, check_size, decoding, in_grey

if TYPE_CHECKING:
    from pypdfium2 import PdfFormEnv, PdfPage

__all__ = ["PdfFile", "TextField", "is_pdf"]

MARK, MARK_WITHIN = b"%PDF-", 1024
"""How a PDF starts, and within how many bytes readers have always looked for it; PDF 1.7, implementation note 13."""

POINTS = 72
"""A PDF's unit of length: points per inch."""

LOCKED = "password"
"""PDFium's word for a file that is locked."""

COMB = 1 << 24
"""The flag of a text field whose signs stand in boxes of equal width; PDF 1.7, table 228, bit 25."""

SHARES = 1 << 20
"""Steps that the sides of a page are divided into to tell where a field is."""

MOST_FIELDS = 1000
"""Text fields of a page that are told."""

LONGEST_NAME = 100
"""Signs of a field's name that are kept."""


@dataclass(frozen=True)
class TextField:
    """A field of a page's AcroForm that text is typed into.

    Attributes:
        name: Its full name, with those of the fields that it belongs to before it.
        region: Left, top, right and bottom, as shares of the page's width and height as it is drawn.
        length: How many signs it takes; None for any.
        boxes: Whether each stands in a box.
    """

    name: str
    region: tuple[float, float, float, float]
    length: int | None
    boxes: bool


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
                self._document.init_forms()  # what is typed into the fields of a form is drawn
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

    def fields(self, number: int) -> list[TextField]:
        """Give the text fields of the AcroForm on the page of a number, counted from 0, from top to bottom.

        Raises:
            PictureError: The page is damaged.
        """
        import pypdfium2

        try:
            with decoding():
                if not self._document.formenv:
                    return []
                page = self._document[number]
                found = list(_text_fields(page, self._document.formenv))
                page.close()
        except pypdfium2.PdfiumError as error:
            raise PictureError(f"page {number + 1} of the PDF is damaged: {error}") from error
        return sorted(found, key=lambda field: (field.region[1], field.region[0]))

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


def _text_fields(page: "PdfPage", form: "PdfFormEnv") -> Iterator[TextField]:
    from pypdfium2 import raw

    for place in range(min(raw.FPDFPage_GetAnnotCount(page), MOST_FIELDS)):
        field = raw.FPDFPage_GetAnnot(page, place)
        if not field:
            continue
        region = _region(page, field)
        if raw.FPDFAnnot_GetFormFieldType(form, field) == raw.FPDF_FORMFIELD_TEXTFIELD and region:
            length = ctypes.c_float()
            raw.FPDFAnnot_GetNumberValue(field, b"MaxLen", length)
            boxes = bool(raw.FPDFAnnot_GetFormFieldFlags(form, field) & COMB)
            yield TextField(_name(form, field), region, int(length.value) or None, boxes)
        raw.FPDFPage_CloseAnnot(field)


def _region(page: "PdfPage", field: object) -> tuple[float, float, float, float] | None:
    """Give the part of a page as it is drawn, perhaps turned, that a field takes; None where it is none."""
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    if not raw.FPDFAnnot_GetRect(field, box):
        return None
    corners = []
    for x, y in ((box.left, box.top), (box.right, box.bottom)):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, SHARES, SHARES, 0, x, y, across, down)
        corners.append([min(max(each.value / SHARES, 0.0), 1.0) for each in (across, down)])
    (left, right), (top, bottom) = (sorted(sides) for sides in zip(*corners, strict=True))
    return (left, top, right, bottom) if left < right and top < bottom else None


def _name(form: "PdfFormEnv", field: object) -> str:
    from pypdfium2 import raw

    size = raw.FPDFAnnot_GetFormFieldName(form, field, None, 0)
    content = (ctypes.c_ushort * (size // 2))()
    raw.FPDFAnnot_GetFormFieldName(form, field, content, size)
    name = bytes(content).decode("utf-16-le", "replace").rstrip("\0")
    return "".join(sign for sign in name if sign.isprintable())[:LONGEST_NAME].strip()
