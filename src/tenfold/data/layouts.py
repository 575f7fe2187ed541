"""Finds out which splits a file or folder holds, and how each is read."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias, get_args

from tenfold.data.arrow import ARROW_SUFFIXES, read_arrow
from tenfold.data.examples import DIGITS, Examples, as_examples
from tenfold.data.folders import LABELS_FILE, Decode, has_class_folders, read_class_folders, read_labelled_folder
from tenfold.data.idx import read_idx, write_idx
from tenfold.data.npz import npz_splits, read_npz
from tenfold.data.sources import Split
from tenfold.data.tables import csv_is_labelled, is_csv, read_csv
from tenfold.errors import DataError
from tenfold.files import in_place_of, reading

__all__ = ["ALL", "SPLITS", "IdxPair", "Load", "find_splits", "read_idx_pair", "write_idx_pairs"]

Load: TypeAlias = Callable[[], Examples]
"""Reads one split, when it is called."""

SPLITS: tuple[Split, ...] = get_args(Split)

ALL = "all"
"""Stands beside "train" and "test" for data that is not split."""

IDX_NAME = re.compile(r"(?P<prefix>.*?)(?P<kind>images|labels)[-.]idx\d-\w+(\.gz)?")
IDX_PREFIXES = {"train": "train-", "test": "t10k-", ALL: ""}

FOLDERS: Mapping[Split, tuple[str, ...]] = {"train": ("train", "training"), "test": ("test", "testing")}
"""What folders of a split are called; of several for one split the first counts."""

STAND_INS = ("val", "valid", "validation")
"""What a folder is called that stands in for a missing `test` beside `train`."""

RAW = "raw"
"""The folder in which torchvision keeps the files of MNIST and its kin as they were downloaded."""

DERIVED = "cache-"
"""What the names of files begin with that Hugging Face's `datasets` derived from others in its cache."""

LAYOUTS = (
    f"an .npz, .csv, .csv.gz, .parquet or .arrow file, IDX files such as images-idx3-ubyte and labels-idx1-ubyte, a "
    f"folder with {LABELS_FILE}, a folder of pictures per class, or a folder with train and test of one of these"
)


class IdxPair(NamedTuple):
    """The two IDX files that make a set of labelled images."""

    images: Path
    labels: Path


def find_splits(path: Path, decode: Decode) -> dict[str, Load]:
    """Say which splits a file or folder holds, without reading the images yet.

    Args:
        path: A file or a folder that is there.
        decode: Turns the bytes of a picture file into an image.

    Returns:
        How to read "train", "test" or both; or "all", alone, for data that is not split.

    Raises:
        DataError: It is nothing that holds labelled images, or holds more than one set for a split.
    """
    with reading(path):
        return _folder_splits(path, decode) if path.is_dir() else _file_splits(path, decode)


def read_idx_pair(pair: IdxPair, classes: tuple[str, ...] = DIGITS) -> Examples:
    """Read labelled images from two IDX files; of labels with several columns, as QMNIST has, the first counts.

    Raises:
        DataError: One of the files is malformed, or they do not match.
    """
    images, labels = read_idx(pair.images), read_idx(pair.labels)
    if labels.ndim == 2:
        labels = labels[:, 0]
    return as_examples(images, labels, origin=pair.labels, classes=classes)


def write_idx_pairs(folder: Path, splits: Mapping[str, Examples]) -> None:
    """Write each split as a pair of IDX files named as MNIST's, all of them or none.

    Args:
        folder: A folder that is not there yet or is empty.
        splits: What to write as "train", as "test", or as "all".

    Raises:
        DataError: The folder cannot be written.
    """
    with in_place_of(folder) as temporary:
        for split, examples in splits.items():
            prefix = IDX_PREFIXES[split]
            write_idx(temporary / f"{prefix}images-idx3-ubyte", examples.images)
            write_idx(temporary / f"{prefix}labels-idx1-ubyte", examples.labels.astype("uint8"))


def _file_splits(path: Path, decode: Decode) -> dict[str, Load]:
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return {split: partial(read_npz, path, split) for split in npz_splits(path)}
    if is_csv(path):
        return {ALL: partial(read_csv, path)}
    if suffix in ARROW_SUFFIXES:
        return {ALL: partial(read_arrow, [path], decode)}
    if match := IDX_NAME.fullmatch(path.name):
        return {ALL: partial(read_idx_pair, _idx_pair(path.parent, match["prefix"]))}
    raise DataError(f"{path}: expected {LAYOUTS}; got a file with another name")


def _folder_splits(folder: Path, decode: Decode) -> dict[str, Load]:
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    if prefixes := {match["prefix"] for entry in entries if (match := IDX_NAME.fullmatch(entry.name))}:
        return _idx_splits(folder, prefixes)
    if folder / LABELS_FILE in entries:
        return {ALL: partial(read_labelled_folder, folder, decode)}
    if splits := _split_folders(entries):
        return {split: _only_load(_folder_splits(inside, decode), inside) for split, inside in splits.items()}
    if tables := _table_splits(entries, decode):
        return tables
    if has_class_folders(folder):
        return {ALL: partial(read_class_folders, folder, decode)}
    if inside := _only_folder(entries):
        return _folder_splits(inside, decode)
    found = ", ".join(entry.name for entry in entries[:5]) or "nothing"
    raise DataError(f"{folder}: expected {LAYOUTS}; got a folder with {found}")


def _split_folders(entries: Sequence[Path]) -> dict[Split, Path]:
    """Give the folders of the splits by what they are called."""
    folders = {entry.name.lower(): entry for entry in entries if entry.is_dir()}
    named = dict(FOLDERS)
    if not folders.keys().isdisjoint(FOLDERS["train"]):
        named["test"] += STAND_INS
    found = {split: [folders[name] for name in names if name in folders] for split, names in named.items()}
    return {split: inside[0] for split, inside in found.items() if inside}


def _only_folder(entries: Sequence[Path]) -> Path | None:
    """Give the folder that holds all: `raw` of torchvision, or the only one, as `MNIST` around it."""
    folders = [entry for entry in entries if entry.is_dir()]
    return next((each for each in folders if each.name == RAW), folders[0] if len(folders) == 1 else None)


def _idx_splits(folder: Path, prefixes: set[str]) -> dict[str, Load]:
    prefix_of = {_split_of(prefix): prefix for prefix in prefixes}
    if len(prefix_of) < len(prefixes) or (ALL in prefix_of and len(prefixes) > 1):
        raise DataError(
            f"{folder}: expected one pair of IDX files for train and one for test, or one pair alone; "
            "got more, so name the file of images that you mean"
        )
    return {split: partial(read_idx_pair, _idx_pair(folder, prefix)) for split, prefix in prefix_of.items()}


def _idx_pair(folder: Path, prefix: str) -> IdxPair:
    """Find the images and the labels that belong together; of a plain and a gzipped file the plain one."""
    found: dict[str, Path] = {}
    for entry in sorted(folder.iterdir(), reverse=True):
        match = IDX_NAME.fullmatch(entry.name)
        if match and match["prefix"] == prefix:
            found[match["kind"]] = entry
    for kind in ("images", "labels"):
        if kind not in found:
            other = next(iter(found.values())).name
            raise DataError(f"{folder}: expected an IDX file of {prefix}{kind} beside {other}, got none")
    return IdxPair(found["images"], found["labels"])


def _table_splits(entries: Sequence[Path], decode: Decode) -> dict[str, Load]:
    """Give the splits of `train….csv` and `test….csv`, or of the parts of `train….parquet` and `test….parquet`.

    A `test.csv` without labels, as Kaggle gives it, is no split; Arrow files of one set may be called `data-…`.
    """
    loads: dict[str, Load] = {}
    arrow = [entry for entry in entries if entry.suffix.lower() in ARROW_SUFFIXES]
    arrow = [entry for entry in arrow if not entry.name.startswith(DERIVED)]
    for split in SPLITS:
        if parts := [entry for entry in arrow if _split_of(entry.name) == split]:
            loads[split] = partial(read_arrow, parts, decode)
        elif table := _only_table([entry for entry in entries if _split_of(entry.name) == split], split):
            loads[split] = partial(read_csv, table)
    return loads or ({ALL: partial(read_arrow, arrow, decode)} if arrow else {})


def _only_table(entries: Sequence[Path], split: Split) -> Path | None:
    tables = [entry for entry in entries if is_csv(entry) and entry.is_file()]
    if len(tables) > 1:
        names = ", ".join(table.name for table in tables)
        raise DataError(f"{tables[0].parent}: expected one CSV file for {split}, got {names}; name one file")
    return tables[0] if tables and csv_is_labelled(tables[0]) else None


def _split_of(name: str) -> str:
    name = name.lower()
    if "train" in name:
        return "train"
    return "test" if "test" in name or "t10k" in name else ALL


def _only_load(loads: dict[str, Load], folder: Path) -> Load:
    if len(loads) != 1:
        raise DataError(f"{folder}: expected one set of images, got {' and '.join(loads)}")
    return next(iter(loads.values()))
