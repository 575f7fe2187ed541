"""The database that a server keeps things in: SQLite or PostgreSQL, and how long either is waited for."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from tenfold.errors import OptionError

__all__ = ["open_database"]

BUSY_SECONDS = 4
"""Seconds that a process waits for another one that writes to the same SQLite file, or for locks in PostgreSQL."""

CONNECT_SECONDS = 4
"""Seconds that a connection to PostgreSQL may take."""

PATIENCE = {
    "connect_timeout": CONNECT_SECONDS,
    "options": f"-c lock_timeout={BUSY_SECONDS}s -c statement_timeout={2 * BUSY_SECONDS}s",
    "keepalives_idle": 10,
    "tcp_user_timeout": 10_000,
}
"""How long PostgreSQL is waited for; see its manual, "Parameter Key Words"."""

DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
"""The schemes of the URLs that are taken, and the names that SQLAlchemy has for their drivers."""


def open_database(place: str) -> Engine:
    """Open a database; nothing is connected to, nor made, before it is used.

    Args:
        place: A file for SQLite, or a URL: `sqlite:///…` or `postgresql://…`.

    Raises:
        OptionError: The URL is of neither, or the driver is not installed.
    """
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
