"""Many pictures of one digit each, read on one core or shared out to several; what fails does not stop the others."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from tenfold.errors import OptionError, PictureError
from tenfold.picture.decode import LIMIT, Picture, content_of
from tenfold.picture.prepare import Prepared
from tenfold.read.digits import Digit, Look
from tenfold.read.reader import Reader
from tenfold.workers import start_worker

__all__ = ["COLUMNS", "RUN", "ReadPicture", "picture_workers", "read_pictures", "row_of"]

COLUMNS = {"file": "string", "digit": "string", "probability": "float64", "accepted": "bool", "reason": "string"}
"""What a table holds of each picture, and its type as Arrow calls it."""

RUN = 1000
"""Pictures that are compared at once with those that a promise of error rests on, unreadable ones counted."""

MANY = 500
"""Pictures from which on other processes pay: each takes about a second until it reads, a picture some milliseconds."""

TOGETHER, AHEAD = 8, 2
"""TOGETHER: pictures that a process is given at once, for handing out one takes half as long as reading it. AHEAD: how
many times as many are handed out for each process before the first of them is told."""


@dataclass(frozen=True, eq=False)
class ReadPicture:
    """What was read in a picture.

    Attributes:
        name: The file.
        look: What it shows, for itself; None where it could not be read.
        prepared: The picture as it was made ready; None where it could not be read.
        error: Why it could not: what was expected, what came, and what to do; "" where it could.
    """

    name: str
    look: Look | None
    prepared: Prepared | None
    error: str = ""


def row_of(name: str, digit: Digit) -> dict[str, object]:
    """Give a picture's row of a table: values by the names of `COLUMNS`."""
    return {column: name if column == "file" else getattr(digit, column) for column in COLUMNS}


def picture_workers(count: int, cores: int) -> int:
    """Give how many processes are worth their start for `count` pictures: one for each core, or one."""
    return cores if count >= MANY else 1


def read_pictures(
    names: Sequence[str],
    reader: Reader,
    folder: Path | None,
    *,
    workers: int = 1,
    pixels: int = LIMIT,
    stages: bool = False,
    sources: Mapping[str, Picture] | None = None,
) -> Iterator[ReadPicture]:
    """Read pictures one after another, in their order.

    Args:
        names: The files.
        reader: What reads in this process.
        folder: The model folder that each of several processes opens for itself, on one core.
        workers: How many processes share the pictures; 1 reads in this one.
        pixels: How many pixels each may have.
        stages: Keep what each picture looked like on its way to 28×28.
        sources: What to read in place of a file of that name, as standard input for `-`.

    Yields:
        What each shows, or why it could not be read; `Reader.checked` compares them with what is promised.

    Raises:
        OptionError: There are fewer than one worker.
    """
    if workers < 1:
        raise OptionError(f"expected at least 1 worker, got {workers}")
    given = ((name, (sources or {}).get(name, name)) for name in names)
    if workers == 1:
        for name, source in given:
            yield _read(reader, name, source, pixels, stages)
        return
    waiting: deque[Future[list[ReadPicture]]] = deque()
    start = (folder, reader.max_error)
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start, initargs=start) as pool:
        while True:
            while len(waiting) < AHEAD * workers and (some := list(islice(given, TOGETHER))):
                waiting.append(pool.submit(_read_here, some, pixels, stages))
            if not waiting:
                return
            yield from waiting.popleft().result()


_READER: list[Reader] = []
"""What a process that reads for another reads with."""


def _start(folder: Path | None, max_error: float | None) -> None:
    from tenfold.model.folder import load_model

    start_worker()
    _READER.append(Reader(load_model(folder, threads=1), max_error=max_error))


def _read_here(given: Sequence[tuple[str, Picture]], pixels: int, stages: bool) -> list[ReadPicture]:
    return [_read(_READER[0], name, source, pixels, stages) for name, source in given]


def _read(reader: Reader, name: str, source: Picture, pixels: int, stages: bool) -> ReadPicture:
    """Read one picture; what is said of one that fails does not begin with its name, which is told beside it."""
    try:
        content = content_of(source) if isinstance(source, str | Path) else source
        prepared = reader.prepare(content, pixels=pixels, stages=stages)
    except PictureError as error:
        return ReadPicture(name, None, None, str(error))
    return ReadPicture(name, reader.look([prepared])[0], prepared)
