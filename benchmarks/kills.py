"""Processes that are killed while they write: nothing acknowledged may be lost, and nothing may be half-written."""

import contextlib
import hashlib
import json
import math
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn, TypeAlias, cast

from benchmarks.postgresql import PostgreSql

__all__ = ["KILLED", "Outcome", "Victim", "kill_again_and_again"]

KEEP = """
import sys, time, numpy as np
from tenfold.errors import DataError
from tenfold.serve.store import NewReview, ReviewStore
store = ReviewStore(sys.argv[1])
new = NewReview(b"png", np.zeros((1, 28, 28), np.uint8), "7", 0.5, None, "m")
while True:
    try:
        print(store.add(new, new)[1].id, flush=True)
    except DataError:
        time.sleep(0.05)
"""
"""Keeps reviews two by two, and says the number of the second once the store has acknowledged them; where the store
cannot be used it tries again."""

ENDLESS_SECONDS = 3.0
"""Seconds after which what does not end by itself is killed at the latest."""

MOST_SECONDS = 300.0
"""Seconds that a command may take."""

WRITING_SECONDS = 0.2
"""Seconds after the first sign of a file within which every other command is killed, and after the first review that
is kept who keeps them."""

AGAIN_SECONDS = 30.0
"""Seconds within which a store must be usable again after its server was started again."""


@dataclass(frozen=True)
class Outcome:
    """What many kills did.

    Attributes:
        kills: How many processes were killed, or had ended just before.
        lost: In how many cases something that was acknowledged was gone, or nothing could be kept any more.
        half: In how many cases something was half-written, or the older one was gone.
        amid: How many of the kills came while something was written or kept.
    """

    kills: int
    lost: int
    half: int
    amid: int


class Forked:
    """A command of Tenfold's in a process that is forked from this one, which has loaded what it imports.

    Args:
        folder: Where it runs.
        words: Its words.
    """

    def __init__(self, folder: Path, words: Sequence[str]) -> None:
        self.pid = os.fork()
        if self.pid == 0:
            _run_command(folder, words)

    def kill(self) -> None:
        """Kill it."""
        os.kill(self.pid, signal.SIGKILL)

    def ended(self) -> bool:
        """Say whether it has ended, without taking note of it."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def communicate(self, timeout: float = math.inf) -> tuple[bytes, bytes]:
        """Wait for its end; what it says is nobody's.

        Raises:
            TimeoutExpired: It has not ended by then.
        """
        until = time.monotonic() + timeout
        while not self.ended():
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("tenfold", timeout)
            time.sleep(0.002)
        os.waitpid(self.pid, 0)
        return b"", b""


def _run_command(folder: Path, words: Sequence[str]) -> NoReturn:
    """Run a command in a process that was just forked, and end the process."""
    status = 1
    try:
        os.chdir(folder)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        sys.argv = ["tenfold", *words]
        from tenfold.__main__ import main

        main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(status)


Process: TypeAlias = "subprocess.Popen[bytes] | Forked"


def _kill(process: Process) -> bytes:
    process.kill()
    return process.communicate()[0]


@dataclass(frozen=True)
class Victim:
    """What is killed.

    Attributes:
        start: Starts it.
        check: Looks at what it left, given what it said; gives the fault, "" for none.
        kill: Kills it, and gives what it said.
        words: The words of the command, where it is one.
    """

    start: Callable[[], Process]
    check: Callable[[bytes], str]
    kill: Callable[[Process], bytes] = _kill
    words: Sequence[str] = ()


def kill_again_and_again(name: str, kills: int, tell: Callable[[str], None] = lambda _: None) -> Outcome:
    """Start one of `KILLED`, kill it at a random moment, and look at what it left; many times.

    Args:
        name: Which.
        kills: How many times.
        tell: Called with each fault.
    """
    lost = half = amid = 0
    with tempfile.TemporaryDirectory(prefix="tenfold-kills-") as place, KILLED[name](Path(place)) as victim:
        folder, draw = Path(place), random.Random(1)
        seconds = _whole(victim)
        for number in range(kills):
            before = _names(folder)
            process = victim.start()
            if isinstance(process, subprocess.Popen) or number % 2:
                _wait_for_writing(process, folder, before)
                time.sleep(WRITING_SECONDS * draw.random() ** 4)  # most at once: small files are written in no time
            else:
                time.sleep(draw.uniform(0.3, 1.02) * seconds)
            said = victim.kill(process)
            amid += bool(said or _names(folder) - before)
            fault = victim.check(said)
            if fault:
                tell(f"{name}, kill {number + 1}: {fault}")
            lost += fault.startswith("lost")
            half += bool(fault) and not fault.startswith("lost")
    return Outcome(kills, lost, half, amid)


def _wait_for_writing(process: Process, folder: Path, before: set[str]) -> None:
    """Wait until a command begins to write, or ends; who keeps reviews, until the first is acknowledged."""
    if isinstance(process, subprocess.Popen):
        select.select([cast(BinaryIO, process.stdout)], [], [], MOST_SECONDS)
        return
    while not process.ended() and _names(folder) <= before:
        time.sleep(0.002)


def _names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def _whole(victim: Victim) -> float:
    """Let it run to its end, or for some seconds; gives how long that was."""
    began = time.monotonic()
    process = victim.start()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=MOST_SECONDS if victim.words else ENDLESS_SECONDS)
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        _kill(process)
    return time.monotonic() - began


def _python(folder: Path, *words: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def _command(folder: Path, check: Callable[[bytes], str], *words: object) -> Victim:
    """Give a command of Tenfold's as what is killed."""
    given = [*map(str, words)]
    return Victim(lambda: Forked(folder, given), check, words=given)


@contextlib.contextmanager
def _export(folder: Path) -> Iterator[Victim]:
    target, older = folder / "model.onnx", b"the older one"
    target.write_bytes(older)
    from tenfold.model.folder import load_model

    whole = {hashlib.sha256(each).hexdigest() for each in (older, load_model().content("model.onnx"))}

    def check(_: bytes) -> str:
        found = hashlib.sha256(target.read_bytes()).hexdigest() if target.exists() else "nothing"
        return "" if found in whole else f"half-written: {found}"

    yield _command(folder, check, "export", "--out", target)


@contextlib.contextmanager
def _read(folder: Path) -> Iterator[Victim]:
    from benchmarks.attacked_server import a_digit
    from tenfold.read.table_files import COLUMNS

    for number in range(4):
        (folder / f"{number}.png").write_bytes(a_digit())
    heading = ",".join(COLUMNS)
    table = folder / "out.csv"
    table.write_text(f"{heading}\nolder\n")

    def check(_: bytes) -> str:
        text = table.read_text() if table.exists() else ""
        if not text.startswith(heading) or not text.endswith("\n"):
            return f"half-written: {text[:80]!r}"
        part = table.with_name("out.csv.part")
        return "" if not part.exists() or part.read_text()[: len(heading)] in {"", heading} else "a broken .part"

    yield _command(folder, check, "read", folder, "--csv", table, "--quiet")


@contextlib.contextmanager
def _fetch(folder: Path) -> Iterator[Victim]:
    """A data set is copied from the cache to a file: what `tenfold fetch --out` leaves is whole or not there."""
    target = folder / "out.npz"

    def check(_: bytes) -> str:
        from tenfold.data.npz import read_npz

        if not target.exists():
            return ""
        count = len(read_npz(target).images)
        target.unlink()
        return "" if count == 60_000 else f"half-written: {count} images"

    yield _command(folder, check, "fetch", "mnist", "--offline", "--out", target)


@contextlib.contextmanager
def _model(folder: Path, *words: object) -> Iterator[Victim]:
    from tenfold.data.datasets import load_examples
    from tenfold.data.examples import as_examples
    from tenfold.data.npz import write_npz
    from tenfold.errors import ModelError
    from tenfold.model.folder import SHIPPED, load_model

    some = load_examples("mnist", "train", offline=True)
    images, labels = some.images[:2000], some.labels[:2000]
    write_npz(folder / "own.npz", {"all": as_examples(images, labels, origin="kills")})
    place = folder / "model"
    shutil.copytree(SHIPPED, place)

    def check(_: bytes) -> str:
        try:
            load_model(place)
        except ModelError as error:
            return f"half-written: {error}"
        return ""

    given = [str(word).replace("OWN", str(folder / "own.npz")).replace("MODEL", str(place)) for word in words]
    yield _command(folder, check, *given)


def _train(folder: Path) -> contextlib.AbstractContextManager[Victim]:
    import tenfold.learn.training  # noqa: F401 (loaded once, not in every process that is forked)

    return _model(folder, "train", "--data", "OWN", "--epochs", "1", "--out", "MODEL", "--restart")


def _calibrate(folder: Path) -> contextlib.AbstractContextManager[Victim]:
    return _model(folder, "calibrate", "shipped", "--data", "OWN", "--out", "MODEL")


@contextlib.contextmanager
def _store(folder: Path, place: str = "") -> Iterator[Victim]:
    from tenfold.serve.store import ReviewStore

    where = place or str(folder / "review.db")

    def check(said: bytes) -> str:
        acknowledged = [int(line) for line in said.split() if said.endswith(b"\n") or line != said.split()[-1]]
        store = ReviewStore(where)
        try:
            there = {review.id for review in store.everything()}
        finally:
            store.close()
        gone = [number for number in acknowledged if number not in there or number - 1 not in there]
        return f"lost: {gone[:3]}" if gone else "" if len(there) % 2 == 0 else "half-written: one of two reviews"

    yield Victim(lambda: _python(folder, "-c", KEEP, where), check)


@contextlib.contextmanager
def _postgresql(folder: Path) -> Iterator[Victim]:
    """Keep reviews in PostgreSQL; it is who keeps them that is killed."""
    with PostgreSql() as database, _store(folder, database.place) as victim:
        yield victim


@contextlib.contextmanager
def _postgresql_server(folder: Path) -> Iterator[Victim]:
    """Keep reviews in PostgreSQL; it is the server that is killed and started again, and then more must be kept."""
    goes_on = True

    def kill(process: Process) -> bytes:
        assert isinstance(process, subprocess.Popen)  # noqa: S101
        nonlocal goes_on
        database.kill()
        said = _said_so_far(process)
        database.start()
        goes_on = bool(select.select([cast(BinaryIO, process.stdout)], [], [], AGAIN_SECONDS)[0])
        return said + _kill(process)

    def check(said: bytes) -> str:
        return victim.check(said) or ("" if goes_on else "lost: nothing more was kept")

    with PostgreSql() as database, _store(folder, database.place) as victim:
        yield Victim(victim.start, check, kill)


def _said_so_far(process: "subprocess.Popen[bytes]") -> bytes:
    stream = cast(BinaryIO, process.stdout)
    os.set_blocking(stream.fileno(), False)
    said = stream.read() or b""
    os.set_blocking(stream.fileno(), True)
    return said


KILLED: dict[str, Callable[[Path], contextlib.AbstractContextManager[Victim]]] = {
    "export": _export,
    "read": _read,
    "SQLite": _store,
    "PostgreSQL": _postgresql,
    "PostgreSQL's server": _postgresql_server,
    "fetch": _fetch,
    "train": _train,
    "calibrate": _calibrate,
}
"""What is killed, each with what it starts and what it looks at afterwards."""


if __name__ == "__main__":
    for kind in KILLED:
        print(kind, json.dumps(kill_again_and_again(kind, 3, print).__dict__), flush=True)
