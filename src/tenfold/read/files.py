"""Many files of pages, read on one core or on several; one that fails does not stop the others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tenfold.errors import FormError, OptionError, TenfoldError
from tenfold.model.folder import Model, load_model
from tenfold.picture.decode import Picture, content_of
from tenfold.picture.opening import count_pages, open_pages
from tenfold.read.options import NumberOptions
from tenfold.read.pages import read_page
from tenfold.read.rows import ReadRow

__all__ = ["FailedPage", "ReadFile", "pages_of", "read_file", "read_files"]


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


_MODEL: list[Model] = []
"""The model of a process that reads for another."""


def read_files(
    names: Sequence[str],
    model: Model,
    options: NumberOptions,
    *,
    workers: int = 1,
    sources: Mapping[str, Picture] | None = None,
) -> Iterator[ReadFile]:
    """Read files one after another, in their order.

    Args:
        names: The files.
        model: What reads; each of several processes opens its folder for itself, on one core.
        options: What to look for.
        workers: How many processes read; 1 reads in this one.
        sources: What to read in place of a file of that name, as standard input for `-`.

    Yields:
        What was found in each.

    Raises:
        OptionError: There are fewer than one worker.
    """
    if workers < 1:
        raise OptionError(f"expected at least 1 worker, got {workers}")
    given = sources or {}
    if workers == 1 or len(names) < 2:
        yield from (read_file(given.get(name, Path(name)), model, options, name=name) for name in names)
        return
    with ProcessPoolExecutor(
        min(workers, len(names)), mp_context=get_context("spawn"), initializer=_start, initargs=(model.folder,)
    ) as pool:
        sent = (given.get(name, Path(name)) for name in names)
        yield from pool.map(partial(_read_here, options=options), names, sent)


def _start(folder: Path) -> None:
    import cv2

    cv2.setNumThreads(1)
    _MODEL.append(load_model(folder, threads=1))


def _read_here(name: str, source: Picture, options: NumberOptions) -> ReadFile:
    return read_file(source, _MODEL[0], options, name=name)


def read_file(source: Picture, model: Model, options: NumberOptions, *, name: str) -> ReadFile:
    """Read the pages of one file; what fails is kept beside what was read.

    Args:
        source: What to read.
        model: What reads.
        options: What to look for.
        name: What to call the file.
    """
    pages: list[tuple[ReadRow, ...]] = []
    failed: list[FailedPage] = []
    try:
        content = content_of(source) if isinstance(source, str | Path) else source
        for number, page in enumerate(open_pages(content), 1):
            try:
                pages.append(tuple(read_page(model, page, options, file=name, number=number)))
            except FormError as error:
                pages.append(())
                failed.append(FailedPage(number, str(error)))
    except TenfoldError as error:
        failed.append(FailedPage(len(pages) + 1, str(error)))
    return ReadFile(name, tuple(pages), tuple(failed))


def pages_of(names: Iterable[str], sources: Mapping[str, Picture]) -> int:
    """Count the pages of files."""
    return sum(count_pages(sources.get(name, Path(name))) for name in names)
