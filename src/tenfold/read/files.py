"""Many files of pages, read on one core or on several; one that fails does not stop the others."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tenfold.errors import FormError, OptionError, TenfoldError
from tenfold.model.store import SHIPPED, Model, load_model
from tenfold.picture.opening import open_pages
from tenfold.read.pages import NumberOptions, ReadRow, read_rows

__all__ = ["ReadFile", "read_files"]


@dataclass(frozen=True, eq=False)
class ReadFile:
    """What was found in a file.

    Attributes:
        name: The file.
        pages: For each page its rows.
        error: Why the file, or its next page, could not be read; None where all was.
        misfits: The numbers of pages, from 1, that are not the form that was asked for, and what is said of them.
    """

    name: str
    pages: tuple[tuple[ReadRow, ...], ...]
    error: str | None = None
    misfits: tuple[tuple[int, str], ...] = ()

    @property
    def rows(self) -> list[tuple[str, int, int, ReadRow]]:
        """Its rows as `decide` takes them."""
        return [
            (self.name, number, place, row)
            for number, rows in enumerate(self.pages, 1)
            for place, row in enumerate(rows)
        ]


_MODEL: list[Model] = []
"""The model of a process that reads for another."""


def read_files(
    names: Sequence[str], model: Path | None, options: NumberOptions, *, workers: int = 1, content: bytes = b""
) -> Iterator[ReadFile]:
    """Read files one after another, in their order.

    Args:
        names: Files; `-` for `content`.
        model: A model folder; None for the one that ships.
        options: What to look for.
        workers: How many processes read; 1 reads in this one.
        content: The bytes of the file that is called `-`.

    Yields:
        What was found in each.

    Raises:
        OptionError: There are fewer than one worker.
        ModelError: The model cannot be opened.
    """
    if workers < 1:
        raise OptionError(f"expected at least 1 worker, got {workers}")
    folder = model or SHIPPED
    if workers == 1 or len(names) < 2:
        loaded = load_model(folder)
        yield from (_read(name, loaded, options, content) for name in names)
        return
    with ProcessPoolExecutor(
        min(workers, len(names)), mp_context=get_context("spawn"), initializer=_start, initargs=(folder,)
    ) as pool:
        yield from pool.map(partial(_read_here, options=options, content=content), names)


def _start(folder: Path) -> None:
    import cv2

    os.environ["OMP_NUM_THREADS"] = "1"
    cv2.setNumThreads(1)
    _MODEL.append(load_model(folder))


def _read_here(name: str, options: NumberOptions, content: bytes) -> ReadFile:
    return _read(name, _MODEL[0], options, content)


def _read(name: str, model: Model, options: NumberOptions, content: bytes) -> ReadFile:
    pages: list[tuple[ReadRow, ...]] = []
    misfits = []
    try:
        for number, page in enumerate(open_pages(content if name == "-" else Path(name)), 1):
            try:
                pages.append(tuple(read_rows(model, page, options)))
            except FormError as error:
                pages.append(())
                misfits.append((number, str(error)))
    except TenfoldError as error:
        return ReadFile(name, tuple(pages), str(error), tuple(misfits))
    return ReadFile(name, tuple(pages), None, tuple(misfits))


def pages_of(names: Iterable[str]) -> int:
    """Count the pages of files."""
    from tenfold.picture.opening import count_pages

    return sum(1 if name == "-" else count_pages(Path(name)) for name in names)
