"""Files are read with errors that name them, and written whole or not at all."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from tenfold.errors import DataError, TenfoldError

__all__ = [
    "PARTIAL",
    "check_folder_writable",
    "check_writable",
    "in_place_of",
    "opened",
    "read_at_most",
    "reading",
    "reason",
]

PARTIAL = ".part"
"""Suffix of a file that is being written, or whose process died while it was."""

CHUNK_BYTES = 1 << 20


def reason(error: OSError) -> str:
    """Say in a few words why the operating system refused."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "expected a file, got a folder"
    if isinstance(error, PermissionError):
        return "no permission"
    return error.strerror or str(error)


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
    """Open a file to read its bytes; errors as for `reading`."""
    with reading(path), path.open("rb") as stream:
        yield stream


def read_at_most(stream: BinaryIO, size: int) -> bytearray:
    """Read a stream to its end, but never more than one byte past `size`, and never trusting `size` for memory.

    Returns:
        Up to `size + 1` bytes: fewer than `size` show a truncated stream, `size + 1` one that is too long.
    """
    content = bytearray()
    while len(content) <= size and (chunk := stream.read(min(CHUNK_BYTES, size + 1 - len(content)))):
        content += chunk
    return content


@contextmanager
def in_place_of(path: Path, error: type[TenfoldError] = DataError, *, durable: bool = True) -> Iterator[Path]:
    """Give a place beside `path` to write a file or a folder to, which then takes its name in one step.

    A reader finds the old or the new one, never a half of it, whenever the writing process dies.

    Args:
        path: What to write; a file there is replaced, a folder there must be empty.
        error: What to raise.
        durable: Wait until the disk holds a file, so that it outlasts a power cut too.

    Yields:
        A path of the same folder where nothing is yet.

    Raises:
        TenfoldError: The operating system refuses: no permission, a full disk, a folder with something in it; of the
            type asked for.
    """
    path = path.absolute()
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}{PARTIAL}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() and any(path.iterdir()):
            raise error(f"{path} cannot be written: there is a folder with files in it; name a new one")
        yield temporary
        if durable:
            _flush(temporary)
        if temporary.is_dir() and path.is_dir():
            path.rmdir()
        temporary.replace(path)
    except OSError as cause:
        raise error(f"{path} cannot be written: {reason(cause)}") from cause
    finally:
        _remove(temporary)


def check_writable(path: Path, error: type[TenfoldError] = DataError) -> None:
    """Check that a file can be written, before the work that makes its content; nothing is left behind.

    Raises:
        TenfoldError: It cannot, of the type asked for.
    """
    path = path.absolute()
    try:
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
