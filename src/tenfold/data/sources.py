"""Sources of the files of a data set: folders on this machine, and the web."""

import hashlib
import logging
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, TypeAlias, cast

import numpy as np

from tenfold.data.examples import Examples
from tenfold.data.idx import encode_idx, gunzip, idx_header
from tenfold.data.lzw import uncompress
from tenfold.data.npz import read_npz
from tenfold.errors import DataError
from tenfold.files import opened, read_at_most
from tenfold.progress import Progress

__all__ = [
    "Archive",
    "KerasFile",
    "LocalFolder",
    "Mirror",
    "RawFile",
    "Request",
    "Source",
    "Split",
    "encode_split",
    "expand",
]

Split: TypeAlias = Literal["train", "test"]
"""Purpose of images: to train on, or to measure on."""

CONNECT_SECONDS = 2.0  # longest time to connect to a mirror; then the next source is tried
READ_SECONDS = 20.0  # longest time in which a mirror may send nothing
DOWNLOAD_CHUNK_BYTES = 1 << 16
MOST_LZW_BYTES = 1 << 24  # of a `.Z` file, more is not read; the largest of UCI, pendigits-orig.tra.Z, has about 1 MB


@dataclass(frozen=True)
class Archive:
    """A packed file, as it is published.

    Attributes:
        name: Its file name: a `.gz` or `.Z` of one file, or a `.zip` that several share.
        sha256: Its hash, needed where the hash of the unpacked file is not published.
        member: Inside a `.zip`, where each file lies packed; `{}` stands for its name.
    """

    name: str
    sha256: str | None = None
    member: str | None = None


@dataclass(frozen=True)
class RawFile:
    """One file of a data set: IDX, or a text.

    Attributes:
        split: The split that it belongs to.
        kind: What it holds.
        name: Its file name, unpacked.
        shape: The shape of its array; of a text its length in bytes.
        packed: The packed file; by default a `.gz` file of the same name, whose hash is not known.
        sha256: The hash of the unpacked file, where it is known; then no other hash is checked.
        dtype: The type of its values.
    """

    split: Split
    kind: Literal["images", "labels", "text"]
    name: str
    shape: tuple[int, ...]
    packed: Archive | None = None
    sha256: str | None = None
    dtype: Literal["uint8", "int32"] = "uint8"

    @property
    def archive(self) -> Archive:
        """The packed file."""
        return self.packed or Archive(f"{self.name}.gz")

    @cached_property
    def header(self) -> bytes:
        """The bytes that it starts with; none are known of a text."""
        return b"" if self.kind == "text" else idx_header(np.dtype(self.dtype), self.shape)

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return len(self.header) + prod(self.shape) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class Request:
    """The files that a source is asked for.

    Attributes:
        files: The files that are wanted.
        workspace: A folder for downloads, which is deleted afterwards.
        offline: Whether only this machine may be used.
        progress: Whether to show progress.
    """

    files: Sequence[RawFile]
    workspace: Path
    offline: bool
    progress: bool

    def require_network(self) -> None:
        """Refuse to use the network where the request is offline.

        Raises:
            DataError: It is.
        """
        if self.offline:
            raise DataError("not tried, because offline was asked for")


class Source(Protocol):
    """A place that files come from; `str` gives its name for messages."""

    def fetch(self, request: Request, /) -> Iterator[tuple[RawFile, bytes | bytearray]]:
        """Give the wanted files one by one, unpacked; any error may be raised, and the caller checks the hashes."""
        ...


@dataclass(frozen=True)
class LocalFolder:
    """A folder of this machine that may hold the files, plain or packed.

    Attributes:
        path: The folder; `~` and `$VARIABLE` are expanded.
    """

    path: str

    def __str__(self) -> str:
        return self.path

    def fetch(self, request: Request, /) -> Iterator[tuple[RawFile, bytes | bytearray]]:
        """Give the files that are there, as `Source` says."""
        folder = expand(self.path)
        if not folder.is_dir():
            raise DataError("there is no such folder")
        for file in request.files:
            plain, packed, gzipped = (folder / name for name in (file.name, file.archive.name, f"{file.name}.gz"))
            if plain.is_file() and file.sha256:
                with opened(plain) as stream:
                    yield file, read_at_most(stream, file.size)
            elif packed.is_file():
                yield file, _unpack(packed, file, file.archive)
            elif gzipped.is_file() and file.sha256:
                yield file, _unpack(gzipped, file, Archive(gzipped.name))
            else:
                raise DataError(f"there is no {file.name if file.sha256 else file.archive.name}")


@dataclass(frozen=True)
class KerasFile:
    """The `.npz` file that Keras keeps MNIST in.

    Attributes:
        path: The file; `~` and `$VARIABLE` are expanded.
    """

    path: str

    def __str__(self) -> str:
        return self.path

    def fetch(self, request: Request, /) -> Iterator[tuple[RawFile, bytes | bytearray]]:
        """Give the files as the arrays make them, as `Source` says."""
        path = expand(self.path)
        if not path.is_file():
            raise DataError("there is no such file")
        for split in sorted({file.split for file in request.files}):
            yield from encode_split(read_npz(path, split), split, request)


@dataclass(frozen=True)
class Mirror:
    """A folder on the web that holds the packed files.

    Attributes:
        address: Its address, ending in a slash.
        read_seconds: How long it may send nothing.
        archive: The packed file that holds all files there, where it is not each file's own.
    """

    address: str
    read_seconds: float = READ_SECONDS
    archive: Archive | None = None

    def __str__(self) -> str:
        return self.address

    def fetch(self, request: Request, /) -> Iterator[tuple[RawFile, bytes | bytearray]]:
        """Download and unpack the files, as `Source` says."""
        request.require_network()
        for file in request.files:
            archive = self.archive or file.archive
            with Progress(f"Downloading {self.address}{archive.name}", shown=request.progress) as progress:
                yield file, _unpack(self._download(archive, request.workspace, progress), file, archive)

    def _download(self, archive: Archive, folder: Path, progress: Progress) -> Path:
        import pooch
        import requests

        downloader = pooch.HTTPDownloader(
            progressbar=progress,
            chunk_size=DOWNLOAD_CHUNK_BYTES,
            timeout=(CONNECT_SECONDS, self.read_seconds),
            headers={"Accept-Encoding": "identity"},
            verify=os.environ.get("SSL_CERT_FILE") or True,  # requests does not look at this variable itself
        )
        try:
            with _silenced(pooch.get_logger()):
                return Path(
                    pooch.retrieve(
                        self.address + archive.name,
                        known_hash=archive.sha256 and f"sha256:{archive.sha256}",
                        fname=archive.name,
                        path=folder,
                        downloader=downloader,
                    )
                )
        except requests.RequestException as error:
            raise DataError(self._explain(error)) from error

    def _explain(self, error: Exception) -> str:
        import requests

        if isinstance(error, requests.ConnectTimeout):
            return f"no connection within {CONNECT_SECONDS:g} s"
        if isinstance(error, requests.ReadTimeout):
            return f"no data within {self.read_seconds:g} s"
        if isinstance(error, requests.exceptions.ChunkedEncodingError):
            return "the download was cut off"
        if isinstance(error, requests.HTTPError) and error.response is not None:
            return f"{error.response.status_code} {error.response.reason}"
        innermost = str(getattr(error.args[0], "reason", error) if error.args else error).rpartition("): ")[2]
        if isinstance(error, requests.exceptions.SSLError):
            return f"its certificate is not trusted ({innermost}); SSL_CERT_FILE can name your own authorities"
        return innermost


def expand(path: str) -> Path:
    """Give the path that a text with `~` and `$VARIABLE` means."""
    return Path(os.path.expandvars(path)).expanduser()


def _unpack(path: Path, file: RawFile, archive: Archive) -> bytearray:
    """Give the content of a file out of the archive at `path`, once the archive's hash is seen to be right."""
    with opened(path) as stream:
        if archive.sha256:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
            if found != archive.sha256:
                raise DataError(f"{archive.name}: expected SHA-256 {archive.sha256}, got {found}")
            stream.seek(0)
        if archive.member is None:
            return _inflate(stream, archive.name, file.size)
        name = archive.member.format(file.name)
        with zipfile.ZipFile(stream) as members, members.open(name) as member:
            return _inflate(cast(BinaryIO, member), name, file.size)


def _inflate(stream: BinaryIO, name: str, size: int) -> bytearray:
    """Give up to `size + 1` bytes of a packed stream; the suffix of its name says how it is packed."""
    return uncompress(stream.read(MOST_LZW_BYTES), size) if name.endswith(".Z") else gunzip(stream, size)


def encode_split(examples: Examples, split: Split, request: Request) -> Iterator[tuple[RawFile, bytes]]:
    """Give the wanted files of a split as the IDX files that hold the same images and labels."""
    for file in request.files:
        if file.split == split:
            array = examples.images if file.kind == "images" else examples.labels
            yield file, encode_idx(array.astype(np.uint8))


@contextmanager
def _silenced(logger: logging.Logger) -> Iterator[None]:
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
