"""Typefaces: free fonts drawn after handwriting, and of print, each in a package of npm, none of them shipped here."""

import csv
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeAlias, cast

from tenfold.data.fetch import cache_folder
from tenfold.data.sources import expand
from tenfold.errors import FetchError
from tenfold.files import check_folder_writable, in_place_of, read_at_most
from tenfold.progress import Progress

__all__ = ["TYPEFACES", "Typeface", "fetch_typefaces", "known_typefaces", "typefaces"]

TYPEFACES = "typefaces"
"""What `tenfold fetch` calls them, and their folder in the cache and in `$TENFOLD_DATA`."""

OWN_FOLDER = f"$TENFOLD_DATA/{TYPEFACES}"
"""Where a user may keep the files; looked into after the cache."""

PACKAGES_AT_ONCE = 30
"""How many packages one call of npm downloads: npm starts in about a second, and downloads several at a time."""

PACK_SECONDS = 600.0
"""Longest time that one call of npm may take, in seconds; 30 of the packages have 60 MB together."""

MOST_BYTES = 1 << 20
"""More than this is not read of a font; the largest of the table has 152 kB."""

UNREADABLE = (OSError, LookupError, EOFError, tarfile.TarError, zlib.error)
"""What a damaged package raises, or one without the font."""


TypefaceKind: TypeAlias = Literal["hand", "print"]


@dataclass(frozen=True)
class Typeface:
    """One typeface.

    Attributes:
        name: The name of its package in `@fontsource`, such as `caveat`.
        version: The version of the package.
        licence: Its licence, as SPDX writes it.
        sha256: Hash of its font file of the regular weight with Latin letters.
        kind: `hand` where it was drawn after handwriting, `print` where not.
    """

    name: str
    version: str
    licence: str
    sha256: str
    kind: TypefaceKind = "hand"

    @property
    def file(self) -> str:
        """The name of its font file."""
        return f"{self.name}-latin-400-normal.woff"

    @property
    def package(self) -> str:
        """What npm is asked for."""
        return f"@fontsource/{self.name}@{self.version}"


@lru_cache(maxsize=1)
def known_typefaces() -> tuple[Typeface, ...]:
    """Read the table of the typefaces, `typefaces.csv`, in the order of their names.

    Only families whose digits a person may write are `hand`: docs/data-card.md says which were left out, and why.
    """
    table = resources.files("tenfold.data").joinpath("typefaces.csv").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = list(csv.DictReader(table.splitlines()))
    return tuple(Typeface(**row) for row in rows)


def typefaces(kind: TypefaceKind | None = None, *, offline: bool = False, progress: bool = False) -> tuple[Path, ...]:
    """Give the font files of known typefaces, and download those that are not on this machine.

    Args:
        kind: Which of them; None for all.
        offline: True to use only what is on this machine.
        progress: True to show progress on standard error.

    Returns:
        One `.woff` file a typeface, which Pillow opens, in the order of `known_typefaces`; all verified in this call.

    Raises:
        FetchError: A file is missing and npm cannot bring it, or its SHA-256 is wrong.

    Source:
        Fontsource, https://fontsource.org: the fonts of Google Fonts as packages. OFL-1.1, Apache-2.0 or MIT.
    """
    wanted = [typeface for typeface in known_typefaces() if kind in {None, typeface.kind}]
    return fetch_typefaces(wanted, offline=offline, progress=progress)


def fetch_typefaces(wanted: Sequence[Typeface], *, offline: bool = False, progress: bool = False) -> tuple[Path, ...]:
    """Give the font files of some typefaces; arguments, result and errors as for `typefaces`."""
    folder = cache_folder() / TYPEFACES
    found = {typeface: path for typeface in wanted if (path := _find(typeface, folder))}
    missing = [typeface for typeface in wanted if typeface not in found]
    if missing and offline:
        raise FetchError(_explain(missing, folder, "not downloaded, because offline was asked for"))
    if missing:
        with Progress(f"npm pack: {len(missing)} {TYPEFACES}", shown=progress) as bar:
            bar.total = len(missing)
            for start in range(0, len(missing), PACKAGES_AT_ONCE):
                batch = missing[start : start + PACKAGES_AT_ONCE]
                _download(batch, folder, left=missing[start:])
                bar.update(len(batch))
    return tuple(found.get(typeface, folder / typeface.file) for typeface in wanted)


def _find(typeface: Typeface, folder: Path) -> Path | None:
    """Look for a font in the cache, then in the user's own folder, where another file of its name is an error."""
    kept, own = folder / typeface.file, expand(OWN_FOLDER) / typeface.file
    if _hash(kept) == typeface.sha256:
        return kept
    sha256 = _hash(own)
    if sha256 is None:
        return None
    if sha256 != typeface.sha256:
        raise FetchError(f"{own}: expected SHA-256 {typeface.sha256}, got {sha256}; it is not {typeface.package}")
    return own


def _hash(path: Path) -> str | None:
    """Give the SHA-256 of a file; None where it is not there or may not be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def _download(batch: Sequence[Typeface], folder: Path, *, left: Sequence[Typeface]) -> None:
    """Download packages and keep the one font of each; `left` is what is not there yet, for the message."""
    check_folder_writable(folder, FetchError)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as path:
        why_not = _pack(batch, Path(path))
        if why_not:
            raise FetchError(_explain(left, folder, why_not))
        for typeface in batch:
            content = _take_out(typeface, Path(path))
            sha256 = hashlib.sha256(content).hexdigest()
            if sha256 != typeface.sha256:
                raise FetchError(f"{typeface.package}: expected SHA-256 {typeface.sha256} of its font, got {sha256}")
            with in_place_of(folder / typeface.file, FetchError, durable=False) as temporary:
                temporary.write_bytes(content)


def _pack(batch: Sequence[Typeface], workspace: Path) -> str:
    """Have npm download packages into a folder; nothing is installed or run.

    Returns:
        What went wrong; empty where nothing did.
    """
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed; it comes with Node.js, https://nodejs.org or your system's package nodejs or npm"
    try:
        done = subprocess.run(
            [npm, "pack", "--loglevel=error", "--ignore-scripts", *(typeface.package for typeface in batch)],
            cwd=workspace,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PACK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"npm was not done within {PACK_SECONDS:g} s"
    if not done.returncode:
        return ""
    said = [line.strip() for line in done.stderr.splitlines() if line.strip() and "complete log" not in line]
    return "; ".join(said[:3]) or f"npm ended with status {done.returncode}"


def _take_out(typeface: Typeface, workspace: Path) -> bytearray:
    """Read the font out of a downloaded package."""
    try:
        with tarfile.open(workspace / f"fontsource-{typeface.name}-{typeface.version}.tgz", "r:gz") as package:
            member = package.extractfile(f"package/files/{typeface.file}")
            if member is None:
                raise LookupError(f"{typeface.file} is no file")
            return read_at_most(cast(BinaryIO, member), MOST_BYTES)
    except UNREADABLE as error:
        raise FetchError(f"{typeface.package}: expected a package with {typeface.file}; {error}") from error


def _explain(missing: Sequence[Typeface], folder: Path, why: str) -> str:
    names = ", ".join(typeface.name for typeface in missing[:3]) + (", …" if len(missing) > 3 else "")
    return "\n".join(
        [
            f"{len(missing)} {TYPEFACES} are not on this machine ({names}):",
            f"  - {why}",
            f"To do it by hand, put files such as {missing[0].file}, which lies in",
            f"package/files of {missing[0].package}, into {folder}",
            f"or {OWN_FOLDER}, TENFOLD_DATA being a folder of yours; typefaces.csv of tenfold/data lists them all.",
        ]
    )
