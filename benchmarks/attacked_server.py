"""A server under attack: bombs while others ask, clients that take no answers, a clock that jumps, an end under load.

Each part starts `tenfold serve` in a folder of its own.
"""

import errno
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import requests

from benchmarks.bombs import BOMBS
from benchmarks.processes import peak_memory

__all__ = ["ENDS", "a_digit", "end_under_load", "serving", "server_with_bombs", "with_jumping_clock", "with_slow_readers"]

QUICK = 0.1
"""Seconds within which somebody who asks for a digit is answered."""

PAUSE = 0.05
"""Seconds between two questions of who asks for something else meanwhile."""

@contextmanager
def serving(*options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Serve in a folder of its own; gives the process and its address."""
    with tempfile.TemporaryDirectory(prefix="tenfold-attacks-") as folder:
        command = [sys.executable, "-m", "tenfold", "serve", "--port", "0", *options]
        with (Path(folder) / "log").open("w+") as log:
            process = subprocess.Popen(command, cwd=folder, stderr=log, text=True)
            try:
                while "http://" not in (said := (Path(folder) / "log").read_text()):
                    if process.poll() is not None:
                        raise RuntimeError(said)
                    time.sleep(PAUSE)
                yield process, said.partition("http://")[2].split()[0]
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                process.wait()


def _post(address: str, path: str, content: bytes, kind: str) -> int:
    """Ask once; gives the status, 0 for no answer."""
    with suppress(OSError), requests.Session() as session:
        session.trust_env = False  # a proxy has no part in this
        return session.post(f"http://{address}{path}", content, headers={"content-type": kind}, timeout=120).status_code
    return 0


def server_with_bombs() -> dict[str, Any]:
    """Send every bomb to both routes of a server, while somebody else asks for a digit."""
    bombs = {name: make() for name, make in BOMBS.items()}
    digit = a_digit()
    statuses: dict[str, list[int]] = {name: [] for name in bombs}
    waits: list[float] = []
    with serving() as (process, address), peak_memory(process.pid) as peak:
        alone = [_timed_digit(address, digit) for _ in range(40)]
        attacking = threading.Event()
        attacking.set()

        def attack() -> None:
            for name, content in bombs.items():
                for path in ("/v1/digits", "/v1/numbers"):
                    statuses[name].append(_post(address, path, content, "application/octet-stream"))
            attacking.clear()

        attacker = threading.Thread(target=attack)
        attacker.start()
        while attacking.is_set():
            waits.append(_timed_digit(address, digit))
            time.sleep(PAUSE)
        attacker.join()
        healthy = _post(address, "/v1/digits", digit, "image/png")
    return {
        "statuses": statuses,
        "peak": peak(),
        "alone": statistics.median(alone),
        "median": statistics.median(waits),
        "share": float(np.mean(np.array(waits) <= 0.1)),
        "most": max(waits),
        "afterwards": healthy,
    }


def _timed_digit(address: str, digit: bytes) -> float:
    started = time.perf_counter()
    status = _post(address, "/v1/digits", digit, "image/png")
    return time.perf_counter() - started if status == 200 else 60.0


def a_digit() -> bytes:
    """Draw a seven, 200×280."""
    from PIL import Image, ImageDraw

    picture = Image.new("L", (200, 280), 235)
    ImageDraw.Draw(picture).line([(50, 70), (150, 70), (90, 210)], fill=40, width=14)
    stream = BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def dense_page() -> bytes:
    """Draw a page of small print: some thousand numbers, 24,000 pieces of ink."""
    from PIL import Image, ImageDraw, ImageFont

    draw = np.random.default_rng(1)
    page = Image.new("L", (1830, 2400), 250)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(14)
    for y in range(20, 2370, 16):
        pen.text((20, y), " ".join(map(str, draw.integers(10, 99_999, 40))), font=font, fill=20)
    stream = BytesIO()
    page.save(stream, "PNG")
    return stream.getvalue()


def end_under_load(kind: str) -> dict[str, Any]:
    """End a server that is asked for something all the time; gives its status, and the seconds that it took."""
    path, make = ENDS[kind]
    content = make()
    with serving() as (process, address):
        asking = []
        if path:
            for _ in range(12):
                thread = threading.Thread(
                    target=_post, args=(address, path, content, "application/octet-stream"), daemon=True
                )
                thread.start()
                asking.append(thread)
            time.sleep(3)
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        status = process.wait()
        seconds = time.monotonic() - started
    return {"status": status, "seconds": seconds}


ENDS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("", a_digit),
    "digits": ("/v1/digits", a_digit),
    "dense pages": ("/v1/numbers", dense_page),
    "bombs": ("/v1/numbers", BOMBS["three million lines"]),
}
"""What a server is asked for when it is told to end: the route, and what is sent."""

