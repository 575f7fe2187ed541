"""Changes a model folder as a forger would: with its hashes made anew."""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tenfold.model.description import document_digest

__all__ = ["signed"]


def signed(folder: Path, change: Callable[[dict[str, Any]], None], files: Iterable[str] = ()) -> None:
    """Change `model.json`, and take the hashes of `files` as they are now."""
    document = json.loads((folder / "model.json").read_text())
    change(document)
    for name in files:
        document["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    document["sha256"] = document_digest(document)
    (folder / "model.json").write_text(json.dumps(document))
