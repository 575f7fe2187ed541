"""A few threads with a queue; the process may end while one of them is stuck."""

import asyncio
import time
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

__all__ = ["Job", "Threads"]

T = TypeVar("T")


class Job(Generic[T]):
    """A job that waits, runs, or has ended.

    Args:
        run: What is to be done.
        loop: The event loop of who waits for it.

    Attributes:
        result: What comes of it.
        queued: When it was queued, in seconds of `time.monotonic`.
        began: When a thread began it; None before.
        dropped: Set where it must not begin any more.
    """

    def __init__(self, run: Callable[[], T], loop: asyncio.AbstractEventLoop) -> None:
        self.result: asyncio.Future[T] = loop.create_future()
        self.queued = time.monotonic()
        self.began: float | None = None
        self.dropped = False
        self._run = run
        self._loop = loop

    def work(self, ended: Callable[[], None]) -> None:
        """Do it, in a thread; tells the event loop what came of it and calls `ended` there."""
        value: Any = None
        error: BaseException | None = None
        if not self.dropped:
            self.began = time.monotonic()
            try:
                value = self._run()
            except BaseException as caught:  # whoever waits for it is told
                error = caught
        try:
            self._loop.call_soon_threadsafe(self._tell, value, error, ended)
        except RuntimeError:  # the loop has ended, and nobody waits
            return

    def _tell(self, value: T, error: BaseException | None, ended: Callable[[], None]) -> None:
        ended()
        if self.result.done():
            return
        if error is None:
            self.result.set_result(value)
        elif isinstance(error, StopIteration):  # no future may hold one
            self.result.set_exception(RuntimeError("a job ended an iteration"))
        else:
            self.result.set_exception(error)


class Threads:
    """Runs jobs in threads that do not keep the process from ending.

    Args:
        count: How many.
        name: What they are called.

    Attributes:
        jobs: How many jobs run and wait now.
    """

    def __init__(self, count: int, name: str) -> None:
        self.jobs = 0
        self._count = count
        self._name = name
        self._queue: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def start(self, run: Callable[[], T]) -> Job[T]:
        """Queue a job; to be called in an event loop."""
        job = Job(run, asyncio.get_running_loop())
        self.jobs += 1
        self._queue.put(job)
        if len(self._threads) < min(self._count, self.jobs):  # not before they are needed, for processes fork before
            thread = Thread(target=self._serve, name=f"{self._name}-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return job

    def close(self, seconds: float) -> None:
        """End the threads; one that is stuck is waited for no longer than some seconds, and left."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(seconds / len(self._threads))

    def _serve(self) -> None:
        while job := self._queue.get():
            job.work(self._ended)

    def _ended(self) -> None:
        self.jobs -= 1
