"""Labelled images as rows of a table: Kaggle's CSV, Hugging Face's Parquet."""

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from tenfold.arrays import SIDE
from tenfold.data.examples import DIGITS, Examples, as_examples
from tenfold.data.folders import decode_image, encode_image
from tenfold.data.idx import Array
from tenfold.errors import DataError
from tenfold.files import check_unpacked, in_place_of, opened, read_line

__all__ = ["parse_csv", "read_csv", "read_parquet", "write_csv", "write_parquet"]

PIXELS = SIDE * SIDE
COLUMNS = 1 + PIXELS
CSV_HEADER = ",".join(["label", *(f"pixel{index}" for index in range(PIXELS))])
BLOCK_BYTES = 4 << 20  # CSV is parsed in blocks of about this size, so that memory stays small


def read_csv(path: Path) -> Examples:
    """Read a CSV file as Kaggle has MNIST; see `parse_csv`."""
    with opened(path) as stream:
        return parse_csv(stream, origin=path)


def parse_csv(stream: BinaryIO, *, origin: object) -> Examples:
    """Read lines of a label and 784 pixels, row by row from the top left, with or without a header line.

    Args:
        stream: The bytes of the file.
        origin: Where they come from, named in errors.

    Returns:
        The images and labels, of the ten digits.

    Raises:
        DataError: There is no line, a line has not 785 cells, or a cell is no number of its range; named by line.
    """
    first = read_line(stream, origin).removeprefix(b"\xef\xbb\xbf")
    if not first.strip():
        raise DataError(f"{origin}: expected a CSV file of label,pixel0,…,pixel783, got an empty first line")
    has_header = not first.split(b",")[0].strip(b" \"'\r\n").isdigit()
    if has_header:
        _check_header(first, origin)
    blocks: list[Array] = [np.zeros((0, COLUMNS), dtype=np.uint8)]
    line = 1
    for lines in _blocks(stream, [] if has_header else [first], origin):
        blocks.append(_parse_lines(lines, origin, first_line=line + has_header))
        line += len(lines)
    cells = np.concatenate(blocks)
    images = np.ascontiguousarray(cells[:, 1:]).reshape(-1, SIDE, SIDE)
    return as_examples(images, cells[:, 0], origin=origin)


def write_csv(path: Path, examples: Examples) -> None:
    """Write a CSV file as Kaggle has MNIST, with a header line, whole or not at all.

    Raises:
        DataError: The file cannot be written.
    """
    cells = [str(value) for value in range(256)]
    with in_place_of(path) as temporary, temporary.open("w", encoding="ascii", newline="\n") as stream:
        stream.write(CSV_HEADER + "\n")
        for image, label in zip(examples.images, examples.labels, strict=True):
            stream.write(f"{label}," + ",".join([cells[value] for value in image.tobytes()]) + "\n")


def read_parquet(paths: Sequence[Path]) -> Examples:
    """Read Parquet files as Hugging Face stores MNIST, the parts of one split.

    Args:
        paths: Files with a column `image` of picture bytes, or of structs whose field `bytes` holds them, and an
            integer column `label`.

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
        table = _read_arrow(path)
        classes = _hugging_face_classes(table.schema.metadata or {}) or classes
        for row, picture in enumerate(table["image"].to_pylist()):
            try:
                images.append(decode_image((picture["bytes"] if isinstance(picture, dict) else picture) or b""))
            except DataError as error:
                raise DataError(f"{path}, row {row}: {error}") from error
        labels.append(_labels_of(table, path))
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


def _check_header(line: bytes, origin: object) -> None:
    names = [name.strip(' "\r\n') for name in line.decode("utf-8", errors="replace").split(",")]
    if names[0].lower() != "label" or len(names) != COLUMNS:
        hint = "; Kaggle's test.csv has no labels, so use its train.csv" if len(names) == PIXELS else ""
        raise DataError(
            f"{origin}: expected {COLUMNS} columns label,pixel0,…,pixel{PIXELS - 1}, "
            f"got {len(names)} that start with {names[0]!r}{hint}"
        )


def _blocks(stream: BinaryIO, lines: list[bytes], origin: object) -> Iterator[list[bytes]]:
    size = 0
    while line := read_line(stream, origin):
        lines.append(line)
        size += len(line)
        if size >= BLOCK_BYTES:
            yield lines
            lines, size = [], 0
    if lines:
        yield lines


def _parse_lines(lines: list[bytes], origin: object, *, first_line: int) -> Array:
    """Read whole lines at once, and only where that fails one by one, to find the line that is wrong."""
    if all(line.count(b",") == PIXELS for line in lines):
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)  # NumPy's way to say that a cell is no number
            try:
                cells = np.fromstring(b",".join(lines).decode("ascii"), dtype=np.int64, sep=",")
            except (DeprecationWarning, ValueError):
                cells = np.zeros(0, dtype=np.int64)
        if len(cells) == len(lines) * COLUMNS and cells.min() >= 0 and cells.max() <= 255:
            return cells.astype(np.uint8).reshape(-1, COLUMNS)
    rows = [_parse_line(line, f"{origin}, line {first_line + index}") for index, line in enumerate(lines)]
    return np.array([row for row in rows if row], dtype=np.uint8).reshape(-1, COLUMNS)


def _parse_line(line: bytes, origin: str) -> list[int]:
    text = line.decode("utf-8", errors="replace").strip()
    cells = [cell.strip(' "') for cell in text.split(",")] if text else []
    if text and len(cells) != COLUMNS:
        raise DataError(f"{origin}: expected {COLUMNS} cells, a label and {PIXELS} pixels, got {len(cells)}")
    for column, cell in enumerate(cells):
        if not (cell.isascii() and cell.isdigit() and len(cell) <= 3 and int(cell) <= 255):
            what = f"pixel{column - 1}" if column else "label"
            raise DataError(f"{origin}: expected a whole number from 0 to 255 for {what}, got {cell[:20]!r}")
    return [int(cell) for cell in cells]


def _import_pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise DataError('Parquet needs pyarrow, which is not installed: pip install "tenfold[train]"') from error
    return pyarrow, pyarrow.parquet


def _read_arrow(path: Path) -> Any:  # noqa: ANN401
    """Read the columns `image` and `label`, of `image` only the bytes."""
    arrow, parquet = _import_pyarrow()
    with opened(path) as stream:
        try:
            file = parquet.ParquetFile(stream)
            schema = file.schema_arrow
            if not {"image", "label"} <= set(schema.names):
                raise DataError(f"{path}: expected the columns image and label, got {', '.join(schema.names)}")
            image, label = schema.field("image").type, schema.field("label").type
            has_bytes = arrow.types.is_struct(image) and image.get_field_index("bytes") >= 0
            if not (has_bytes or arrow.types.is_binary(image)) or not arrow.types.is_integer(label):
                raise DataError(f"{path}: expected picture bytes and integer labels, got {image} and {label}")
            check_unpacked(file.metadata.num_rows * PIXELS, path.stat().st_size, path)
            return file.read(columns=["image.bytes" if has_bytes else "image", "label"])
        except DataError:
            raise
        except (arrow.ArrowException, ValueError) as error:  # a name that is no UTF-8 is a ValueError
            raise DataError(f"{path}: expected a Parquet file, got a damaged or other one: {error}") from error


def _labels_of(table: Any, path: Path) -> Array:  # noqa: ANN401
    labels = table["label"]
    if labels.null_count:
        raise DataError(f"{path}: expected a label in every row, got {labels.null_count} without")
    return np.asarray(labels.to_numpy(), dtype=np.int64)


def _hugging_face_classes(metadata: Mapping[bytes, bytes]) -> tuple[str, ...] | None:
    """Give the names of the classes that Hugging Face's `datasets` keeps in a file's metadata, where it does."""
    try:
        names = json.loads(metadata[b"huggingface"])["info"]["features"]["label"]["names"]
    except (KeyError, TypeError, ValueError):
        return None
    return tuple(str(name) for name in names)
