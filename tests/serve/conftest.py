"""A server in a thread of the test, `tenfold serve` as a process, and the page in Debian's Chromium."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import uvicorn
from browser import SIZES, running_chromium
from PIL import Image
from sheets import Sheet

import tenfold
from tenfold.serve.app import create_app
from tenfold.serve.options import Limits, ServeOptions
from tenfold.serve.run import listen
from tenfold.serve.server import configure

PATIENCE = 60
"""Seconds that a machine may take for what takes a moment."""


def encoded(image: np.ndarray, kind: str = "PNG") -> bytes:
    stream = BytesIO()
    Image.fromarray(image).save(stream, kind)
    return stream.getvalue()


@pytest.fixture(scope="session")
def seven(mnist) -> bytes:
    """A seven as somebody would send it: 200×280, dark ink on light paper."""
    paper = np.full((280, 200), 235, np.uint8)
    digit = np.asarray(Image.fromarray(mnist.x_test[0]).resize((160, 160), Image.Resampling.BICUBIC))
    paper[60:220, 20:180] -= (digit * 0.8).astype(np.uint8)
    return encoded(paper)


@pytest.fixture(scope="session")
def trained(mnist, tmp_path_factory):
    """Train a small model of five classes, the digits 0 to 4 under other names, which reads no numbers."""

    def run(names: str) -> Path:
        some = np.flatnonzero(mnist.y_train[:1500] < 5)
        labels = np.array(list(names))[mnist.y_train[some]]
        folder = tmp_path_factory.mktemp("models") / "small"
        tenfold.DigitClassifier(hidden=(32,), epochs=3).fit(mnist.x_train[some], labels).save(folder)
        return folder

    return run


@pytest.fixture(scope="session")
def five(trained) -> Path:
    return trained("01234")


@pytest.fixture(scope="session")
def letters(trained) -> Path:
    return trained("ABCDE")


@contextmanager
def serving(store: Path, **changes: Any) -> Iterator[str]:
    """Serve in a thread; gives the address."""
    limits = Limits(**changes.pop("limits", {}))
    options = ServeOptions(port=0, store=str(store / "review.db"), workers=1, limits=limits, **changes)
    listener = listen(options)
    server = uvicorn.Server(configure(create_app(options), options))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        until(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()


@pytest.fixture(scope="session")
def serve():
    return serving


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("store")) as found:
        yield found


@pytest.fixture
def client(address) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=PATIENCE) as found:
        yield found


def until(holds) -> Any:
    """Wait until something holds, and give it."""
    end = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.02)
    return found


@pytest.fixture(scope="session")
def wait_until():
    return until


@dataclass
class Running:
    """`tenfold serve` as a process."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@pytest.fixture
def start(tmp_path):
    """Start `tenfold serve` at a free port and wait until it answers; what a test leaves running is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*arguments: object) -> Running:
        log = tmp_path / f"serve-{len(started)}.log"
        command = [sys.executable, "-m", "tenfold", "serve", "--port", "0", *map(str, arguments)]
        with log.open("wb") as stream:
            process = subprocess.Popen(command, stderr=stream, cwd=tmp_path, env={**os.environ, "OMP_NUM_THREADS": "1"})
        started.append(process)
        found = until(lambda: process.poll() is not None or re.search(r"http://[\d.]+:\d+", log.read_text()))
        assert process.poll() is None, log.read_text()
        until(lambda: _answers(found.group()))
        return Running(process, found.group(), log)

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/v2/health/ready").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def chromium():
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def open_page(chromium, address):
    """Open the page; whatever it logs as an error, or asks of another server, fails the test."""
    contexts, complaints = [], []

    def run(size="desk", path="", **options):
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="en", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if _is_error(message) else None)
        page.on("request", lambda request: request.url.startswith(address) or complaints.append(request.url))
        page.goto(f"{address}/{path}")
        return page

    yield run
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def form(mnist):
    """A page with two rows of boxes, one of them with an empty box, and crossed-out boxes."""
    sheet = Sheet(mnist.x_test, mnist.y_test, height=800)
    for place, number in enumerate(("781528989", "40213_667", "990017284")):
        sheet.boxes(number, 200, 120 + 180 * place)
    for place in range(9):
        x, y = 210 + 60 * place + 5 * (place % 3), 484 + 4 * (place % 4)
        sheet.line(x, y, x + 40 - 6 * (place % 2), y + 48, 7)
        sheet.line(x + 36 + 3 * (place % 2), y + 3, x + 4 * (place % 3), y + 44, 7)
    stream = BytesIO()
    Image.fromarray(sheet.page(1.5)).save(stream, "PNG")
    return stream.getvalue()


def _is_error(message):
    """Say whether the page complains; that a request was refused is the browser's word, not the page's."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")
