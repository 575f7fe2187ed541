"""A web server on this machine, and small data sets that are fetched from it."""

import gzip
import hashlib
import io
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from tenfold.data.catalogue import Dataset
from tenfold.data.idx import encode_idx
from tenfold.data.sources import Archive, RawFile

Answer = Callable[[BaseHTTPRequestHandler], None]

COUNTS = {"train": 7, "test": 3}


class Web:
    """Answers each path of `answers`, and 404 to the rest; remembers what it was asked."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, bytes | Answer] = {}
        self.asked: list[str] = []
        self.released = threading.Event()
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append(self.path)
                answer = web.answers.get(self.path)
                if answer is None:
                    self.send_error(404)
                elif callable(answer):
                    answer(self)
                else:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                pass  # a client that refuses the certificate hangs up

        self.server = Server(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.address = f"{'https' if context else 'http'}://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def publish(self, dataset: Dataset, files: dict[str, bytes], folder: str = "") -> None:
        for file in dataset.files:
            self.answers[f"/{folder}{file.archive.name}"] = gzip.compress(files[file.name], mtime=0)

    def hang(self, _handler: BaseHTTPRequestHandler) -> None:
        self.released.wait(30)

    def stop(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.stop()


@pytest.fixture
def raw_files() -> dict[str, bytes]:
    """The four IDX files of a data set of ten random images."""
    random = np.random.default_rng(0)
    files = {}
    for split, count in COUNTS.items():
        images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = random.integers(0, 10, count, dtype=np.uint8)
        files[f"{split}-images"] = encode_idx(images)
        files[f"{split}-labels"] = encode_idx(labels)
    return files


@pytest.fixture
def dataset(raw_files: dict[str, bytes]) -> Dataset:
    """A data set whose files' own hashes are known; it has no source yet."""
    files = []
    for split, count in COUNTS.items():
        for kind, shape in (("images", (count, 28, 28)), ("labels", (count,))):
            name = f"{split}-{kind}"
            sha256 = hashlib.sha256(raw_files[name]).hexdigest()
            files.append(RawFile(split, kind, name, shape, sha256=sha256))  # type: ignore[arg-type]
    return Dataset(
        name="tiny",
        title="Ten images",
        classes=tuple("0123456789"),
        licence="none",
        homepage="https://example.org/",
        files=tuple(files),
        sources=(),
    )


@pytest.fixture
def packed_dataset(dataset: Dataset, raw_files: dict[str, bytes]) -> Dataset:
    """The same where only the hashes of the `.gz` files are known."""
    return replace(
        dataset,
        files=tuple(
            replace(
                file,
                sha256=None,
                packed=Archive(
                    f"{file.name}.gz",
                    hashlib.sha256(gzip.compress(raw_files[file.name], mtime=0)).hexdigest(),
                ),
            )
            for file in dataset.files
        ),
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no proxy on the way to this machine's server."""
    monkeypatch.setenv("TENFOLD_HOME", str(tmp_path / "home"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return tmp_path / "home"


def cut_off(content: bytes) -> Answer:
    """Promise all of `content`, send half of it and hang up."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2])

    return answer


@pytest.fixture
def cut() -> Callable[[bytes], Answer]:
    return cut_off


@pytest.fixture
def secure_web(tmp_path: Path) -> Iterator[tuple[Web, Path]]:
    """A server with a certificate that nobody has signed, and the file of that certificate."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    _make_certificate(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    web = Web(context)
    yield web, certificate
    web.stop()


def _make_certificate(certificate: Path, key: Path) -> None:
    import subprocess

    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )


@pytest.fixture
def zip_of() -> Callable[[dict[str, bytes]], bytes]:
    import zipfile

    def build(members: dict[str, bytes]) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return stream.getvalue()

    return build


def pack_lzw(content: bytes, *, most_bits: int = 16, block_mode: bool = True, clear_every: int | None = None) -> bytes:
    """Pack as the Unix tool compress does: eight codes make a group, and a new width or an emptied table a new group.

    Args:
        content: What to pack.
        most_bits: Width of the widest codes.
        block_mode: Whether the table may be emptied.
        clear_every: After how many codes it is.
    """
    packed = bytearray([0x1F, 0x9D, most_bits | (0x80 if block_mode else 0)])
    singles = {bytes([value]): value for value in range(256)}
    codes, count, bits = dict(singles), 256 + block_mode, 9
    group: list[int] = []

    def end_group() -> None:
        value = sum(code << bits * place for place, code in enumerate(group))
        packed.extend(value.to_bytes(bits if group else 0, "little"))
        group.clear()

    def put(code: int) -> None:
        group.append(code)
        if len(group) == 8:
            end_group()

    known, put_since_clear = b"", 0
    for value in content:
        longer = known + bytes([value])
        if longer in codes:
            known = longer
            continue
        put(codes[known])
        put_since_clear += 1
        if count < 1 << most_bits:
            codes[longer] = count
            count += 1
        if count > 1 << bits and bits < most_bits:
            end_group()
            bits += 1
        known = longer[-1:]
        if block_mode and put_since_clear == clear_every:
            put(256)
            end_group()
            codes, count, bits, put_since_clear = dict(singles), 257, 9, 0
    if known:
        put(codes[known])
    last = sum(code << bits * place for place, code in enumerate(group))
    return bytes(packed) + last.to_bytes(-(-bits * len(group) // 8), "little")


@pytest.fixture(scope="session")
def compress() -> Callable[..., bytes]:
    return pack_lzw
