"""Pictures of one handwritten number each, as they stand on paper, with their texts and the books they are from."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np

from tenfold.data.catalogue import WEATHER_CELLS
from tenfold.data.fetch import find_pictures
from tenfold.data.folders import LABELS_FILE, read_labels
from tenfold.errors import DataError
from tenfold.files import opened

__all__ = ["GreyPicture", "WrittenNumber", "load_lines"]

GreyPicture: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""`uint8 (height, width)`: grey as a camera sees paper, 0 black, 255 white."""


@dataclass(frozen=True)
class WrittenNumber:
    """One number on paper.

    Attributes:
        picture: `uint8 (height, width)`, 0 black, 255 white: the number in the middle, with what stands around it.
        text: What is written, with `.` for the decimal sign, which may be a comma on paper.
        book: The archive's number of the tables that it is from, those of one site: hold out whole books.
    """

    picture: GreyPicture
    text: str
    book: str


def load_lines(source: str | Path = "weather-cells") -> tuple[WrittenNumber, ...]:
    """Load pictures of numbers, in the order of their `labels.csv`.

    Args:
        source: `weather-cells`, which is looked for in the cache and in `$TENFOLD_DATA/weather-cells` and checked by
            its SHA-256; or a path to a folder of your own, laid out the same way: pictures, and `labels.csv` with
            the columns file, label and book. A name wins over a path.

    Returns:
        Of weather-cells 6,565 numbers of 36 books, each about 200×110 pixels.

    Raises:
        DataError: A file is missing or malformed.
        FetchError: weather-cells is not on this machine, or not as it should be.

    Source:
        COBECORE, "Unprocessed data from the Jungle Weather Zooniverse citizen science project", Zenodo, 2022,
        doi 10.5281/zenodo.7104838; CC BY 4.0.
    """
    folder = find_pictures(WEATHER_CELLS) if source == WEATHER_CELLS.name else Path(source).expanduser()
    rows = read_labels(folder, ("file", "label", "book"))
    if not rows:
        raise DataError(f"{folder / LABELS_FILE}: expected at least one picture, got none")
    return tuple(WrittenNumber(_read_grey(folder / file), text, book) for file, text, book in rows)


def _read_grey(path: Path) -> GreyPicture:
    import PIL.Image

    with opened(path) as stream:
        try:
            with PIL.Image.open(stream) as picture:
                return cast(GreyPicture, np.array(picture.convert("L")))
        except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError) as error:
            raise DataError(f"{path}: expected a picture, got a damaged or other file") from error
