"""Files are read with errors that name them, and written whole or not at all."""

import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from tenfold.errors import DataError, TenfoldError

__all__ = [
    "MOST_BYTES",
    "PARTIAL",
    "check_folder_writable",
    "check_unpacked",
    "check_writable",
    "content_of_file",
    "growing",
    "in_place_of",
    "is_regular",
    "most_unpacked",
    "opened",
    "read_at_most",
    "read_line",
    "read_named",
    "reading",
    "reason",
]

PARTIAL = ".part"
"""Suffix of a file that is being written, or whose process died while it was."""

CHUNK_BYTES = 1 << 20

OPEN_FILES = ("/dev/fd/", "/dev/stdout", "/dev/stderr", "/proc/")
"""How paths begin that name what a process has open."""

LONGEST_LINE = 1 << 20
"""Bytes of a line of a table: 785 cells take 4 kB."""

MUCH = 64 << 20
"""Bytes that may be unpacked from anything."""

MOST_SHRUNK = 200
"""Times by which images may have shrunk: MNIST shrinks 5-fold, blank images 1,000-fold."""

MOST_NAMED = 64 << 20
"""Bytes of a file of settings, names or lists."""

MOST_BYTES = 1 << 30
"""Bytes of a file that is read whole."""


def reason(error: OSError) -> str:
    """Say in a few words why the operating system refused."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "expected a file, got a folder"
    if isinstance(error, PermissionError):
        return "no permission"
    return error.strerror or str(error)


def read_named(path: Path, most: int = MOST_NAMED) -> bytes:
    """Read a whole file of settings or names; as `content_of_file`, but every error is a `DataError` that names it."""
    with reading(path):
        try:
            return content_of_file(path, most)
        except DataError as error:
            raise DataError(f"{path}: {error}") from error


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses in the block into a `DataError` that names `path`.

    Raises:
        DataError: There is no such file, it is a folder, there is no permission, the disk is broken.
    """
    try:
        yield
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason(error)}") from error


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a file to read its bytes.

    Raises:
        DataError: As for `reading`; or it is a device or a pipe, which may have no end.
    """
    with reading(path):
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
            raise DataError(f"{path} cannot be read: expected a file, got a device or a pipe")
        with path.open("rb") as stream:
            yield stream


def is_regular(path: Path) -> bool:
    """Say whether there is a file, not a folder, a device or a pipe; one that may not be looked at is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def content_of_file(path: Path, most: int = MOST_BYTES) -> bytes:
    """Read a whole file, or a pipe to its end.

    Args:
        path: The file.
        most: How many bytes it may have.

    Raises:
        DataError: It is a device, or has more bytes; the message does not name the file.
        OSError: The operating system refuses.
    """
    found = path.stat()
    if stat.S_ISCHR(found.st_mode) or stat.S_ISBLK(found.st_mode):
        raise DataError("expected a file, got a device")
    if found.st_size <= most:
        if stat.S_ISREG(found.st_mode) and found.st_size:
            return path.read_bytes()
        with path.open("rb") as stream:
            content = bytes(read_at_most(stream, most))  # of a pipe nobody knows the size
        if len(content) <= most:
            return content
    raise DataError(f"the file is too large: at most {most:,} bytes are read")


def read_at_most(stream: BinaryIO, size: int) -> bytearray:
    """Read a stream to its end, but never more than one byte past `size`, and never trusting `size` for memory.

    Returns:
        Up to `size + 1` bytes: fewer than `size` show a truncated stream, `size + 1` one that is too long.
    """
    content = bytearray()
    while len(content) <= size and (chunk := stream.read(min(CHUNK_BYTES, size + 1 - len(content)))):
        content += chunk
    return content


def read_line(stream: BinaryIO, origin: object) -> bytes:
    """Read a line, its end included; nothing at the stream's end.

    Raises:
        DataError: It is longer than `LONGEST_LINE`; names `origin`.
    """
    line = stream.readline(LONGEST_LINE + 1)
    if len(line) > LONGEST_LINE:
        raise DataError(f"{origin}: a line has more than {LONGEST_LINE:,} bytes: expected a table, line by line")
    return line


def most_unpacked(packed: int) -> int:
    """Give how many bytes are unpacked from a number of bytes: images shrink, but not without end."""
    return max(MUCH, MOST_SHRUNK * packed)


def check_unpacked(size: int, packed: int, origin: object) -> None:
    """Check that something does not become far larger than it is.

    Args:
        size: Its bytes, unpacked.
        packed: Its bytes as they are.
        origin: What to name in the error.

    Raises:
        DataError: It is larger than `most_unpacked` allows.
    """
    if size > most_unpacked(packed):
        raise DataError(
            f"{origin} is refused: its {packed:,} bytes unpack to {size:,} or more, and no images shrink "
            f"{MOST_SHRUNK}-fold; store them unpacked"
        )


@contextmanager
def in_place_of(path: Path, error: type[TenfoldError] = DataError, *, durable: bool = True) -> Iterator[Path]:
    """Give a place beside `path` to write a file or a folder to, which then takes its name in one step.

    A reader finds the old or the new one, never a half of it, whenever the writing process dies.

    Args:
        path: What to write; a file there is replaced, and what a link leads to; a folder there must be empty. A device
            or a pipe is written to as it is.
        error: What to raise.
        durable: Wait until the disk holds a file, so that it outlasts a power cut too.

    Yields:
        A path of the same folder where nothing is yet; of a device or a pipe its own.

    Raises:
        TenfoldError: The operating system refuses: no permission, a full disk, a folder with something in it; of the
            type asked for.
    """
    if _written_as_it_is(path):
        try:
            yield path
        except OSError as cause:
            raise error(f"{path} cannot be written: {reason(cause)}") from cause
        return
    path = path.resolve()
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}{PARTIAL}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() and any(path.iterdir()):
            raise error(f"{path} cannot be written: there is a folder with files in it; name a new one")
        yield temporary
        _replace(temporary, path, durable=durable)
    except OSError as cause:
        raise error(f"{path} cannot be written: {reason(cause)}") from cause
    finally:
        _remove(temporary)


@contextmanager
def growing(path: Path, error: type[TenfoldError] = DataError) -> Iterator[Path]:
    """Give a file beside `path` to write bit by bit, which takes its name at the end.

    What was written stays beside it, under the name of `path` and `PARTIAL`, where the block fails or the process dies.

    Args:
        path: What to write; a file there is replaced. A device or a pipe is written to as it is.
        error: What to raise.

    Raises:
        TenfoldError: The operating system refuses; of the type asked for.
    """
    if _written_as_it_is(path):
        with in_place_of(path, error) as fresh:
            yield fresh
        return
    path = path.resolve()
    temporary = path.with_name(f"{path.name}{PARTIAL}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove(temporary)
        yield temporary
        _replace(temporary, path, durable=True)
    except OSError as cause:
        raise error(f"{path} cannot be written: {reason(cause)}") from cause


def _written_as_it_is(path: Path) -> bool:
    """Say whether a path is no file that another could take the place of: a device, a pipe, an open file's number."""
    if path.absolute().as_posix().startswith(OPEN_FILES):
        return path.exists()
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(kind) or stat.S_ISDIR(kind))


def _replace(fresh: Path, path: Path, *, durable: bool) -> None:
    """Let a file or a folder take the name of another; a file keeps the permissions of the one before it."""
    if durable:
        _flush(fresh)
    if path.is_file():
        fresh.chmod(stat.S_IMODE(path.stat().st_mode))
    if fresh.is_dir() and path.is_dir():
        path.rmdir()
    fresh.replace(path)


def check_writable(path: Path, error: type[TenfoldError] = DataError) -> None:
    """Check that a file can be written, before the work that makes its content; nothing is left behind.

    Raises:
        TenfoldError: It cannot, of the type asked for.
    """
    try:
        if _written_as_it_is(path):
            if not os.access(path, os.W_OK):
                raise error(f"{path} cannot be written: no permission")
            return
        path = path.resolve()
        if path.is_dir():
            raise error(f"{path} cannot be written: there is a folder of that name")
        _probe(path.parent, path.name)
    except OSError as cause:
        raise error(f"{path} cannot be written: {reason(cause)}") from cause


def check_folder_writable(folder: Path, error: type[TenfoldError] = DataError) -> None:
    """Check that a folder is there or can be made, and takes files; as `check_writable`."""
    try:
        _probe(folder.absolute(), "file")
    except OSError as cause:
        raise error(f"{folder} cannot be written to: {reason(cause)}") from cause


def _probe(folder: Path, name: str) -> None:
    """Make a folder and a file in it, and remove what was made."""
    probe = folder / f".{name}.{uuid.uuid4().hex}{PARTIAL}"
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
    finally:
        _remove(probe)
        for each in missing:
            with suppress(OSError):  # it could not be made
                each.rmdir()


def _flush(path: Path) -> None:
    """Have the disk hold a file before its name does; a folder's files are small and many, and left to the system."""
    if path.is_file():
        with path.open("r+b") as stream:
            os.fsync(stream.fileno())


def _remove(path: Path) -> None:
    with suppress(OSError):  # most often it is not there: it has its name by now
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
