"""Reading on a cluster: list the inputs, hand them out, and see that each has its rows exactly once."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

from tenfold.errors import DataError, OptionError
from tenfold.model.folder import Model
from tenfold.picture.decode import LIMIT
from tenfold.progress import Progress, clock
from tenfold.read.options import NumberOptions
from tenfold.read.pictures import RUN
from tenfold.read.reader import Reader
from tenfold.scale.cluster import Cluster, connected, stored
from tenfold.scale.inputs import PARQUET, count_all, is_paged, listed, read_list, rows_in, slices, write_list
from tenfold.scale.pool import PATIENCE, Lot, mapped, read_lots
from tenfold.scale.results import Counts, Results, gaps
from tenfold.scale.stores import StoreError, is_remote
from tenfold.scale.worker import VERSION, Done, Task, Worker, model_files, model_hash

__all__ = ["Outcome", "read_on_cluster"]

FORMAT = 1
"""Of the folder of results."""

FEW, MANY = 4, 64
"""Pages of a lot: at least, so that handing it out costs nothing beside reading, a third of a second each; and at most,
so that little is lost with a process that dies."""

FEW_PICTURES, MANY_PICTURES = 1000, 10_000
"""Pictures of a lot, likewise: a millisecond each."""

LOST = 0.01
"""Share of all inputs that are being read at any moment, at most: these are read twice if the driver is killed."""

MOST_PARTS = 1_000_000
"""Lots of a run at most, and so files of its results."""

SOME = 32
"""Files whose pages are counted together."""

TOLD = 1000
"""Files after which it is told how many there are so far."""

MINUTE = 60.0
"""Seconds between two lines that say how far it is where there is no terminal."""


@dataclass(frozen=True)
class Outcome:
    """What a run has done.

    Attributes:
        counts: What lies in the results, this run and those before it.
        before: How many inputs had been read before this run.
    """

    counts: Counts
    before: int


def read_on_cluster(
    places: Sequence[str],
    results: str,
    *,
    cluster: str,
    reader: Reader,
    numbers: NumberOptions | None = None,
    pixels: int = LIMIT,
    workers: int = 0,
    lot: int = 0,
    patience: float = PATIENCE,
    shown: bool = False,
) -> Outcome:
    """Read pictures or pages on a cluster, and write a row for each digit or number as Parquet files.

    A run that was broken off goes on where it stopped when it is called again with the same arguments. Each input has
    at least one row: one that cannot be read has its `error`, a page without numbers nothing but its name.

    Args:
        places: Files, folders and patterns, on disks that all machines share or in stores, as `s3://bucket/scans`;
            Parquet files with a column of picture bytes.
        results: The folder to write to, likewise.
        cluster: As `connected` takes it: `local`, `auto`, `HOST:PORT`.
        reader: What reads; each process loads its model folder for itself.
        numbers: How to read pages, as `Reader.options` gives it; None reads one digit in each picture.
        pixels: How many pixels a picture of one digit may have.
        workers: How many processes read; 0 for one on each core.
        lot: How many inputs each is given at once, and pictures of one digit compared with what is promised; 0 for as
            many as suit, and as on one machine.
        patience: Seconds that a lot may take at least before its process is given up.
        shown: Show progress.

    Returns:
        What the results hold, checked: each input once.

    Raises:
        ClusterError: There is no such cluster, or its processes cannot be started.
        DataError: Results cannot be written, a store does not answer, or something is missing at the end; what is
            written stays, and the same call goes on.
        OptionError: An argument is not allowed, the folder holds another run, or Ray is not installed.
    """
    if workers < 0 or lot < 0:
        raise OptionError(f"workers and inputs of a lot are numbers from 0 on, got {workers} and {lot}")
    if numbers is not None and numbers.unique:
        raise OptionError("unique, each number once, is decided when all are read: leave it out on a cluster")
    if not isinstance(reader.model, Model):
        raise OptionError("reading on a cluster takes a model folder, which each process loads for itself")
    _check_apart(places, results)
    results = results if is_remote(results) else str(Path(results).resolve())
    folder = reader.model.folder.resolve()
    task = Task(results, str(Path.cwd()), folder, model_hash(folder), numbers, reader.max_error, pixels)
    kept = Results(results)
    with Progress("Reading on a cluster", shown=shown) as progress, connected(cluster) as found:
        total = _list_once(kept, places, task, found, progress)
        left = list(gaps(kept.parts(), total))
        unread = sum(end - first for first, end in left)
        workers = workers or max(found.cores, 1)
        size = lot or _in_runs(_lot_size(total, workers, task), task)
        lots = (Lot(*each) for each in slices(read_list(kept.list), _cut(left, size)))
        if unread:
            read_lots(
                lots,
                Worker,
                (task, stored(model_files(folder))),
                workers=min(workers, -(-unread // size)),
                done=_Followed(progress, total, unread).done,
                say=progress.line,
                patience=patience,
            )
    return Outcome(kept.check(total), total - unread)


def _list_once(kept: Results, places: Sequence[str], task: Task, cluster: Cluster, progress: Progress) -> int:
    """List the inputs where that was not done before, and give how many there are."""
    again = kept.begin(_described(places, task))
    if again and kept.has_list():
        progress.line(f"{kept.folder}: going on with the inputs that were listed when the run was begun")
    else:
        files = _told(listed(places), progress)
        write_list(kept.list, files, lambda some: _counted(some, task, cluster))
    return sum(span.end - span.first for span in read_list(kept.list))


def _told(files: Iterator[str], progress: Progress) -> Iterator[str]:
    """Tell how many files were found while they are listed."""
    for number, file in enumerate(files, 1):
        if number % TOLD == 0:
            progress.show("Listing inputs", 0, 1, f"{number:,} files")
        yield file


class _Followed:
    """Tells how far a run has come: what is done, how fast, how long it will take."""

    def __init__(self, progress: Progress, total: int, unread: int) -> None:
        self._progress = progress
        self._total, self._left, self._read = total, unread, 0
        self._begun = self._told = time.monotonic()
        self._said: set[str] = set()

    def done(self, done: Done) -> None:
        """Tell that a lot is done."""
        self._left -= done.counts.inputs
        self._read += done.counts.inputs
        for line in done.told:
            if line not in self._said and len(self._said) < 20:
                self._said.add(line)
                self._progress.line(f"tenfold: {line}")
        rate = self._read / max(time.monotonic() - self._begun, 0.001)
        known, total = self._total - self._left, self._total
        speed = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
        note = f"{known:,}/{total:,}  {speed}/s  {clock(self._left / rate)} left"
        self._progress.show("Reading", known, total, note)
        if not self._progress.drawn and time.monotonic() - self._told >= MINUTE:
            self._told = time.monotonic()
            self._progress.line(note)


def _check_apart(places: Sequence[str], results: str) -> None:
    """Check that results are not written into what is read."""
    for place in places:
        if is_remote(place) or is_remote(results):
            inside = f"{results.rstrip('/')}/".startswith(f"{place.rstrip('/')}/")
        else:
            inside = Path(place).is_dir() and Path(results).resolve().is_relative_to(Path(place).resolve())
        if inside:
            raise OptionError(f"{results} lies in {place}, which is read: name a folder for results that is not")


def _described(places: Sequence[str], task: Task) -> dict[str, Any]:
    """Give all that the rows depend on, as plain values."""
    options = asdict(task.numbers) if task.numbers else {"max_error": task.max_error, "pixels": task.pixels}
    return {
        "format": FORMAT,
        "tenfold": VERSION,
        "command": "predict" if task.numbers is None else "read",
        "pages": [*places],
        "working folder": task.base,
        "model": task.model_hash,
        **{name: _plain(value) for name, value in options.items()},
    }


def _plain(value: object) -> Any:  # noqa: ANN401
    """Give a value as JSON has it, a long one by its hash."""
    text = json.dumps(value, default=str, sort_keys=True)
    return json.loads(text) if len(text) <= 500 else f"sha256 {sha256(text.encode()).hexdigest()}"


def _counted(files: Sequence[str], task: Task, cluster: Cluster) -> Iterator[int]:
    """Count the inputs of files; the pages of those that may have many are counted on the cluster."""
    paged = [file for file in files if is_paged(file)] if task.numbers else []
    lots = (paged[first : first + SOME] for first in range(0, len(paged), SOME))
    pages = chain.from_iterable(mapped(count_all, lots, task.base, cluster.cores))
    for file in files:
        if task.numbers and is_paged(file):
            yield next(pages)
        else:
            yield _rows(file) if file.lower().endswith(PARQUET) else 1


def _rows(file: str) -> int:
    """Count the rows of a Parquet file; 1 where it cannot be read, for then reading it says why."""
    try:
        return rows_in(file)
    except StoreError:
        raise
    except DataError:
        return 1


def _lot_size(total: int, workers: int, task: Task) -> int:
    few, many = (FEW_PICTURES, MANY_PICTURES) if task.numbers is None else (FEW, MANY)
    return max(few, min(many, int(LOST * total / workers)), total // MOST_PARTS)


def _in_runs(size: int, task: Task) -> int:
    """Give a size of lots such that pictures are compared with what is promised in the runs of one machine."""
    return size if task.numbers is not None else -(-size // RUN) * RUN


def _cut(ranges: Sequence[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """Cut ranges at the multiples of a size."""
    for first, end in ranges:
        while first < end:
            stop = min(end, (first // size + 1) * size)
            yield first, stop
            first = stop
