"""The model folder: what training leaves behind, and all that reading needs.

| file | holds |
|---|---|
| `model.onnx` | the network: uint8 images in, probabilities and features out |
| `model.safetensors` | the weights, to train on |
| `model.json` | what the model is, how it was made, hashes of the other files, golden images with their answers |
| `README.md` | the model card |
"""

import base64
import errno
import glob
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from tenfold.arrays import SIDE, Features, Images, Probabilities, Strangeness, as_images
from tenfold.errors import ModelError
from tenfold.model.card import model_card

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["SHIPPED", "Epoch", "Model", "ModelInfo", "check_place", "load_model", "save_model"]

FORMAT = 1
"""Version of the folder's layout; a folder with a higher one is refused."""

SHIPPED = Path(__file__).parent / "reader"
"""The model folder that ships with Tenfold."""

GOLDEN_TOLERANCE = 1e-4
"""How far an answer to a golden image may be from the stored one: processors round differently."""

EXTERNAL_DATA = b"\n\x08location"
"""How a network that takes weights from other files says where they are: a protobuf entry with this key."""

BATCH = 512
"""Images given to the network at once: enough to be fast, few enough to keep activations in the cache."""


@dataclass(frozen=True)
class Epoch:
    """One pass over the training images.

    Attributes:
        number: Counted from 1.
        seconds: Training time of this epoch, validation not counted.
        learning_rate: At its end.
        training: `loss` and the metrics, means over the epoch's images as they were trained on.
        validation: The same over the images held out, or None where none were.
    """

    number: int
    seconds: float
    learning_rate: float
    training: dict[str, float]
    validation: dict[str, float] | None = None


@dataclass(frozen=True)
class ModelInfo:
    """What a model is and how it was made.

    Attributes:
        name: What to call it.
        classes: Names of the classes, in the order of the probabilities.
        network: Its architecture, as `tenfold.learn.networks.build` takes it; empty for a module of the user's own.
        parameters: How many weights it has.
        options: The training options.
        data: The training data: `name`, `n` images, `sha256` over the decoded images and labels.
        history: One entry per epoch trained.
        calibration: What makes its answers hold: `temperature`, already in the network; `strangeness`, from where on an
            image is refused as none of the classes, None where the network cannot know; `held_out`, a `HeldOut` as
            plain values, or None.
        scores: An `Evaluation` as plain values, or None where nothing was measured.
        version: The version of Tenfold that wrote it.
    """

    name: str
    classes: tuple[str, ...]
    network: Mapping[str, Any]
    parameters: int
    options: Mapping[str, Any]
    data: Mapping[str, Any]
    history: tuple[Epoch, ...]
    calibration: Mapping[str, Any]
    scores: Mapping[str, Any] | None
    version: str

    def to_dict(self) -> dict[str, Any]:
        """Give the information as plain values that JSON can hold."""
        return asdict(self)


class Model:
    """A model folder, checked and ready to answer; satisfies `Classifier`.

    Attributes:
        folder: Where it lies.
        info: What it is.
    """

    def __init__(self, folder: Path, info: ModelInfo, session: "InferenceSession") -> None:
        self.folder = folder
        self.info = info
        self._session = session
        self._knows_strangers = "strangeness" in [output.name for output in session.get_outputs()]

    def __call__(self, images: Images) -> Probabilities:
        """Say how probable each class is for each image.

        Args:
            images: `uint8 (n, 28, 28)`.

        Returns:
            `float32 (n, k)`, rows summing to 1.

        Raises:
            DataError: `images` are not what they should be.
        """
        return cast(Probabilities, self._run("probabilities", images=images)[0])

    def features(self, images: Images) -> Features:
        """Give what the network's last layer is given for each image: `float32 (n, f)`."""
        return cast(Features, self._run("features", images=images)[0])

    def answer(self, images: Images) -> tuple[Probabilities, Strangeness]:
        """Say how probable each class is for each image, and how probably the image shows none of them.

        Args:
            images: `uint8 (n, 28, 28)`.

        Returns:
            `float32 (n, k)`, rows summing to 1, given that the image shows one of the classes; and `float32 (n,)`,
            0…1, all 0 where the model was trained without knowing anything else.

        Raises:
            DataError: `images` are not what they should be.
        """
        if self._knows_strangers:
            probabilities, strangeness = self._run("probabilities", "strangeness", images=images)
            return probabilities, strangeness
        probabilities = self(images)
        return probabilities, np.zeros(len(probabilities), np.float32)

    def content(self, name: Literal["model.onnx", "model.safetensors"]) -> bytes:
        """Give one of the folder's files, checked against its hash."""
        return _read(self.folder, name, _read_json(self.folder)["files"])

    def _run(self, *outputs: str, images: Images) -> list[np.ndarray[Any, Any]]:
        images = as_images(images)
        starts = range(0, max(len(images), 1), BATCH)
        batches = [self._session.run(list(outputs), {"images": images[start : start + BATCH]}) for start in starts]
        return [np.concatenate(parts) for parts in zip(*batches, strict=True)]


def load_model(folder: str | Path, *, threads: int | None = None) -> Model:
    """Open a model folder and check that it is whole and still gives the answers it gave when it was written.

    Args:
        folder: A folder that `save_model` wrote.
        threads: How many of the processor's cores one answer may use; None for all. Who asks from several threads at
            once wants 1.

    Returns:
        The model, ready to answer; PyTorch is not needed.

    Raises:
        ModelError: There is no model, or it is truncated, edited, from a newer format, or answers otherwise.
    """
    folder = Path(folder)
    document = _read_json(folder)
    onnx = _read(folder, "model.onnx", document["files"])
    _read(folder, "model.safetensors", document["files"])
    model = Model(folder, _info(folder, document), _session(folder, onnx, threads))
    _check_golden(model, document["golden"])
    return model


def save_model(
    folder: str | Path,
    info: ModelInfo,
    *,
    onnx: bytes,
    weights: bytes,
    golden: Images,
    answers: Probabilities | None = None,
) -> Model:
    """Write a model folder as a whole or not at all, and open it from disk.

    Everything is written beside the folder and checked by loading it; only then is it put in place. A model that
    stands there already is replaced; anything else that stands there is left alone.

    Args:
        folder: Where to; parents are made.
        info: What the model is.
        onnx: The network: input `images`, outputs `probabilities` and `features`.
        weights: The same network's weights as safetensors.
        golden: `uint8 (n, 28, 28)`, images whose answers are stored and asked again at every load.
        answers: `float32 (n, k)`, what the network must answer to them; by default what it does answer.

    Returns:
        The model as loaded.

    Raises:
        ModelError: The network gives answers that are not finite or not those expected, the folder holds something
            that is no model, or the disk refuses.
    """
    check_place(folder)
    folder = Path(folder).resolve()
    given = Model(folder, info, _session(folder, onnx))(golden)
    if not np.isfinite(given).all():
        raise ModelError(f"the network of {info.name} gives answers that are not finite; nothing was written")
    if answers is not None and np.abs(given - answers).max() > GOLDEN_TOLERANCE:
        raise ModelError(f"the network of {info.name} answers otherwise as ONNX than in PyTorch; nothing was written")
    contents = {"model.onnx": onnx, "model.safetensors": weights}
    document = {
        "format": FORMAT,
        **info.to_dict(),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        "golden": {
            "images": base64.b64encode(golden.tobytes()).decode(),
            "probabilities": [[round(float(value), 7) for value in row] for row in given],
        },
    }
    document["sha256"] = _digest(document)
    contents["model.json"] = (json.dumps(document, indent=1) + "\n").encode()
    contents["README.md"] = model_card(info.to_dict()).encode("utf-8", "replace")
    try:
        return _replace_folder(folder, contents)
    except OSError as error:
        raise ModelError(f"cannot write the model folder {folder}: {error.strerror or error}") from error


def check_place(folder: str | Path) -> None:
    """Check that a model may be written to a place: nothing is there, or an older model, or an empty folder.

    Raises:
        ModelError: Something else is there, or it holds the folder that commands run in.
    """
    folder = Path(folder).resolve()
    if Path.cwd().is_relative_to(folder):
        raise ModelError(f"{folder} is the current folder or holds it; nothing was written, choose another place")
    try:
        is_model = (folder / "model.json").is_file()
        if folder.exists() and not is_model and (folder.is_file() or any(folder.iterdir())):
            raise ModelError(f"{folder} exists and is no model folder; nothing was written, choose another place")
    except OSError as error:
        raise ModelError(f"cannot write the model folder {folder}: {error.strerror or error}") from error


def _replace_folder(folder: Path, contents: Mapping[str, bytes]) -> Model:
    folder.parent.mkdir(parents=True, exist_ok=True)
    suffix = secrets.token_hex(4)
    fresh = folder.with_name(f".{folder.name}.new-{suffix}")
    stale = folder.with_name(f"{_stale_prefix(folder)}{suffix}")
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
        model.folder = folder
        return model
    except BaseException:
        _recover(folder)
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(stale, ignore_errors=True)


def _stale_prefix(folder: Path) -> str:
    return f".{folder.name}.old-"


def _recover(folder: Path) -> None:
    """Put the older model back where a process died between taking it away and putting the newer one in place."""
    if folder.exists() or not folder.parent.is_dir():
        return
    for stale in folder.parent.glob(f"{glob.escape(_stale_prefix(folder))}*"):
        with suppress(OSError):
            stale.rename(folder)
            return


def _read_json(folder: Path) -> dict[str, Any]:
    _recover(folder)
    try:
        document = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"no model at {folder}: expected a folder with model.json ({error.strerror}); "
            "`tenfold train --out FOLDER` makes one"
        ) from error
    except ValueError as error:
        raise ModelError(f"{folder / 'model.json'} is not whole: {error}") from error
    found = document.get("format") if isinstance(document, dict) else None
    if type(found) is not int:
        raise ModelError(f"{folder / 'model.json'} is not a model description: it has no format number")
    if found > FORMAT:
        raise ModelError(
            f"{folder} has model format {found}, this Tenfold reads up to {FORMAT}: upgrade with "
            "`pip install --upgrade tenfold`"
        )
    if document.get("sha256") != _digest(document):
        raise ModelError(f"{folder / 'model.json'} was changed after it was written: its own SHA-256 does not match")
    for name, kind in {"classes": list, "history": list, "files": dict, "golden": dict}.items():
        if not isinstance(document.get(name), kind):
            raise ModelError(f"{folder / 'model.json'} is not a model description: {name} is missing")
    return cast(dict[str, Any], document)


def _read(folder: Path, name: str, hashes: Mapping[str, str]) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise ModelError(f"the model folder {folder} is not whole: {name}: {error.strerror}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != hashes.get(name):
        raise ModelError(
            f"{folder / name} is damaged or was changed: expected SHA-256 {hashes.get(name)}, got {found} "
            f"({len(content):,} bytes)"
        )
    return content


def _digest(document: Mapping[str, Any]) -> str:
    content = {key: value for key, value in document.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _info(folder: Path, document: Mapping[str, Any]) -> ModelInfo:
    values = {field.name: document.get(field.name) for field in fields(ModelInfo)}
    try:
        values["classes"] = tuple(document["classes"])
        values["history"] = tuple(Epoch(**epoch) for epoch in document["history"])
        return ModelInfo(**cast(dict[str, Any], values))
    except (KeyError, TypeError) as error:
        raise ModelError(f"{folder / 'model.json'} is not a model description: {error}") from error


def _session(folder: Path, onnx: bytes, threads: int | None = None) -> "InferenceSession":
    import onnxruntime

    if EXTERNAL_DATA in onnx:
        raise ModelError(f"{folder / 'model.onnx'} wants weights from other files, which a model never may")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads or 0
    try:
        session = onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen types of its own, with Exception as their only parent
        raise ModelError(f"{folder / 'model.onnx'} is no network that ONNX Runtime can open: {error}") from error
    names = [output.name for output in session.get_outputs()]
    if (
        names[:2] != ["probabilities", "features"]
        or names[2:] not in ([], ["strangeness"])
        or [entry.name for entry in session.get_inputs()] != ["images"]
    ):
        raise ModelError(f"{folder / 'model.onnx'}: expected outputs probabilities and features, got {names}")
    return session


def _check_golden(model: Model, golden: Mapping[str, Any]) -> None:
    try:
        images = np.frombuffer(base64.b64decode(golden["images"]), dtype=np.uint8).reshape(-1, SIDE, SIDE)
        expected = np.array(golden["probabilities"], dtype=np.float64)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{model.folder / 'model.json'} is not a model description: golden: {error}") from error
    got = model(images)
    difference = np.abs(got - expected).max() if got.shape == expected.shape else np.nan
    if not difference <= GOLDEN_TOLERANCE:
        raise ModelError(
            f"{model.folder} no longer gives the answers it was saved with (off by {difference:.2g}, allowed "
            f"{GOLDEN_TOLERANCE:g}): its weights are not finite, or not the ones it was saved with"
        )
