import asyncio
import threading

import pytest

from tenfold.errors import DataError
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work, stored


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

    with pytest.raises(Problem, match="cannot be used at this moment; nothing was kept") as refused:
        asyncio.run(stored(fail))
    assert refused.value.type == "busy"
    assert asyncio.run(stored(lambda: 7)) == 7
