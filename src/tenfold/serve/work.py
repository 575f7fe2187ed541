"""Jobs that take time: reading, opening files, using the store; each in threads of its own with a short queue."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any, TypeVar

import cv2

from tenfold.deadline import deadline
from tenfold.errors import DataError, OvertimeError
from tenfold.serve.threads import Job, Threads
from tenfold.serve.wire.problems import Problem

__all__ = ["Work"]

T = TypeVar("T")

OPENING = 4
"""Files that one process opens at once in child processes: its threads wait for them and compute nothing."""

STORING = 8
"""Uses of the review store at once."""

MOST_STORING = 64
"""Uses of the review store that may run and wait together."""

STORE_SECONDS = 8.0
"""Seconds that somebody waits for the review store; the database's own limits are shorter."""

LOOK_SECONDS = 1.0
"""Seconds between two looks at jobs that are waited for."""

STUCK_SECONDS = 5.0
"""Seconds beyond its deadline for which a job is waited for: by then it has looked at the time."""

LAST_SECONDS = 0.4
"""Seconds in which the threads may end."""

log = logging.getLogger("tenfold.serve")


class Work:
    """Runs jobs in threads, and refuses those that would wait too long.

    OpenCV, Pillow and ONNX Runtime release Python's lock while they compute, so the threads share one model and use
    all cores; each job itself uses one. Who waits for a child process that opens a file, or for the database, waits in
    other threads, so that nobody else does.

    Args:
        threads: How many jobs run at once.
        most: How many may run and wait together.
        seconds: How long a job may wait, and how long it may run.
    """

    def __init__(self, threads: int, most: int, seconds: float = 30.0) -> None:
        cv2.setNumThreads(1)
        self._most = most
        self._seconds = seconds
        self._reading = Threads(threads, "read")
        self._opening = Threads(OPENING, "open")
        self._storing = Threads(STORING, "store")
        self._ending = Event()

    @property
    def jobs(self) -> int:
        """How many pictures are read or opened now, or wait."""
        return self._reading.jobs + self._opening.jobs

    async def run(self, jobs: Sequence[Callable[[], T]], apart: Sequence[bool] = ()) -> list[T]:
        """Run all of the jobs, or none; where the client leaves, they are given up.

        Args:
            jobs: No more than may run and wait together.
            apart: For each job whether it waits for a child process and computes little; by default none does.

        Returns:
            Their results, in their order.

        Raises:
            OvertimeError: One ran too long.
            Problem: The queue is full, or one waited too long.
        """
        if self.jobs + len(jobs) > self._most:
            raise Problem("busy", "more pictures are waiting than can be read in a moment; come again in a second")
        given_up = Event()
        started: list[Job[T]] = []
        for place, job in enumerate(jobs):
            threads = self._opening if apart and apart[place] else self._reading
            started.append(threads.start(lambda job=job: self._within(job, given_up)))  # type: ignore[misc]
        try:
            return await self._all(started)
        except BaseException:
            _drop(started)
            given_up.set()
            raise

    async def stored(self, use: Callable[[], T]) -> T:
        """Use the review store, which waits for the disk or for the network.

        Args:
            use: Uses the store.

        Returns:
            Its result.

        Raises:
            Problem: The store cannot be used at the moment.
        """
        if self._storing.jobs >= MOST_STORING:
            raise Problem("busy", "the review store is slow, and many wait for it; nothing was kept, send it again")
        job = self._storing.start(use)
        try:
            return await asyncio.wait_for(asyncio.shield(job.result), STORE_SECONDS)
        except TimeoutError as error:
            job.dropped = True
            kept = "whether it was kept is not known" if job.began is not None else "nothing was kept, send it again"
            log.error("the review store does not answer")
            raise Problem("busy", f"the review store does not answer; {kept}") from error
        except DataError as error:
            log.error("%s: %s", error, error.__cause__)
            raise Problem("busy", f"{error} at this moment; nothing was kept, send it again") from error
        except asyncio.CancelledError:
            job.dropped = True
            raise

    def close(self) -> None:
        """Drop the jobs that wait, give up those that run, and end the threads."""
        self._ending.set()
        for threads in (self._reading, self._opening, self._storing):
            threads.close(LAST_SECONDS / 3)

    def _within(self, job: Callable[[], T], given_up: Event) -> T:
        with deadline(self._seconds, lambda: given_up.is_set() or self._ending.is_set()):
            return job()

    async def _all(self, started: Sequence[Job[T]]) -> list[T]:
        """Wait for all jobs; the first that fails fails all, and so does one that waits or runs too long."""
        results = asyncio.gather(*(job.result for job in started))
        while not (await asyncio.wait([results], timeout=LOOK_SECONDS))[0]:
            now = time.monotonic()
            began = [job.began for job in started if job.began is not None]
            left = [job.began for job in started if job.began is not None and not job.result.done()]
            if any(now - each > self._seconds + STUCK_SECONDS for each in left):
                raise OvertimeError(f"it took more than {self._seconds:g} seconds to read and was given up")
            if not began and now - started[0].queued > self._seconds:
                raise Problem("busy", "those before it take long; come again in a second")
        return list(results.result())


def _drop(jobs: Sequence[Job[Any]]) -> None:
    """Let no job begin any more, and let nobody miss its result."""
    for job in jobs:
        job.dropped = True
        job.result.cancel()
