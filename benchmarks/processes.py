"""Whole processes, and what they cost: wall time, processor time, peak memory."""

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["ProcessCost", "ProcessError", "family", "peak_memory", "run_process"]


LOOK_SECONDS = 0.05
"""Seconds between two looks at a process's memory."""


class ProcessError(RuntimeError):
    """A process failed or took too long; the message is its last line of errors."""


@dataclass(frozen=True)
class ProcessCost:
    """What a process cost and what it said.

    Attributes:
        wall: Seconds from before its start to after its end.
        cpu: Seconds of user and system time, its children included.
        memory_mib: Peak of the memory it held, MiB.
        answer: Its last line of output, read as JSON; empty where that is no object.
    """

    wall: float
    cpu: float
    memory_mib: float
    answer: dict[str, Any]


def run_process(
    command: Sequence[str | Path], *, timeout: float, environment: Mapping[str, str] | None = None
) -> ProcessCost:
    """Run a command from its start to its end.

    Linux counts what the parent holds at the fork as the child's memory, so keep the calling process small.

    Args:
        command: The program and its arguments.
        timeout: Seconds after which it and its children are killed.
        environment: Variables to set beside those of this process.

    Returns:
        What it cost.

    Raises:
        ProcessError: It could not be started, failed, or took too long.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        try:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        except OSError as error:
            raise ProcessError(f"{command[0]}: {error.strerror}") from error
        timer = threading.Timer(timeout, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            timer.cancel()
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        said, complained = output.read().decode(errors="replace"), errors.read().decode(errors="replace")
    if process.returncode:
        too_long = process.returncode == -signal.SIGKILL and wall >= timeout
        lines = complained.strip().splitlines() or [f"exit status {process.returncode}"]
        raise ProcessError(f"stopped after {timeout:.0f} s" if too_long else lines[-1])
    return ProcessCost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, _last_object(said))


def family(number: int) -> list[int]:
    """Give the numbers of a process, of those that it has started, and of theirs; Linux only."""
    found = [number]
    for each in found:
        with suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


@contextmanager
def peak_memory(number: int) -> Iterator[Callable[[], int]]:
    """Follow a process and those that it starts; gives the most bytes of memory that one of them had. Linux only."""
    most, ended = [0], threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            most[0] = max([most[0], *map(_memory, family(number))])

    watch = threading.Thread(target=look, daemon=True)
    watch.start()
    try:
        yield lambda: most[0]
    finally:
        ended.set()
        watch.join()


def _memory(number: int) -> int:
    with suppress(OSError, StopIteration, ValueError):
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) << 10
    return 0


def _last_object(output: str) -> dict[str, Any]:
    try:
        found = json.loads(output.strip().rpartition("\n")[2])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
