"""The review queue: what people were asked and what they answered, each with its crop, in a database."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from hashlib import sha256
from io import StringIO
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from tenfold.arrays import SIDE, Images
from tenfold.data.examples import as_examples
from tenfold.data.folders import write_labelled_folder
from tenfold.errors import DataError, OptionError
from tenfold.files import check_writable, in_place_of
from tenfold.read.table_files import plain_cell

__all__ = ["REVIEWS", "TOLD", "NewReview", "Review", "ReviewStore", "export", "keep", "now"]

FASTER = re.compile("already exists|duplicate")
"""How SQLite and PostgreSQL say that what shall be made is there."""

BUSY_SECONDS = 4
"""Seconds that a process waits for another one that writes to the same SQLite file, or for locks in PostgreSQL."""

CONNECT_SECONDS = 4
"""Seconds that PostgreSQL may take to answer the telephone."""

OWN = 0o600
"""Permissions of the file: pictures of what people wrote are nobody else's."""

PATIENCE = {
    "connect_timeout": CONNECT_SECONDS,
    "options": f"-c lock_timeout={BUSY_SECONDS}s -c statement_timeout={2 * BUSY_SECONDS}s",
    "keepalives_idle": 10,
    "tcp_user_timeout": 10_000,
}
"""How long PostgreSQL is waited for; see its manual, "Parameter Key Words"."""

DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
"""The schemes of the URLs that are taken, and the names that SQLAlchemy has for their drivers."""

REVIEWS = Table(
    "tenfold_reviews",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("created", String, nullable=False),
    Column("name", String),
    Column("page", Integer, nullable=False),
    Column("guess", String),
    Column("probability", Float, nullable=False),
    Column("reason", String),
    Column("label", String, index=True),
    Column("decided", String),
    Column("model", String, nullable=False),
    Column("crop", LargeBinary, nullable=False),
    Column("images", LargeBinary, nullable=False),
    Column("alternatives", String),
    Column("digest", String, index=True),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True)
class Review:
    """One thing to look at, or looked at.

    Attributes:
        id: Its number.
        created: When it came, ISO 8601 in UTC.
        name: The picture's file name, fit to be shown; None where it had none.
        page: The page of the file, counted from 1.
        guess: What was read; None where nothing was.
        probability: How probable that is, 0…1.
        reason: Why the guess was not accepted; None where it was.
        label: What a person says it is; `_` stands for a box without a digit; None where nobody said yet.
        decided: When that was said.
        model: What the model that read it is called.
    """

    id: int
    created: str
    name: str | None
    page: int
    guess: str | None
    probability: float
    reason: str | None
    label: str | None
    decided: str | None
    model: str

    def to_dict(self) -> dict[str, Any]:
        """Give the review as plain values that JSON can hold."""
        return asdict(self)


TOLD = tuple(REVIEWS.c[field.name] for field in fields(Review))
"""The columns of a review; its crop and its images are read one by one."""

TOLD_NAMES = [column.name for column in TOLD if column.name != "id"]


@dataclass(frozen=True, eq=False)
class NewReview:
    """Something to look at, labelled already or not; attributes that are not described here are as for `Review`.

    Attributes:
        crop: What a person is shown, a PNG file.
        alternatives: The most probable readings, and how probable each is, the best first.
        images: `uint8 (n, 28, 28)`: what the network saw. One image for a digit; one for each box of a number, blank
            where the box is empty; none for a number that was written freely.
    """

    crop: bytes
    images: Images
    guess: str | None
    probability: float
    reason: str | None
    model: str
    name: str | None = None
    page: int = 1
    label: str | None = None
    alternatives: tuple[tuple[str, float], ...] = ()

    def row(self, created: str) -> dict[str, Any]:
        """Give the values of its columns."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        decided = None if self.label is None else created
        others = {"alternatives": json.dumps(self.alternatives), "digest": sha256(self.crop).hexdigest()}
        return {**values, **others, "images": self.images.tobytes(), "created": created, "decided": decided}


class ReviewStore:
    """Keeps reviews in SQLite or PostgreSQL; once a call returns, the disk has what it wrote.

    Several threads and processes may use one store. A file is made when the first review is kept.

    Args:
        place: A file for SQLite, or a URL: `sqlite:///…` or `postgresql://…`.

    Raises:
        OptionError: The URL is of neither, or the driver is not installed.
    """

    def __init__(self, place: str) -> None:
        self._engine = _engine(place)
        self._made = False

    def check(self) -> None:
        """Check that the store can be used, before anything is kept in it; a file that is not there is not made.

        Raises:
            OptionError: It cannot.
        """
        try:
            if self.is_new():
                check_writable(self._file())
                return
            with self.transaction() as connection:
                connection.execute(delete(REVIEWS).where(REVIEWS.c.id < 0))  # as whoever writes would
        except DataError as error:
            cause = str(error.__cause__ or error).splitlines()[0]
            raise OptionError(f"--store: {error}: {cause}") from error

    def add(self, *new: NewReview) -> list[Review]:
        """Keep things to look at, or what somebody said of them already: all or none.

        Args:
            new: What to keep.

        Returns:
            The reviews, in their order.

        Raises:
            DataError: The database cannot be written.
        """
        if not new:
            return []
        with self.transaction() as connection:
            return [keep(connection, each) for each in new]

    def decide(self, number: int, label: str | None) -> Review | None:
        """Say what something is, or take back what was said.

        Args:
            number: Which.
            label: What it is; None to have it looked at again.

        Returns:
            The review as it is now; None where there is none of that number.

        Raises:
            DataError: The database cannot be written.
        """
        if self.is_new():
            return None
        values = {"label": label, "decided": None if label is None else now()}
        with self.transaction() as connection:
            connection.execute(update(REVIEWS).where(REVIEWS.c.id == number).values(values))
            row = connection.execute(select(*TOLD).where(REVIEWS.c.id == number)).one_or_none()
        return None if row is None else Review(*row)

    def left(self) -> int:
        """Count what waits to be looked at."""
        rows = self.rows(select(func.count()).select_from(REVIEWS).where(REVIEWS.c.label.is_(None)))
        return int(rows[0][0]) if rows else 0

    def waiting(self, *, after: int = 0, most: int = 50) -> list[Review]:
        """Give what waits to be looked at, oldest first: those with a number above `after`, at most `most`."""
        query = select(*TOLD).where(REVIEWS.c.label.is_(None), REVIEWS.c.id > after)
        return [Review(*row) for row in self.rows(query.order_by(REVIEWS.c.id).limit(most))]

    def crop(self, number: int) -> bytes | None:
        """Give what a person is shown, a PNG file; None where there is nothing of that number."""
        rows = self.rows(select(REVIEWS.c.crop).where(REVIEWS.c.id == number))
        return bytes(rows[0][0]) if rows else None

    def everything(self) -> Iterator[Review]:
        """Give all reviews, oldest first."""
        return (Review(*row) for row in self.rows(select(*TOLD).order_by(REVIEWS.c.id)))

    def examples(self, classes: Sequence[str]) -> tuple[Images, list[str]]:
        """Give what people said as images to learn from.

        Args:
            classes: What an image may show.

        Returns:
            `uint8 (n, 28, 28)`, and the class that each shows; numbers as the signs in their boxes. Left out are empty
            boxes, labels with more or fewer signs than images, and signs that are no class.
        """
        query = select(REVIEWS.c.label, REVIEWS.c.images).where(REVIEWS.c.label.is_not(None))
        images: list[Images] = [np.zeros((0, SIDE, SIDE), np.uint8)]
        shown: list[str] = []
        for label, content in self.rows(query.order_by(REVIEWS.c.id)):
            seen: Images = np.frombuffer(content, np.uint8).reshape(-1, SIDE, SIDE)
            signs = [label] if len(seen) == 1 else list(label)
            if len(signs) == len(seen):
                taken = [sign in classes and bool(image.any()) for sign, image in zip(signs, seen, strict=True)]
                images.append(seen[taken])
                shown += compress(signs, taken)
        return np.concatenate(images), shown

    def as_csv(self) -> str:
        """Give all reviews as CSV, a heading first; no cell is a formula to a spreadsheet."""
        stream = StringIO()
        table = csv.writer(stream, lineterminator="\n")
        table.writerow([field.name for field in fields(Review)])
        table.writerows([plain_cell(value) for value in review.to_dict().values()] for review in self.everything())
        return stream.getvalue()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def rows(self, query: Select[Any]) -> list[Any]:
        """Give what a query finds; nothing in a store that nothing was kept in yet."""
        if self.is_new():
            return []
        with self.transaction() as connection:
            return list(connection.execute(query))

    def is_new(self) -> bool:
        """Tell whether the store is a file that nothing was written to yet."""
        return self._engine.dialect.name == "sqlite" and not self._file().is_file()

    def _file(self) -> Path:
        return Path(self._engine.url.database or "")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Do everything in the block or nothing; once it is left, the disk has it."""
        try:
            if not self._made:
                self._make()
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise DataError("the review store cannot be used") from error

    def _make(self) -> None:
        """Make the tables where they are not there; several may do so at once, and none waits for another."""
        try:
            if self.is_new():
                self._file().touch(OWN)  # SQLite gives the files beside it the same permissions
            for again in (*[True] * len(REVIEWS.metadata.tables), False):
                try:
                    REVIEWS.metadata.create_all(self._engine)
                    self._widen()
                    break
                except SQLAlchemyError as error:  # where another was faster with a table, the others are looked for
                    if not again or not FASTER.search(str(error)):
                        raise
        except OSError as error:
            raise DataError("the review store cannot be used") from error
        self._made = True

    def _widen(self) -> None:
        """Give a table that an earlier version made the columns that it lacks."""
        with self._engine.begin() as connection:
            there = {column["name"] for column in inspect(connection).get_columns(REVIEWS.name)}
            for name in {"alternatives", "digest"} - there:
                connection.execute(text(f"ALTER TABLE {REVIEWS.name} ADD COLUMN {name} VARCHAR"))


def keep(connection: Connection, new: NewReview) -> Review:
    """Keep one thing to look at, as a part of what is done with a connection."""
    row = new.row(now())
    number = connection.execute(insert(REVIEWS).values(row).returning(REVIEWS.c.id)).scalar_one()
    return Review(id=number, **{name: row[name] for name in TOLD_NAMES})


def export(store: ReviewStore, place: Path, classes: Sequence[str]) -> int:
    """Write what a store holds: every review as a `.csv` file, or what people said as a folder to train on.

    Args:
        store: The store.
        place: The file or folder to write.
        classes: What an image to train on may show; labels that are none of them are left out.

    Returns:
        How many lines, or images.

    Raises:
        DataError: Nobody has said anything yet, or the place cannot be written.
    """
    if place.suffix.lower() == ".csv":
        with in_place_of(place) as fresh:
            fresh.write_text(store.as_csv(), encoding="utf-8")
        return len(list(store.everything()))
    images, labels = store.examples(classes)
    if not labels:
        raise DataError("nobody has said yet what a picture shows: there is nothing to export")
    places = [classes.index(label) for label in labels]
    write_labelled_folder(place, as_examples(images, places, origin="the review store", classes=tuple(classes)))
    return len(images)


def _engine(place: str) -> Engine:
    scheme, mark, rest = place.partition("://")
    if not mark:
        scheme, rest = "sqlite", f"/{Path(place).absolute()}"
    if scheme not in DRIVERS:
        raise OptionError(f"--store takes a file, or a URL of sqlite:// or postgresql://, got {scheme}://…")
    try:
        limits = (
            {}
            if scheme == "sqlite"
            else {"connect_args": PATIENCE, "pool_pre_ping": True, "pool_timeout": BUSY_SECONDS}
        )
        engine = create_engine(make_url(f"{DRIVERS[scheme]}://{rest}"), **limits)
    except ModuleNotFoundError as error:
        raise OptionError('--store with PostgreSQL needs psycopg: pip install "tenfold[postgresql]"') from error
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise OptionError("--store: the URL is not one of a database") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _keep_for_good)
    return engine


def _keep_for_good(connection: Any, _: object) -> None:  # noqa: ANN401
    """Make SQLite wait for the disk at every commit, and let readers go on while another writes."""
    for pragma in (f"busy_timeout = {BUSY_SECONDS * 1000}", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def now() -> str:
    """Give this moment, as reviews have it: ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
