"""Files that took a reader down, or could: small to send, large or endless to open. Nothing here is anybody's data."""

import struct
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO

__all__ = ["BOMBS", "content_bomb", "directories", "nested_forms", "paths", "picture_in_pdf", "zeros"]

SIDE = 30_000
"""Width and height of a picture that is too large: 900 million pixels."""

BLOCK = 1 << 20


def zeros(count: int) -> bytes:
    """Give a zlib stream of zeros without packing them: one packed block, as often as it is needed."""
    packer = zlib.compressobj(9)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(BLOCK)) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    last = rest.compress(bytes(count % BLOCK)) + rest.flush()
    return head + block * (count // BLOCK) + last + struct.pack(">HH", count % 65521, 1)


def pdf(objects: Mapping[int, bytes]) -> bytes:
    """Write a PDF of numbered objects, the first its catalogue."""
    content, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = max(objects) + 1
    table = b"".join(
        b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
        for number in range(1, size)
    )
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table) + trailer


def stream(entries: bytes, content: bytes) -> bytes:
    """Give the body of an object that holds bytes."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def page(
    content: bytes,
    resources: bytes = b"",
    more: Mapping[int, bytes] | None = None,
    extra: bytes = b"",
    how: bytes = b"",
) -> bytes:
    """Write a PDF of one page of 200×200 points.

    Args:
        content: What is drawn.
        resources: The entries of the page's resources.
        more: Further objects, from 5.
        extra: Further entries of the page.
        how: Entries of the content's stream, as its filter.
    """
    shown = b"/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<<%s>>%s" % (resources, extra)
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R%s>>" % shown,
            4: stream(how, content),
            **(more or {}),
        }
    )


FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]"
DRAW = b"200 0 0 200 0 0 cm /I Do"
WITH_PICTURE = b"/Resources<</XObject<</I 5 0 R>>>>"


def image(width: int, height: int, data: bytes, entries: bytes = b"", packed: bytes = b"FlateDecode") -> bytes:
    """Give the body of a grey picture in a PDF."""
    kind = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8" % (width, height)
    return stream(kind + b"/Filter/" + packed + entries, data)


def nested_forms(wide: int = 10, deep: int = 12) -> bytes:
    """Forms in forms: `wide` to the power of `deep` are drawn."""
    forms = {}
    for level in range(deep):
        last = level == deep - 1
        inside = b"" if last else b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + level)
        forms[5 + level] = stream(FORM + inside, b"0 0 1 1 re f" if last else b" ".join([b"/F Do"] * wide))
    return page(b"/F Do", b"/XObject<</F 5 0 R>>", forms)


def content_bomb(size: int = 3 << 30) -> bytes:
    """A page whose description unpacks to `size` bytes."""
    return page(zeros(size), how=b"/Filter/FlateDecode")


def paths(count: int = 3_000_000) -> bytes:
    """A page of `count` lines."""
    return page(zlib.compress(b"0 0 m 200 200 l S\n" * count, 9), how=b"/Filter/FlateDecode")


PLACES = ("the page", "a soft mask", "a pattern", "an annotation", "a mask of its graphics state", "a glyph")


def picture_in_pdf(place: str) -> bytes:
    """A picture of 900 million pixels, at one of the places of a PDF where a picture may be."""
    large = image(SIDE, SIDE, zeros(SIDE * SIDE))
    one = zlib.compress(b"\0")
    on_page = b"/XObject<</I 5 0 R>>"
    group = FORM + b"/Group<</S/Transparency/CS/DeviceGray>>" + WITH_PICTURE
    pattern = (
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 200 200]/XStep 200/YStep 200" + WITH_PICTURE
    )
    glyphs = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 200 200]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 7 0 R>>"
        b"/Encoding<</Type/Encoding/Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[200]" + WITH_PICTURE + b">>"
    )
    mask = b"/G gs 0 0 200 200 re f", b"/ExtGState<</G<</SMask<</Type/Mask/S/Luminosity/G 6 0 R>>>>>>"
    stamp = b"<</Type/Annot/Subtype/Stamp/Rect[0 0 200 200]/F 4/AP<</N 7 0 R>>>>"
    places: dict[str, Callable[[], bytes]] = {
        "the page": lambda: page(DRAW, on_page, {5: large}),
        "a soft mask": lambda: page(DRAW, on_page, {5: image(1, 1, one, b"/SMask 6 0 R"), 6: large}),
        "a pattern": lambda: page(
            b"/Pattern cs /P scn 0 0 200 200 re f", b"/Pattern<</P 6 0 R>>", {5: large, 6: stream(pattern, DRAW)}
        ),
        "an annotation": lambda: page(
            b"", extra=b"/Annots[6 0 R]", more={5: large, 6: stamp, 7: stream(FORM + WITH_PICTURE, DRAW)}
        ),
        "a mask of its graphics state": lambda: page(*mask, {5: large, 6: stream(group, DRAW)}),
        "a glyph": lambda: page(
            b"BT /T 1 Tf (a) Tj ET",
            b"/Font<</T 6 0 R>>",
            {5: large, 6: glyphs, 7: stream(b"", b"200 0 d0 200 0 0 200 0 0 cm /I Do")},
        ),
    }
    return places[place]()


def lying_picture(format: str, packed: bytes) -> bytes:
    """A picture of 144 million pixels that the PDF calls one of 1×1."""
    from PIL import Image

    content = BytesIO()
    Image.new("L", (12_000, 12_000), 255).save(content, format)
    return page(DRAW, b"/XObject<</I 5 0 R>>", {5: image(1, 1, content.getvalue(), packed=packed)})


def pages(count: int = 20_000) -> bytes:
    """A PDF of `count` pages."""
    kids = b" ".join(b"%d 0 R" % (4 + number) for number in range(count))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
        3: stream(b"", b"0 0 9 9 re f"),
    }
    one = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 3 0 R>>"
    return pdf(objects | dict.fromkeys(range(4, 4 + count), one))


def directories(count: int = 80_000) -> bytes:
    """A TIFF of `count` pages of 8×8."""
    entries = ((256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 8), (279, 4, 1, 64))
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    size, first = len(body) + 4, 8 + 64
    chain = b"".join(
        body + struct.pack("<I", first + size * (number + 1) if number < count - 1 else 0) for number in range(count)
    )
    return b"II*\0" + struct.pack("<I", first) + bytes(64) + chain


def large_tiff() -> bytes:
    """A TIFF of 900 million pixels in two colours, packed by fax."""
    from PIL import Image

    content = BytesIO()
    Image.new("1", (SIDE, SIDE), 1).save(content, "TIFF", compression="group4")
    return content.getvalue()


def large_png() -> bytes:
    """A PNG of 900 million pixels."""
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    data = zeros(SIDE * (SIDE + 1))
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


BOMBS: dict[str, Callable[[], bytes]] = {
    "forms 10 wide, 12 deep": nested_forms,
    "a content of 3 GB": content_bomb,
    "three million lines": paths,
    "20,000 pages": pages,
    "80,000 directories": directories,
    "JPEG 2000 called 1×1": lambda: lying_picture("JPEG2000", b"JPXDecode"),
    "JPEG called 1×1": lambda: lying_picture("JPEG", b"DCTDecode"),
    "900 million pixels as PNG": large_png,
    "900 million pixels as TIFF": large_tiff,
    **{f"900 million pixels in {place}": partial(picture_in_pdf, place) for place in PLACES},
}
"""Each with its name, made when it is called for."""
