"""Labelled images in NumPy's `.npz` files, with the names that Keras gives the arrays."""

import lzma
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from tenfold.data.examples import DIGITS, Examples, as_examples
from tenfold.data.idx import Array
from tenfold.data.pixels import as_pixels
from tenfold.errors import DataError
from tenfold.files import check_unpacked, in_place_of, opened, read_at_most

__all__ = ["npz_splits", "read_npz", "write_npz"]

NPZ_KEYS: dict[str, list[tuple[str, str]]] = {
    "train": [("x_train", "y_train")],
    "test": [("x_test", "y_test")],
    "all": [("x", "y"), ("images", "labels")],
}
"""Names of the images and labels of each split: Keras's, and two that people use for a single one."""

NPY_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
"""Reads the header of an array, by the version of NumPy's format."""

DAMAGED = (
    *(ValueError, LookupError, EOFError, RuntimeError, SyntaxError, struct.error, tokenize.TokenError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)
"""What `zipfile` and NumPy raise over a file that is not as it was written."""


def npz_splits(path: Path) -> list[str]:
    """Say which splits an `.npz` file holds.

    Returns:
        Of "train", "test" and "all", the last for a file with one pair of arrays; at least one.

    Raises:
        DataError: The file cannot be read, is no zip file, or has no pair of arrays by a known name.
    """
    with opened(path) as stream:
        return list(_find_pairs(_open_zip(stream, path), path))


def read_npz(path: Path, split: str = "all") -> Examples:
    """Read one split of an `.npz` file, without ever unpickling.

    Args:
        path: The file.
        split: One of what `npz_splits` gives.

    Returns:
        The images and labels; the classes are the array `classes` where there is one, else the ten digits. Pixels that
        are floats from 0 to 1 were divided by 255, and are multiplied again.

    Raises:
        DataError: The file is damaged, has pickled objects, or its arrays are not labelled images.
    """
    with opened(path) as stream:
        archive = _open_zip(stream, path)
        pairs = _find_pairs(archive, path)
        if split not in pairs:
            raise DataError(f"{path}: expected the arrays {' and '.join(NPZ_KEYS[split][0])}, got {', '.join(pairs)}")
        pixels, labels = (_read_npy(archive, name, path) for name in pairs[split])
        try:
            images = as_pixels(pixels)
        except DataError as error:
            raise DataError(f"{path}: {error}") from error
        classes = DIGITS
        if "classes.npy" in archive.namelist():
            classes = tuple(str(name) for name in _read_npy(archive, "classes", path).ravel())
        return as_examples(images, labels, origin=path, classes=classes)


def write_npz(path: Path, splits: Mapping[str, Examples]) -> None:
    """Write an `.npz` file with the keys of Keras, whole or not at all.

    Args:
        path: The file; one that is there is replaced.
        splits: What to write as "train", as "test", or as "all" of it.

    Raises:
        DataError: The file cannot be written.
    """
    arrays: dict[str, Array] = {}
    for split, examples in splits.items():
        images, labels = NPZ_KEYS[split][0]
        arrays |= {images: examples.images, labels: examples.labels}
        if examples.classes != DIGITS:
            arrays["classes"] = np.array(examples.classes)
    with in_place_of(path) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, **cast(dict[str, Any], arrays))


def _open_zip(stream: BinaryIO, path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except DAMAGED as error:
        raise DataError(
            f"{path}: expected an .npz file, which is a zip file, got a damaged or other one: {error}"
        ) from error


def _find_pairs(archive: zipfile.ZipFile, path: Path) -> dict[str, tuple[str, str]]:
    """Give the names of the images and the labels of each split that is there; "all" only where it is alone."""
    names = {name.removesuffix(".npy") for name in archive.namelist()}
    pairs = {
        split: next(pair for pair in candidates if set(pair) <= names)
        for split, candidates in NPZ_KEYS.items()
        if any(set(pair) <= names for pair in candidates)
    }
    if not pairs:
        known = ", ".join(f"{images} and {labels}" for keys in NPZ_KEYS.values() for images, labels in keys)
        found = ", ".join(sorted(names)) or "no array"
        raise DataError(f"{path}: expected arrays named {known}; got {found}")
    return {split: pair for split, pair in pairs.items() if split != "all" or len(pairs) == 1}


def _read_npy(archive: zipfile.ZipFile, name: str, path: Path) -> Array:
    """Read one array of an `.npz` file, taking no more memory than the file has bytes for."""
    try:
        with archive.open(f"{name}.npy") as member:
            stream = cast(BinaryIO, member)
            shape, is_fortran, dtype = NPY_HEADERS[np.lib.format.read_magic(stream)](stream)
            if dtype.hasobject:
                raise DataError(f"{path}: expected plain numbers in {name}, got pickled Python objects")
            size = math.prod(shape) * dtype.itemsize
            packed = archive.getinfo(f"{name}.npy")
            check_unpacked(packed.file_size, packed.compress_size, f"{path}: {name}")
            content = read_at_most(stream, size)
            if len(content) != size:
                got = f"{len(content):,}" if len(content) < size else "more"
                raise DataError(f"{path}: expected {size:,} bytes in {name} for shape {shape}, got {got}")
            return np.frombuffer(content, dtype=dtype).reshape(shape, order="F" if is_fortran else "C")
    except DataError:
        raise
    except DAMAGED as error:
        raise DataError(f"{path}: expected a NumPy array in {name}, got a damaged one: {error}") from error
