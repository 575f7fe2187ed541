"""Changes a model folder as a forger would, with its hashes made anew; gives the parts of one."""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.model.description import document_digest
from tenfold.model.folder import load_model

__all__ = ["parts", "signed"]


def signed(folder: Path, change: Callable[[dict[str, Any]], None], files: Iterable[str] = ()) -> None:
    """Change `model.json`, and take the hashes of `files` as they are now."""
    document = json.loads((folder / "model.json").read_text())
    change(document)
    for name in files:
        document["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    document["sha256"] = document_digest(document)
    (folder / "model.json").write_text(json.dumps(document))


def parts(folder: Path) -> dict[str, Any]:
    """Give what a model folder is written from."""
    model = load_model(folder)
    images = np.zeros((2, 28, 28), np.uint8)
    return {
        "info": model.info,
        "onnx": model.content("model.onnx"),
        "weights": model.content("model.safetensors"),
        "golden": images,
    }
