"""Model folders are written whole or not at all: beside their place, loaded to see that they answer, then put there."""

import errno
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from tenfold.arrays import Images, Probabilities
from tenfold.errors import ModelError
from tenfold.model.card import model_card
from tenfold.model.description import DOCUMENT, FORMAT, ModelInfo, document_digest
from tenfold.model.folder import (
    DIGITS_FILE,
    LINES_FILE,
    WEIGHTS_FILE,
    Model,
    golden_columns,
    load_model,
    opened,
    put_back,
    stale_prefix,
)
from tenfold.model.golden import GOLDEN_TOLERANCE, stored_golden
from tenfold.model.line_recognizer import LineNetwork

__all__ = ["check_place", "save_again", "save_model"]


def save_model(
    folder: str | Path,
    info: ModelInfo,
    *,
    onnx: bytes,
    weights: bytes,
    golden: Images,
    lines: LineNetwork | None = None,
    answers: Probabilities | None = None,
) -> Model:
    """Write a model folder as a whole or not at all, and open it from disk.

    Everything is written beside the folder and checked by loading it; only then is it put in place. A model that
    stands there already is replaced; anything else that stands there is left alone.

    Args:
        folder: Where to; parents are made.
        info: What the model is; its alphabet is that of `lines`.
        onnx: The network: input `images`, outputs `probabilities` and `features`.
        weights: The same network's weights as safetensors.
        golden: `uint8 (n, 28, 28)`, images whose answers are stored and asked again at every load.
        lines: The line recogniser; None for a model of single digits only.
        answers: `float32 (n, k)`, what the network must answer to them; by default what it does answer.

    Returns:
        The model as loaded.

    Raises:
        ModelError: The network gives answers that are not finite or not those expected, the folder holds something
            that is no model, or the disk refuses.
    """
    check_place(folder)
    folder = Path(folder).resolve()
    info = replace(info, alphabet=lines.alphabet if lines else "")
    model = opened(folder, info, onnx, lines, golden, threads=None)
    given = model(golden)
    if not np.isfinite(given).all():
        raise ModelError(f"the network of {info.name} gives answers that are not finite; nothing was written")
    if answers is not None and np.abs(given - answers).max() > GOLDEN_TOLERANCE:
        raise ModelError(f"the network of {info.name} answers otherwise as ONNX than in PyTorch; nothing was written")
    contents = {DIGITS_FILE: onnx, WEIGHTS_FILE: weights, **({LINES_FILE: lines.content} if lines else {})}
    document = {
        "format": FORMAT,
        **info.to_dict(),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        "golden": stored_golden(golden, given, golden_columns(model)),
    }
    document["sha256"] = document_digest(document)
    contents[DOCUMENT] = (json.dumps(document, indent=1) + "\n").encode()
    contents["README.md"] = model_card(info.to_dict()).encode("utf-8", "replace")
    try:
        return _replace_folder(folder, contents)
    except OSError as error:
        raise ModelError(f"cannot write the model folder {folder}: {error.strerror or error}") from error


def save_again(model: Model, folder: str | Path, info: ModelInfo, *, lines: LineNetwork | None = None) -> Model:
    """Write a model's networks and golden images again, with something else said of them.

    Args:
        model: The model; its folder is left as it is, unless it is the one to write.
        folder: Where to.
        info: What the model is now.
        lines: Its line recogniser; by default the one that it has.

    Raises:
        ModelError: As for `save_model`.
    """
    return save_model(
        folder,
        info,
        onnx=model.content(DIGITS_FILE),
        weights=model.content(WEIGHTS_FILE),
        golden=model.golden,
        lines=lines or model.line_network(),
    )


def check_place(folder: str | Path) -> None:
    """Check that a model may be written to a place: nothing is there, or an older model, or an empty folder.

    Raises:
        ModelError: Something else is there, or it holds the folder that commands run in.
    """
    folder = Path(folder).resolve()
    if Path.cwd().is_relative_to(folder):
        raise ModelError(f"{folder} is the current folder or holds it; nothing was written, choose another place")
    try:
        names = [entry.name for entry in folder.iterdir()]  # one look: another process may be replacing the folder
    except FileNotFoundError:
        return
    except NotADirectoryError:
        names = [""]  # a file is no model folder, whatever its name
    except OSError as error:
        raise ModelError(f"cannot write the model folder {folder}: {error.strerror or error}") from error
    if names and DOCUMENT not in names:
        raise ModelError(f"{folder} exists and is no model folder; nothing was written, choose another place")


def _replace_folder(folder: Path, contents: Mapping[str, bytes]) -> Model:
    folder.parent.mkdir(parents=True, exist_ok=True)
    suffix = secrets.token_hex(4)
    fresh = folder.with_name(f".{folder.name}.new-{suffix}")
    stale = folder.with_name(f"{stale_prefix(folder)}{suffix}")
    try:
        fresh.mkdir()
        for name, content in contents.items():
            with (fresh / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        model = load_model(fresh)
        while True:
            with suppress(FileNotFoundError):
                folder.rename(stale)
            try:
                fresh.rename(folder)
                break
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
                shutil.rmtree(stale, ignore_errors=True)
        shutil.rmtree(stale, ignore_errors=True)
        model.folder = folder
        return model
    except BaseException:
        put_back(folder)
        if folder.exists():  # else the older model stays beside its place: whoever opens it next tries again
            shutil.rmtree(stale, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
