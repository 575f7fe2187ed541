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
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    column,
    delete,
    func,
    insert,
    inspect,
    select,
    table,
    text,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from tenfold.arrays import SIDE, Images
from tenfold.data.examples import as_examples
from tenfold.data.folders import write_labelled_folder
from tenfold.errors import DataError, OptionError
from tenfold.files import check_writable, in_place_of
from tenfold.read.table_files import plain_cell
from tenfold.serve.database import open_database

__all__ = ["REVIEWS", "TOLD", "NewReview", "Review", "ReviewStore", "export", "keep", "now"]

FASTER = re.compile("already exists|duplicate")
"""How SQLite and PostgreSQL say that what shall be made is there."""

OWN = 0o600
"""Permissions of the file: pictures of what people wrote are nobody else's."""

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
    Column("alternatives", String),
    Column("digest", String, index=True),
    sqlite_autoincrement=True,
)

PICTURES = Table(
    "tenfold_pictures",
    REVIEWS.metadata,
    Column("review", Integer, primary_key=True, autoincrement=False),
    Column("crop", LargeBinary, nullable=False),
    Column("images", LargeBinary, nullable=False),
)
"""What each review shows, apart from it: a database writes a row anew when anything in it changes."""


ALONE = {
    "sqlite": ("BEGIN IMMEDIATE",),
    "postgresql": (f"LOCK TABLE {REVIEWS.name}", "SET LOCAL statement_timeout = 0"),
}
"""What keeps other processes out while tables of an earlier version are brought up to date, however long that takes."""


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
"""The columns of a review that are told."""

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
        """Give the values of its columns, but for its pictures."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in PICTURES.c}
        decided = None if self.label is None else created
        others = {"alternatives": json.dumps(self.alternatives), "digest": sha256(self.crop).hexdigest()}
        return {**values, **others, "created": created, "decided": decided}


class ReviewStore:
    """Keeps reviews in SQLite or PostgreSQL; once a call returns, the disk has what it wrote.

    Several threads and processes may use one store. A file is made when the first review is kept.

    Args:
        place: A file for SQLite, or a URL: `sqlite:///…` or `postgresql://…`.

    Raises:
        OptionError: The URL is of neither, or the driver is not installed.
    """

    def __init__(self, place: str) -> None:
        self._engine = open_database(place)
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
        rows = self.rows(select(PICTURES.c.crop).where(PICTURES.c.review == number))
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
        query = select(REVIEWS.c.label, PICTURES.c.images).join(PICTURES, PICTURES.c.review == REVIEWS.c.id)
        query = query.where(REVIEWS.c.label.is_not(None))
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
                    self._bring_up_to_date()
                    break
                except SQLAlchemyError as error:  # where another was faster with a table, the others are looked for
                    if not again or not FASTER.search(str(error)):
                        raise
        except OSError as error:
            raise DataError("the review store cannot be used") from error
        self._made = True

    def _bring_up_to_date(self) -> None:
        """Give a table of an earlier version the columns that it lacks, and the pictures in it a table of their own."""
        with self._engine.begin() as connection:
            if _columns_there(connection) == set(REVIEWS.c.keys()):
                return
            for command in ALONE[connection.dialect.name]:
                connection.exec_driver_sql(command)
            there = _columns_there(connection)  # another process may have been faster
            for name in {"alternatives", "digest"} - there:
                connection.execute(text(f"ALTER TABLE {REVIEWS.name} ADD COLUMN {name} VARCHAR"))
            if "crop" in there:
                older = table(REVIEWS.name, column("id"), column("crop"), column("images"))
                connection.execute(insert(PICTURES).from_select(PICTURES.c.keys(), select(older)))
                for name in ("crop", "images"):
                    connection.execute(text(f"ALTER TABLE {REVIEWS.name} DROP COLUMN {name}"))


def _columns_there(connection: Connection) -> set[str]:
    return {each["name"] for each in inspect(connection).get_columns(REVIEWS.name)}


def keep(connection: Connection, new: NewReview) -> Review:
    """Keep one thing to look at, as a part of what is done with a connection."""
    row = new.row(now())
    number = connection.execute(insert(REVIEWS).values(row).returning(REVIEWS.c.id)).scalar_one()
    connection.execute(insert(PICTURES).values(review=number, crop=new.crop, images=new.images.tobytes()))
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


def now() -> str:
    """Give this moment, as reviews have it: ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
