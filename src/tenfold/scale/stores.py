"""Where inputs and results lie: on disk, or in any store that pyarrow or fsspec reads, as `s3://bucket/scans`.

Places are text. Those without a scheme are paths of this machine. A store may fail for a moment, so what it is asked
for is asked again, a little later each time.
"""

import errno
import heapq
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypeVar

from tenfold.errors import DataError, OptionError, PictureError, TenfoldError
from tenfold.files import in_place_of, reason
from tenfold.picture.decode import content_of

__all__ = [
    "StoreError",
    "children",
    "content_at",
    "in_order",
    "is_remote",
    "joined",
    "kind_of",
    "opened_at",
    "put",
    "remove",
    "written",
]

SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+)://([^/]*)/?(.*)", re.DOTALL)
"""A place in a store: its scheme, a bucket or a host, and the path there."""

WAITS = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before a store is asked again. One that fails one call in twenty fails six in a row once in 64 million."""

RUN = 100_000
"""Names that are sorted in memory; more are sorted in runs on disk, so that a folder may have any number of them."""

FOLDER = "\0"
"""What is appended to the name of a folder while names are sorted: so its files come where its name does."""

OBJECTS = ("s3", "gcs", "abfs")
"""What pyarrow calls stores of objects, each of which is replaced in one step."""

Given = TypeVar("Given")


class StoreError(DataError, ConnectionError):
    """A store does not answer, though it was asked several times."""


def is_remote(place: str) -> bool:
    """Say whether a place is in a store and not on this machine's disks."""
    return SCHEME.match(place) is not None


def joined(place: str, *names: str) -> str:
    """Give the place of something inside a folder."""
    return "/".join((place.rstrip("/"), *names)) if is_remote(place) else str(Path(place, *names))


def kind_of(place: str) -> str:
    """Say what is at a place: "file", "folder", or "" for nothing."""
    if not is_remote(place):
        return "folder" if Path(place).is_dir() else "file" if Path(place).exists() else ""
    store, path = _store_of(place)
    [found] = _patiently(place, lambda: store.get_file_info([path]))
    return {"File": "file", "Directory": "folder"}.get(found.type.name, "")


def children(place: str) -> Iterator[tuple[str, bool]]:
    """Give what lies in a folder, in the order of the names: each name, and whether it is a folder.

    A folder of a disk is not held in memory however large it is; one of a store is, as its list comes.
    """
    if not is_remote(place):
        with os.scandir(place) as entries:
            yield from ((name.rstrip(FOLDER), name.endswith(FOLDER)) for name in in_order(_marked(entries)))
        return
    from pyarrow.fs import FileSelector

    store, path = _store_of(place)
    found = _patiently(place, lambda: store.get_file_info(FileSelector(path)))
    yield from sorted((each.base_name, each.type.name == "Directory") for each in found)


def in_order(names: Iterator[str]) -> Iterator[str]:
    """Sort names without holding more than some thousand of them."""
    runs: list[Iterator[str]] = []
    while run := sorted(islice(names, RUN)):
        if len(run) < RUN and not runs:
            yield from run
            return
        runs.append(_kept_on_disk(run))
    yield from heapq.merge(*runs)


def content_at(place: str) -> bytes:
    """Read a whole file.

    Raises:
        PictureError: There is no such file, or it may not be read; the message does not name it.
        StoreError: The store does not answer.
    """
    if not is_remote(place):
        return content_of(place)
    try:
        with opened_at(place) as stream:
            return bytes(_patiently(place, stream.read))
    except FileNotFoundError as error:
        raise PictureError(reason(error)) from error
    except PermissionError as error:
        raise PictureError("no permission") from error


@contextmanager
def opened_at(place: str) -> Iterator[Any]:
    """Open a file to read any part of it, as pyarrow does.

    Raises:
        OSError: There is no such file, or it may not be read.
        StoreError: The store does not answer.
    """
    import pyarrow

    if not is_remote(place):
        with pyarrow.OSFile(place) as stream:
            yield stream
        return
    store, path = _store_of(place)
    with _patiently(place, lambda: store.open_input_file(path)) as stream:
        yield stream


@contextmanager
def written(place: str) -> Iterator[Any]:
    """Open a file to write, which is there whole or not at all: where the block fails, nothing is.

    Raises:
        DataError: It cannot be written, as where the disk is full.
        StoreError: The store does not answer.
    """
    import pyarrow

    if not is_remote(place):
        with in_place_of(Path(place)) as fresh, pyarrow.OSFile(str(fresh), "wb") as stream:
            yield stream
        return
    with TemporaryFile() as kept:  # a store shows a file once all of it was sent
        yield kept
        size = kept.tell()
        kept.seek(0)
        put(place, kept.read(size))


def put(place: str, content: bytes) -> None:
    """Write a file whole or not at all; one of that name is replaced.

    Raises:
        DataError: It cannot be written, as where the disk is full.
        StoreError: The store does not answer.
    """
    if not is_remote(place):
        with in_place_of(Path(place)) as fresh:
            fresh.write_bytes(content)
        return
    store, path = _store_of(place)

    def send() -> None:
        if store.type_name in OBJECTS:  # an object is seen once it was sent to its end
            _send(store, path, content)
            return
        folder, _, name = path.rpartition("/")
        store.create_dir(folder, recursive=True)
        fresh = f"{folder}/.{name}.{os.getpid()}.part"
        _send(store, fresh, content)
        store.move(fresh, path)

    _patiently(place, send)


def remove(place: str) -> None:
    """Remove a file; one that is not there is no error."""
    if not is_remote(place):
        Path(place).unlink(missing_ok=True)
        return
    store, path = _store_of(place)
    with suppress(FileNotFoundError):
        _patiently(place, lambda: store.delete_file(path))


def _send(store: Any, path: str, content: bytes) -> None:  # noqa: ANN401
    with store.open_output_stream(path) as stream:
        stream.write(content)


def _patiently(place: str, ask: Callable[[], Given]) -> Given:
    """Ask a store, and ask again where it fails in a way that may pass."""
    for wait in (*WAITS, None):
        try:
            return ask()
        except OSError as error:
            if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError | TenfoldError):
                raise
            if isinstance(error, PermissionError) or "ACCESS_DENIED" in str(error):
                raise PermissionError(errno.EACCES, "no permission", place) from error
            if error.errno == errno.ENOSPC:
                raise DataError(f"{place} cannot be written: {reason(error)}") from error
            if wait is None:
                raise StoreError(f"{place}: the store does not answer: {str(error).splitlines()[0]}") from error
            time.sleep(wait)
    raise AssertionError  # the last turn returns or raises


def _store_of(place: str) -> tuple[Any, str]:
    """Give the file system of a place, and what the place is called there."""
    found = SCHEME.match(place)
    if found is None:
        raise OptionError(f"{place}: expected a place in a store, as s3://bucket/scans")
    scheme, host, path = found.groups()
    store, root, strip = _opened_store(scheme.lower(), host)
    return store, strip(place) if strip else f"{root}/{path}".rstrip("/")


@lru_cache
def _opened_store(scheme: str, host: str) -> tuple[Any, str, Callable[[str], str] | None]:
    """Open a store: the file system, the path of its root, and where fsspec opened it, how places are called there."""
    from pyarrow.fs import FileSystem, FSSpecHandler, PyFileSystem

    try:
        store, root = FileSystem.from_uri(f"{scheme}://{host}")
        return store, root.rstrip("/"), None
    except (ValueError, OSError, NotImplementedError) as known:
        import fsspec

        try:
            other = fsspec.filesystem(scheme)
        except (ValueError, ImportError) as error:
            raise OptionError(f"{scheme}://{host} cannot be opened: {known}; {error}") from error
        return PyFileSystem(FSSpecHandler(other)), "", other._strip_protocol


def _marked(entries: Iterator["os.DirEntry[str]"]) -> Iterator[str]:
    """Give the names of folders and of regular files; those of folders end in a sign that no name has."""
    for entry in entries:
        with suppress(OSError):  # one that may not be looked at is none
            if entry.is_dir(follow_symlinks=False):
                yield entry.name + FOLDER
            elif entry.is_file():
                yield entry.name


def _kept_on_disk(names: list[str]) -> Iterator[str]:
    """Write sorted names to a file, and read them back one by one."""
    with TemporaryFile("w+", encoding="ascii") as file:
        file.writelines(json.dumps(name) + "\n" for name in names)
        names.clear()
        file.seek(0)
        yield from map(json.loads, file)
