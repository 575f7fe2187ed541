"""Files whose decoders can be brought down are opened in child processes, which are killed without hurting anyone.

A child is started when the first such file comes, and kept for the next: a page of a PDF costs a few milliseconds more
than in this process. One child serves one file at a time, page by page. The limits are those of `sandbox_child`; memory
is bounded on Linux, time everywhere.
"""

import atexit
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from threading import Event, Lock, Thread
from typing import Any, BinaryIO, cast

import numpy as np

from tenfold.errors import PictureError
from tenfold.picture.decode import OpenedPage, Size, check_heic, is_heic
from tenfold.picture.pdf import TextField, is_pdf
from tenfold.picture.sandbox_child import CPU_SECONDS, MEMORY, receive, send
from tenfold.picture.tiff import is_tiff

__all__ = ["SECONDS", "SandboxedFile", "kind_of", "looks_like_picture", "warm_up"]

SECONDS = 20.0
"""Seconds that a child, which may compute for `CPU_SECONDS`, is waited for: other processes may be in its way."""

START_SECONDS = 60.0
"""Seconds that a child may take to start."""

PATIENT_SECONDS = 2.0
"""Seconds after which a child gives way to other processes: what takes so long may be meant to."""

POLITE = 10
"""The niceness of a child that gives way."""

IDLE = 2
"""Children that are kept for the next file."""

ANSWER_BYTES = 64 << 20
"""Bytes that a child may answer with: no `Size` asks for as many pixels."""

SUFFIXES = (".pdf", ".tif", ".tiff", ".heic", ".heif")
"""How the names of files end that are opened in a child; the content decides, not the name."""

BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"P4", b"P5", b"P6")
"""How pictures begin that are opened in this process."""

START = "import sys; sys.path[:] = sys.argv[1:]; from tenfold.picture.sandbox_child import serve; serve()"

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
    "MALLOC_ARENA_MAX": "1",
}
"""What keeps libraries from starting threads, each of which would take from the child's memory."""


class _Child:
    """A child process and the pipes to it.

    Attributes:
        worn: Whether it is not worth keeping: it gives way to others, or has grown.
        asked: Whether it owes an answer.
    """

    def __init__(self) -> None:
        self.worn = False
        self.asked = False
        self._ready = False
        self._late = False
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", START, *sys.path],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **ONE_THREAD},
                start_new_session=True,  # Ctrl-C is for the parent
            )
        except OSError as error:
            raise PictureError(f"no process can be started to open the file with: {error.strerror or error}") from error

    def ask(self, asked: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytearray]:
        """Ask for something and wait for the answer.

        Raises:
            EOFError: The child has died.
            TimeoutError: It took too long.
        """
        try:
            if not self._ready:
                with self._watched(START_SECONDS, START_SECONDS):
                    receive(self._answers, ANSWER_BYTES)
                self._ready = True
            self.asked = True
            with self._watched(PATIENT_SECONDS, SECONDS):
                send(cast(BinaryIO, self._process.stdin), asked, content)
                answer, page = receive(self._answers, ANSWER_BYTES)
        except (OSError, ValueError, EOFError) as error:
            raise (TimeoutError if self._late or self._was_stopped() else EOFError) from error
        self.asked = False
        self.worn = self.worn or bool(answer.get("large"))
        return answer, page

    @property
    def _answers(self) -> BinaryIO:
        return cast(BinaryIO, self._process.stdout)

    def _was_stopped(self) -> bool:
        """Say whether the child, which does not answer any more, has computed longer than it may."""
        with suppress(subprocess.TimeoutExpired):
            return os.name == "posix" and self._process.wait(1) == -signal.SIGXCPU
        return False

    @contextmanager
    def _watched(self, patient: float, most: float) -> Iterator[None]:
        """See to it that the child gives way after some seconds, and ends after others."""
        answered = Event()
        watch = Thread(target=self._watch, args=(answered, patient, most), daemon=True)
        watch.start()
        try:
            yield
        finally:
            answered.set()
            watch.join()

    def _watch(self, answered: Event, patient: float, most: float) -> None:
        if answered.wait(min(patient, most)):
            return
        self.worn = True
        with suppress(OSError, AttributeError):  # it has just died, or there is no such thing
            os.setpriority(os.PRIO_PROCESS, self._process.pid, POLITE)
        if not answered.wait(max(most - patient, 0)):
            self._late = True
            self._process.kill()

    def alive(self) -> bool:
        return self._process.poll() is None

    def forget(self) -> None:
        """Let go of a child that another process has started: this one was forked from it."""
        self._process.returncode = 0
        self._close()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._close()

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()


_idle: list[_Child] = []
_lock = Lock()


def kind_of(content: bytes) -> str:
    """Give what a file is that must be opened in a child, "PDF", "TIFF" or "HEIC"; "" for all others."""
    if is_pdf(content):
        return "PDF"
    if is_tiff(content):
        return "TIFF"
    return "HEIC" if is_heic(content) else ""


def looks_like_picture(content: bytes) -> bool:
    """Say by its first bytes whether a file is of a kind that can be opened."""
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return is_webp or bool(kind_of(content)) or content.startswith(BEGINNINGS)


def warm_up(names: Iterable[str]) -> None:
    """Start a child where a file's name says that it will need one; comes back at once."""
    if any(name.lower().endswith(SUFFIXES) for name in names):
        with suppress(PictureError):
            _give_back(_take())


class SandboxedFile:
    """A file that is open in a child process.

    Args:
        content: The bytes of the file.
        kind: What it is, as `kind_of` gives it.
        pixels: How many pixels a page may have.

    Attributes:
        count: How many pages it has.

    Raises:
        PictureError: It is no picture, is damaged, or takes too much time or memory.
    """

    def __init__(self, content: bytes, kind: str, pixels: int) -> None:
        if kind == "HEIC":
            check_heic()
        self._kind = kind
        self._child: _Child | None = _take()
        try:
            answer, _ = self._ask({"do": "open", "kind": kind, "pixels": pixels}, content)
        except BaseException:
            self.close()
            raise
        self.count = int(answer["count"])

    def page(self, number: int, size: Size) -> OpenedPage:
        """Open the page of a number, counted from 0, at the size that is wanted.

        Raises:
            PictureError: It is damaged, too large or too small, or takes too much time or memory.
        """
        answer, content = self._ask({"do": "page", "number": number, "size": asdict(size)})
        grey = np.frombuffer(content, np.uint8).reshape(answer["shape"])
        return OpenedPage(grey, turned=answer["turned"], one_of=answer["one_of"])

    def fields(self, number: int) -> list[TextField]:
        """Give the text fields of a PDF's page of a number, counted from 0; of other files none.

        Raises:
            PictureError: As for `page`.
        """
        answer, _ = self._ask({"do": "fields", "number": number})
        return [TextField(**{**each, "region": tuple(each["region"])}) for each in answer["fields"]]

    def close(self) -> None:
        """Let go of the file; the child is kept for another."""
        child, self._child = self._child, None
        if child:
            _give_back(child)

    def _ask(self, asked: dict[str, Any], content: bytes = b"") -> tuple[dict[str, Any], bytearray]:
        if self._child is None:
            raise PictureError(f"the {self._kind} is no longer open")
        try:
            answer, page = self._child.ask(asked, content)
        except TimeoutError as error:
            raise self._refused(f"a page of it takes more than {CPU_SECONDS} seconds to open") from error
        except EOFError as error:
            why = f"it breaks what opens it, or takes more than {MEMORY >> 20:,} MiB of memory"
            raise self._refused(why) from error
        if "memory" in answer:
            raise self._refused(f"it takes more than {MEMORY >> 20:,} MiB of memory")
        if "error" in answer:
            raise PictureError(answer["error"])
        return answer, page

    def _refused(self, why: str) -> PictureError:
        """End the child, and give what to say."""
        child, self._child = self._child, None
        if child:
            child.kill()
        return PictureError(f"the {self._kind} is refused: {why}; save it as pictures of single pages")


def _take() -> _Child:
    while True:
        with _lock:
            child = _idle.pop() if _idle else None
        if child is None:
            return _Child()
        if child.alive():
            return child
        child.kill()


def _give_back(child: _Child) -> None:
    with _lock:
        if len(_idle) < IDLE and not (child.worn or child.asked):
            _idle.append(child)
            return
    child.kill()


def _end() -> None:
    """End the children that are kept, before Python ends."""
    while _idle:
        _idle.pop().kill()


def _forget() -> None:
    """Leave the children to the process that this one was forked from."""
    global _lock
    _lock = Lock()
    while _idle:
        _idle.pop().forget()


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
