"""The model folder: what training leaves behind, and all that reading needs.

| file | holds |
|---|---|
| `model.onnx` | the network of single digits: uint8 images in, probabilities and features out |
| `lines.onnx` | the line recogniser, where numbers are read too: uint8 lines in, columns over its alphabet out |
| `model.safetensors` | the weights of the first, to train on |
| `model.json` | what the model is, how it was made, hashes of the other files, golden images with their answers |
| `README.md` | the model card |
"""

import glob
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal, cast

import numpy as np

from tenfold.arrays import (
    Columns,
    Features,
    Images,
    Line,
    OutOfDistribution,
    Probabilities,
    Recognizer,
    as_images,
    without_separators,
)
from tenfold.errors import DataError, ModelError
from tenfold.files import content_of_file
from tenfold.model.description import DOCUMENT, ModelInfo, info_of, read_document
from tenfold.model.engine import Network, open_network
from tenfold.model.golden import check_golden, stored_images
from tenfold.model.line_recognizer import LineNetwork, LineRecognizer, golden_line

__all__ = [
    "DIGITS_FILE",
    "LINES_FILE",
    "SHIPPED",
    "WEIGHTS_FILE",
    "Model",
    "check_has_lines",
    "folder_of",
    "golden_columns",
    "load_model",
    "opened",
    "put_back",
    "shipped_lines",
    "stale_prefix",
]

SHIPPED = Path(__file__).parent / "reader"
"""The model folder that ships with Tenfold."""

SHIPPED_NAME = "shipped"
"""What that folder is called wherever a model is named."""

DIGITS_FILE: Final = "model.onnx"
LINES_FILE: Final = "lines.onnx"
WEIGHTS_FILE: Final = "model.safetensors"


class Model:
    """A model folder, checked and ready to answer; satisfies `Classifier` and `Recognizer`.

    Attributes:
        folder: Where it lies.
        info: What it is.
        golden: `uint8 (n, 28, 28)`, the images that it is asked about at every load.
    """

    def __init__(
        self, folder: Path, info: ModelInfo, network: Network, lines: LineRecognizer | None, golden: Images
    ) -> None:
        self.folder = folder
        self.info = info
        self.golden = golden
        self._network = network
        self._lines = lines
        self._scores = network.outputs[2:3]  # format 1 called the out-of-distribution score strangeness
        temperature = float(info.calibration.get("temperature") or 1.0)
        self._sharper = float(info.calibration.get("graph_temperature") or temperature) / temperature

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the probabilities."""
        return self.info.classes

    @property
    def alphabet(self) -> str:
        """The signs of a line's columns; empty where the folder reads single digits only."""
        return self.info.alphabet

    def __call__(self, images: Images) -> Probabilities:
        """Say how probable each class is for each image.

        Args:
            images: `uint8 (n, 28, 28)`.

        Returns:
            `float32 (n, k)`, rows summing to 1.

        Raises:
            DataError: `images` are not what they should be.
        """
        return self._calibrated(self._run("probabilities", images=images)[0])

    def features(self, images: Images) -> Features:
        """Give what the network's last layer is given for each image: `float32 (n, f)`."""
        return cast(Features, self._run("features", images=images)[0])

    def digits(self, images: Images) -> tuple[Probabilities, OutOfDistribution]:
        """Say how probable each class is for each image, and how probably the image shows none of them.

        Args:
            images: `uint8 (n, 28, 28)`.

        Returns:
            `float32 (n, k)`, rows summing to 1, given that the image shows one of the classes; and `float32 (n,)`,
            0…1, all 0 where the model was trained without knowing anything else.

        Raises:
            DataError: `images` are not what they should be.
        """
        probabilities, *scores = self._run("probabilities", *self._scores, images=images)
        score = scores[0] if scores else np.zeros(len(probabilities), np.float32)
        return self._calibrated(probabilities), cast(OutOfDistribution, score)

    def lines(self, lines: Sequence[Line]) -> list[Columns]:
        """Say for each line where which signs of the alphabet are.

        Args:
            lines: `uint8 (48, width)` each.

        Returns:
            `float32 (⌈width / 2⌉, a + 1)` each, log-probabilities of the alphabet's `a` signs and of none.

        Raises:
            ModelError: The folder reads single digits only.
        """
        check_has_lines(self)
        return cast(LineRecognizer, self._lines)(lines)

    def line_network(self) -> LineNetwork | None:
        """Give the folder's line recogniser as it is stored, to carry along; None where it has none."""
        return LineNetwork(self.alphabet, self.content(LINES_FILE)) if self.alphabet else None

    def content(self, name: Literal["model.onnx", "lines.onnx", "model.safetensors"]) -> bytes:
        """Give one of the folder's files, checked against its hash."""
        return _read(self.folder, name, _document(self.folder)["files"])

    def digest(self, name: Literal["model.onnx", "lines.onnx", "model.safetensors"]) -> str:
        """Give the SHA-256 of one of the folder's files, as `model.json` has it."""
        return str(_document(self.folder)["files"][name])

    def _run(self, *outputs: str, images: Images) -> list[np.ndarray[Any, Any]]:
        return self._network.run(outputs, as_images(images))

    def _calibrated(self, probabilities: np.ndarray[Any, Any]) -> Probabilities:
        """Divide the logits by what was found after the graph was written: powers of the probabilities do the same."""
        if self._sharper == 1:
            return cast(Probabilities, probabilities)
        powers = probabilities**self._sharper
        return cast(Probabilities, powers / powers.sum(axis=1, keepdims=True))


def check_has_lines(model: Recognizer) -> None:
    """Check that a model has a line recogniser, which numbers are read with.

    Raises:
        ModelError: It has none.
    """
    if not model.alphabet:
        name = f"the model {model.info.name}" if isinstance(model, Model) else "this model"
        raise ModelError(
            f"{name} reads single digits only, for it has no line recogniser: models of the digits 0 to 9 that "
            "`tenfold train` and `tenfold calibrate` write have one"
        )


def folder_of(model: str | Path | None) -> Path:
    """Give the folder of a model that is named: None is the one that ships, and so is `shipped` where none is there."""
    if model is None or (str(model) == SHIPPED_NAME and not Path(model).exists()):
        return SHIPPED
    return Path(model)


def load_model(folder: str | Path | None = None, *, threads: int | None = None) -> Model:
    """Open a model folder and check that it is whole and still gives the answers it gave when it was written.

    Args:
        folder: A folder that `tenfold.model.saving` wrote; None, or `shipped`, for the one that ships.
        threads: How many of the processor's cores one answer may use; None for all. Who asks from several threads at
            once wants 1.

    Returns:
        The model, ready to answer; PyTorch is not needed.

    Raises:
        ModelError: There is no model, or it is truncated, edited, from a newer format, or answers otherwise.
    """
    folder = folder_of(folder)
    document = _document(folder)
    info = info_of(folder, document)
    onnx = _read(folder, DIGITS_FILE, document["files"])
    _read(folder, WEIGHTS_FILE, document["files"])
    lines = LineNetwork(info.alphabet, _read(folder, LINES_FILE, document["files"])) if info.alphabet else None
    golden, file = document["golden"], folder / DOCUMENT
    model = opened(folder, info, onnx, lines, stored_images(golden, file), threads)
    check_golden(golden, model(model.golden), golden_columns(model), file)
    return model


def shipped_lines(classes: Sequence[str]) -> LineNetwork | None:
    """Give the line recogniser that ships, to put beside a network of the same classes; None where they are others."""
    alphabet = _document(SHIPPED)["alphabet"]
    if set(classes) != set(without_separators(alphabet)):
        return None
    return LineNetwork(alphabet, _read(SHIPPED, LINES_FILE, _document(SHIPPED)["files"]))


def stale_prefix(folder: Path) -> str:
    """Give how the name begins under which an older model lies beside its folder while it is replaced."""
    return f".{folder.name}.old-"


def put_back(folder: Path) -> None:
    """Put the older model back where a process died between taking it away and putting the newer one in place."""
    if folder.exists() or not folder.parent.is_dir():
        return
    for stale in folder.parent.glob(f"{glob.escape(stale_prefix(folder))}*"):
        with suppress(OSError):
            stale.rename(folder)
            return


def _document(folder: Path) -> dict[str, Any]:
    put_back(folder)
    return read_document(folder)


def _read(folder: Path, name: str, hashes: Mapping[str, str]) -> bytes:
    try:
        content = content_of_file(folder / name)
    except DataError as error:
        raise ModelError(f"{folder / name}: {error}") from error
    except OSError as error:
        raise ModelError(f"the model folder {folder} is not whole: {name}: {error.strerror}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != hashes.get(name):
        raise ModelError(
            f"{folder / name} is damaged or was changed: expected SHA-256 {hashes.get(name)}, got {found} "
            f"({len(content):,} bytes)"
        )
    return content


def opened(
    folder: Path, info: ModelInfo, onnx: bytes, lines: LineNetwork | None, golden: Images, threads: int | None
) -> Model:
    """Open a model's networks and check that they are of its classes and its alphabet.

    Raises:
        ModelError: They are not.
    """
    network = open_network(onnx, threads=threads, source=str(folder / DIGITS_FILE))
    if (
        network.outputs[:2] != ("probabilities", "features")
        or network.outputs[2:] not in ((), ("out_of_distribution",), ("strangeness",))
        or network.inputs != ("images",)
    ):
        raise ModelError(f"{folder / DIGITS_FILE}: expected outputs probabilities and features, got {network.outputs}")
    recognizer = LineRecognizer(lines, threads=threads, source=str(folder / LINES_FILE)) if lines else None
    model = Model(folder, info, network, recognizer, golden)
    _check_answers(model, golden, folder)
    return model


def _check_answers(model: Model, golden: Images, folder: Path) -> None:
    """Check the shapes of a network's answers: whatever comes later relies on them."""
    for images in (golden[:1], golden[:2]):
        probabilities, score = model.digits(images)
        features = model.features(images)
        if probabilities.shape != (len(images), len(model.classes)):
            raise ModelError(
                f"{folder / DIGITS_FILE} gives probabilities of the shape {probabilities.shape} for {len(images)} "
                f"images, {DOCUMENT} names {len(model.classes)} classes"
            )
        if features.ndim != 2 or len(features) != len(images) or score.shape != (len(images),):
            raise ModelError(
                f"{folder / DIGITS_FILE}: expected for {len(images)} images as many rows of features and scores, got "
                f"the shapes {features.shape} and {score.shape}"
            )


def golden_columns(model: Model) -> Columns | None:
    """Give what a model's line recogniser says of its golden images side by side; None where it has none."""
    return model.lines([golden_line(model.golden)])[0] if model.alphabet else None
