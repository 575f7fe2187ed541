"""PDF files made by hand: small, of one black picture, and one that nobody has the password of."""

import zlib


def pdf_of(width: int, height: int, *, page: str = "0 0 72 72") -> bytes:
    """A PDF of one page that shows one black picture, packed small however many pixels it has."""
    squeeze = zlib.compressobj(9)
    data = b"".join(squeeze.compress(bytes(width)) for _ in range(height)) + squeeze.flush()
    drawing = b"q 72 0 0 72 0 0 cm /P Do Q"
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[{page}]/Resources<</XObject<</P 5 0 R>>>>/Contents 4 0 R>>".encode(),
        b"<</Length %d>>stream\n%b\nendstream" % (len(drawing), drawing),
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (width, height, len(data), data),
    ]
    objects = b"".join(b"%d 0 obj%b endobj\n" % (number, body) for number, body in enumerate(bodies, 1))
    return b"%PDF-1.4\n" + objects + b"trailer<</Root 1 0 R>>"


LOCKED_OBJECTS = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    b"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>",
)


def _locked() -> bytes:
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(LOCKED_OBJECTS, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    name = b"<" + b"43" * 16 + b">"
    trailer = b"<< /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [" + name + name + b"] >>"
    return content + b"xref\n0 5\n0000000000 65535 f \n%strailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        trailer,
        len(content),
    )


LOCKED_PDF = _locked()


def pdf_form(*, turned: int = 0, amount: bytes = b"") -> bytes:
    """A PDF of one page of 400×300 points with text fields (one a comb of nine, one with a parent) and a check box.

    Typed into the field `amount` is what is given.
    """
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R 5 0 R 6 0 R 7 0 R]/DA(/Helv 20 Tf 0 g)"
        b"/DR<</Font<</Helv 9 0 R>>>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]/Rotate %d/Annots[4 0 R 5 0 R 6 0 R 8 0 R]>>" % turned,
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(amount)/V(%b)/Rect[40 100 140 130]/P 3 0 R>>" % amount,
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(id)/Ff 16777216/MaxLen 9/Rect[40 200 240 230]/P 3 0 R>>",
        b"<</Type/Annot/Subtype/Widget/FT/Btn/T(yes)/Rect[40 50 60 70]/P 3 0 R>>",
        b"<</T(person)/FT/Tx/Kids[8 0 R]>>",
        b"<</Type/Annot/Subtype/Widget/Parent 7 0 R/T(age)/Rect[200 100 240 130]/P 3 0 R>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Name/Helv>>",
    ]
    objects = b"".join(b"%d 0 obj%b endobj\n" % (number, body) for number, body in enumerate(bodies, 1))
    return b"%PDF-1.7\n" + objects + b"trailer<</Root 1 0 R>>"
