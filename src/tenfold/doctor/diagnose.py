"""The way in: a picture, labelled images or a model, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from tenfold.data.datasets import DATASETS, load_splits
from tenfold.data.examples import Examples
from tenfold.data.faults import Fault, find_faults, find_split_faults
from tenfold.data.folders import LABELS_FILE, SUFFIXES, has_class_folders, read_labels
from tenfold.doctor.foreign import expectation_of
from tenfold.doctor.labels import find_label_faults
from tenfold.doctor.models import find_model_faults, model_facts
from tenfold.doctor.pictures import find_picture_faults
from tenfold.errors import DataError, ModelError
from tenfold.files import opened
from tenfold.model.description import DOCUMENT
from tenfold.model.folder import folder_of, load_model
from tenfold.progress import followed
from tenfold.read.reader import Reader
from tenfold.read.readings import EMPTY

__all__ = ["Diagnosis", "diagnose"]

Kind: TypeAlias = Literal["picture", "pictures", "data", "model", "onnx"]

WEIGHTS = frozenset((".pt", ".pth", ".ckpt", ".h5", ".keras", ".pb", ".tflite", ".pkl", ".joblib", ".safetensors"))
"""Suffixes of models that are not asked: weights without a network, or code that a stranger's file would run."""

PICTURES = 1000
"""Pictures of a set that are looked at one by one, taken evenly."""

UNLIKE = 0.02
"""Share of pictures that must look like no digit for it to be told of a set: a reader refuses a few good ones."""

NAMED = 5


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Attributes:
        source: What was looked at.
        kind: What it is: `picture`, `pictures` in a folder, `data` with labels, a `model` folder, an `onnx` file.
        facts: What was seen that is no fault, a sentence each.
        faults: What is wrong, the gravest first; empty where nothing is.
        expects: How an ONNX file wants to be asked, as plain values; None elsewhere.
    """

    source: str
    kind: Kind
    facts: tuple[str, ...]
    faults: tuple[Fault, ...]
    expects: dict[str, Any] | None = None

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def to_dict(self) -> dict[str, Any]:
        """Give the diagnosis as plain values that JSON can hold."""
        return {
            "source": self.source,
            "kind": self.kind,
            "healthy": self.healthy,
            "faults": [fault.to_dict() for fault in self.faults],
            "facts": list(self.facts),
            "expects": self.expects,
        }


def diagnose(source: str | Path, *, offline: bool = False, progress: bool = False) -> Diagnosis:
    """Say what is wrong with a picture, with labelled images, or with a model.

    Args:
        source: A picture file or a folder of pictures; a data set's name or a path that `load_examples` takes; a model
            folder, `shipped`, or an ONNX file from anywhere.
        offline: True to use only what is on this machine.
        progress: True to show progress on standard error.

    Returns:
        The faults, and what else was seen.

    Raises:
        TenfoldError: There is no such thing, or it is none of these.
    """
    path = Path(source).expanduser()
    if (folder_of(path) / DOCUMENT).is_file():
        return _of_model(source)
    if path.suffix.lower() == ".onnx":
        return _of_onnx(path)
    if path.suffix.lower() in WEIGHTS:
        raise ModelError(
            f"{path}: a model is looked at as an ONNX file or as a Tenfold folder, got {path.suffix}: export it with "
            "torch.onnx.export, tf2onnx or skl2onnx"
        )
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        faults, digit = find_picture_faults(Reader(), path)
        read = [f"read as {digit.digit}, {digit.probability:.1%} sure"] if digit and digit.digit else []
        return Diagnosis(str(source), "picture", tuple(read), tuple(faults))
    if str(source) not in DATASETS and _is_unlabelled(path):
        files = sorted(str(each) for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
        return Diagnosis(
            str(source), "pictures", (f"{len(files):,} pictures",), tuple(_picture_faults(files, progress=progress))
        )
    if (path / LABELS_FILE).is_file() and _has_texts(path):
        return _of_numbers(path)
    return _of_data(source, offline=offline, progress=progress)


def _has_texts(folder: Path) -> bool:
    """Say whether a folder's labels are the texts of numbers, by the heading of its `labels.csv`."""
    with opened(folder / LABELS_FILE) as stream:
        names = stream.readline().decode("utf-8-sig", "replace").replace('"', "").split(",")
    found = {name.strip() for name in names}
    return "text" in found and "label" not in found


def _of_numbers(folder: Path) -> Diagnosis:
    """Look at labelled pictures of whole numbers: whether each file is there, and each text in signs that are read."""
    signs = {*load_model().alphabet, EMPTY}
    try:
        rows = read_labels(folder, ("file", "text"))
    except DataError as error:
        return Diagnosis(str(folder), "data", (), (Fault("unreadable", str(error), "mend these lines"),))
    other = [f"{name}: {text}" for name, text in rows if set(text) - signs]
    readable = "".join(sorted(signs - {EMPTY, " "}))
    told = f"{len(other):,} of {len(rows):,} texts have signs that are not read"
    fault = Fault("other-alphabet", told, f"write them in {readable}", len(other), tuple(other[:NAMED]))
    faults = (fault,) if other else ()
    return Diagnosis(str(folder), "data", (f"{len(rows):,} pictures of whole numbers",), faults)


def _is_unlabelled(path: Path) -> bool:
    """Say whether a folder holds pictures and nothing that labels them."""
    if not path.is_dir() or (path / LABELS_FILE).exists() or has_class_folders(path):
        return False
    return any(each.suffix.lower() in SUFFIXES for each in path.iterdir())


def _of_model(source: str | Path) -> Diagnosis:
    try:
        model = load_model(source)
    except ModelError as error:
        advice = "train it again, or take the copy that it was made from"
        return Diagnosis(str(source), "model", (), (Fault("damaged", str(error), advice),))
    return Diagnosis(str(source), "model", tuple(model_facts(model)), tuple(find_model_faults(model)))


def _of_onnx(path: Path) -> Diagnosis:
    with opened(path) as stream:
        expected = expectation_of(stream.read(), str(path))
    if expected is None:
        told = "it reads fewer than half of the known digits in every scaling, layout and polarity that was tried"
        advice = "train it longer, or look whether its preparation does something else to the pixels"
        return Diagnosis(str(path), "onnx", (), (Fault("reads-badly", told, advice),))
    return Diagnosis(str(path), "onnx", tuple(expected.told()), (), expected.to_dict())


def _of_data(source: str | Path, *, offline: bool, progress: bool) -> Diagnosis:
    reader = Reader()
    try:
        splits = load_splits(source, offline=offline, progress=progress, decode=reader.image)
    except DataError as error:
        if not Path(source).expanduser().exists():
            raise
        advice = "mend the file as it says; nothing else can be looked at before"
        return Diagnosis(str(source), "data", (), (Fault("unreadable", str(error), advice),))
    facts, faults = [], []
    for split, examples in splits.items():
        named = f"{split} images: " if len(splits) > 1 else ""
        classes = f"{len(set(examples.labels.tolist()))} of {len(examples.classes)} classes"
        facts.append(f"{named}{len(examples.images):,} images of {classes}")
        faults += [
            replace(fault, told=f"{named}{fault.told}") for fault in _example_faults(examples, progress=progress)
        ]
    if len(splits) > 1:
        faults += find_split_faults(splits["train"], splits["test"])
    return Diagnosis(str(source), "data", tuple(facts), tuple(faults))


def _example_faults(examples: Examples, *, progress: bool) -> list[Fault]:
    """Look at pixels, then at labels where the pixels are well, then at each picture that is a file."""
    faults = find_faults(examples)
    if not any(fault.kind in {"inverted", "faint"} or fault.kind.startswith("unit") for fault in faults):
        faults += find_label_faults(examples, load_model())
    return [*faults, *_picture_faults(examples.files, progress=progress)]


def _picture_faults(files: Sequence[str], *, progress: bool) -> list[Fault]:
    """Look at pictures one by one, and tell each kind of fault once, with the pictures that have it."""
    if not files:
        return []
    places = np.unique(np.linspace(0, len(files) - 1, min(len(files), PICTURES)).astype(int)).tolist()
    reader = Reader()
    found: dict[str, list[tuple[str, Fault]]] = defaultdict(list)
    for place in followed(places, "Looking at pictures", lambda: len(places), shown=progress):
        faults, _ = find_picture_faults(reader, files[place])
        for fault in faults:
            found[fault.kind].append((files[place], fault))
    if len(found["not-a-digit"]) < UNLIKE * len(places):
        del found["not-a-digit"]
    return [_of_several(each) for each in found.values() if each]


def _of_several(found: list[tuple[str, Fault]]) -> Fault:
    fault, names = found[0][1], tuple(name for name, _ in found)
    count = "1 picture" if len(names) == 1 else f"{len(names):,} pictures"
    return replace(fault, told=f"{count}: {fault.told}", count=len(names), where=names[:NAMED])
