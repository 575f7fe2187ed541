"""Pictures and forms that are not what they say, and rare ones that are."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from strangers import LEAKS

from tenfold.serve.wire.pictures import shown_name


def form(*parts: bytes, boundary: bytes = b"cut") -> bytes:
    return b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"


PART = b'Content-Disposition: form-data; name="pictures"; filename="a.png"\r\n\r\nxyz'


@pytest.mark.parametrize(
    ("kind", "content", "status"),
    [
        ("multipart/form-data", form(PART), 400),
        ("multipart/form-data; boundary=", form(PART), 400),
        ("multipart/form-data; boundary=other", form(PART), 400),
        ("multipart/form-data; boundary=" + "x" * 5000, form(PART), 400),
        ("multipart/form-data; boundary=cut; charset=unicode_escape", form(PART.replace(b"a.png", rb"\ud800")), 422),
        ("multipart/form-data; boundary=cut; charset=zlib", form(PART), 422),
        ("multipart/form-data; boundary=cut", form(PART)[:-20], 400),
        ("multipart/form-data; boundary=cut", b"", 400),
        ("multipart/form-data; boundary=cut", b"--cut--", 400),
        ("multipart/form-data; boundary=cut", b"\r\n" * 100_000, 400),
        ("multipart/form-data; boundary=cut", form(b'Content-Disposition: form-data; name="a"\r\n\r\n1'), 400),
        ("multipart/form-data; boundary=cut", form(b"X: y\r\n\r\n1"), 400),
        ("multipart/form-data; boundary=cut", form(b"X: y\r\n" * 200 + PART), 400),
        ("multipart/form-data; boundary=cut", form(b"X: " + b"y" * 100_000 + b"\r\n" + PART), 400),
        ("multipart/form-data; boundary=cut", form(*[PART] * 5), 413),
        ("multipart/form-data; boundary=cut", form(*[b'Content-Disposition: form-data; name="a"\r\n\r\n1'] * 3), 413),
        (
            "multipart/form-data; boundary=cut",
            form(b'Content-Disposition: form-data; name="a"\r\n\r\n' + b"1" * 99_999),
            413,
        ),
        ("multipart/form-data; boundary=cut", form(PART), 422),
        ("application/json", b"{}", 400),
        ("text/html", b"<p>", 415),
        ("", b"x", 415),
        ("image/png; charset=\xff", b"x", 422),
    ],
)
def test_forms_and_types_that_are_not_what_they_should_be(client, kind, content, status):
    answer = client.post("/v1/digits", content=content, headers={"content-type": kind.encode("latin-1")})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert not LEAKS.search(answer.text)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb(width: int, height: int) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


def picture(kind: str, mode: str = "L", **options) -> bytes:
    stream = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 4), dtype=np.uint8)
    Image.fromarray(noise).convert(mode).save(stream, kind, **options)
    return stream.getvalue()


BOMBS = {
    "too many pixels": bomb(100_000, 100_000),
    "a little too many": bomb(1001, 1000),
    "a line": bomb(1_000_000, 1),
    "no pixels": bomb(0, 0),
    "less than announced": bomb(1000, 1000),
    "text that unpacks to much": b"\x89PNG\r\n\x1a\n"
    + chunk(b"zTXt", b"x\0\0" + zlib.compress(b"\0" * 200_000_000))
    + bomb(10, 10)[8:],
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:1/"/></svg>',
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n",
    "pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>endobj trailer<</Root 1 0 R>>",
    "nothing": b"",
    "heic": b"\0\0\0\x18ftypheic" + b"\0" * 50,
    **{
        f"half a {kind}": picture(kind)[: len(picture(kind)) // 2]
        for kind in ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")
    },
}
READABLE = {
    "cmyk": picture("JPEG", "CMYK"),
    "palette": picture("PNG", "P"),
    "transparent": picture("PNG", "RGBA"),
    "one bit": picture("TIFF", "1"),
    "animated": picture("GIF", save_all=True, append_images=[Image.new("L", (40, 40))] * 3),
}


@pytest.mark.parametrize("name", BOMBS)
def test_picture_bombs_are_problems(client, name):
    answer = client.post("/v1/digits", content=BOMBS[name], headers={"content-type": "image/png"})
    assert answer.status_code in {200, 422}, answer.text
    assert answer.status_code == 422 or name.startswith(("half", "text"))
    assert not LEAKS.search(answer.text), answer.text


@pytest.mark.parametrize("name", READABLE)
def test_rare_pictures_are_read(client, name):
    answer = client.post("/v1/digits", content=READABLE[name], headers={"content-type": "image/png"})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\seven.png", "seven.png"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("a\x1b[31m\u202e.png", "a[31m.png"),
        ("..", None),
        ("x" * 5000, "x" * 120),
    ],
)
def test_a_name_is_shown_without_its_path_and_without_what_cannot_be_seen(name, shown):
    assert shown_name(name) == shown


@pytest.mark.parametrize("kind", [None, "application/octet-stream", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_comes_without_its_type_is_known_by_its_content(client, seven, kind, method):
    headers = {"content-type": kind} if kind else {}
    for format in ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "PDF"):
        stream = io.BytesIO()
        Image.open(io.BytesIO(seven)).save(stream, format)
        answer = client.request(method, "/v1/digits", content=stream.getvalue(), headers=headers)
        assert answer.json()["digits"][0]["digit"] == "7", format
    assert client.request(method, "/v1/numbers", content=seven, headers=headers).status_code == 200
    assert client.request(method, "/v1/digits", content=b"hello", headers=headers).status_code == 415
