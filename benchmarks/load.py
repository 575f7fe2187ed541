"""A load of HTTP requests: several connections, each sending its next request as soon as the last is answered.

Example: `python -m benchmarks.load http://127.0.0.1:8000/v1/digits seven.png --connections 16 --seconds 30`
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import numpy as np
import typer

__all__ = ["Load", "load"]


PAUSE = 0.05
"""Seconds before a server that takes no connection is tried again."""


@dataclass(frozen=True)
class Load:
    """The answers to a load.

    Attributes:
        seconds: How long it lasted.
        statuses: How many answers there were of each status; 0 counts requests without an answer.
        refused: How many connections could not be opened.
        latencies: Seconds from each request to the end of its answer, of those answered with 200.
    """

    seconds: float
    statuses: dict[int, int]
    refused: int
    latencies: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Answers with status 200 a second."""
        return self.statuses.get(200, 0) / self.seconds

    def percentile(self, share: float) -> float:
        """Give the latency, in seconds, below which `share` percent of the answers came."""
        return float(np.percentile(self.latencies, share)) if self.latencies else float("nan")


def load(url: str, content: bytes, kind: str, *, connections: int, seconds: float, headers: str = "") -> Load:
    """Send one request over and over.

    Args:
        url: `http://host:port/path`.
        content: The body.
        kind: Its media type.
        connections: How many send at once.
        seconds: How long.
        headers: More lines of the request's head, each ended by CR LF.

    Returns:
        The answers.
    """
    return asyncio.run(_load(url, content, kind, connections, seconds, headers))


async def _load(url: str, content: bytes, kind: str, connections: int, seconds: float, headers: str) -> Load:
    place = urlsplit(url)
    head = (
        f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(content)}\r\n{headers}\r\n"
    )
    request = head.encode() + content
    statuses: Counter[int] = Counter()
    latencies: list[float] = []
    refused: list[float] = []
    started = time.perf_counter()
    end = started + seconds

    async def ask() -> None:
        while time.perf_counter() < end:
            try:
                reader, writer = await asyncio.open_connection(place.hostname, place.port)
            except OSError:
                refused.append(time.perf_counter())
                await asyncio.sleep(PAUSE)
                continue
            try:
                await keep_asking(reader, writer)
            except (OSError, EOFError):
                statuses[0] += 1
            finally:
                writer.close()

    async def keep_asking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stays = True
        while stays and (sent := time.perf_counter()) < end:
            writer.write(request)
            status, stays = await _answer(reader)
            statuses[status] += 1
            if status == 200:
                latencies.append(time.perf_counter() - sent)

    await asyncio.gather(*(ask() for _ in range(connections)))
    return Load(time.perf_counter() - started, dict(statuses), len(refused), tuple(latencies))


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Take one answer; gives its status and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length or 0))
    return int(head[9:12]), b"connection: close" not in head


def main(
    url: Annotated[str, typer.Argument(help="Where to send it.")],
    body: Annotated[Path, typer.Argument(help="A file to send.")],
    kind: Annotated[str, typer.Option(help="Its media type.")] = "image/png",
    connections: Annotated[int, typer.Option(help="Connections at once.")] = 16,
    seconds: Annotated[float, typer.Option(help="Seconds.")] = 10,
) -> None:
    """Send one request over and over, and print how fast it was answered."""
    done = load(url, body.read_bytes(), kind, connections=connections, seconds=seconds)
    quick, slow = done.percentile(50) * 1000, done.percentile(99) * 1000
    print(f"{done.rate:,.0f} a second; half within {quick:.1f} ms, 99% within {slow:.1f} ms; {done.statuses}")


if __name__ == "__main__":
    typer.run(main)
