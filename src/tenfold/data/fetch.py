"""Fetches the files of a known data set into the cache: each is checked by its SHA-256, and kept whole or not kept."""

import errno
import hashlib
import lzma
import os
import shutil
import tarfile
import tempfile
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

from tenfold.data.catalogue import DATASETS, HANDWRITING, Dataset, PictureFolder
from tenfold.data.sources import LocalFolder, RawFile, Request, expand
from tenfold.errors import DataError, FetchError
from tenfold.files import PARTIAL, in_place_of, reason

__all__ = ["cache_folder", "fetch", "fetch_dataset", "find_pictures"]

HASHES_FILE = "SHA256SUMS"
"""Lists the hashes of files for which only the hash of their archive is published; `sha256sum --check` reads it."""

LEFTOVER_SECONDS = 86_400
"""Age after which a partial file is deleted: the process that wrote it has died. One day."""

FAILURES = (
    *(OSError, ValueError, LookupError, EOFError, RuntimeError),
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError),
)
"""After one of these the next source is tried; OSError and ValueError include Tenfold's own errors."""


def cache_folder() -> Path:
    """Say where fetched data is kept: `$TENFOLD_HOME`, else `$XDG_CACHE_HOME/tenfold`, else `~/.cache/tenfold`."""
    if home := os.environ.get("TENFOLD_HOME"):
        return Path(home).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser().absolute() / "tenfold"


def fetch(name: str, *, offline: bool = False, progress: bool = False) -> Path:
    """Fetch a known data set into the cache, unless it is there already.

    Args:
        name: One of `DATASETS` or of `HANDWRITING`.
        offline: True to use only what is on this machine.
        progress: True to show progress on standard error.

    Returns:
        The folder with the data set's files, all verified in this call.

    Raises:
        DataError: There is no data set of that name.
        FetchError: No source gave its files, or they cannot be kept.
    """
    known = {**DATASETS, **HANDWRITING}
    if name not in known:
        raise DataError(f"expected a data set of {', '.join(known)}; got {name!r}")
    dataset = known[name]
    if isinstance(dataset, PictureFolder):
        return find_pictures(dataset)
    return fetch_dataset(dataset, offline=offline, progress=progress)


def fetch_dataset(dataset: Dataset, *, offline: bool = False, progress: bool = False) -> Path:
    """Fetch a data set into the cache; arguments, result and `FetchError` as for `fetch`.

    Source after source is asked for the files that are still missing. A file whose hash is wrong is never kept.
    """
    folder = cache_folder() / dataset.name
    missing = [file for file in dataset.files if not _is_kept(folder, file)]
    if not missing:
        return folder
    tried: list[str] = []
    for source in (LocalFolder(str(folder)), *dataset.sources):
        with _workspace(folder, dataset) as workspace:
            request = Request(tuple(missing), Path(workspace), offline=offline, progress=progress)
            try:
                for file, content in source.fetch(request):
                    _check(file, content)
                    _keep(folder, file, content, dataset)
                    missing.remove(file)
            except FetchError:
                raise
            except FAILURES as error:
                if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise _cannot_keep(dataset, folder, reason(error)) from error
                tried.append(f"{source}: {error}")
        if not missing:
            return folder
    raise FetchError(_all_failed(dataset, folder, missing, tried))


def find_pictures(pictures: PictureFolder) -> Path:
    """Find a known folder of pictures in the cache or where else it may be, and check it.

    Returns:
        The folder, all of it verified in this call.

    Raises:
        FetchError: It is nowhere, or a folder that is there holds something else.
    """
    tried = []
    for folder in (cache_folder() / pictures.name, *map(expand, pictures.folders)):
        try:
            found = _hash_listing(folder)
            if found == pictures.sha256:
                return folder
            tried.append(f"{folder}: expected SHA-256 {pictures.sha256}, got {found}")
        except OSError as error:
            tried.append(f"{folder}: {'there is no such folder' if not folder.exists() else reason(error)}")
    raise FetchError(
        "\n".join(
            [
                f"{pictures.name} is not on this machine, and Tenfold cannot download it:",
                *(f"  - {line}" for line in tried),
                f"It is a choice of {pictures.count:,} pictures from {pictures.homepage}, beside labels.csv with",
                "the columns file,label,book. Put exactly these files into one of the folders above; TENFOLD_DATA is",
                "a folder of yours. In it `LC_ALL=C sha256sum * | sha256sum` must give the SHA-256",
                f"{pictures.sha256}.",
                "Another choice of pictures, laid out the same way, loads by its path.",
            ]
        )
    )


def _hash_listing(folder: Path) -> str:
    """Give what `LC_ALL=C sha256sum * | sha256sum` prints in a folder of files."""
    listing = hashlib.sha256()
    for path in sorted(folder.iterdir(), key=lambda path: path.name.encode()):
        if not path.name.startswith("."):
            listing.update(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n".encode())
    return listing.hexdigest()


def _is_kept(folder: Path, file: RawFile) -> bool:
    expected = file.sha256 or _recorded_hashes(folder).get(file.name)
    try:
        with (folder / file.name).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == expected
    except OSError:  # most often it is not there yet; if it may not be read, writing it will say so
        return False


def _recorded_hashes(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / HASHES_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}


def _check(file: RawFile, content: bytes | bytearray) -> None:
    found = hashlib.sha256(content).hexdigest()
    if file.sha256 and found != file.sha256:
        raise DataError(f"{file.name}: expected SHA-256 {file.sha256}, got {found}")
    if len(content) != file.size or not content.startswith(file.header):
        raise DataError(f"{file.name}: expected an IDX file of {file.dtype} {file.shape}, got another")


def _keep(folder: Path, file: RawFile, content: bytes | bytearray, dataset: Dataset) -> None:
    try:
        with in_place_of(folder / file.name) as temporary:
            temporary.write_bytes(content)
        if not file.sha256:
            hashes = _recorded_hashes(folder) | {file.name: hashlib.sha256(content).hexdigest()}
            with in_place_of(folder / HASHES_FILE) as temporary:
                temporary.write_text("".join(f"{sha256}  {name}\n" for name, sha256 in hashes.items()))
    except DataError as error:
        raise _cannot_keep(dataset, folder, str(error)) from error


def _workspace(folder: Path, dataset: Dataset) -> tempfile.TemporaryDirectory[str]:
    """Make a folder for the downloads of one source, on the disk where the files will be kept; delete old leftovers."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(folder)
        return tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-", suffix=PARTIAL, ignore_cleanup_errors=True)
    except OSError as error:
        raise _cannot_keep(dataset, folder, reason(error)) from error


def _clear_leftovers(folder: Path) -> None:
    for leftover in folder.glob(f".*{PARTIAL}"):
        with suppress(OSError):  # another process may be done with it at this moment
            if time.time() - leftover.stat().st_mtime > LEFTOVER_SECONDS:
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()


def _cannot_keep(dataset: Dataset, folder: Path, why: str) -> FetchError:
    megabytes = -(-sum(file.size for file in dataset.files) // 10**6)
    return FetchError(
        f"{dataset.name} cannot be kept in {folder}: {why}; it takes {megabytes} MB, twice that while fetching. "
        "Make room there, or set TENFOLD_HOME to a folder that can be written to"
    )


def _all_failed(dataset: Dataset, folder: Path, missing: list[RawFile], tried: list[str]) -> str:
    wanted = dict.fromkeys(
        f"{file.name} (or {file.archive.name}), unpacked {file.size:,} bytes, SHA-256 {file.sha256}"
        if file.sha256
        else f"{file.archive.name}, SHA-256 {file.archive.sha256}"
        for file in missing
    )
    return "\n".join(
        [
            f"{dataset.name} could not be fetched from any of its sources:",
            *(f"  - {line}" for line in tried),
            f"To do it by hand, put into {folder}",
            *(f"  - {line}" for line in wanted),
            f"and try again; {dataset.homepage} may say where to find them.",
        ]
    )
