"""Files of pages, read on one core, or shared out to several page by page; what fails does not stop the others."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from tenfold.errors import FormError, OptionError, TenfoldError
from tenfold.model.folder import Model, load_model
from tenfold.picture.decode import Picture, content_of
from tenfold.picture.opening import MOST_PAGES, Pages, count_pages
from tenfold.read.options import NumberOptions
from tenfold.read.pages import read_page
from tenfold.read.rows import ReadRow
from tenfold.workers import start_worker

__all__ = ["FailedPage", "FilePart", "ReadFile", "pages_of", "read_files", "read_part", "workers_for"]

MANY = 8
"""Pages from which on it is worth to start other processes: each takes about a second until it reads."""

AHEAD = 4
"""Parts of files that are handed out for each process before the first of them is told."""


@dataclass(frozen=True)
class FailedPage:
    """A page that could not be read.

    Attributes:
        page: Its number in its file, from 1.
        error: What was expected, what came, and what to do.
    """

    page: int
    error: str


@dataclass(frozen=True, eq=False)
class ReadFile:
    """What was found in a file.

    Attributes:
        name: The file.
        pages: For each page its rows; none where the page is not the form.
        failed: Pages that are not the form, and the page at which the file became unreadable.
    """

    name: str
    pages: tuple[tuple[ReadRow, ...], ...]
    failed: tuple[FailedPage, ...] = ()

    @property
    def rows(self) -> list[ReadRow]:
        """The rows of all pages."""
        return [row for rows in self.pages for row in rows]


@dataclass(frozen=True)
class FilePart:
    """Some pages of a file, which one process reads.

    Attributes:
        name: The file.
        source: What it is read from.
        first: The number of the first page, from 1.
        end: The one after the last; None for all pages.
    """

    name: str
    source: Picture
    first: int = 1
    end: int | None = None


_MODEL: list[Model] = []
"""The model of a process that reads for another."""

_OPEN: dict[str, Pages | TenfoldError] = {}
"""The file that such a process has open, by its name, or why it has not: its next pages are mostly of the same one."""


def read_files(
    names: Sequence[str],
    model: Model,
    options: NumberOptions,
    *,
    workers: int = 1,
    sources: Mapping[str, Picture] | None = None,
    done: Callable[[], None] = lambda: None,
) -> Iterator[ReadFile]:
    """Read files one after another, in their order.

    Args:
        names: The files.
        model: What reads; each of several processes opens its folder for itself, on one core.
        options: What to look for.
        workers: How many processes share the pages of all files; 1 reads in this one.
        sources: What to read in place of a file of that name, as standard input for `-`.
        done: Called after each page.

    Yields:
        What was found in each.

    Raises:
        OptionError: There are fewer than one worker.
    """
    if workers < 1:
        raise OptionError(f"expected at least 1 worker, got {workers}")
    files = [(name, (sources or {}).get(name, Path(name))) for name in names]
    if workers > 1:
        yield from _read_beside(files, model, options, workers, done)
        return
    for name, source in files:
        try:
            with _opened(source) as pages:
                found = _read_pages(pages, FilePart(name, source), model, options, done)
        except TenfoldError as error:
            found = _unreadable(name, error)
        yield found


def workers_for(names: Sequence[str], sources: Mapping[str, Picture]) -> int:
    """Give how many processes are worth their start: one for each core where there are many pages, else one."""
    pages = len(names)
    for name in names:
        if pages >= MANY:
            return os.cpu_count() or 1
        pages += _count(sources.get(name, Path(name))) - 1
    return (os.cpu_count() or 1) if pages >= MANY else 1


def pages_of(names: Iterable[str], sources: Mapping[str, Picture]) -> int:
    """Count the pages of files."""
    return sum(_count(sources.get(name, Path(name))) for name in names)


def _count(source: Picture) -> int:
    """Count the pages of a file; one that has more than it may have is refused as a whole, as one page."""
    pages = count_pages(source)
    return pages if pages <= MOST_PAGES else 1


def _read_beside(
    files: Sequence[tuple[str, Picture]], model: Model, options: NumberOptions, workers: int, done: Callable[[], None]
) -> Iterator[ReadFile]:
    """Read files in several processes; their pages are handed out a few ahead of what was told."""
    parts = (part for name, source in files for part in _parts(name, source, workers))
    waiting: deque[tuple[FilePart, Future[ReadFile]]] = deque()
    found: list[ReadFile] = []
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start, initargs=(model.folder,)
    ) as pool:
        while True:
            fresh = islice(parts, AHEAD * workers - len(waiting))
            waiting.extend((part, pool.submit(_read_here, part, options)) for part in fresh)
            if not waiting:
                return
            part, reading = waiting.popleft()
            found.append(reading.result())
            for _ in range(part.first, part.end or part.first):
                done()
            if not waiting or waiting[0][0].first == 1:
                yield _joined(found)
                found = []


def _parts(name: str, source: Picture, workers: int) -> Iterator[FilePart]:
    """Share the pages of a file out: one by one, where the file need not be sent with each."""
    pages = _count(source)
    step = 1 if isinstance(source, str | Path) else -(-pages // workers)
    for first in range(1, pages + 1, step):
        yield FilePart(name, source, first, min(first + step, pages + 1))


def _joined(parts: Sequence[ReadFile]) -> ReadFile:
    """Put what was found in the parts of a file together, up to the page at which it became unreadable."""
    pages: list[tuple[ReadRow, ...]] = []
    failed: list[FailedPage] = []
    for part in parts:
        pages += part.pages
        failed += part.failed
        if any(each.page > len(pages) for each in part.failed):
            break
    return ReadFile(parts[0].name, tuple(pages), tuple(failed))


def _start(folder: Path) -> None:
    start_worker()
    _MODEL.append(load_model(folder, threads=1))


def _read_here(part: FilePart, options: NumberOptions) -> ReadFile:
    return read_part(part, _MODEL[0], options)


def read_part(part: FilePart, model: Model, options: NumberOptions) -> ReadFile:
    """Read some pages of a file; where they may not be all, it stays open, for the next are mostly of the same.

    Args:
        part: Which pages.
        model: What reads.
        options: What to look for.

    Returns:
        What was found, up to the page at which the file became unreadable.
    """
    if part.name not in _OPEN:
        _close()
        try:
            _OPEN[part.name] = _opened(part.source)
        except TenfoldError as error:
            _OPEN[part.name] = error
    pages = _OPEN[part.name]
    if not isinstance(pages, Pages):
        return _unreadable(part.name, pages, part.first)
    found = _read_pages(pages, part, model, options, lambda: None)
    if part.end is None or any(each.page >= part.first + len(found.pages) for each in found.failed):
        _close()
    return found


def _close() -> None:
    """Let go of the file that is open."""
    while _OPEN:
        other = _OPEN.popitem()[1]
        if isinstance(other, Pages):
            other.close()


def _opened(source: Picture) -> Pages:
    """Open a file; what is said of it then does not begin with its name, which is told beside it."""
    return Pages(content_of(source) if isinstance(source, str | Path) else source)


def _unreadable(name: str, error: TenfoldError, page: int = 1) -> ReadFile:
    return ReadFile(name, (), (FailedPage(page, str(error)),))


def _read_pages(
    pages: Pages, part: FilePart, model: Model, options: NumberOptions, done: Callable[[], None]
) -> ReadFile:
    """Read pages of a file; what fails is kept beside what was read."""
    found: list[tuple[ReadRow, ...]] = []
    failed: list[FailedPage] = []
    try:
        for number in range(part.first, pages.count + 1 if part.end is None else part.end):
            try:
                page = pages.page(number - 1)
                found.append(tuple(read_page(model, page, options, file=part.name, number=number)))
            except FormError as error:
                found.append(())
                failed.append(FailedPage(number, str(error)))
            done()
    except TenfoldError as error:
        failed.append(FailedPage(part.first + len(found), str(error)))
    return ReadFile(part.name, tuple(found), tuple(failed))
