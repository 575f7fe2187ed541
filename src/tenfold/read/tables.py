"""What was read, as one result that exports itself: plain values, CSV, Parquet, crops, pages drawn on."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from PIL import Image as Pillow

from tenfold.errors import DataError
from tenfold.files import in_place_of
from tenfold.picture.decode import Grey, Picture
from tenfold.picture.opening import open_pages
from tenfold.read.crops import annotated, crop
from tenfold.read.forms import Form
from tenfold.read.numbers import Number
from tenfold.read.table_files import CsvFile, ParquetFile, PlainTable, check_table, kinds_of, rows_of

__all__ = ["Numbers"]

LONGEST_NAME = 40
"""Characters of a field's name in the name of a crop's file."""


@dataclass(frozen=True, eq=False)
class Numbers(Sequence[Number]):
    """The numbers of one or more files, in reading order: a sequence of `Number`.

    Attributes:
        numbers: The numbers.
        form: The form that the pages are, where there is one: tables then have a row for each page.
        sources: For each file what it was read from, to draw crops of.
        bgr: The colours of sources that are arrays are blue, green, red.
    """

    numbers: tuple[Number, ...]
    form: Form | None = None
    sources: Mapping[str, Picture] = field(default_factory=dict, repr=False)
    bgr: bool = field(default=False, repr=False)

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Number]:
        return iter(self.numbers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self.numbers) == list(other)

    __hash__ = None  # type: ignore[assignment]

    @overload
    def __getitem__(self, place: int) -> Number: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Number, ...]: ...
    def __getitem__(self, place: int | slice) -> Number | tuple[Number, ...]:
        return self.numbers[place]

    def to_dict(self) -> dict[str, Any]:
        """Give the numbers as plain values that JSON can hold."""
        return {"numbers": [number.to_dict() for number in self.numbers]}

    def rows(self) -> list[dict[str, Any]]:
        """Give a row for each number, or with a form a row for each page: values by column."""
        return rows_of(self.numbers, self.form)

    def to_csv(self, file: str | Path, *, excel: bool = False) -> None:
        """Write the rows as CSV, a heading first.

        Args:
            file: Where to.
            excel: Write it so that Excel keeps numbers as they are written, zeros before them too.

        Raises:
            DataError: The file cannot be written.
        """
        with in_place_of(Path(file)) as fresh, closing(CsvFile(fresh, self._kinds(), excel=excel)) as table:
            table.add(self.rows())

    def to_table(self, file: str | Path, *, excel: bool = False) -> None:
        """Write the numbers as they stand on the pages, as CSV: for each line a row, for each column a cell.

        Args:
            file: Where to.
            excel: As for `to_csv`.

        Raises:
            DataError: The file cannot be written.
            OptionError: The pages are forms: their CSV is a table already.
        """
        check_table(self.form)
        with in_place_of(Path(file)) as fresh, closing(PlainTable(fresh, excel=excel)) as table:
            table.add(self.rows())

    def to_parquet(self, file: str | Path) -> None:
        """Write the rows as Parquet.

        Raises:
            DataError: The file cannot be written.
            OptionError: pyarrow is not installed.
        """
        with in_place_of(Path(file)) as fresh, closing(ParquetFile(fresh, self._kinds())) as table:
            table.add(self.rows())

    def save_crops(self, folder: str | Path, *, first: int = 1) -> None:
        """Write a PNG file of each number that is for review: neither accepted nor blank.

        Args:
            folder: Where to; it is made where it is not there.
            first: The number of the first file, with which the names begin.

        Raises:
            DataError: The folder cannot be written.
            PictureError: A file can no longer be read.
        """
        place = _made(Path(folder))
        for stem, page, numbers in self._pages(first):
            for count, number in enumerate(numbers):
                if not number.accepted and number.reason != "blank":
                    named = f"-{_as_file_name(number.field)}" if number.field else ""
                    _save(Pillow.fromarray(crop(page, number.quad)), place / f"{stem}-{count:03}{named}.png")

    def save_annotated(self, folder: str | Path, *, first: int = 1) -> None:
        """Write each page up to the last with a number as a PNG file with what was read drawn on it.

        Args:
            folder: As for `save_crops`.
            first: As for `save_crops`.

        Raises:
            DataError: The folder cannot be written.
            PictureError: A file can no longer be read.
        """
        place = _made(Path(folder))
        for stem, page, numbers in self._pages(first):
            marks = [(each.quad, f"{each.field or ''} {each.text}".strip(), each.accepted) for each in numbers]
            _save(annotated(page, marks), place / f"{stem}.png")

    def _kinds(self) -> dict[str, str]:
        """Give the columns of the table, each with its type as Arrow calls it."""
        values = {type(number.value) for number in self.numbers if number.value is not None}
        return kinds_of(self.form, values.pop() if len(values) == 1 else None)

    def _pages(self, first: int) -> Iterator[tuple[str, Grey, list[Number]]]:
        """Open the files once more: for each page a stem for file names, the page, and its numbers."""
        by_file: dict[str, list[Number]] = {}
        for number in self.numbers:
            by_file.setdefault(number.file, []).append(number)
        for order, (name, inside) in enumerate(by_file.items(), first):
            last = max(number.page for number in inside)
            for place, page in enumerate(open_pages(self.sources.get(name, name), bgr=self.bgr), 1):
                here = [number for number in inside if number.page == place]
                yield f"{order:04}-{Path(name).stem}-{place:03}", page, here
                if place == last:
                    break


def _as_file_name(name: str) -> str:
    return "".join(sign if sign.isalnum() else "-" for sign in name)[:LONGEST_NAME]


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder} cannot be made: {error.strerror or error}") from error
    return folder


def _save(picture: Pillow.Image, file: Path) -> None:
    with in_place_of(file) as fresh, fresh.open("wb") as stream:
        picture.save(stream, "PNG")
