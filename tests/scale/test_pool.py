"""Whoever dies, hangs or is refused: each input has its rows once."""

import os
import resource
import signal
import threading
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import ray
from pyarrow import parquet

from tenfold.errors import DataError
from tenfold.scale.cluster import ClusterError, connected
from tenfold.scale.inputs import Span
from tenfold.scale.pool import DEATHS, Lot, mapped, read_lots
from tenfold.scale.results import Counts, Results, write_part

KINDS = {"file": "string", "error": "string"}
SIZE, LOTS = 5, 24


def lots(names):
    spans = [Span(name) for name in names]
    return [Lot(first, tuple(spans[first : first + SIZE])) for first in range(0, len(spans), SIZE)]


NAMES = [f"{number:03}" for number in range(SIZE * LOTS)]


def worker(action=""):
    """A worker that reads nothing: each input's row is its name; some names make it die, hang, or find no room."""

    class Writer:
        def __init__(self, folder):
            self.folder = folder

        def ready(self):
            from tenfold.scale.worker import VERSION

            if action == "old":
                return "0.0.1"
            if action == "stillborn":
                os.kill(os.getpid(), signal.SIGKILL)
            return VERSION

        def read(self, first, spans, guilty=""):
            from tenfold.scale.worker import Done

            for span in spans:
                if span.file == action and not guilty:
                    os.kill(os.getpid(), signal.SIGKILL)
            rows = [{"file": span.file, "error": guilty or None} for span in spans]
            counts = Counts(len(rows), len(rows) if guilty else 0, len(rows), 0)
            if action == "full":
                _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
                resource.setrlimit(resource.RLIMIT_FSIZE, (100, most))
            try:
                write_part(self.folder, first, rows, KINDS, counts)
            finally:
                if action == "full":
                    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            if action == "slowly":
                Path(self.folder, f".{os.getpid()}.pid").touch()
                time.sleep(0.1)
            return Done(counts)

    return Writer


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "results")


@pytest.fixture
def joined(cluster):
    with connected(cluster.address):
        yield cluster


def run(folder, made, names=NAMES, workers=2, **options):
    done, said = [], []
    Results(folder).begin({})
    read_lots(lots(names), made, (folder,), workers=workers, done=done.append, say=said.append, **options)
    return done, said


def check_exactly_once(folder, names=NAMES):
    assert Results(folder).check(len(names)).inputs == len(names)
    assert Counter(parquet.read_table(folder)["file"].to_pylist()) == Counter(names)


def processes(node):
    """The processes that work for a node: children of its raylet."""
    [raylet] = [info.process.pid for info in node.all_processes["raylet"]]
    tasks = Path(f"/proc/{raylet}/task").glob("*/children")
    return raylet, [int(pid) for task in tasks for pid in task.read_text().split()]


def meanwhile(act):
    """Do something beside the test, and fail with it."""
    failed = []

    def run():
        try:
            act()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, failed


def wait_for_parts(folder, count):
    while len(list(Path(folder).glob("0*.parquet"))) < count:
        time.sleep(0.02)


def test_a_lot_is_halved_until_the_guilty_input_stands_alone():
    waiting, deaths, done = [Lot(100, (Span("a", 0, 5), Span("deadly"), Span("b", 0, 7)))], 0, []
    while waiting:
        lot = waiting.pop()
        if any(span.file == "deadly" for span in lot.spans) and not lot.guilty:
            deaths += 1
            waiting += lot.after_death()
        else:
            done.append(lot)
    done.sort(key=lambda lot: lot.first)
    assert [(lot.first, len(lot)) for lot in done if lot.guilty] == [(105, 1)]
    assert sum(len(lot) for lot in done) == 13
    assert all(lot.first + len(lot) == after.first for lot, after in pairwise(done))
    assert deaths <= DEATHS + 3 + DEATHS


def test_all_lots_are_read(joined, folder):
    done, said = run(folder, worker())
    assert (len(done), said) == (LOTS, [])
    check_exactly_once(folder)


def test_an_input_that_kills_its_process_gets_an_error_and_nothing_else_is_lost(joined, folder):
    run(folder, worker("013"))
    check_exactly_once(folder)
    rows = parquet.read_table(folder).to_pylist()
    [failed] = [row for row in rows if row["error"]]
    assert failed["file"] == "013"
    assert "ended the process that read it" in failed["error"]


def test_processes_that_are_killed_again_and_again_lose_nothing(joined, folder):
    def kill():
        killed = set()
        for count in (2, 6, 10, 14):
            wait_for_parts(folder, count)
            pids = {int(file.stem[1:]) for file in Path(folder).glob(".*.pid")} - killed
            pid = pids.pop()
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)

    thread, failed = meanwhile(kill)
    run(folder, worker("slowly"))
    thread.join()
    assert not failed
    check_exactly_once(folder)


@pytest.mark.parametrize("how", ["killed", "hanging"])
def test_a_node_that_dies_or_hangs_loses_nothing(joined, folder, how):
    node = joined.add_node(num_cpus=2, object_store_memory=80 << 20)
    stopped = []

    def strike():
        wait_for_parts(folder, 4)
        raylet, children = processes(node)
        assert children
        if how == "killed":
            joined.remove_node(node, allow_graceful=False)
        for pid in [raylet, *children] if how == "hanging" else []:
            os.kill(pid, signal.SIGSTOP)
            stopped.append(pid)

    thread, failed = meanwhile(strike)
    try:
        run(folder, worker("slowly"), workers=4, patience=4.0)
        thread.join()
        assert not failed
        check_exactly_once(folder)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        if how == "hanging":
            joined.remove_node(node, allow_graceful=False)


def test_a_disk_that_takes_no_more_ends_the_run_with_its_name(joined, folder):
    with pytest.raises(DataError, match=r"000000.*\.parquet cannot be written: File too large"):
        run(folder, worker("full"))
    assert Results(folder).parts() == []
    run(folder, worker())
    check_exactly_once(folder)


@pytest.mark.parametrize(
    ("action", "message"), [("stillborn", "no process of the cluster can be started"), ("old", "has tenfold 0.0.1")]
)
def test_processes_that_cannot_read_end_the_run(joined, folder, action, message):
    with pytest.raises(ClusterError, match=message):
        run(folder, worker(action), workers=1)


def test_calls_come_back_in_order(joined):
    def lengths(words, base):
        return [len(word) + len(base) for word in words]

    assert list(mapped(lengths, (["a" * place] for place in range(12)), "/x", 2)) == [
        [place + 2] for place in range(12)
    ]


def test_a_call_that_fails_says_why(joined):
    def fail(words, base):
        raise DataError("no such column")

    with pytest.raises(DataError, match="no such column"):
        list(mapped(fail, [["a"]], "", 1))
    assert ray.is_initialized()
