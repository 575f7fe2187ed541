"""Labelled images as Hugging Face's `datasets` keeps them on disk: Parquet, and the Arrow of its cache."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.arrays import SIDE
from tenfold.data.examples import DIGITS, Examples, as_examples
from tenfold.data.folders import Decode, decode_image, encode_image
from tenfold.data.idx import Array
from tenfold.errors import DataError, TenfoldError
from tenfold.files import check_unpacked, in_place_of, opened

__all__ = ["ARROW_SUFFIXES", "read_arrow", "write_parquet"]

ARROW_SUFFIXES = (".parquet", ".arrow")

IMAGE_NAMES, LABEL_NAMES = ("image", "img"), ("label", "labels")
"""Names that a column of pictures and one of classes have on the Hugging Face hub."""


def read_arrow(paths: Sequence[Path], decode: Decode | None = None) -> Examples:
    """Read Parquet or Arrow files as Hugging Face stores MNIST, the parts of one split.

    Args:
        paths: Files with a column `image` or `img` of picture bytes, or of structs whose field `bytes` holds them, and
            an integer column `label` or `labels`.
        decode: Turns the bytes of a picture that is not 28×28 and grey into an image; without it that is an error.

    Returns:
        The images and labels, in the order of the files; the classes are those that the first file's metadata
        names, else the ten digits.

    Raises:
        DataError: pyarrow is not installed, a file is damaged or lacks a column, or a picture is not 28×28 grey.
    """
    images: list[Array] = []
    labels: list[Array] = []
    classes = DIGITS
    for path in paths:
        table, image, label = _read_table(path)
        classes = _hugging_face_classes(table.schema.metadata or {}, label) or classes
        for row, picture in enumerate(table[image].to_pylist()):
            try:
                images.append(_image_of(picture, decode))
            except TenfoldError as error:
                raise DataError(f"{path}, row {row}: {error}") from error
        labels.append(_labels_of(table[label], path))
    stacked = np.stack(images) if images else np.zeros((0, SIDE, SIDE), dtype=np.uint8)
    return as_examples(stacked, np.concatenate(labels), origin=paths[0], classes=classes)


def write_parquet(path: Path, examples: Examples) -> None:
    """Write a Parquet file as Hugging Face stores MNIST, whole or not at all.

    Raises:
        DataError: pyarrow is not installed, or the file cannot be written.
    """
    arrow, parquet = _import_pyarrow()
    pictures = [{"bytes": encode_image(image), "path": f"{index}.png"} for index, image in enumerate(examples.images)]
    kind = arrow.struct([("bytes", arrow.binary()), ("path", arrow.string())])
    features = {
        "image": {"_type": "Image"},
        "label": {"_type": "ClassLabel", "names": list(examples.classes)},
    }
    table = arrow.table(
        {"image": arrow.array(pictures, type=kind), "label": arrow.array(examples.labels)}
    ).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    with in_place_of(path) as temporary:
        parquet.write_table(table, temporary)


def _import_pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise DataError(
            'Parquet and Arrow need pyarrow, which is not installed: pip install "tenfold[train]"'
        ) from error
    return pyarrow, pyarrow.parquet


def _read_table(path: Path) -> tuple[Any, str, str]:
    """Read the columns of pictures and of labels; give them and their names."""
    arrow, parquet = _import_pyarrow()
    with opened(path) as stream:
        try:
            if path.suffix.lower() == ".parquet":
                file = parquet.ParquetFile(stream)
                image, label = _columns_of(arrow, file.schema_arrow, path)
                check_unpacked(file.metadata.num_rows * SIDE * SIDE, path.stat().st_size, path)
                return file.read(columns=[image, label]), image, label
            table = _open_arrow(arrow, stream)
            return table, *_columns_of(arrow, table.schema, path)
        except DataError:
            raise
        except (arrow.ArrowException, ValueError) as error:  # a name that is no UTF-8 is a ValueError
            kind = "a Parquet file" if path.suffix.lower() == ".parquet" else "an Arrow file"
            raise DataError(f"{path}: expected {kind}, got a damaged or other one: {error}") from error


def _open_arrow(arrow: Any, stream: Any) -> Any:  # noqa: ANN401
    """Read the stream format, in which `datasets` writes, or the file format."""
    try:
        return arrow.ipc.open_stream(stream).read_all()
    except arrow.ArrowInvalid:
        stream.seek(0)
        return arrow.ipc.open_file(stream).read_all()


def _columns_of(arrow: Any, schema: Any, path: Path) -> tuple[str, str]:  # noqa: ANN401
    """Give the names of the columns of pictures and of labels.

    Raises:
        DataError: One is missing, or of another type.
    """
    image, label = (
        next((name for name in names if name in schema.names), None) for names in (IMAGE_NAMES, LABEL_NAMES)
    )
    if image is None or label is None:
        raise DataError(f"{path}: expected the columns image and label, got {', '.join(schema.names)}")
    picture, number = schema.field(image).type, schema.field(label).type
    has_bytes = arrow.types.is_struct(picture) and picture.get_field_index("bytes") >= 0
    if not (has_bytes or arrow.types.is_binary(picture)) or not arrow.types.is_integer(number):
        raise DataError(f"{path}: expected picture bytes and integer labels, got {picture} and {number}")
    return image, label


def _image_of(picture: Any, decode: Decode | None) -> Array:  # noqa: ANN401
    """Give a picture's image: as it is where it is one already, else through `decode`."""
    content = picture["bytes"] if isinstance(picture, dict) else picture
    if content is None and isinstance(picture, dict) and picture.get("path"):
        raise DataError(
            f"expected the bytes of a picture, got only its place {picture['path']}; give that folder of pictures"
        )
    try:
        return decode_image(content or b"")
    except DataError:
        if decode is None:
            raise
        return decode(content or b"")


def _labels_of(labels: Any, path: Path) -> Array:  # noqa: ANN401
    if labels.null_count:
        raise DataError(f"{path}: expected a label in every row, got {labels.null_count} without")
    return np.asarray(labels.to_numpy(), dtype=np.int64)


def _hugging_face_classes(metadata: Mapping[bytes, bytes], label: str) -> tuple[str, ...] | None:
    """Give the names of the classes that Hugging Face's `datasets` keeps in a file's metadata, where it does."""
    try:
        names = json.loads(metadata[b"huggingface"])["info"]["features"][label]["names"]
    except (KeyError, TypeError, ValueError):
        return None
    return tuple(str(name) for name in names)
