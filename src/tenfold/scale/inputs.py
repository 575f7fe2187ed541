"""What is to be read: folders, globs, files, Parquet of pictures, listed once as a stream and kept as a file.

Inputs are numbered from 0 in the order of the list: a picture is one, a page of a PDF or TIFF file is one, a row of a
Parquet file is one. So an input has the same number whoever reads it and however often a run is begun again.
"""

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from tenfold.data.folders import SUFFIXES
from tenfold.errors import DataError, OptionError, PictureError
from tenfold.picture.opening import count_pages
from tenfold.scale.stores import children, content_at, in_order, is_remote, joined, kind_of, opened_at, written

__all__ = [
    "PARQUET",
    "Span",
    "count_all",
    "is_paged",
    "listed",
    "picture_column",
    "placed",
    "read_list",
    "rows_in",
    "slices",
    "write_list",
]

PARQUET = ".parquet"
PAGED = (".pdf", ".tif", ".tiff")
"""Suffixes of files that may have many pages, which are shared out."""

NAMES = ("image", "img", "picture", "bytes", "content")
"""Names that a Parquet file's column of pictures may have, the first that is there; any other where it is the only one
of bytes."""

BATCH = 4096
"""Files that the kept list holds together."""

WILD = "*?["


@dataclass(frozen=True)
class Span:
    """Inputs of one file that follow one another.

    Attributes:
        file: Where the file is.
        first: The first page or row, from 0.
        end: The one after the last.
    """

    file: str
    first: int = 0
    end: int = 1


def listed(places: Iterable[str]) -> Iterator[str]:
    """Give the files of folders, globs and files, one after another, in the order in which one machine reads them.

    What names nothing stays as it is and fails later, by name.

    Raises:
        OptionError: A place is standard input.
        StoreError: A store does not answer.
    """
    for place in places:
        if place == "-":
            raise OptionError("standard input cannot be read on a cluster: name files, folders or patterns")
        kind = kind_of(place)
        if kind == "folder":
            inside = _inside(place)
            first = next(inside, place)
            yield first
            yield from inside
        elif not kind and any(sign in place for sign in WILD):
            found = _matching(place) if is_remote(place) else in_order(glob.iglob(place, recursive=True))  # noqa: PTH207
            first = next(found, place)
            yield first
            yield from found
        else:
            yield place


def is_paged(file: str) -> bool:
    """Say whether a file may have many pages, by its name."""
    return file.lower().endswith(PAGED)


def count_all(files: Sequence[str], base: str) -> list[int]:
    """Count the pages of files; 1 where that cannot be said, for then reading it says why.

    Args:
        files: Where they are.
        base: The folder that paths begin in.
    """
    counts = []
    for file in files:
        try:
            counts.append(count_pages(content_at(placed(base, file))))
        except PictureError:
            counts.append(1)
    return counts


def placed(base: str, file: str) -> str:
    """Give where a file is to a process that does not work in the folder `base`, which paths begin in."""
    return file if is_remote(file) else joined(base, file)


def picture_column(schema: Any) -> str:  # noqa: ANN401 (pyarrow has no types)
    """Give the name of the column of pictures: bytes, or structs whose field `bytes` holds them.

    Raises:
        DataError: There is none, or more than one.
    """
    from pyarrow import types

    def holds_bytes(kind: Any) -> bool:  # noqa: ANN401
        if types.is_struct(kind):
            return bool(kind.get_field_index("bytes") >= 0)
        return bool(types.is_binary(kind) or types.is_large_binary(kind))

    found = [field.name for field in schema if holds_bytes(field.type)]
    known = [name for name in NAMES if name in found]
    if known or len(found) == 1:
        return str((known or found)[0])
    raise DataError(
        f"expected one column with the bytes of pictures, named {', '.join(NAMES)} where there are several; got "
        f"{', '.join(schema.names)}"
    )


def write_list(place: str, files: Iterable[str], count: Callable[[Sequence[str]], Iterable[int]]) -> None:
    """Keep the list of inputs as an Arrow file: columns file, first, end.

    Args:
        place: Where to.
        files: As `listed` gives them; they are not held.
        count: Counts the inputs of each of some files.

    Raises:
        DataError: The list cannot be written.
    """
    import pyarrow

    schema = pyarrow.schema([("file", pyarrow.binary()), ("first", pyarrow.int64()), ("end", pyarrow.int64())])
    rest = iter(files)
    with written(place) as stream, pyarrow.ipc.new_file(stream, schema) as table:
        while batch := list(islice(rest, BATCH)):
            names = [os.fsencode(name) for name in batch]  # a name may be any bytes
            table.write_batch(pyarrow.record_batch([names, [0] * len(batch), list(count(batch))], schema=schema))


def read_list(place: str) -> Iterator[Span]:
    """Give the inputs of a kept list, file by file; they are not held."""
    import pyarrow

    with opened_at(place) as stream:
        table = pyarrow.ipc.open_file(stream)
        for number in range(table.num_record_batches):
            batch = table.get_batch(number)
            for file, first, end in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield Span(os.fsdecode(file), first, end)


def slices(spans: Iterable[Span], ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, tuple[Span, ...]]]:
    """Cut ranges of inputs out of a list.

    Args:
        spans: The list, in its order.
        ranges: The number of the first input and of the one after the last; ascending, apart from one another.

    Yields:
        For each range the number of its first input, and its inputs.
    """
    rest = iter(spans)
    place, span = 0, Span("", 0, 0)
    for first, end in ranges:
        inside: list[Span] = []
        while place < end:
            length = span.end - span.first
            if not length:
                span = next(rest)
                continue
            skipped, taken = min(length, max(0, first - place)), 0
            if skipped < length:
                taken = min(length - skipped, end - place - skipped)
                inside.append(Span(span.file, span.first + skipped, span.first + skipped + taken))
            place += skipped + taken
            span = Span(span.file, span.first + skipped + taken, span.end)
        yield first, tuple(inside)


def rows_in(file: str) -> int:
    """Count the rows of a Parquet file of pictures.

    Raises:
        DataError: It is none, or there is no such file.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        with opened_at(file) as stream:
            found = parquet.ParquetFile(stream)
            picture_column(found.schema_arrow)
            return int(found.metadata.num_rows)
    except (DataError, pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{file}: {error}") from error


def _inside(folder: str) -> Iterator[str]:
    """Walk through a folder and those in it."""
    for name, is_folder in children(folder):
        if is_folder:
            yield from _inside(joined(folder, name))
        elif os.path.splitext(name)[1].lower() in {*SUFFIXES, PARQUET}:  # noqa: PTH122 (a place may be no path)
            yield joined(folder, name)


def _matching(pattern: str) -> Iterator[str]:
    """Give the files of a store that a pattern names; `**` stands for any folders."""
    parts = pattern.split("/")
    fixed = next(place for place, part in enumerate(parts) if any(sign in part for sign in WILD))
    yield from _below("/".join(parts[:fixed]), parts[fixed:])


def _below(folder: str, parts: Sequence[str]) -> Iterator[str]:
    part, *rest = parts
    if part == "**":
        yield from _below(folder, rest or ["*"])
    for name, is_folder in children(folder):
        if part == "**":
            if is_folder:
                yield from _below(joined(folder, name), parts)
        elif fnmatchcase(name, part):
            if rest and is_folder:
                yield from _below(joined(folder, name), rest)
            elif not rest and not is_folder:
                yield joined(folder, name)
