"""Several workers beside each other, and the end of a server, on real connections."""

import contextlib
import io
import os
import signal
import socket
import threading
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tenfold.serve.options import FORKS


def children(process):
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="signals of POSIX")
def test_who_knocked_before_the_end_is_let_in_and_answered(start, seven):
    running = start("--workers", 1)
    address = httpx.URL(running.address)
    request = b"POST /v1/digits HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/png\r\ncontent-length: %d\r\n\r\n"
    running.process.send_signal(signal.SIGSTOP)
    knocking = [socket.create_connection((address.host, address.port), timeout=60) for _ in range(40)]
    for connection in knocking:
        connection.sendall(request % len(seven) + seven)
    running.process.send_signal(signal.SIGTERM)
    running.process.send_signal(signal.SIGCONT)
    for connection in knocking:
        with connection, connection.makefile("rb") as answer:
            assert answer.readline() == b"HTTP/1.1 200 OK\r\n"
    assert running.process.wait(60) == 0


@pytest.mark.skipif(not FORKS, reason="one process serves here")
def test_processes_let_connections_in_by_turns(start, wait_until):
    running = start("--workers", 2)
    address = httpx.URL(running.address)
    workers = children(running.process)
    assert len(workers) == 2

    def let_in():
        """How many connections that are still open each process has let in."""
        rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
        ours = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(f":{address.port:04X}") and row[3] == "01"}
        return [len(ours.intersection(held(worker))) for worker in workers]

    def held(worker):
        for each in Path(f"/proc/{worker}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                yield str(each.readlink())

    with contextlib.ExitStack() as stack:

        def connect():
            there = sum(let_in())
            stack.enter_context(socket.create_connection((address.host, address.port), timeout=60))
            wait_until(lambda: sum(let_in()) > there)

        wait_until(lambda: connect() or all(let_in()))  # one process may still be starting
        before = let_in()
        for _ in range(24):
            connect()
        assert min(now - then for now, then in zip(let_in(), before, strict=True)) >= 4


def test_workers_end_with_the_process_that_minds_them(start, wait_until):
    running = start("--workers", 2)
    running.process.kill()

    def refused():
        try:
            httpx.get(f"{running.address}/v2/health/live")
        except httpx.ConnectError:
            return True
        except httpx.TransportError:
            return False  # one of them is about to end
        return False

    assert wait_until(refused)


@pytest.mark.skipif(not FORKS, reason="one process serves here")
def test_a_worker_that_dies_is_replaced_and_the_others_answer_meanwhile(start, wait_until):
    running = start("--workers", 2)
    before = set(children(running.process))
    os.kill(int(min(before)), signal.SIGKILL)
    assert httpx.get(f"{running.address}/v2/health/live", timeout=60).status_code == 200
    wait_until(lambda: len(set(children(running.process)) - before) == 1)
    assert httpx.get(f"{running.address}/v2/health/live", timeout=60).status_code == 200
    assert running.end() == 0


def test_the_gauges_of_a_worker_that_died_go_with_it(start, wait_until, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    running = start("--workers", 2)

    def gauges():
        for _ in range(10):
            httpx.get(f"{running.address}/v2/health/live", timeout=60)
        return {file.stem.rpartition("_")[2] for file in tmp_path.glob("tenfold-*/gauge_livesum_*.db")}

    before = set(children(running.process))
    wait_until(lambda: gauges() == before)
    gone = min(before)
    os.kill(int(gone), signal.SIGKILL)
    wait_until(lambda: gone not in gauges())
    assert running.end() == 0


def test_the_end_comes_whatever_is_being_read(start, tmp_path, wait_until, monkeypatch):
    """A page that is read without end holds up neither the end nor who asks for something else."""
    (tmp_path / "sitecustomize.py").write_text(
        "import time\n"
        "def endless(*_, **__):\n"
        "    while True: time.sleep(0.01)\n"
        "import tenfold.read.pages as pages; pages.even_out = endless\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    running = start("--workers", 2)
    page = io.BytesIO()
    Image.new("L", (900, 1200), 255).save(page, "PNG")

    def ask():
        with contextlib.suppress(httpx.TransportError):
            headers = {"content-type": "image/png"}
            httpx.post(f"{running.address}/v1/numbers", content=page.getvalue(), headers=headers, timeout=60)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    wait_until(lambda: "tenfold_waiting 6.0" in httpx.get(f"{running.address}/metrics", timeout=60).text)
    assert running.end() == 0  # in time: `python -m benchmarks.attacks` measures that
    for thread in threads:
        thread.join()
