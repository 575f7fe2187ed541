"""The Draw page as plain files: any web server gives them away, and the browser reads by itself."""

import gzip
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from tenfold.errors import ModelError, OptionError
from tenfold.files import PARTIAL, reason
from tenfold.model.folder import Model

__all__ = ["check_replaceable", "site_files", "write_site"]

OWN = Path(__file__).parent / "page"
"""The files that only the site has."""

SERVED = Path(__file__).parents[1] / "serve" / "page"
"""The page that `tenfold serve` shows, whose files the site shares."""

SHARED = ("answer.js", "api.js", "icon.svg", "model.js", "pad.js", "pictures.js", "samples.js", "style.css")

MARK = "site.json"
"""The file by which a folder is known as a site that may be replaced."""

WORKER = "worker.js"
"""The service worker, which keeps all other files for when there is no network."""


def site_files(model: Model, runtime: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give all files of the site.

    Args:
        model: What reads. Its digit network alone goes along: the line recogniser would make the site too large.
        runtime: ONNX Runtime's files, as `fetch_runtime` gives them.

    Returns:
        The content of each file by its path below the site's folder.

    Raises:
        ModelError: The model folder is damaged.
    """
    files = {name: (SERVED / name).read_bytes() for name in SHARED}
    files |= {path.relative_to(OWN).as_posix(): path.read_bytes() for path in OWN.rglob("*.*") if path.name != WORKER}
    files["model.onnx"] = model.content("model.onnx")
    files["runtime.mjs"] = runtime["ort.wasm.bundle.min.mjs"]
    # as it is three times the size, and not every server compresses; the page unpacks it
    files["runtime.wasm.gz"] = gzip.compress(runtime["ort-wasm-simd-threaded.wasm"], mtime=0)
    files["LICENSES.txt"] = _licences()
    files[MARK] = json.dumps(_description(model), ensure_ascii=False, indent=1).encode()
    files[WORKER] = _worker(files)
    return dict(sorted(files.items()))


def write_site(files: Mapping[str, bytes], out: Path) -> int:
    """Write a site whole, in place of one that stands there.

    Args:
        files: As `site_files` gives them.
        out: The folder to write.

    Returns:
        How many bytes it has in all.

    Raises:
        OptionError: There is something else at `out`.
        ModelError: It cannot be written.
    """
    check_replaceable(out)
    out = out.resolve()
    fresh = out.with_name(f".{out.name}{PARTIAL}")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        for name, content in files.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(content)
        if out.exists():
            shutil.rmtree(out)
        fresh.rename(out)
    except OSError as cause:
        shutil.rmtree(fresh, ignore_errors=True)
        raise ModelError(f"{out} cannot be written: {reason(cause)}") from cause
    return sum(map(len, files.values()))


def check_replaceable(out: Path) -> None:
    """Check, before any work, that a site may be written at `out`: raises `OptionError` as `write_site`."""
    there = out.exists() and not out.is_dir()
    if there or (out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file()):
        raise OptionError(f"{out} is no site that `tenfold site` wrote, and stays as it is: choose another --out")


def _description(model: Model) -> dict[str, object]:
    """Say what the page must know of the model beside its network."""
    calibration = model.info.calibration
    temperature = float(calibration.get("temperature") or 1.0)
    return {
        "name": model.info.name,
        "classes": list(model.classes),
        # probabilities to this power are calibrated again, as `Model` does it
        "sharper": float(calibration.get("graph_temperature") or temperature) / temperature,
        "out_of_distribution": calibration.get("out_of_distribution") or 1.0,
    }


def _worker(files: Mapping[str, bytes]) -> bytes:
    """Tell the service worker which files there are, and by what to know that one of them has changed."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    head = f"const VERSION = {json.dumps(digest.hexdigest()[:16])};\nconst FILES = {json.dumps(sorted(files))};\n"
    return head.encode() + (OWN / WORKER).read_bytes()


def _licences() -> bytes:
    """Give the licence of what the site holds of ONNX Runtime, from the package that is installed for reading."""
    import onnxruntime

    folder = Path(onnxruntime.__file__).parent
    head = "The files runtime.mjs and runtime.wasm.gz are ONNX Runtime Web. Everything else is Tenfold: Apache-2.0.\n\n"
    parts = [path.read_bytes() for path in (folder / "LICENSE",) if path.is_file()]
    return head.encode() + b"\n".join(parts)
