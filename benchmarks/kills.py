"""Processes that are killed while they write: nothing acknowledged may be lost, and nothing may be half-written."""

import contextlib
import hashlib
import json
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
from typing import BinaryIO, Self, TypeAlias, cast

import numpy as np

from benchmarks.processes import family

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

NOBODY = 65534

MOST_SECONDS = 3.0
"""Seconds after which what does not end by itself is killed at the latest."""

AGAIN_SECONDS = 30.0
"""Seconds within which a store must be usable again after its server was started again."""


@dataclass(frozen=True)
class Outcome:
    """What many kills did.

    Attributes:
        kills: How many processes were killed, or had ended just before.
        lost: In how many cases something that was acknowledged was gone, or nothing could be kept any more.
        half: In how many cases something was half-written, or the older one was gone.
    """

    kills: int
    lost: int
    half: int


Process: TypeAlias = "subprocess.Popen[bytes]"


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
    lost = half = 0
    with tempfile.TemporaryDirectory(prefix="tenfold-kills-") as folder, KILLED[name](Path(folder)) as victim:
        draw = random.Random(1)
        seconds = _whole(victim)
        for number in range(kills):
            process = victim.start()
            time.sleep(draw.uniform(0.3, 1.02) * seconds)
            fault = victim.check(victim.kill(process))
            if fault:
                tell(f"{name}, kill {number + 1}: {fault}")
            lost += fault.startswith("lost")
            half += bool(fault) and not fault.startswith("lost")
    return Outcome(kills, lost, half)


def _whole(victim: Victim) -> float:
    """Let it run to its end, or for some seconds; gives how long that was."""
    began = time.monotonic()
    process = victim.start()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=MOST_SECONDS)
    _kill(process)
    return time.monotonic() - began


def _python(folder: Path, *words: object) -> Process:
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def _command(folder: Path, check: Callable[[bytes], str], *words: object) -> Victim:
    """Give a command of Tenfold's as what is killed."""
    return Victim(lambda: _python(folder, "-m", "tenfold", *words), check, words=[*map(str, words)])


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
    from PIL import Image

    for number in range(4):
        Image.fromarray(np.full((40, 120), 255, np.uint8)).save(folder / f"{number}.png")
    heading = "file,page,row,field,text,value,probability,accepted,reason,matched"
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


class _PostgreSql:
    """A PostgreSQL server in a folder of its own, which may be killed and started again.

    Attributes:
        place: Its URL.
    """

    def __init__(self) -> None:
        found = shutil.which("initdb") or next(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
        if found is None:
            raise FileNotFoundError("PostgreSQL is not installed")
        self._binaries, self._own = Path(found).parent, Path(tempfile.mkdtemp(prefix="tenfold-postgresql-"))
        self._rights: list[str] = []
        if os.getuid() == 0:
            self._rights = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            os.chown(self._own, NOBODY, NOBODY)
        self._data = self._own / "data"
        self._run("initdb", "--username", "tenfold", "--auth", "trust", "--no-sync")
        self.place = f"postgresql://tenfold@/postgres?host={self._own}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "--wait", "--mode", "immediate", "stop")
        shutil.rmtree(self._own)

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self._own}'"
        self._run("pg_ctl", "--wait", "--log", self._own / "log", "--options", options, "start")

    def kill(self) -> None:
        """Kill the server's process and all that it has started."""
        own = family(int((self._data / "postmaster.pid").read_text().split()[0]))
        for number in own:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        while any(Path(f"/proc/{number}").exists() for number in own):
            time.sleep(0.01)

    def _run(self, program: str, *words: object) -> None:
        command = [*self._rights, self._binaries / program, "--pgdata", self._data, *words]
        subprocess.run(
            [*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, cwd=self._own
        )


@contextlib.contextmanager
def _postgresql(folder: Path) -> Iterator[Victim]:
    """Keep reviews in PostgreSQL; it is who keeps them that is killed."""
    with _PostgreSql() as database, _store(folder, database.place) as victim:
        yield victim


@contextlib.contextmanager
def _postgresql_server(folder: Path) -> Iterator[Victim]:
    """Keep reviews in PostgreSQL; it is the server that is killed and started again, and then more must be kept."""
    goes_on = True

    def kill(process: Process) -> bytes:
        nonlocal goes_on
        database.kill()
        said = _said_so_far(process)
        database.start()
        goes_on = bool(select.select([process.stdout], [], [], AGAIN_SECONDS)[0])
        return said + _kill(process)

    def check(said: bytes) -> str:
        return victim.check(said) or ("" if goes_on else "lost: nothing more was kept")

    with _PostgreSql() as database, _store(folder, database.place) as victim:
        yield Victim(victim.start, check, kill)


def _said_so_far(process: Process) -> bytes:
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
