"""`tenfold serve` under load, beside other servers of the same network: rate, latency, start, overload, end.

Server and load share this machine's cores. Example: `python -m benchmarks.serving`, or `… --quick` for shorter rounds
"""

import contextlib
import json
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from PIL import Image

import tenfold
from benchmarks.load import Load, load
from benchmarks.results import print_table, save_result
from benchmarks.servers import SERVERS, Running, prepare_servers
from tenfold.draw.camera import photograph_digit
from tenfold.model.folder import SHIPPED, load_model

__all__ = ["main"]

CONNECTIONS = 16
"""Connections that ask at once."""

OVERLOAD = 10
"""Times as many connections in an overload."""

BATCH = 64
"""Images in a request of the inference protocol."""

PATIENCE = 120.0
"""Seconds to wait for a server to start, to answer or to end."""

DIGITS, INFER = "/v1/digits", "/v2/models/reader/infer"
"""Paths of Tenfold's own protocol and of the inference protocol (KServe, version 2)."""


@dataclass
class Server:
    """A server that answers.

    Attributes:
        process: Its first process.
        address: `http://host:port`.
        ready: Seconds from its start until it answered.
    """

    process: subprocess.Popen[bytes]
    address: str
    ready: float

    def cpu(self) -> float:
        """Give the seconds of processor time that it and its children have taken."""
        fields = [Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split() for number in self.family()]
        return sum(int(each[11]) + int(each[12]) for each in fields) / 100

    def memory_mib(self) -> float:
        """Give the memory that it holds now and that its children do not share with others, in MiB."""
        first, *others = (Path(f"/proc/{number}/smaps_rollup").read_text() for number in self.family())
        kinds = ("Private_Clean", "Private_Dirty")
        return (_kib(first, "Rss") + sum(_kib(each, kind) for each in others for kind in kinds)) / 1024

    def family(self) -> list[int]:
        """Give the ids of its processes."""
        found, new = [], [self.process.pid]
        while new:
            found += new
            listed = [Path(f"/proc/{number}/task/{number}/children").read_text().split() for number in new]
            new = [int(number) for children in listed for number in children]
        return found


def _kib(rollup: str, kind: str) -> int:
    return int(rollup.partition(f"{kind}:")[2].split()[0])


@contextlib.contextmanager
def tenfold_server(*arguments: str) -> Iterator[Server]:
    """Run `tenfold serve` at a free port."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "tenfold", "serve", "--port", "0", "--store", "build/serving.db", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as process:
        assert process.stderr is not None  # noqa: S101 (it was asked for)
        said = process.stderr.readline().decode()
        found = re.search(r"http://\S+", said)
        if not found:
            raise RuntimeError(said)
        threading.Thread(target=process.stderr.read, daemon=True).start()
        wait_for(found.group() + "/v2/health/ready")
        try:
            yield Server(process, found.group(), time.perf_counter() - started)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def wait_for(url: str, body: bytes | None = None, kind: str = "image/png") -> None:
    """Wait until an address answers with 200."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        request = urllib.request.Request(url, body, {"Content-Type": kind})  # noqa: S310 (our own address)
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            if answer.status == 200:
                return
        time.sleep(0.01)
    raise RuntimeError(f"{url} never answered")


def a_picture() -> bytes:
    """Give a seven as somebody would photograph it: a PNG file, 200×280, with grain."""
    images = tenfold.load_data("mnist")[1][0]
    stream = BytesIO()
    picture = photograph_digit(images[0], 280, 200, np.random.default_rng(0), noise=2)
    Image.fromarray(picture).save(stream, "PNG")
    return stream.getvalue()


def a_batch() -> dict[str, tuple[bytes, str]]:
    """Give a request of the inference protocol for 64 images, as JSON and as binary tensors, each with its headers."""
    images = tenfold.load_data("mnist")[1][0][:BATCH]
    tensor: dict[str, Any] = {"name": "images", "datatype": "UINT8", "shape": list(images.shape)}
    plain = json.dumps({"inputs": [{**tensor, "data": images.ravel().tolist()}]}).encode()
    described = {**tensor, "parameters": {"binary_data_size": images.size}}
    head = json.dumps({"inputs": [described], "parameters": {"binary_data_output": True}}).encode()
    return {
        "JSON": (plain, ""),
        "binary": (head + images.tobytes(), f"Inference-Header-Content-Length: {len(head)}\r\n"),
    }


def network_alone(threads: int, seconds: float) -> float:
    """Give the images a second that the network alone answers in batches, asked by some threads."""
    images = tenfold.load_data("mnist")[1][0][:BATCH]
    model = load_model(SHIPPED, threads=1)
    started = time.perf_counter()

    def keep_asking(_: int) -> int:
        answered = 0
        while time.perf_counter() < started + seconds:
            answered += len(model(images))
        return answered

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(keep_asking, range(threads))) / (time.perf_counter() - started)


def a_form(picture: bytes) -> tuple[bytes, str]:
    """Give a request that every server understands: a form with one picture; and its media type."""
    head = b'Content-Disposition: form-data; name="pictures"; filename="seven.png"\r\nContent-Type: image/png\r\n\r\n'
    return b"--cut\r\n" + head + picture + b"\r\n--cut--\r\n", "multipart/form-data; boundary=cut"


def as_values(done: Load, server: Server | None = None, cpu: float = 0.0) -> dict[str, Any]:
    """Give the figures of a load as plain values."""
    values: dict[str, Any] = {
        "rate": done.rate,
        "median_ms": done.percentile(50) * 1000,
        "p99_ms": done.percentile(99) * 1000,
        "statuses": {str(status): count for status, count in sorted(done.statuses.items())},
    }
    if server:
        values["cpu_ms"] = 1000 * (server.cpu() - cpu) / max(1, done.statuses.get(200, 0))
        values["memory_mib"] = server.memory_mib()
    return values


def under_load(
    server: Server,
    path: str,
    body: bytes,
    seconds: float,
    connections: int = CONNECTIONS,
    *,
    kind: str = "image/png",
    headers: str = "",
) -> dict[str, Any]:
    """Warm a server up and load it."""
    load(server.address + path, body, kind, connections=4, seconds=1, headers=headers)
    cpu = server.cpu()
    done = load(server.address + path, body, kind, connections=connections, seconds=seconds, headers=headers)
    return as_values(done, server, cpu)


def overload(server: Server, body: bytes, seconds: float) -> dict[str, Any]:
    """Ask with ten times as many connections, and time the next request after that."""
    result = under_load(server, DIGITS, body, seconds, CONNECTIONS * OVERLOAD)
    ended = time.perf_counter()
    wait_for(server.address + DIGITS, body)
    return {**result, "recovered_s": time.perf_counter() - ended}


def ended(body: bytes) -> dict[str, Any]:
    """End a server under load with SIGTERM, and count its answers."""
    with tenfold_server() as server:
        answers: list[Load] = []
        loading = threading.Thread(
            target=lambda: answers.append(
                load(server.address + DIGITS, body, "image/png", connections=CONNECTIONS, seconds=6)
            )
        )
        loading.start()
        time.sleep(2)
        told_at = time.perf_counter()
        server.process.send_signal(signal.SIGTERM)
        status = server.process.wait(PATIENCE)
        seconds = time.perf_counter() - told_at
        loading.join()
    return {"exit": status, "seconds": seconds, "statuses": {str(key): n for key, n in answers[0].statuses.items()}}


def lasting(body: bytes, minutes: float) -> dict[str, Any]:
    """Load a server for some minutes, and read its memory halfway and at the end."""
    with tenfold_server() as server:
        memory = []
        for _ in range(2):
            load(server.address + DIGITS, body, "image/png", connections=CONNECTIONS, seconds=minutes * 30)
            memory.append(server.memory_mib())
    return {"minutes": minutes, "memory_mib": memory[1], "growth": memory[1] / memory[0] - 1}


def measure(seconds: float, minutes: float, peers: bool) -> dict[str, Any]:
    """Take every figure."""
    body = a_picture()
    result: dict[str, Any] = {"picture_bytes": len(body), "digits": {}, "infer": {}, "peers": {}}
    starts = []
    for _ in range(5):
        with tenfold_server() as server:
            starts.append(server.ready)
    result["ready_s"] = statistics.median(starts)
    for workers in ("1", "2"):
        with tenfold_server("--workers", workers) as server:
            result["digits"][workers] = under_load(server, DIGITS, body, seconds)
    with tenfold_server() as server:
        for name, (batch, headers) in a_batch().items():
            given = under_load(server, INFER, batch, seconds / 2, kind="application/json", headers=headers)
            result["infer"][name] = {**given, "rate": given["rate"] * BATCH}
        result["network alone"] = {str(threads): network_alone(threads, seconds / 4) for threads in (1, 2)}
        result["overload"] = overload(server, body, seconds / 2)
    result["ended"] = ended(body)
    if minutes:
        result["lasting"] = lasting(body, minutes)
    if peers:
        result["peers"] = beside_each_other(body, seconds)
    return result


def beside_each_other(picture: bytes, seconds: float, rounds: int = 3) -> dict[str, Any]:
    """Load every server with the same request, in turns; of each, the round with the median rate counts."""
    prepare_servers()
    body, kind = a_form(picture)
    named: dict[str, Callable[[], AbstractContextManager[Server]]] = {
        "**Tenfold**, 1 process": partial(tenfold_server, "--workers", "1"),
        "**Tenfold**, 2 processes": partial(tenfold_server, "--workers", "2"),
        **{name: partial(other_server, run) for name, run in SERVERS.items()},
    }
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in named}
    failed: dict[str, dict[str, Any]] = {}
    for _ in range(rounds):
        for name, start in named.items():
            try:
                with start() as server:
                    wait_for(server.address + DIGITS, body, kind)
                    found[name].append(under_load(server, DIGITS, body, seconds / rounds, kind=kind))
            except (OSError, RuntimeError) as error:
                failed[name] = {"failed": str(error)}
    medians = {
        name: sorted(all_of, key=lambda each: each["rate"])[len(all_of) // 2]
        for name, all_of in found.items()
        if all_of
    }
    return medians | failed


@contextlib.contextmanager
def other_server(run: Callable[[], AbstractContextManager[Running]]) -> Iterator[Server]:
    """Run another server."""
    with run() as (process, url):
        yield Server(process, url.removesuffix(DIGITS), 0.0)


def several(count: int, noun: str) -> str:
    """Give a count with its noun: `1 process`, `2 processes`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith('s') else 's'}"


def table(result: dict[str, Any]) -> list[list[str]]:
    """Give the figures as rows of text, the heading first."""
    rows = [["under load", "a second", "median, ms", "99%, ms", "server CPU, ms", "memory, MiB", "answers"]]
    named = {
        f"**Tenfold**, {DIGITS}, {several(int(workers), 'process')}": given
        for workers, given in result["digits"].items()
    }
    named |= {
        f"**Tenfold**, {INFER}, images in batches of {BATCH}, {kind}": each for kind, each in result["infer"].items()
    }
    named["**Tenfold**, ten times as many connections"] = result["overload"]
    for name, given in {**named, **result["peers"]}.items():
        if "failed" in given:
            rows.append([name, f"failed: {given['failed']}", *[""] * 5])
            continue
        figures = [given[key] for key in ("rate", "median_ms", "p99_ms", "cpu_ms", "memory_mib")]
        answers = ", ".join(f"{count:,} × {status}" for status, count in given["statuses"].items())
        rows.append([name, *(f"{figure:,.1f}" for figure in figures), answers])
    return rows


def moments(result: dict[str, Any]) -> list[list[str]]:
    """Give the other figures as rows of text, the heading first."""
    rows = [["figure", ""], ["start to ready", f"{result['ready_s']:.2f} s"]]
    for threads, rate in result["network alone"].items():
        share = result["infer"]["binary"]["rate"] / rate
        text = f"{rate:,.0f} images a second; the server answers {share:.0%} of that"
        rows.append([f"the network alone, batches of {BATCH}, {several(int(threads), 'thread')}", text])
    rows.append(["an answer after the overload", f"{result['overload']['recovered_s']:.2f} s"])
    end = result["ended"]
    rows.append(["SIGTERM under load", f"exit {end['exit']} after {end['seconds']:.1f} s, answers {end['statuses']}"])
    if "lasting" in result:
        lasted = result["lasting"]
        text = f"{lasted['memory_mib']:.0f} MiB, {lasted['growth']:+.1%} over the last half"
        rows.append([f"after {lasted['minutes']:g} minutes of load", text])
    return rows


def main(
    seconds: Annotated[float, typer.Option(help="Seconds of the longest load.")] = 30,
    minutes: Annotated[float, typer.Option(help="Minutes that memory is watched for; 0 for none.")] = 10,
    peers: Annotated[bool, typer.Option(help="Measure other servers too.")] = True,
    quick: Annotated[bool, typer.Option("--quick", help="Loads of 6 seconds, no watching.")] = False,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure the server under load."""
    result = measure(6 if quick else seconds, 0 if quick else minutes, peers)
    save_result("serving", result, results)
    print_table(table(result))
    print_table(moments(result), 2)


if __name__ == "__main__":
    typer.run(main)
