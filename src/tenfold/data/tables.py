"""Images as rows of a CSV table: Kaggle's MNIST, and what people make of such tables."""

import gzip
import re
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from tenfold.arrays import SIDE, Images
from tenfold.data.examples import Examples, as_examples
from tenfold.data.idx import GZIP_MAGIC, Array
from tenfold.data.pixels import as_pixels
from tenfold.errors import DataError
from tenfold.files import check_unpacked, in_place_of, opened, read_line

__all__ = ["PixelRows", "csv_is_labelled", "is_csv", "parse_csv", "read_csv", "read_rows", "write_csv"]

PIXELS = SIDE * SIDE
CSV_HEADER = ",".join(["label", *(f"pixel{index}" for index in range(PIXELS))])
BLOCK_BYTES = 4 << 20  # CSV is parsed in blocks of about this size, so that memory stays small

SEPARATORS = (b",", b";", b"\t")
LABEL_NAMES = frozenset({"label", "labels", "class", "target", "digit", "y"})
INDEX_NAMES = frozenset({"", "id", "index", "imageid", "image_id"})
"""What a column of labels and one of row numbers are called; pandas leaves the name of the second empty."""

NUMBER = re.compile(r"\d{1,20}(\.\d*)?([eE][-+]?\d{1,3})?")
CSV_SUFFIX = re.compile(r"\.(csv|tsv)(\.gz)?$", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class PixelRows:
    """The rows of a table of pixels.

    Attributes:
        images: `uint8 (n, 28, 28)`, 0 paper, 255 ink.
        labels: `int64 (n,)`; None where the table has no labels, as Kaggle's `test.csv`.
        ids: The numbers in its column of row numbers; without one they count from 1.
        id_name: What that column is called; empty without one.
    """

    images: Images
    labels: Array | None
    ids: tuple[int, ...]
    id_name: str


@dataclass(frozen=True)
class _Columns:
    """Which column of a table is what; all others are pixels, row by row from the top left."""

    separator: bytes
    count: int
    label: int | None
    index: int | None
    id_name: str = ""

    @property
    def pixels(self) -> list[int]:
        return [place for place in range(self.count) if place not in (self.label, self.index)]

    def name(self, place: int) -> str:
        if place == self.label:
            return "label"
        return (self.id_name or "the row's number") if place == self.index else f"pixel{self.pixels.index(place)}"


def is_csv(path: Path) -> bool:
    """Say whether a file's name is that of a CSV table, plain or gzipped."""
    return CSV_SUFFIX.search(path.name) is not None


def read_csv(path: Path) -> Examples:
    """Read a CSV file of labelled images, plain or gzipped; see `parse_csv`."""
    with _opened_csv(path) as stream:
        return parse_csv(stream, origin=path)


def read_rows(path: Path) -> PixelRows:
    """Read a CSV file of images that may lack labels, as Kaggle's `test.csv`; errors as for `parse_csv`."""
    with _opened_csv(path) as stream:
        return _parse(stream, path)


def csv_is_labelled(path: Path) -> bool:
    """Say by its first line whether a CSV file has labels."""
    with _opened_csv(path) as stream:
        first = _first_line(stream, path)
    cells = _cells(first, _separator(first))
    return len(cells) > PIXELS if _is_numeric(cells) else any(cell.lower() in LABEL_NAMES for cell in cells)


def parse_csv(stream: BinaryIO, *, origin: object) -> Examples:
    """Read lines of a label and 784 pixels, row by row from the top left, with or without a header line.

    Cells may be parted by commas, semicolons or tabs. The label may stand first or last; with a header it stands where
    a column is called so, without one it is the end whose cells are labels. A column of row numbers is left out.
    Pixels are whole numbers from 0 to 255, or from 0 to 1 where every value of the table is and one is a fraction.

    Args:
        stream: The bytes of the file.
        origin: Where they come from, named in errors.

    Returns:
        The images and labels, of the ten digits.

    Raises:
        DataError: There is no line, no label, a line has another number of cells, or a cell is no number of its range;
            named by line.
    """
    rows = _parse(stream, origin)
    if rows.labels is None:
        raise DataError(
            f"{origin}: expected {PIXELS + 1} columns label,pixel0,…,pixel{PIXELS - 1}, got {PIXELS} pixels without a "
            "label; Kaggle's test.csv has no labels: train on its train.csv, and `tenfold predict --data` answers it"
        )
    return as_examples(rows.images, rows.labels, origin=origin)


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


class _Inflated:
    """Lines of a gzipped file, up to where it becomes far larger than it is."""

    def __init__(self, stream: BinaryIO, path: Path) -> None:
        self._stream, self._path = stream, path
        self._packed, self._size = path.stat().st_size, 0

    def readline(self, most: int = -1) -> bytes:
        line = self._stream.readline(most)
        self._size += len(line)
        check_unpacked(self._size, self._packed, self._path)
        return line


@contextmanager
def _opened_csv(path: Path) -> Iterator[BinaryIO]:
    """Open a CSV file, gzipped or not whatever its name is."""
    with opened(path) as stream:
        packed = stream.read(2) == GZIP_MAGIC
        stream.seek(0)
        if not packed:
            yield stream
            return
        with gzip.open(stream) as inflated:
            try:
                yield cast(BinaryIO, _Inflated(cast(BinaryIO, inflated), path))
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise DataError(f"{path}: expected a whole gzip file, got a damaged one: {error}") from error


def _parse(stream: BinaryIO, origin: object) -> PixelRows:
    first = _first_line(stream, origin)
    separator = _separator(first)
    cells = _cells(first, separator)
    has_header = not _is_numeric(cells)
    columns = _named_columns(cells, separator, origin) if has_header else None
    pixels: list[Array] = [np.zeros((0, PIXELS), np.uint8)]
    outer: list[Array] = [np.zeros((0, 2), np.int64)]
    lines_of_rows: list[int] = []
    line = 1 + has_header
    for lines in _blocks(stream, [] if has_header else [first], origin):
        if columns is None:
            columns = _placed_columns(lines, separator, len(cells))
        block = _parse_lines(lines, columns, origin, first_line=line)
        pixels.append(_narrow(block)[:, columns.pixels])
        label, index = (block[:, place or 0].astype(np.int64) for place in (columns.label, columns.index))
        outer.append(np.stack([label, index], axis=1))
        lines_of_rows += [line + place for place, each in enumerate(lines) if each.strip()]
        line += len(lines)
    images = _as_images(np.concatenate(pixels), lines_of_rows, origin)
    labels, ids = np.concatenate(outer).T
    known = columns or _Columns(separator, 0, None, None)
    return PixelRows(
        images,
        labels if known.label is not None else None,
        tuple(range(1, len(images) + 1)) if known.index is None else tuple(ids.tolist()),
        known.id_name,
    )


def _first_line(stream: BinaryIO, origin: object) -> bytes:
    first = read_line(stream, origin).removeprefix(b"\xef\xbb\xbf")
    if not first.strip():
        raise DataError(f"{origin}: expected a CSV file of label,pixel0,…,pixel783, got an empty first line")
    return first


def _separator(line: bytes) -> bytes:
    return max(SEPARATORS, key=line.count)


def _cells(line: bytes, separator: bytes) -> list[str]:
    text = line.decode("utf-8", errors="replace").strip("\r\n")
    return [cell.strip(" \"'") for cell in text.split(separator.decode())]


def _is_numeric(cells: Sequence[str]) -> bool:
    """Say whether a first line is one of numbers; a header has a name in its first cell or its second."""
    return all(NUMBER.fullmatch(cell) for cell in cells[:2])


def _named_columns(cells: Sequence[str], separator: bytes, origin: object) -> _Columns:
    """Tell the columns by the names in a header line."""
    names = [cell.lower() for cell in cells]
    label = next((place for place, name in enumerate(names) if name in LABEL_NAMES), None)
    index = next(
        (place for place, name in enumerate(names) if name in INDEX_NAMES or name.startswith("unnamed:")), None
    )
    columns = _Columns(separator, len(cells), label, index, "" if index is None else cells[index])
    if len(columns.pixels) != PIXELS:
        raise DataError(
            f"{origin}: expected {PIXELS + 1} columns label,pixel0,…,pixel{PIXELS - 1}, got {len(cells)} that start "
            f"with {cells[0]!r}"
        )
    return columns


def _placed_columns(lines: list[bytes], separator: bytes, count: int) -> _Columns:
    """Tell the columns of a table without a header by what its first lines hold."""
    if count == PIXELS:
        return _Columns(separator, count, None, None)
    index = 0 if count == PIXELS + 2 else None
    at_start, at_end = (
        _Columns(separator, count, count - PIXELS - 1, index),
        _Columns(separator, count, count - 1, index),
    )
    if count not in (PIXELS + 1, PIXELS + 2):
        at_start = _Columns(separator, PIXELS + 1, 0, None)  # the first line is told as the wrong one
    block = _numbers(lines, at_start)
    if block is None:
        return at_start
    start, end = (_label_like(block[:, columns.label]) for columns in (at_start, at_end))
    return at_end if end > start else at_start


def _label_like(cells: Array) -> int:
    """Say how much cells are like the labels of digits: how many of the ten there are; 0 where other numbers are."""
    return len(np.unique(cells)) if np.isin(cells, range(10)).all() else 0


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


def _parse_lines(lines: list[bytes], columns: _Columns, origin: object, *, first_line: int) -> Array:
    """Read whole lines at once, and only where that fails one by one, to find the line that is wrong."""
    block = _numbers(lines, columns)
    if block is not None and _is_in_range(block, columns):
        return block
    rows = [_parse_line(line, columns, f"{origin}, line {first_line + index}") for index, line in enumerate(lines)]
    cells = np.array([row for row in rows if row], np.float64).reshape(-1, columns.count)
    return cells.astype(np.int64) if np.array_equal(cells, np.rint(cells)) else cells


def _numbers(lines: list[bytes], columns: _Columns) -> Array | None:
    """Read lines of plain numbers at once; None where a line or a cell is anything else."""
    separator = columns.separator
    if not all(line.count(separator) == columns.count - 1 for line in lines):
        return None
    text = separator.join(lines)
    if separator != b",":
        text = text.replace(b",", b".")  # where semicolons part the cells, a comma is the point of fractions
    dtype = np.float64 if b"." in text or b"e" in text or b"E" in text else np.int64
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # NumPy's way to say that a cell is no number
        try:
            cells = np.fromstring(text.decode("ascii"), dtype=dtype, sep=separator.decode())
        except (DeprecationWarning, ValueError):
            return None
    return cells.reshape(-1, columns.count) if len(cells) == len(lines) * columns.count else None


def _is_in_range(block: Array, columns: _Columns) -> bool:
    if block.dtype == np.int64 and block.min() >= 0 and block.max() <= 255:
        return True
    whole = [block[:, place] for place in (columns.label, columns.index) if place is not None]
    pixels = block[:, columns.pixels]
    labels = block[:, columns.label] if columns.label is not None else block[:, :0]
    return bool(
        (pixels >= 0).all()
        and (pixels <= 255).all()
        and (labels <= 255).all()
        and all((cells >= 0).all() and (cells < 2**53).all() and (cells == np.rint(cells)).all() for cells in whole)
    )


def _parse_line(line: bytes, columns: _Columns, origin: str) -> list[float]:
    cells = _cells(line.strip(), columns.separator) if line.strip() else []
    if cells and len(cells) != columns.count:
        label = "" if columns.label is None else "a label and "
        raise DataError(f"{origin}: expected {columns.count} cells, {label}{PIXELS} pixels, got {len(cells)}")
    return [_parse_cell(cell, place, columns, origin) for place, cell in enumerate(cells)]


def _parse_cell(cell: str, place: int, columns: _Columns, origin: str) -> float:
    number = cell.replace(",", ".")
    value = float(number) if NUMBER.fullmatch(number) else -1.0
    is_index, is_pixel = place == columns.index, place not in (columns.label, columns.index)
    if not 0 <= value <= (2**53 if is_index else 255) or not (is_pixel or value.is_integer()):
        wanted = "a number" if is_pixel else "a whole number"
        most = "" if is_index else " to 255"
        raise DataError(f"{origin}: expected {wanted} from 0{most} for {columns.name(place)}, got {cell[:20]!r}")
    return value


def _narrow(block: Array) -> Array:
    """Keep whole numbers in a byte each, what a row's number loses with it, and fractions in four."""
    return block.astype(np.uint8) if block.dtype == np.int64 else block.astype(np.float32)


def _as_images(pixels: Array, lines: Sequence[int], origin: object) -> Images:
    try:
        whole = as_pixels(pixels)
    except DataError as error:
        rows = np.flatnonzero((pixels != np.rint(pixels)).any(axis=1))
        where = f"; the first fraction is in line {lines[rows[0]]}" if len(rows) else ""
        raise DataError(f"{origin}: {error}{where}") from error
    return cast(Images, np.ascontiguousarray(whole).reshape(-1, SIDE, SIDE))
