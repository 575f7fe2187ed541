import asyncio
import threading

import pytest

from tenfold.deadline import check_deadline
from tenfold.errors import DataError, OvertimeError
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work


def test_jobs_run_at_once_and_their_results_keep_their_order():
    work = Work(threads=2, most=4)
    both = threading.Barrier(2, timeout=60)

    async def run():
        return await work.run([lambda: [both.wait(), 1][1], lambda: [both.wait(), 2][1]])

    assert asyncio.run(run()) == [1, 2]
    assert work.jobs == 0
    work.close()


def test_where_too_many_would_wait_none_is_run():
    work, go, ran = Work(threads=1, most=2), threading.Event(), []

    async def run():
        first = asyncio.create_task(work.run([go.wait]))
        await asyncio.sleep(0)
        with pytest.raises(Problem) as refused:
            await work.run([lambda: ran.append(1)] * 2)
        assert refused.value.type == "busy"
        assert work.jobs == 1
        go.set()
        await first
        await work.run([lambda: ran.append(2)] * 2)

    asyncio.run(run())
    assert ran == [2, 2]
    work.close()


def test_a_job_that_fails_makes_room_for_the_next():
    work = Work(threads=1, most=1)

    async def run():
        with pytest.raises(ZeroDivisionError):
            await work.run([lambda: 1 / 0])
        return await work.run([lambda: 1])

    assert asyncio.run(run()) == [1]
    work.close()


def test_a_store_that_fails_is_a_problem_that_says_to_come_again():
    def fail():
        raise DataError("the review store cannot be used")

    async def run():
        work = Work(threads=1, most=1)
        with pytest.raises(Problem, match="cannot be used at this moment; nothing was kept") as refused:
            await work.stored(fail)
        assert refused.value.type == "busy"
        assert await work.stored(lambda: 7) == 7
        work.close()

    asyncio.run(run())


def test_a_store_that_does_not_answer_holds_nobody_else_up(monkeypatch):
    monkeypatch.setattr("tenfold.serve.work.STORE_SECONDS", 0.2)
    monkeypatch.setattr("tenfold.serve.work.MOST_STORING", 10)
    frozen = threading.Event()

    async def run():
        work = Work(threads=1, most=2)
        asked = [asyncio.create_task(work.stored(frozen.wait)) for _ in range(12)]
        assert await work.run([lambda: 1]) == [1]
        told = [str(each) for each in await asyncio.gather(*asked, return_exceptions=True)]
        frozen.set()
        work.close()
        return told

    told = asyncio.run(run())
    assert sum("whether it was kept is not known" in each for each in told) == 8
    assert sum("does not answer; nothing was kept" in each for each in told) == 2
    assert sum("many wait for it; nothing was kept" in each for each in told) == 2


def test_a_job_that_takes_too_long_is_given_up():
    def endless():
        while True:
            check_deadline()

    async def run():
        work = Work(threads=1, most=2, seconds=0.2)
        with pytest.raises(OvertimeError, match=r"it took more than 0.2 seconds to read and was given up"):
            await work.run([endless])
        assert await work.run([lambda: 1]) == [1]
        work.close()

    asyncio.run(run())


def test_a_job_that_looks_at_no_clock_is_left_and_the_process_may_end(monkeypatch):
    monkeypatch.setattr("tenfold.serve.work.STUCK_SECONDS", 0.1)
    monkeypatch.setattr("tenfold.serve.work.LOOK_SECONDS", 0.1)
    stuck = threading.Event()

    async def run():
        work = Work(threads=1, most=3, seconds=0.1)
        waiting = asyncio.create_task(work.run([stuck.wait]))
        await asyncio.sleep(0)
        with pytest.raises(Problem, match="those before it take long"):
            await work.run([lambda: 1])
        with pytest.raises(OvertimeError):
            await waiting
        work.close()
        assert not stuck.is_set()

    asyncio.run(run())
    stuck.set()


def test_work_is_given_up_where_the_client_leaves():
    given_up = threading.Event()

    def endless():
        try:
            while True:
                check_deadline()
        except OvertimeError:
            given_up.set()

    async def run():
        work = Work(threads=1, most=3)
        task = asyncio.create_task(work.run([endless, lambda: 1]))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await work.run([lambda: 2]) == [2]
        work.close()

    asyncio.run(run())
    assert given_up.is_set()


def test_who_waits_for_a_child_process_holds_up_nobody():
    go = threading.Event()

    async def run():
        work = Work(threads=1, most=9)
        apart = asyncio.create_task(work.run([go.wait] * 4, apart=[True] * 4))
        await asyncio.sleep(0)
        assert await work.run([lambda: 1]) == [1]
        go.set()
        await apart
        work.close()

    asyncio.run(run())
