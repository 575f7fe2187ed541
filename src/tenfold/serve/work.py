"""The work of reading: a few threads, and a queue before them that is never long."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import cv2

from tenfold.serve.wire.problems import Problem

__all__ = ["Work"]

T = TypeVar("T")


class Work:
    """Runs jobs in threads, and refuses those that would wait too long.

    OpenCV, Pillow and ONNX Runtime let go of Python's lock while they compute, so threads share one model and use all
    cores; each job itself uses one.

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
        """Run some jobs, or none of them.

        Args:
            jobs: At most as many as may wait.

        Returns:
            What they gave, in their order.

        Raises:
            Problem: So many wait already that these would have to wait too long.
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
        """End the threads after what they are at."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _done(self, _: object) -> None:
        self.jobs -= 1
