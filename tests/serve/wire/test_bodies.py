"""What strangers send: too much, too slowly, broken, or not what they say."""

import io
import re
import socket
import struct
import time
import zlib

import httpx
import numpy as np
import pytest
from PIL import Image

from tenfold.serve.wire.connection import Connection

SMALL = {"body": 300_000, "held": 500_000, "body_seconds": 0.5, "files": 4, "fields": 2, "pixels": 1_000_000}
LEAKS = re.compile(r"Traceback|\.py\b|/(usr|root|home|tmp|var)/|site-packages|0x[0-9a-f]{6}|\d+\.\d+\.\d+|BytesIO")
"""What no answer to a stranger may hold: a path, a version, an address in memory."""


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    before = Connection.head_seconds
    Connection.head_seconds = 0.5
    with serve(tmp_path_factory.mktemp("store"), limits=SMALL) as found:
        yield found
    Connection.head_seconds = before


@pytest.fixture
def talk(address):
    """Send bytes and give what comes back until the server ends the connection."""

    def send(*pieces: bytes, pause: float = 0) -> bytes:
        host, port = address.removeprefix("http://").split(":")
        heard = b""
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
                    time.sleep(pause)
            except OSError:
                pass  # refused while it was sending
            try:
                while piece := connection.recv(65536):
                    heard += piece
            except OSError:
                pass
        return heard

    return send


def head(length: object, kind: str = "image/png", rest: str = "") -> bytes:
    return (
        f"POST /v1/digits HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
        f"Connection: close\r\n{rest}\r\n"
    ).encode()


CHUNKED = (
    b"POST /v1/digits HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n"
    b"Connection: close\r\n\r\n"
)


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(talk):
    assert talk(head(10**12, rest="Expect: 100-continue\r\n")).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_is_too_large_hears_so(client):
    answer = client.post("/v1/digits", content=b"x" * 2_000_000, headers={"content-type": "image/png"})
    assert answer.status_code == 413
    assert answer.json()["detail"] == "the body is too large: at most 300,000 bytes are taken"


def test_a_flood_of_chunks_is_refused(client, talk):
    def flood():
        for _ in range(500):
            yield b"x" * 4000

    assert client.post("/v1/digits", content=flood(), headers={"content-type": "image/png"}).status_code == 413
    tiny = b"1\r\nx\r\n" * 400_000
    assert talk(CHUNKED, tiny).startswith(b"HTTP/1.1 413 ")


def test_chunks_and_trailers_that_hold_no_body_end_the_connection(talk):
    assert not talk(CHUNKED, b"1;" + b"x" * 200_000 + b"\r\nx\r\n").startswith(b"HTTP/1.1 200")
    trailers = b"".join(b"x-%d: %s\r\n" % (index, b"y" * 1000) for index in range(200))
    assert not talk(CHUNKED, b"1\r\nx\r\n0\r\n" + trailers).startswith(b"HTTP/1.1 200")


def test_who_sends_a_body_slowly_is_not_waited_for(talk):
    assert talk(head(1000), *[b"x"] * 12, pause=0.1).startswith(b"HTTP/1.1 408 ")


def test_who_sends_a_head_slowly_is_not_waited_for(talk):
    assert talk(b"GET / HTTP/1.1\r\n", *[b"X"] * 12, pause=0.1).startswith(b"HTTP/1.1 408 ")
    assert talk(b"").startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    "start",
    [
        b"GET / HTTP/1.1\r\nX: " + b"y" * 200_000,
        b"GET /" + b"y" * 200_000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 40_000,
    ],
)
def test_a_head_without_end_is_refused(talk, start):
    assert talk(start).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "start",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_not_http_is_a_problem(talk, start):
    heard = talk(start)
    assert heard.startswith(b"HTTP/1.1 400 ") or heard == b"", heard
    assert not LEAKS.search(heard.partition(b"\r\n\r\n")[2].decode())


def test_too_many_connections_are_told_to_come_again(address, client, monkeypatch):
    client.get("/v2/health/live")
    monkeypatch.setattr(Connection, "most", 1)
    answer = httpx.get(f"{address}/v2/health/live")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert client.get("/v2/health/live").status_code == 200


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
        ("application/json", b"{}", 415),
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
    "path",
    ["/../app.py", "/..%2fapp.py", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/page%00.html", "/\\..\\app.py"],
)
def test_no_path_leads_out_of_the_page(talk, path):
    heard = talk(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    assert heard.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400")), heard[:300]
    assert not LEAKS.search(heard.partition(b"\r\n\r\n")[2].decode())


def test_bodies_that_are_held_together_are_bounded(address, talk):
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as first, socket.create_connection((host, int(port))) as second:
        first.sendall(head(280_000) + b"x" * 270_000)
        second.sendall(head(280_000) + b"x" * 270_000)
        first.settimeout(30)
        second.settimeout(30)
        statuses = {int(first.recv(65536).split()[1]), int(second.recv(65536).split()[1])}
    assert statuses == {503, 408}
