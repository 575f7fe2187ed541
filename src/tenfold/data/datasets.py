"""Loads labelled images by the name of a data set or from the user's own files, and saves them."""

import difflib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import numpy as np

from tenfold.arrays import Images, Labels
from tenfold.data.arrow import write_parquet
from tenfold.data.catalogue import DATASETS, HANDWRITING, Dataset
from tenfold.data.examples import DIGITS, Examples, as_examples
from tenfold.data.fetch import fetch_dataset
from tenfold.data.folders import Decode, decode_image, write_class_folders, write_labelled_folder
from tenfold.data.layouts import ALL, SPLITS, IdxPair, Load, find_splits, read_idx_pair, write_idx_pairs
from tenfold.data.npz import write_npz
from tenfold.data.sources import Split
from tenfold.data.tables import is_csv, read_rows, write_csv
from tenfold.errors import DataError, OptionError
from tenfold.files import reading

__all__ = [
    "DATASETS",
    "DIGITS",
    "Dataset",
    "Examples",
    "Format",
    "NamedImages",
    "Split",
    "load_data",
    "load_examples",
    "load_images",
    "load_splits",
    "save_data",
    "save_examples",
]

UNLABELLED = "test.csv"
"""Kaggle's file of images to answer for."""

Format: TypeAlias = Literal["npz", "csv", "parquet", "idx", "classes", "labels"]
"""How labelled images are stored: three kinds of file, and three kinds of folder."""


@dataclass(frozen=True, eq=False)
class NamedImages:
    """Images to answer for, whether they have labels or not.

    Attributes:
        images: `uint8 (n, 28, 28)`, 0 paper, 255 ink.
        names: What each is called: its file, or its row, counted from 1 where the rows have no numbers.
        id_name: What a table calls the column of its rows' numbers; empty elsewhere.
    """

    images: Images
    names: tuple[str, ...]
    id_name: str = ""


def load_data(
    source: str | Path = "mnist", *, offline: bool = False, progress: bool = False
) -> tuple[tuple[Images, Labels], tuple[Images, Labels]]:
    """Load the training set and the test set of a data set, as Keras does.

    Args:
        source: A name of `DATASETS`, which is fetched where it is not in the cache; or a path that holds both
            splits: a folder of IDX files `train-…` and `t10k-…`, an `.npz` file with Keras's keys, or a folder with
            `train` and `test`, which are folders, CSV or Parquet files. A name wins over a path; `./mnist` is a path.
        offline: True to use only what is on this machine.
        progress: True to show progress on standard error.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: images `uint8 (n, 28, 28)`, labels `int64 (n,)`.

    Raises:
        DataError: There is no such name or path, it holds one split only, or a file is malformed.
        FetchError: No source of a known data set gave its files.
    """
    loads = _loads(source, decode_image, offline=offline, progress=progress)
    if not set(SPLITS) <= set(loads):
        raise DataError(
            f"{source}: expected training and test images, got one set only; "
            "load it with load_examples, or put a train and a test into one folder"
        )
    train, test = loads["train"](), loads["test"]()
    unknown = sorted(set(test.classes) - set(train.classes))
    if unknown:
        raise DataError(f"{source}: expected test images of the classes of training, got {', '.join(unknown)} too")
    places = np.array([train.classes.index(name) for name in test.classes], dtype=np.int64)
    return (train.images, train.labels), (test.images, places[test.labels])


def load_examples(
    source: str | Path,
    split: Split = "test",
    *,
    offline: bool = False,
    progress: bool = False,
    decode: Decode | None = None,
) -> Examples:
    """Load one set of labelled images.

    Args:
        source: A name of `DATASETS`, or a path to any format that `save_examples` writes or `load_data` reads.
        split: Which set, where the source holds two. A source with a single set gives that one, except that a set
            named as test images is never given for training.
        offline: True to use only what is on this machine.
        progress: True to show progress on standard error.
        decode: Turns the bytes of a picture file into an image, for folders of pictures; without it they must be
            28×28 and grey, light ink on dark paper as MNIST has it.

    Returns:
        The labelled images, with the names of their classes.

    Raises:
        DataError: There is no such name or path, it holds test images only and training ones are asked for, or a file
            is malformed.
        FetchError: No source of a known data set gave its files.
    """
    loads = _loads(source, decode or decode_image, offline=offline, progress=progress)
    if split == "train" and set(loads) == {"test"}:
        raise DataError(f"{source}: expected training images, got test images only; put a train set beside them")
    load = next(iter(loads.values())) if len(loads) == 1 else loads[split]
    return replace(load(), name=str(source))


def load_splits(
    source: str | Path, *, offline: bool = False, progress: bool = False, decode: Decode | None = None
) -> dict[str, Examples]:
    """Load all that a source holds; arguments and errors as for `load_examples`.

    Returns:
        Under "train" and "test" what is to learn from and to test on, or one of them; or all under "all".
    """
    loads = _loads(source, decode or decode_image, offline=offline, progress=progress)
    return {split: replace(load(), name=str(source)) for split, load in loads.items()}


def load_images(
    source: str | Path,
    split: Split = "test",
    *,
    offline: bool = False,
    progress: bool = False,
    decode: Decode | None = None,
) -> NamedImages:
    """Load images to answer for; arguments and errors as for `load_examples`.

    Args:
        source: What `load_examples` takes, whose labels are left out; or a CSV file without labels, as Kaggle's
            `test.csv`, or the folder that it lies in.
        split: Which set, where the source holds two.
        offline: True to use only what is on this machine.
        progress: True to show progress on standard error.
        decode: As for `load_examples`.

    Returns:
        The images, and what they are called.
    """
    path = Path(source).expanduser()
    if path.is_dir() and (path / UNLABELLED).is_file():
        path /= UNLABELLED
    if source not in DATASETS and is_csv(path) and path.is_file():
        rows = read_rows(path)
        if not len(rows.images):
            raise DataError(f"{path}: expected at least one image, got none")
        return NamedImages(rows.images, tuple(map(str, rows.ids)), rows.id_name)
    examples = load_examples(source, split, offline=offline, progress=progress, decode=decode)
    rows_from_1 = map(str, range(1, len(examples.images) + 1))
    return NamedImages(examples.images, examples.files or tuple(rows_from_1))


def save_examples(
    images: Images,
    labels: Labels,
    path: str | Path,
    *,
    classes: tuple[str, ...] = DIGITS,
    format: Format | None = None,
) -> None:
    """Write labelled images in a format that `load_examples` reads, whole or not at all.

    Args:
        images: `uint8 (n, 28, 28)`, at least one.
        labels: Integers `(n,)`, 0 to `len(classes) - 1`.
        path: The file, which is replaced where it is there; or the folder, which must be new or empty.
        classes: The names of the classes. `csv` and `idx` cannot store names, so they take at most ten classes and
            are read back as the ten digits.
        format: `npz`, `csv`, `parquet` for a file; `idx` for a folder with a pair of IDX files, `classes` for one
            with a folder of PNG files per class, `labels` for one with PNG files and `labels.csv`. Without it the
            suffix of `path` decides, and no suffix means `labels`.

    Raises:
        DataError: Images and labels do not fit together, the format cannot hold them, or `path` cannot be written.
        OptionError: There is no such format.
    """
    path = Path(path).expanduser()
    chosen = format or path.suffix.lower().removeprefix(".") or "labels"
    if chosen not in get_args(Format):
        raise OptionError(f"expected a format of {', '.join(get_args(Format))}; got {chosen!r}")
    if chosen in ("csv", "idx"):
        _require_few_classes(classes, chosen)
    examples = as_examples(images, labels, origin="save_examples", classes=classes)
    if chosen == "npz":
        write_npz(path, {ALL: examples})
    elif chosen == "csv":
        write_csv(path, examples)
    elif chosen == "parquet":
        write_parquet(path, examples)
    elif chosen == "idx":
        write_idx_pairs(path, {ALL: examples})
    elif chosen == "classes":
        write_class_folders(path, examples)
    else:
        write_labelled_folder(path, examples)


def save_data(
    data: tuple[tuple[Images, Labels], tuple[Images, Labels]],
    path: str | Path,
    *,
    classes: tuple[str, ...] = DIGITS,
) -> None:
    """Write a training set and a test set so that `load_data` reads both, whole or not at all.

    Args:
        data: `((x_train, y_train), (x_test, y_test))`, as `load_data` gives them.
        path: An `.npz` file, written with Keras's keys; or a folder, new or empty, for IDX files named as MNIST's.
        classes: The names of the classes; a folder of IDX files cannot hold them.

    Raises:
        DataError: Images and labels do not fit together, or `path` cannot be written.
    """
    path = Path(path).expanduser()
    splits: dict[str, Examples] = {
        split: as_examples(images, labels, origin=split, classes=classes)
        for split, (images, labels) in zip(SPLITS, data, strict=True)
    }
    if path.suffix.lower() == ".npz":
        write_npz(path, splits)
    else:
        _require_few_classes(classes, "idx")
        write_idx_pairs(path, splits)


def _loads(source: str | Path, decode: Decode, *, offline: bool, progress: bool) -> dict[str, Load]:
    """Say how to load each split that a name or a path holds; a known data set is fetched before."""
    if isinstance(source, str) and source in DATASETS:
        dataset = DATASETS[source]
        folder = fetch_dataset(dataset, offline=offline, progress=progress)
        return {split: partial(_read_known, dataset, folder, split) for split in SPLITS}
    if isinstance(source, str) and source in HANDWRITING:
        raise DataError(
            f"{source} holds {HANDWRITING[source].holds}, and no images of 28×28; "
            f"expected a path or one of {', '.join(DATASETS)}"
        )
    path = Path(source).expanduser()
    with reading(path):
        exists = path.exists()
    if exists:
        return find_splits(path, decode)
    close = difflib.get_close_matches(str(source), DATASETS, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    raise DataError(f"expected a path or one of {', '.join(DATASETS)}; there is no {str(source)!r}{hint}")


def _read_known(dataset: Dataset, folder: Path, split: Split) -> Examples:
    pair = IdxPair(*(folder / dataset.file(split, kind).name for kind in ("images", "labels")))
    examples = read_idx_pair(pair, dataset.classes)
    if dataset.transposed:
        return replace(examples, images=np.ascontiguousarray(examples.images.swapaxes(1, 2)))
    return examples


def _require_few_classes(classes: tuple[str, ...], format: str) -> None:
    if len(classes) > len(DIGITS):
        raise DataError(f"expected at most ten classes for {format}, got {len(classes)}; take npz or parquet")
