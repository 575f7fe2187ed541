"""Jobs run in threads that come when they are needed and keep no process from ending."""

import asyncio
import subprocess
import sys
import threading

import pytest

from tenfold.serve.threads import Threads


def test_threads_come_when_they_are_needed():
    async def run():
        threads = Threads(3, "test")
        before = threading.active_count()
        both = threading.Barrier(2, timeout=60)
        jobs = [threads.start(both.wait) for _ in range(2)]
        assert threading.active_count() == before + 2
        await asyncio.gather(*(job.result for job in jobs))
        assert threads.jobs == 0
        threads.close(1)

    asyncio.run(run())


def test_what_a_job_raises_is_told_and_the_thread_goes_on():
    async def run():
        threads = Threads(1, "test")
        for error in (ZeroDivisionError, SystemExit):

            def fail(error=error):
                raise error

            with pytest.raises(error):
                await threads.start(fail).result
        assert await threads.start(lambda: 3).result == 3
        threads.close(1)

    asyncio.run(run())


def test_a_job_that_was_dropped_does_not_begin():
    async def run():
        threads, go, ran = Threads(1, "test"), threading.Event(), []
        first = threads.start(go.wait)
        second = threads.start(lambda: ran.append(1))
        second.dropped = True
        go.set()
        await first.result
        await second.result
        assert (ran, second.began, threads.jobs) == ([], None, 0)
        threads.close(1)

    asyncio.run(run())


def test_a_process_ends_though_a_job_never_does():
    code = (
        "import asyncio, threading; from tenfold.serve.threads import Threads\n"
        "async def run():\n"
        "    threads = Threads(1, 'test'); threads.start(threading.Event().wait); threads.close(0.1)\n"
        "asyncio.run(run())"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
