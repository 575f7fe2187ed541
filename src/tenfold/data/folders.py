"""Labelled pictures in folders: one folder per class, or one folder with a `labels.csv`."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tenfold.arrays import SIDE, Image, as_images
from tenfold.data.examples import Examples, as_examples, class_names
from tenfold.errors import DataError, TenfoldError
from tenfold.files import in_place_of, opened, reading

__all__ = [
    "LABELS_FILE",
    "SUFFIXES",
    "Decode",
    "decode_image",
    "encode_image",
    "has_class_folders",
    "read_class_folders",
    "read_labelled_folder",
    "read_labels",
    "write_class_folders",
    "write_labelled_folder",
]

LABELS_FILE = "labels.csv"  # with the columns file and label

SHOWN = 5
"""Wrong lines of a `labels.csv` that an error names; the others are counted."""

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")
SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".heic", ".heif", ".pdf")
)
"""Suffixes of the files in a folder that are taken for pictures; not all can be read on every machine."""

GREY_MODES = ("1", "L", "RGB")  # Pillow's names: black and white, 8-bit grey, colours

Decode = Callable[[bytes], Image]
"""Turns the bytes of a picture file into an image."""


def decode_image(content: bytes) -> Image:
    """Read a picture that is an image already: 28×28, grey, light ink on dark paper as MNIST has it.

    Args:
        content: The bytes of a PNG, JPEG, BMP, GIF, TIFF or WebP file.

    Returns:
        `uint8 (28, 28)`, 0 paper, 255 ink.

    Raises:
        DataError: It is no such picture, has another size, or is transparent or deeper than 8 bits.
    """
    import PIL.Image

    try:
        with PIL.Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if picture.size != (SIDE, SIDE):
                width, height = picture.size
                raise DataError(f"expected a picture of {SIDE}×{SIDE} pixels, got {width}×{height}")
            if picture.mode not in GREY_MODES:
                raise DataError(f"expected a picture in 8-bit grey, got Pillow's mode {picture.mode}")
            return np.array(picture.convert("L"))
    except DataError:
        raise
    except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError) as error:
        raise DataError(f"expected a picture ({', '.join(FORMATS)}), got a damaged or other file") from error


def encode_image(image: Image) -> bytes:
    """Give the bytes of a PNG file that shows an image as it is stored, light ink on dark paper."""
    import PIL.Image

    stream = io.BytesIO()
    PIL.Image.fromarray(image).save(stream, format="PNG")
    return stream.getvalue()


def has_class_folders(folder: Path) -> bool:
    """Say whether a folder has folders with pictures in them."""
    return any(_pictures_in(entry) for entry in _class_folders(folder))


def read_class_folders(folder: Path, decode: Decode = decode_image) -> Examples:
    """Read pictures that lie in one folder per class, such as `folder/7/*.png`.

    Args:
        folder: The folder of folders; hidden ones and files that are no pictures by their name are left out.
        decode: Turns the bytes of a picture file into an image.

    Returns:
        The images by class and file name; the classes are the names of the folders, or the ten digits where all
        the names are digits.

    Raises:
        DataError: A picture cannot be read, which is named, or there is none.
    """
    with reading(folder):
        folders = _class_folders(folder)
        named = [(path, entry.name) for entry in folders for path in _pictures_in(entry)]
    classes = class_names(entry.name for entry in folders)
    named.sort(key=lambda item: (classes.index(item[1]), item[0].name))
    return _read_pictures(named, classes, decode, origin=folder)


def read_labelled_folder(folder: Path, decode: Decode = decode_image) -> Examples:
    """Read pictures that a `labels.csv` beside them names, with the columns `file` and `label`.

    Args:
        folder: The folder.
        decode: Turns the bytes of a picture file into an image.

    Returns:
        The images in the order of the lines; the classes are the labels, or the ten digits where all are digits.

    Raises:
        DataError: `labels.csv` lacks a column or a cell, names a file that is not there or is outside the folder,
            or a picture cannot be read; each named.
    """
    named = [(folder / file, label) for file, label in read_labels(folder, ("file", "label"))]
    classes = class_names(label for _, label in named)
    return _read_pictures(named, classes, decode, origin=folder / LABELS_FILE)


def read_labels(folder: Path, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Read some columns of a folder's `labels.csv`, line by line.

    Args:
        folder: The folder.
        columns: The names of the columns, `file` first.

    Returns:
        For each line its cells in the order of `columns`.

    Raises:
        DataError: There is no `labels.csv`, it lacks a column or a cell, or it names a file that is not there or is
            outside the folder; the lines are named.
    """
    table = folder / LABELS_FILE
    with opened(table) as stream:
        try:
            text = stream.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise DataError(f"{table}: expected text in UTF-8, got other bytes: {error}") from error
    rows = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True)
    found = list(rows.fieldnames or [])
    if not set(columns) <= set(found):
        raise DataError(f"{table}: expected the columns {_listed(columns)}, got {', '.join(found) or 'an empty file'}")
    lines, wrong = [], []
    for row in rows:
        cells = tuple((row[column] or "").strip() for column in columns)
        if fault := _fault_of(folder, cells, columns):
            wrong.append(f"line {rows.line_num}: {fault}")
        lines.append(cells)
    if wrong:
        more = f"; and {len(wrong) - SHOWN:,} more lines" if len(wrong) > SHOWN else ""
        raise DataError(f"{table}, {'; '.join(wrong[:SHOWN])}{more}")
    return lines


def _fault_of(folder: Path, cells: tuple[str, ...], columns: tuple[str, ...]) -> str | None:
    """Say what is wrong with a line of `labels.csv`, whose first cell names a file."""
    if not all(cells):
        return f"expected {_listed([f'a {column}' for column in columns])}, got an empty cell"
    if Path(cells[0]).is_absolute() or ".." in Path(cells[0]).parts:
        return f"expected a file inside the folder, got {cells[0]}"
    with reading(folder / cells[0]):
        return None if (folder / cells[0]).is_file() else f"there is no file {cells[0]}"


def write_class_folders(folder: Path, examples: Examples) -> None:
    """Write PNG files into one folder per class, whole or not at all.

    Args:
        folder: A folder that is not there yet or is empty.
        examples: What to write.

    Raises:
        DataError: The name of a class cannot be that of a folder, or the folder cannot be written.
    """
    for name in examples.classes:
        if not name or name.startswith(".") or set(name) & set('/\\:*?"<>|\0'):
            raise DataError(
                f"expected class names that can be names of folders, got {name!r}; "
                f"write a folder with {LABELS_FILE} instead"
            )
    with in_place_of(folder) as temporary:
        for name in examples.classes:
            (temporary / name).mkdir(parents=True)
        for index, (image, label) in enumerate(zip(examples.images, examples.labels, strict=True)):
            (temporary / examples.classes[label] / f"{index:06}.png").write_bytes(encode_image(image))


def write_labelled_folder(folder: Path, examples: Examples) -> None:
    """Write PNG files and the `labels.csv` that names them, whole or not at all.

    Args:
        folder: A folder that is not there yet or is empty.
        examples: What to write.

    Raises:
        DataError: The folder cannot be written.
    """
    with in_place_of(folder) as temporary:
        temporary.mkdir()
        with (temporary / LABELS_FILE).open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream, lineterminator="\n")
            table.writerow(["file", "label"])
            for index, (image, label) in enumerate(zip(examples.images, examples.labels, strict=True)):
                (temporary / f"{index:06}.png").write_bytes(encode_image(image))
                table.writerow([f"{index:06}.png", examples.classes[label]])


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _class_folders(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")]


def _pictures_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")]


def _read_pictures(
    named: Iterable[tuple[Path, str]], classes: tuple[str, ...], decode: Decode, *, origin: Path
) -> Examples:
    named = list(named)
    images = np.zeros((len(named), SIDE, SIDE), dtype=np.uint8)
    for index, (path, _) in enumerate(named):
        with opened(path) as stream:
            content = stream.read()
        try:
            images[index] = as_images(decode(content)[None])[0]
        except TenfoldError as error:
            raise DataError(f"{path}: {error}") from error
    labels = np.array([classes.index(label) for _, label in named], dtype=np.int64)
    files = tuple(str(path) for path, _ in named)
    return replace(as_examples(images, labels, origin=origin, classes=classes), files=files)
