"""The folder of results: Parquet files that together hold the rows of each input exactly once.

A part's name says which inputs it holds: `000000001000-000000002000.parquet` holds those numbered from 1,000 on, up to
but without 2,000, as `_run/inputs.arrow` lists them. A part is written whole or not at all, always under the same name,
with the same rows. So whoever begins a run again sees in the names what is left to read, and a part that is written
twice, as where a process that was given up lived on, is the same part.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenfold.errors import DataError, OptionError
from tenfold.files import PARTIAL
from tenfold.scale.stores import children, content_at, is_remote, joined, kind_of, opened_at, put, remove

__all__ = ["Counts", "Results", "gaps", "write_part"]

PART = re.compile(r"(\d{12})-(\d{12})\.parquet")

RUN_FOLDER, RUN_FILE, LIST_FILE = "_run", "run.json", "inputs.arrow"
"""Files of a run that are no results: what reads folders of Parquet passes over names that begin with `_`."""

THREADS = 8
"""Parts whose ends are read at once when all is checked."""


@dataclass(frozen=True)
class Counts:
    """What there is of some inputs.

    Attributes:
        inputs: How many inputs.
        failed: How many of them could not be read, and have a row with the error.
        rows: How many rows they have.
        answers: How many of the rows are numbers or digits.
    """

    inputs: int = 0
    failed: int = 0
    rows: int = 0
    answers: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(a + b for a, b in zip(self._values(), other._values(), strict=True)))

    def _values(self) -> tuple[int, ...]:
        return self.inputs, self.failed, self.rows, self.answers

    def to_bytes(self) -> bytes:
        """Give the counts as a part keeps them."""
        return json.dumps(self._values()).encode()

    @classmethod
    def of(cls, content: bytes) -> "Counts":
        """Read what `to_bytes` gave."""
        return cls(*json.loads(content))


class Results:
    """The results of one run, here or in a store.

    Args:
        folder: Where they lie.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.list = joined(folder, RUN_FOLDER, LIST_FILE)
        self._run = joined(folder, RUN_FOLDER, RUN_FILE)

    def begin(self, run: Mapping[str, Any]) -> bool:
        """Make the folder that of a run, or see that it is.

        Args:
            run: All that its rows depend on, as plain values: the inputs as they were named, the options, the model.

        Returns:
            Whether the run was begun before.

        Raises:
            DataError: The folder holds other files, or cannot be written.
            OptionError: It holds another run; the message says what differs.
        """
        if kind_of(self._run) == "file":
            self._check(run)
            return True
        if kind_of(self.folder) and next(children(self.folder), None):
            raise DataError(f"{self.folder} holds files that are no results of this command: name a new folder")
        put(self._run, json.dumps(run, indent=1).encode())
        return False

    def has_list(self) -> bool:
        """Say whether the inputs are listed."""
        return kind_of(self.list) == "file"

    def parts(self) -> list[tuple[int, int]]:
        """Give the inputs that each part holds, ascending: the first, and the one after the last."""
        names = (PART.fullmatch(name) for name, _ in children(self.folder))
        return sorted((int(name[1]), int(name[2])) for name in names if name)

    def check(self, total: int) -> Counts:
        """Check that the parts hold each input exactly once, as their names and their own ends say.

        Raises:
            DataError: Some are missing or doubled.
        """
        parts = self._without_doubles()
        left = list(gaps(parts, total))
        if left or any(end > total for _, end in parts):
            raise DataError(
                f"{self.folder}: inputs in and out differ: {sum(end - first for first, end in left):,} of {total:,} "
                "are not there; run the same command again"
            )
        with ThreadPoolExecutor(THREADS) as threads:
            counts = sum(threads.map(self._counted, parts), Counts())
        if counts.inputs != total:
            raise DataError(f"{self.folder}: inputs in and out differ: {total:,} in, {counts.inputs:,} out")
        self._tidy()
        return counts

    def _without_doubles(self) -> list[tuple[int, int]]:
        """Remove parts that lie inside another: halves, written before the process that had the whole came back."""
        kept: list[tuple[int, int]] = []
        for first, end in sorted(self.parts(), key=lambda part: (part[0], -part[1])):
            if kept and end <= kept[-1][1]:
                remove(joined(self.folder, _name(first, end)))
            elif kept and first < kept[-1][1]:
                raise DataError(f"{self.folder}: parts overlap at input {first:,}: another run wrote into it")
            else:
                kept.append((first, end))
        return kept

    def _counted(self, part: tuple[int, int]) -> Counts:
        from pyarrow import parquet

        place = joined(self.folder, _name(*part))
        with opened_at(place) as stream:
            metadata = parquet.read_metadata(stream)
        counts = Counts.of(metadata.metadata[COUNTS])
        if counts.rows != metadata.num_rows or counts.inputs != part[1] - part[0]:
            raise DataError(f"{place} does not hold what its name says: remove it, and run the same command again")
        return counts

    def _check(self, run: Mapping[str, Any]) -> None:
        try:
            before = json.loads(content_at(self._run))
        except ValueError as error:
            raise DataError(f"{self._run} is damaged: name a new folder") from error
        for name, value in json.loads(json.dumps(run)).items():
            if before.get(name) != value:
                raise OptionError(
                    f"{self.folder} holds another run: its {name} was {_short(before.get(name))}, now it is "
                    f"{_short(value)}; name a new folder, or give what was given then"
                )

    def _tidy(self) -> None:
        """Remove what processes that were killed left of files that they had begun."""
        if not is_remote(self.folder):
            for left in Path(self.folder).glob(f".*{PARTIAL}"):
                left.unlink(missing_ok=True)


COUNTS = b"tenfold"
"""The key under which a part's end keeps its counts."""


def write_part(
    folder: str, first: int, rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, str], counts: Counts
) -> None:
    """Write the rows of inputs that follow one another, whole or not at all.

    Args:
        folder: Where to.
        first: The number of the first input.
        rows: Values by column.
        kinds: The columns, each with its type as Arrow calls it.
        counts: What they are.

    Raises:
        DataError: They cannot be written, as where the disk is full.
        StoreError: The store does not answer.
    """
    import pyarrow
    from pyarrow import parquet

    fields = [(name, pyarrow.type_for_alias(kind)) for name, kind in kinds.items()]
    schema = pyarrow.schema(fields, metadata={COUNTS: counts.to_bytes()})
    content = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema), content)
    put(joined(folder, _name(first, first + counts.inputs)), content.getvalue().to_pybytes())


def gaps(parts: Iterable[tuple[int, int]], total: int) -> Iterator[tuple[int, int]]:
    """Give the ranges of 0…total that no part holds, ascending."""
    place = 0
    for first, end in parts:
        if first > place:
            yield place, first
        place = max(place, end)
    if place < total:
        yield place, total


def _name(first: int, end: int) -> str:
    return f"{first:012}-{end:012}.parquet"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"
