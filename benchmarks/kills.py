"""Processes that are killed while they write: nothing acknowledged may be lost, and nothing may be half-written."""

import contextlib
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["KILLED", "Outcome", "kill_again_and_again"]

KEEP = """
import sys, numpy as np
from tenfold.serve.store import NewReview, ReviewStore
store = ReviewStore(sys.argv[1])
new = NewReview(b"png", np.zeros((1, 28, 28), np.uint8), "7", 0.5, None, "m")
while True:
    print(store.add(new, new)[1].id, flush=True)
"""
"""Keeps reviews two by two, and says the number of the second once the store has acknowledged them."""

NOBODY = 65534


@dataclass(frozen=True)
class Outcome:
    """What many kills did.

    Attributes:
        kills: How many processes were killed, or had ended just before.
        lost: In how many cases something that was acknowledged was gone.
        half: In how many cases something was half-written, or the older one was gone.
    """

    kills: int
    lost: int
    half: int


def kill_again_and_again(name: str, kills: int, tell: Callable[[str], None] = lambda _: None) -> Outcome:
    """Start one of `KILLED`, kill it at a random moment, and look at what it left; many times.

    Args:
        name: Which.
        kills: How many times.
        tell: Called with each fault.
    """
    lost = half = 0
    with tempfile.TemporaryDirectory(prefix="tenfold-kills-") as folder, KILLED[name](Path(folder)) as (start, check):
        draw = random.Random(1)
        seconds = _whole(start)
        for number in range(kills):
            process = start()
            time.sleep(draw.uniform(0.3, 1.02) * seconds)
            process.kill()
            said = process.communicate()[0]
            fault = check(said)
            if fault:
                tell(f"{name}, kill {number + 1}: {fault}")
            lost += fault.startswith("lost")
            half += bool(fault) and not fault.startswith("lost")
    return Outcome(kills, lost, half)


def _whole(start: "Start") -> float:
    """Let it run to its end, or for some seconds; gives how long that was."""
    began = time.monotonic()
    process = start()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=4)
    process.kill()
    process.communicate()
    return time.monotonic() - began


Start = Callable[[], "subprocess.Popen[bytes]"]
Check = Callable[[bytes], str]
Killed = Callable[[Path], contextlib.AbstractContextManager[tuple[Start, Check]]]


def _command(folder: Path, *words: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


@contextlib.contextmanager
def _export(folder: Path) -> Iterator[tuple[Start, Check]]:
    target, older = folder / "model.onnx", b"the older one"
    target.write_bytes(older)
    from tenfold.model.folder import load_model

    whole = {hashlib.sha256(each).hexdigest() for each in (older, load_model().content("model.onnx"))}

    def check(_: bytes) -> str:
        found = hashlib.sha256(target.read_bytes()).hexdigest() if target.exists() else "nothing"
        return "" if found in whole else f"half-written: {found}"

    yield lambda: _command(folder, "-m", "tenfold", "export", "--out", target), check


@contextlib.contextmanager
def _read(folder: Path) -> Iterator[tuple[Start, Check]]:
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

    yield lambda: _command(folder, "-m", "tenfold", "read", folder, "--csv", table, "--quiet"), check


@contextlib.contextmanager
def _fetch(folder: Path) -> Iterator[tuple[Start, Check]]:
    """A data set is copied from the cache to a file: what `tenfold fetch --out` leaves is whole or not there."""
    target = folder / "out.npz"

    def check(_: bytes) -> str:
        from tenfold.data.npz import read_npz

        if not target.exists():
            return ""
        count = len(read_npz(target).images)
        target.unlink()
        return "" if count == 60_000 else f"half-written: {count} images"

    yield lambda: _command(folder, "-m", "tenfold", "fetch", "mnist", "--offline", "--out", target), check


@contextlib.contextmanager
def _model(folder: Path, *words: object) -> Iterator[tuple[Start, Check]]:
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
    yield lambda: _command(folder, "-m", "tenfold", *given), check


def _train(folder: Path) -> contextlib.AbstractContextManager[tuple[Start, Check]]:
    return _model(folder, "train", "--data", "OWN", "--epochs", "1", "--out", "MODEL", "--restart")


def _calibrate(folder: Path) -> contextlib.AbstractContextManager[tuple[Start, Check]]:
    return _model(folder, "calibrate", "shipped", "--data", "OWN", "--out", "MODEL")


@contextlib.contextmanager
def _store(folder: Path, place: str = "") -> Iterator[tuple[Start, Check]]:
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

    yield lambda: _command(folder, "-c", KEEP, where), check


@contextlib.contextmanager
def _postgresql(folder: Path) -> Iterator[tuple[Start, Check]]:
    """Keep reviews in a PostgreSQL server of its own; it is the client that is killed."""
    found = shutil.which("initdb") or next(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
    if found is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    binaries, own = Path(found).parent, Path(tempfile.mkdtemp(prefix="tenfold-postgresql-"))
    rights: list[str] = []
    if os.getuid() == 0:
        rights = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        os.chown(own, NOBODY, NOBODY)

    def run(*command: object) -> None:
        subprocess.run([*rights, *map(str, command)], capture_output=True, check=True, cwd=own)

    data, options = own / "data", f"-c listen_addresses='' -c unix_socket_directories='{own}'"
    run(binaries / "initdb", "--pgdata", data, "--username", "tenfold", "--auth", "trust", "--no-sync")
    run(binaries / "pg_ctl", "--pgdata", data, "--wait", "--log", own / "log", "--options", options, "start")
    try:
        with _store(folder, f"postgresql://tenfold@/postgres?host={own}") as both:
            yield both
    finally:
        run(binaries / "pg_ctl", "--pgdata", data, "--wait", "--mode", "immediate", "stop")
        shutil.rmtree(own)


KILLED: dict[str, Killed] = {
    "export": _export,
    "read": _read,
    "SQLite": _store,
    "PostgreSQL": _postgresql,
    "fetch": _fetch,
    "train": _train,
    "calibrate": _calibrate,
}
"""What is killed, each with what it starts and what it looks at afterwards."""


if __name__ == "__main__":
    for kind in KILLED:
        print(kind, json.dumps(kill_again_and_again(kind, 3, print).__dict__), flush=True)
