"""The child process that opens files whose decoders can be brought down: PDF, TIFF, HEIC.

It holds one file at a time and answers requests over two pipes: a head in JSON, then bytes. What it may take of the
machine is bounded before it sees the first byte of a stranger.
"""

import json
import os
import struct
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from tenfold.errors import PictureError

if TYPE_CHECKING:
    from tenfold.picture.decode import PictureFile
    from tenfold.picture.pdf import PdfFile

try:
    import resource
except ImportError:  # Windows: only time is bounded there, by the parent
    resource = None  # type: ignore[assignment]

__all__ = ["CPU_SECONDS", "MEMORY", "receive", "send", "serve"]

FRAME = struct.Struct("<II")
"""What a message begins with: the bytes of its head, and the bytes that follow the head."""

MEMORY = 960 << 20
"""Bytes of memory that a child may take, beside those of the file that it was given: with what it has from the start
less than a GiB."""

CPU_SECONDS = 6
"""Seconds that a child may compute for one page: 80 million pixels of a TIFF take two."""

SMALL = 384 << 20
"""Bytes of memory up to which a child is kept for another file."""


def send(stream: BinaryIO, head: dict[str, Any], content: bytes | memoryview = b"") -> None:
    """Send a message."""
    text = json.dumps(head).encode()
    for part in (FRAME.pack(len(text), len(content)) + text, content):
        left = memoryview(part)
        while left:  # a signal may come in between
            left = left[stream.write(left) :]


def receive(stream: BinaryIO, most: int) -> tuple[dict[str, Any], bytearray]:
    """Receive a message.

    Args:
        stream: Where from.
        most: How many bytes it may have.

    Raises:
        EOFError: The other side has left, or sends what is no message.
    """
    head_bytes, content_bytes = FRAME.unpack(_exactly(stream, FRAME.size))
    if head_bytes + content_bytes > most:
        raise EOFError
    return json.loads(_exactly(stream, head_bytes)), _exactly(stream, content_bytes)


def _exactly(stream: BinaryIO, size: int) -> bytearray:
    content = bytearray(size)
    left = memoryview(content)
    while left:
        count = stream.readinto(left)  # type: ignore[attr-defined]
        if not count:
            raise EOFError
        left = left[count:]
    return content


def serve() -> None:
    """Answer requests from standard input on standard output until the other side leaves."""
    questions = open(os.dup(0), "rb", buffering=0)  # noqa: PTH123, SIM115
    answers = open(os.dup(1), "wb", buffering=0)  # noqa: PTH123, SIM115
    os.dup2(2, 1)  # whatever a library prints is no answer
    _load()
    own = _limit()
    send(answers, {"ready": True})
    file: PdfFile | PictureFile | None = None
    with suppress(EOFError, OSError):
        while True:
            asked, content = receive(questions, sys.maxsize)
            page: bytes | memoryview = b""
            try:
                if asked["do"] == "open":
                    file = None
                    _allow(own + len(content))
                    file = _opened(asked["kind"], bytes(content), asked["pixels"])
                    answer: dict[str, Any] = {"count": file.count}
                else:
                    _allow(None)
                    assert file is not None  # noqa: S101 (nothing else is asked before)
                    answer, page = (_fields if asked["do"] == "fields" else _page)(file, asked)
            except PictureError as error:
                answer = {"error": str(error)}
            except MemoryError:
                answer = {"memory": True}
            del content
            send(answers, answer | {"large": _peak() > SMALL}, page)
    os._exit(0)


def _load() -> None:
    """Import what opens files before memory is bounded: a library's own size is not the file's doing."""
    import tenfold.picture.decode  # noqa: F401

    with suppress(ImportError):
        import pypdfium2  # noqa: F401


def _limit() -> int:
    """Take away what opening a file needs not; give the bytes of address space that libraries have reserved."""
    if resource is None:
        return 0
    for bound in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(bound, (0, 0))
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
            virtual, resident = (int(pages) * resource.getpagesize() for pages in file.read().split()[:2])
    except (OSError, ValueError):  # not Linux
        return 0
    return virtual - resident


def _allow(taken: int | None) -> None:
    """Bound the time of one request, and the memory of one file."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    bounds = {resource.RLIMIT_CPU: int(used.ru_utime + used.ru_stime) + CPU_SECONDS}
    if taken:
        bounds[resource.RLIMIT_AS] = taken + MEMORY
    for bound, value in bounds.items():
        hard = resource.getrlimit(bound)[1]
        resource.setrlimit(bound, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _peak() -> int:
    """Give the most bytes of memory that the process has had; in Linux's `ru_maxrss` are those of its parent too."""
    with (
        suppress(OSError, ValueError, StopIteration),
        Path("/proc/self/status").open(encoding="ascii", errors="replace") as status,
    ):
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    if resource is None:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _opened(kind: str, content: bytes, pixels: int) -> "PdfFile | PictureFile":
    from tenfold.picture.decode import PictureFile
    from tenfold.picture.pdf import PdfFile

    return (PdfFile if kind == "PDF" else PictureFile)(content, pixels)


def _fields(file: "PdfFile | PictureFile", asked: dict[str, Any]) -> tuple[dict[str, Any], memoryview]:
    from tenfold.picture.pdf import PdfFile

    found = file.fields(asked["number"]) if isinstance(file, PdfFile) else []
    return {"fields": [asdict(field) for field in found]}, memoryview(b"")


def _page(file: "PdfFile | PictureFile", asked: dict[str, Any]) -> tuple[dict[str, Any], memoryview]:
    from tenfold.picture.decode import Size

    page = file.page(asked["number"], Size(**asked["size"]))
    head = {"shape": page.grey.shape, "turned": page.turned, "one_of": page.one_of}
    return head, page.grey.data.cast("B")
