"""What one process of a cluster does: it fetches inputs, reads them on one core, and writes their rows as a part.

It reads with the functions that read on one machine, so the rows are the same. It knows nothing of Ray.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from tenfold.errors import DataError, PictureError, TenfoldError
from tenfold.files import in_place_of
from tenfold.model.folder import SHIPPED, Model, load_model
from tenfold.picture.decode import LIMIT
from tenfold.read.digits import Look
from tenfold.read.files import FailedPage, FilePart, ReadFile, read_part
from tenfold.read.options import NumberOptions
from tenfold.read.pictures import COLUMNS, RUN, read_pictures, row_of
from tenfold.read.reader import Reader
from tenfold.read.table_files import in_unicode, kinds_of
from tenfold.scale.inputs import PARQUET, Span, is_paged, picture_column, placed
from tenfold.scale.results import Counts, write_part
from tenfold.scale.stores import StoreError, content_at, is_remote, opened_at

__all__ = ["VERSION", "Done", "Task", "Worker", "model_files", "model_hash"]

VERSION = version("tenfold")
"""Of Tenfold on this machine; all machines of a cluster have the same."""

MODEL_FILE = "model.json"
"""The description of a model, which holds the hashes of its other files."""

ROWS = 64
"""Rows of a Parquet file that are in memory at once."""

Content = bytes | PictureError
"""What a file or a row holds, or why it cannot be had."""

Given = TypeVar("Given")


@dataclass(frozen=True)
class Task:
    """What is to be read, the same for all workers.

    Attributes:
        results: The folder of results.
        base: The folder that paths begin in.
        model: Where the model lies, perhaps only on the machine that asked.
        model_hash: As `model_hash` gives it.
        numbers: How to read pages; None reads one digit in each picture.
        max_error: The share of wrong digits among the accepted; for numbers it is one of the options.
        pixels: How many pixels a picture of one digit may have.
    """

    results: str
    base: str
    model: Path
    model_hash: str
    numbers: NumberOptions | None = None
    max_error: float | None = None
    pixels: int = LIMIT

    @property
    def kinds(self) -> dict[str, str]:
        """The columns of the results, each with its type as Arrow calls it: those of one machine, and the error."""
        if self.numbers is None:
            return {**COLUMNS, "error": "string"}
        values = self.numbers.type.values if self.numbers.type else None
        return {**kinds_of(self.numbers.form, values), "error": "string"}


@dataclass(frozen=True)
class Done:
    """What became of inputs that a worker was given.

    Attributes:
        counts: What was written.
        told: What is to be said of them, as that a promise does not hold.
    """

    counts: Counts
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Answer:
    """The rows of one input, at least one, and how many numbers or digits they hold."""

    rows: Sequence[Mapping[str, Any]]
    count: int = 0

    @property
    def failed(self) -> bool:
        return any(row.get("error") for row in self.rows)


class Worker:
    """Reads the inputs that it is given, one lot after another.

    Args:
        task: What is to be read.
        model: The files of the model by name, for a machine that has no such folder.
    """

    def __init__(self, task: Task, model: Mapping[str, bytes]) -> None:
        self._task = task
        self._files = model
        self._held: tuple[str, Content] = "", b""
        self._table = _Table("", "")

    def ready(self) -> str:
        """Load what reads, and give the version of Tenfold.

        Raises:
            ModelError: The model cannot be loaded.
        """
        return VERSION if self._reader else ""

    def read(self, first: int, spans: Sequence[Span], guilty: str = "") -> Done:
        """Read inputs that follow one another, and write their part.

        Args:
            first: The number of the first.
            spans: Where they are.
            guilty: What to say of them in place of reading them, for they ended the processes that read them.

        Raises:
            DataError: Their part cannot be written.
            StoreError: A store does not answer.
        """
        told: list[str] = []
        if guilty:
            answers: Iterator[_Answer] = (_failed(span.file, guilty, span.first + 1) for span in spans)
        elif self._task.numbers is None:
            answers = self._digits(spans, told)
        else:
            answers = self._numbers(spans, self._task.numbers)
        rows: list[dict[str, Any]] = []
        inputs = failed = count = 0
        for answer in answers:
            rows += [{name: in_unicode(row.get(name)) for name in self._task.kinds} for row in answer.rows]
            inputs, failed, count = inputs + 1, failed + answer.failed, count + answer.count
        given = sum(span.end - span.first for span in spans)
        if inputs != given:
            raise RuntimeError(f"{given} inputs were given and {inputs} answered, from number {first} on")
        counts = Counts(inputs, failed, len(rows), count)
        write_part(self._task.results, first, rows, self._task.kinds, counts)
        return Done(counts, tuple(dict.fromkeys(told)))

    @cached_property
    def _reader(self) -> Reader:
        import cv2

        cv2.setNumThreads(1)
        return Reader(_loaded(self._task, self._files), max_error=self._task.max_error)

    @property
    def _model(self) -> Model:
        model = self._reader.model
        assert isinstance(model, Model)  # noqa: S101 (for the type)
        return model

    def _digits(self, spans: Sequence[Span], told: list[str]) -> Iterator[_Answer]:
        """Read pictures of one digit; they are compared with what is promised in the same runs as on one machine."""
        looks = (self._look(name, content) for name, content in self._contents(spans))
        while run := list(islice(looks, RUN)):
            digits, lines = self._reader.checked([look for _, look in run if isinstance(look, Look)])
            told += lines
            rest = iter(digits)
            for name, look in run:
                yield _Answer([row_of(name, next(rest))], 1) if isinstance(look, Look) else _failed(name, look)

    def _look(self, name: str, content: Content) -> tuple[str, Look | str]:
        """Read one picture; give why where it cannot be read."""
        if isinstance(content, PictureError):
            return name, str(content)
        sources, pixels = {name: content}, self._task.pixels
        found = _guarded(lambda: next(read_pictures([name], self._reader, None, sources=sources, pixels=pixels)))
        return name, str(found) if isinstance(found, PictureError) else found.look or found.error

    def _numbers(self, spans: Sequence[Span], options: NumberOptions) -> Iterator[_Answer]:
        """Read pages."""
        for span in spans:
            if is_paged(span.file):
                part = FilePart(span.file, b"", span.first + 1, span.end + 1)
                yield from self._pages(part, self._content(span.file), options)
            else:
                for name, content in self._contents([span]):
                    pages = list(self._pages(FilePart(name, b""), content, options))
                    yield _Answer([row for page in pages for row in page.rows], sum(page.count for page in pages))

    def _pages(self, part: FilePart, content: Content, options: NumberOptions) -> Iterator[_Answer]:
        """Read the pages of a part of a file; those behind one that breaks the file have its error too."""
        whole = FilePart(part.name, content if isinstance(content, bytes) else b"", part.first, part.end)
        found = (
            content if isinstance(content, PictureError) else _guarded(lambda: read_part(whole, self._model, options))
        )
        if isinstance(found, PictureError):
            found = _unreadable(part, str(found))
        errors = {each.page: each.error for each in found.failed}
        broken = max(errors, default=0)
        last = max(part.first + len(found.pages) - 1, broken) if part.end is None else part.end - 1
        numbers = self._reader.decide(found.rows, options)
        rows: dict[Any, list[dict[str, Any]]] = {}
        for row in numbers.rows():
            rows.setdefault(row["page"], []).append(row)
        counts = [number.page for number in numbers]
        for page in range(part.first, last + 1):
            if page in errors:
                yield _failed(part.name, errors[page], page)
            elif page >= part.first + len(found.pages):
                yield _failed(part.name, f"not read, for page {broken} before it broke what reads the file", page)
            else:
                yield _Answer(rows.get(page) or [{"file": part.name, "page": page}], counts.count(page))

    def _content(self, file: str) -> Content:
        """Fetch a file; that of many pages is kept, for the next lot is mostly of the same."""
        if self._held[0] != file:
            self._held = file, _fetched(placed(self._task.base, file))
        return self._held[1]

    def _contents(self, spans: Sequence[Span]) -> Iterator[tuple[str, Content]]:
        """Fetch files and rows of Parquet files, each when it is asked for."""
        for span in spans:
            if not span.file.lower().endswith(PARQUET):
                yield span.file, _fetched(placed(self._task.base, span.file))
                continue
            if self._table.file != span.file:
                self._table = _Table(span.file, placed(self._task.base, span.file))
            for row, content in self._table.rows(span.first, span.end):
                yield f"{span.file}#{row}", content


class _Table:
    """The pictures in a Parquet file, read on from where they were read last."""

    def __init__(self, file: str, place: str) -> None:
        self.file = file
        self._place = place
        self._next = 0
        self._rest: Iterator[Any] = iter(())

    def rows(self, first: int, end: int) -> Iterator[tuple[int, Content]]:
        """Give the number and the picture of each row from `first` to `end`; of a damaged file the error."""
        from pyarrow import ArrowException

        row = first
        try:
            if not self._next or first < self._next:
                self._next, self._rest = first, self._from(first)
            for skipped in range(self._next, first):
                next(self._rest)
                self._next = skipped + 1
            for row in range(first, end):
                content = next(self._rest)
                self._next = row + 1
                yield row, content if content else PictureError("the row has no picture")
        except (OSError, ArrowException, DataError, StopIteration) as error:
            self._next = 0
            if isinstance(error, OSError) and is_remote(self._place) and not isinstance(error, FileNotFoundError):
                raise StoreError(f"{self._place}: {error}") from error
            for left in range(row, end):
                yield left, PictureError(f"the Parquet file cannot be read: {str(error) or 'it has fewer rows now'}")

    def _from(self, first: int) -> Iterator[bytes | None]:
        """Give the pictures from a row on, some in memory at once."""
        from pyarrow import parquet

        with opened_at(self._place) as stream:
            table = parquet.ParquetFile(stream, buffer_size=1 << 20)
            column = picture_column(table.schema_arrow)
            groups, start = [], 0
            for number in range(table.num_row_groups):
                size = table.metadata.row_group(number).num_rows
                if start + size > first:
                    groups.append(number)
                else:
                    first -= size
            batches = table.iter_batches(ROWS, groups, [column], use_threads=False)
            pictures = (picture for batch in batches for picture in batch.column(0).to_pylist())
            for picture in islice(pictures, first, None):
                yield picture["bytes"] if isinstance(picture, dict) else picture


def model_files(folder: Path) -> dict[str, bytes]:
    """Give the files of a model by name, to be sent to machines that do not have it."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


def model_hash(folder: Path) -> str:
    """Give the SHA-256 of a model's description, which holds the hashes of all that answers."""
    return hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()


def _loaded(task: Task, files: Mapping[str, bytes]) -> Model:
    """Load the model from where it is on this machine, or write it there first, once for all processes of a user."""
    own = Path(tempfile.gettempdir(), f"tenfold-{os.getuid()}-{task.model_hash[:16]}")
    for folder in (task.model, SHIPPED, own):
        if (folder / MODEL_FILE).is_file() and model_hash(folder) == task.model_hash:
            return load_model(folder, threads=1)
    with suppress(DataError), in_place_of(own) as fresh:  # another process may have written it meanwhile
        fresh.mkdir(mode=0o700)
        for name, content in files.items():
            (fresh / name).write_bytes(content)
    return load_model(own, threads=1)


def _fetched(place: str) -> Content:
    try:
        return content_at(place)
    except PictureError as error:
        return error


def _guarded(read: Callable[[], Given]) -> Given | PictureError:
    """Read; what nobody expected is an error of this input alone."""
    try:
        return read()
    except StoreError:
        raise
    except PictureError as error:
        return error
    except TenfoldError as error:
        return PictureError(str(error))
    except Exception as error:  # one picture must not end a run of a million
        return PictureError(f"reading it failed, please report it: {type(error).__name__}: {error}")


def _unreadable(part: FilePart, error: str) -> ReadFile:
    return ReadFile(part.name, (), (FailedPage(part.first, error),))


def _failed(name: str, error: str, page: int = 1) -> _Answer:
    return _Answer([{"file": name, "page": page, "error": error}])
