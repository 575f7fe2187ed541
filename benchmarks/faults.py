"""Disks and folders that refuse: calls that fail as on NFS or on a broken disk, and folders without rights.

A command that meets one ends with an error that names it, and leaves the older file or folder whole.
"""

import contextlib
import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.kills import KILLED

__all__ = ["COMMANDS", "Refused", "try_broken_calls", "try_read_only"]

BROKEN = """
import os, sys
name, number, left = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
whole = getattr(os, name)
def broken(*given, **options):
    global left
    left -= 1
    if left < 0:
        print("broken", file=sys.stderr)
        raise OSError(number, os.strerror(number), *map(str, given[:1]))
    return whole(*given, **options)
setattr(os, name, broken)
sys.argv = ["tenfold", *sys.argv[4:]]
from tenfold.__main__ import main
main()
"""
"""Runs a command in which a call of the system fails, from a certain time on."""

CALLS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "replace": ((errno.EXDEV, errno.ESTALE, errno.EIO), (0,)),
    "rename": ((errno.EXDEV, errno.ESTALE), (0, 1)),
    "fsync": ((errno.EIO, errno.ENOSPC), (0,)),
}
"""What fails: the errors of each call, and how many times it works before."""

COMMANDS = ("export", "read", "fetch", "train", "calibrate")
"""What writes files, of `KILLED`."""

AS_ANYBODY = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
"""Takes from the superuser the right to write where nobody may."""

LONGEST = 300
"""Seconds for one command, on a machine that does other work too."""


@dataclass(frozen=True)
class Refused:
    """What many faults did.

    Attributes:
        faults: How many commands met one.
        tracebacks: How many of them ended with a traceback.
        half: How many left something half-written, or without the older one.
        silent: How many said that all was well, and had written nothing.
    """

    faults: int
    tracebacks: int
    half: int
    silent: int


def try_broken_calls(name: str, tell: Callable[[str], None] = lambda _: None) -> Refused:
    """Let each call of the system fail in turn under one of `COMMANDS`.

    Args:
        name: Which.
        tell: Called with each fault that broke something.
    """
    faults = tracebacks = half = silent = 0
    tries = [
        (call, number, works)
        for call, (numbers, all_works) in CALLS.items()
        for number in numbers
        for works in all_works
    ]
    with tempfile.TemporaryDirectory(prefix="tenfold-faults-") as folder, KILLED[name](Path(folder)) as victim:
        for call, number, works in tries:
            done = _run(folder, ["-c", BROKEN, call, str(number), str(works), *victim.words])
            if b"broken" not in done.stderr:
                continue  # it does not make this call as often
            left, traceback = victim.check(b""), b"Traceback" in done.stderr
            faults += 1
            tracebacks += traceback
            half += bool(left)
            silent += done.returncode == 0
            if traceback or left or done.returncode == 0:
                tell(f"{name}, {call} {errno.errorcode[number]} after {works}: {left} {done.stderr[-300:]!r}")
    return Refused(faults, tracebacks, half, silent)


def try_read_only(name: str, tell: Callable[[str], None] = lambda _: None) -> Refused:
    """Run one of `COMMANDS` in a folder that nobody may write to."""
    with tempfile.TemporaryDirectory(prefix="tenfold-faults-") as folder, KILLED[name](Path(folder)) as victim:
        with _read_only(Path(folder)):
            done = _run(folder, ["-m", "tenfold", *victim.words], [] if os.getuid() else AS_ANYBODY)
        left = victim.check(b"")
    traceback, silent = b"Traceback" in done.stderr, done.returncode == 0
    if traceback or left or silent:
        tell(f"{name}, read-only: {done.returncode} {left} {done.stderr[-300:]!r}")
    return Refused(1, int(traceback), int(bool(left)), int(silent))


def _run(
    folder: str, words: list[str], before: tuple[str, ...] | list[str] = ()
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [*before, sys.executable, *words],
        cwd=folder,
        capture_output=True,
        timeout=LONGEST,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


@contextlib.contextmanager
def _read_only(folder: Path) -> Iterator[None]:
    """Take away the right to write from a folder and all in it."""
    inside = [folder, *folder.rglob("*")]
    for each in inside:
        each.chmod(each.stat().st_mode & ~0o222)
    try:
        yield
    finally:
        for each in inside:
            each.chmod(each.stat().st_mode | 0o200)
