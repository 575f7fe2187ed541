"""Jobs that take time: reading, in a few threads with a short queue before them; and what waits for the disk."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import cv2
from starlette.concurrency import run_in_threadpool

from tenfold.errors import DataError
from tenfold.serve.wire.problems import Problem

__all__ = ["Work", "stored"]

T = TypeVar("T")

log = logging.getLogger("tenfold.serve")


class Work:
    """Runs jobs in threads, and refuses those that would wait too long.

    OpenCV, Pillow and ONNX Runtime release Python's lock while they compute, so the threads share one model and use
    all cores; each job itself uses one.

    Args:
        threads: How many jobs run at once.
        most: How many may run and wait together.

    Attributes:
        jobs: How many run and wait now.
    """

    def __init__(self, threads: int, most: int) -> None:
        cv2.setNumThreads(1)
        self.jobs = 0
        self._most = most
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="read")

    async def run(self, jobs: Sequence[Callable[[], T]]) -> list[T]:
        """Run all of the jobs, or none.

        Args:
            jobs: No more than may run and wait together.

        Returns:
            Their results, in their order.

        Raises:
            Problem: The queue is full.
        """
        if self.jobs + len(jobs) > self._most:
            raise Problem("busy", "more pictures are waiting than can be read in a moment; come again in a second")
        loop = asyncio.get_running_loop()
        futures = [loop.run_in_executor(self._pool, job) for job in jobs]
        self.jobs += len(jobs)
        for future in futures:
            future.add_done_callback(self._done)
        return list(await asyncio.gather(*futures))

    def close(self) -> None:
        """Finish the jobs that run, drop those that wait, and end the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _done(self, _: object) -> None:
        self.jobs -= 1


async def stored(use: Callable[[], T]) -> T:
    """Use the review store in a separate thread, for it waits for the disk.

    Args:
        use: Uses the store.

    Returns:
        Its result.

    Raises:
        Problem: The store cannot be used at the moment.
    """
    try:
        return await run_in_threadpool(use)
    except DataError as error:
        log.error("%s: %s", error, error.__cause__)
        raise Problem("busy", f"{error} at this moment; nothing was kept, send it again") from error
