"""A server under attack: bombs while others ask, clients that take no answers, a clock that jumps, an end under load.

Each part starts `tenfold serve` in a folder of its own.
"""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import requests

from benchmarks.bombs import BOMBS
from benchmarks.processes import peak_memory

__all__ = [
    "ENDS",
    "a_digit",
    "end_under_load",
    "server_with_bombs",
    "serving",
    "with_jumping_clock",
    "with_slow_readers",
]

SLOW_SECONDS = 40.0
"""Seconds for which clients take nothing: the server leaves them after 30."""

QUICK = 0.1
"""Seconds within which somebody who asks for a digit is answered."""

PAUSE = 0.05
"""Seconds between two questions of who asks for something else meanwhile."""


@contextmanager
def serving(*options: str, **variables: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Serve in a folder of its own, with variables of the environment set; gives the process and its address."""
    with tempfile.TemporaryDirectory(prefix="tenfold-attacks-") as folder:
        command = [sys.executable, "-m", "tenfold", "serve", "--port", "0", *options]
        with (Path(folder) / "log").open("w+") as log:
            process = subprocess.Popen(command, cwd=folder, stderr=log, text=True, env={**os.environ, **variables})
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
        "afterwards": healthy,
        **_quickness(alone, waits),
    }


def with_slow_readers(count: int = 100) -> dict[str, Any]:
    """Let clients ask for more than the system keeps for them and take nothing; then ask for a digit meanwhile."""
    digit, ask = a_digit(), b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 100
    with serving() as (process, address), peak_memory(process.pid) as peak, ExitStack() as clients:
        alone = [_timed_digit(address, digit) for _ in range(20)]
        slow = [clients.enter_context(_slow_client(address, ask)) for _ in range(count)]
        _timed_digit(address, digit)  # what fits between them and the server is answered first
        until = time.monotonic() + SLOW_SECONDS
        waits = []
        while time.monotonic() < until:
            waits.append(_timed_digit(address, digit))
            time.sleep(PAUSE)
        left = sum(map(_is_left, slow))
    return {"slow": count, "left": left, "peak": peak(), **_quickness(alone, waits)}


@contextmanager
def _slow_client(address: str, ask: bytes) -> Iterator[socket.socket]:
    """Connect, ask, and read nothing."""
    host, _, port = address.partition(":")
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((host, int(port)))
        client.sendall(ask)
        yield client


def _is_left(client: socket.socket) -> bool:
    """Say whether the server has closed a connection, which its client has read nothing of."""
    try:
        client.settimeout(0)
        client.send(b"\r\n")
        time.sleep(PAUSE)
        client.send(b"\r\n")
    except BlockingIOError:
        return False
    except OSError:
        return True
    return False


def with_jumping_clock(seconds: float = 10) -> dict[str, Any]:
    """Set the clock a day forward and back, again and again, under a server that is asked for digits and keeps reviews.

    Raises:
        FileNotFoundError: libfaketime is not installed (Debian's package of that name).
    """
    library = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
    if library is None:
        raise FileNotFoundError("libfaketime is not installed")
    digit, statuses, waits = a_digit(), Counter[int](), []
    with tempfile.TemporaryDirectory() as folder:
        clock = Path(folder) / "clock"
        clock.write_text("+0")
        faked = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1"}
        with serving(**faked, FAKETIME_DONT_FAKE_MONOTONIC="1") as (_, address):
            alone = [_timed_digit(address, digit) for _ in range(20)]
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                clock.write_text("-1d" if clock.read_text() == "+1d" else "+1d")
                waits.append(_timed_digit(address, digit))
                review = requests.post(
                    f"http://{address}/v1/reviews", files={"picture": digit}, data={"label": "7"}, timeout=60
                )
                statuses[review.status_code] += 1
    return {"reviews": dict(statuses), **_quickness(alone, waits)}


def _quickness(alone: Sequence[float], waits: Sequence[float]) -> dict[str, float]:
    """Sum up how long somebody waits for a digit, alone and meanwhile."""
    return {
        "alone": statistics.median(alone),
        "median": statistics.median(waits),
        "share": float(np.mean(np.array(waits) <= QUICK)),
        "most": max(waits),
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
