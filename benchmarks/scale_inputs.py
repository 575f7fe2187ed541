"""What reading on a cluster is measured by: images in a Parquet file, and a folder of drawn pages."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2
import pyarrow
from PIL import Image
from pyarrow import parquet

import tenfold
from tenfold.draw.pages import PAGE_KINDS, draw_page
from tenfold.draw.sheets import DigitGlyphs

__all__ = ["Column", "draw_inputs", "first_of"]

GROUP = 10_000
"""Rows of a group of the Parquet file of images."""


class Column(Mapping[str, bytes]):
    """The pictures of a Parquet file by number, as sources of the plain reader."""

    def __init__(self, file: Path, count: int) -> None:
        self._pictures = parquet.read_table(file, columns=["image"])["image"].slice(0, count).combine_chunks()

    def __getitem__(self, number: str) -> bytes:
        return bytes(self._pictures[int(number)].as_py())

    def __iter__(self) -> Iterator[str]:
        return map(str, range(len(self)))

    def __len__(self) -> int:
        return len(self._pictures)


def draw_inputs(folder: Path, images: int, pages: int) -> tuple[Path, Path]:
    """Draw what is read: a Parquet file of images 28×28 as PNG, and a folder of pages, every hundredth broken."""
    (_, _), (x_test, y_test) = tenfold.load_data("mnist")
    contents = []
    for image in x_test:
        stream = io.BytesIO()
        Image.fromarray(image).save(stream, "PNG")
        contents.append(stream.getvalue())
    schema = pyarrow.schema([("image", pyarrow.binary())])
    with parquet.ParquetWriter(folder / "images.parquet", schema) as writer:
        for first in range(0, images, GROUP):
            some = [contents[number % len(contents)] for number in range(first, min(images, first + GROUP))]
            some[99::100] = [b"broken"] * len(some[99::100])
            writer.write_table(pyarrow.table([some], schema=schema))
    (folder / "pages").mkdir()
    glyphs = DigitGlyphs(x_test, y_test)
    for number in range(pages):
        page = draw_page(glyphs, PAGE_KINDS[number % len(PAGE_KINDS)], number).grey
        content = b"broken" if number % 100 == 99 else cv2.imencode(".jpg", page)[1].tobytes()
        (folder / "pages" / f"{number:06}.jpg").write_bytes(content)
    return folder / "images.parquet", folder / "pages"


def first_of(place: Path, count: int, folder: Path) -> Path:
    """Give a Parquet file, or a folder, with the first of the inputs."""
    given = folder / f"first-{count}-{place.name}"
    if place.is_dir():
        given.mkdir(exist_ok=True)
        for path in sorted(place.iterdir())[:count]:
            (given / path.name).hardlink_to(path)
    else:
        parquet.write_table(parquet.read_table(place).slice(0, count), given, row_group_size=GROUP)
    return given
