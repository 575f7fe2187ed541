"""The options of a server: where to listen, what to read with, how much to take from strangers."""

import os
import sys
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from tenfold.errors import OptionError
from tenfold.files import content_of_file
from tenfold.picture.decode import LIMIT, check_limit

__all__ = ["FORKS", "Limits", "ServeOptions", "default_workers", "is_loopback"]

FORKS = sys.platform == "linux"
"""Whether worker processes are forked: they then start at once, and share the memory of what is loaded."""

LONGEST_TOKEN = 10_000
"""Bytes of a token file."""

SHORTEST_TOKEN = 16
"""Characters that a token must have; shorter ones can be guessed."""

HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Limits:
    """How much one request, and all requests together, may ask for.

    Attributes:
        body: Bytes of a request's body.
        held: Bytes of all bodies that are held at once.
        body_seconds: Seconds that a body may take to arrive.
        files: Pictures in one request.
        fields: Other parts of a form.
        pixels: Pixels of a picture, of a page, or of a picture in a PDF; the same limit as everywhere else.
        pages: Pages of all files of one request.
        known: Numbers on a list of those that can occur.
        form: Bytes of a form.
        form_rows: Rows of boxes, and fields, of a form: as many of each.
        forms: Forms that are kept.
        images: 28×28 images in one request of the inference protocol.
        seconds: Seconds that one picture or page may wait, and that it may take to read.
        waiting: Pictures that are being read or wait in one process; more are answered with 503.
    """

    body: int = 32 << 20
    held: int = 256 << 20
    body_seconds: float = 30.0
    files: int = 64
    fields: int = 16
    pixels: int = LIMIT
    pages: int = 20
    known: int = 20_000
    form: int = 64 << 10
    form_rows: int = 200
    forms: int = 200
    images: int = 1024
    seconds: float = 30.0
    waiting: int = 128


@dataclass(frozen=True)
class ServeOptions:
    """How to serve.

    Attributes:
        host: The address to listen at.
        port: The port; 0 for any that is free.
        model: The model folder; None for the one that ships.
        max_error: As for `tenfold.Reader`; a request may give its own.
        workers: Processes that answer; by default two on Linux, where forked processes are cheap: the threads of one
            process wait for each other at Python's lock.
        store: The database of what people corrected: a file for SQLite, or a URL such as `postgresql://…`.
        audit: Share of the accepted answers that people say again without seeing what was read, 0…1.
        token_file: A file with the token that every request must bear; None for none.
        insecure: Serve other machines without a token.
        limits: How much to take from strangers.

    Raises:
        OptionError: A value is not allowed, or other machines would be served without a token.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    model: Path | None = None
    max_error: float | None = None
    workers: int = field(default_factory=lambda: default_workers())
    store: str = "review.db"
    audit: float = 0.0
    token_file: Path | None = None
    insecure: bool = False
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not 0 <= self.port <= HIGHEST_PORT:
            raise OptionError(f"--port must be from 0 to {HIGHEST_PORT}, got {self.port}")
        if self.workers < 1:
            raise OptionError(f"--workers must be at least 1, got {self.workers}")
        if not 0 <= self.audit <= 1:
            raise OptionError(f"--audit is a share from 0 to 1, as 0.02, got {self.audit:g}")
        check_limit(self.limits.pixels)
        if not (is_loopback(self.host) or self.token_file or self.insecure):
            raise OptionError(
                f"{self.host} can be reached from other machines: give --token-file FILE, which every request must "
                "then bear, or --insecure to do without"
            )

    @property
    def threads(self) -> int:
        """Pictures that one process reads at once: its share of the cores."""
        return max(1, _cores() // self.workers)

    def token(self) -> str | None:
        """Read the token.

        Raises:
            OptionError: The file cannot be read, or everybody can; or the token is too short or not one word.
        """
        if not self.token_file:
            return None
        try:
            open_to_all = os.name == "posix" and self.token_file.stat().st_mode & 0o007
            token = content_of_file(self.token_file, LONGEST_TOKEN).decode("utf-8").strip()
        except (OSError, ValueError) as error:
            raise OptionError(f"--token-file {self.token_file} cannot be read: {error}") from error
        if open_to_all:
            raise OptionError(
                f"--token-file {self.token_file} can be read by every user of this machine: "
                f"`chmod o= {self.token_file}`"
            )
        if len(token) < SHORTEST_TOKEN or not token.isascii() or len(token.split()) != 1:
            raise OptionError(
                f"--token-file {self.token_file}: expected one word of at least {SHORTEST_TOKEN} ASCII characters, as "
                "`openssl rand -hex 32` makes it"
            )
        return token


def default_workers() -> int:
    """Give how many processes answer by default."""
    return min(2, _cores()) if FORKS else 1


def is_loopback(host: str) -> bool:
    """Tell whether an address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
