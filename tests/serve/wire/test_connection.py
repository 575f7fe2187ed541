"""Connections: heads without end, chunks without bodies, what is not HTTP."""

import httpx
import pytest
from strangers import CHUNKED, LEAKS

from tenfold.serve.wire.connection import Connection


def test_chunks_and_trailers_that_hold_no_body_end_the_connection(talk):
    assert not talk(CHUNKED, b"1;" + b"x" * 200_000 + b"\r\nx\r\n").startswith(b"HTTP/1.1 200")
    trailers = b"".join(b"x-%d: %s\r\n" % (index, b"y" * 1000) for index in range(200))
    assert not talk(CHUNKED, b"1\r\nx\r\n0\r\n" + trailers).startswith(b"HTTP/1.1 200")


def test_who_sends_a_head_slowly_is_not_waited_for(talk):
    assert talk(b"GET / HTTP/1.1\r\n", *[b"X"] * 12, pause=0.1).startswith(b"HTTP/1.1 408 ")
    assert talk(b"").startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    "start",
    [
        b"GET / HTTP/1.1\r\nX: " + b"y" * 200_000,
        b"GET /" + b"y" * 200_000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 40_000,
    ],
)
def test_a_head_without_end_is_refused(talk, start):
    assert talk(start).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "start",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_not_http_is_a_problem(talk, start):
    heard = talk(start)
    assert heard.startswith(b"HTTP/1.1 400 ") or heard == b"", heard
    assert not LEAKS.search(heard.partition(b"\r\n\r\n")[2].decode())


def test_too_many_connections_are_told_to_come_again(address, client, monkeypatch):
    client.get("/v2/health/live")
    monkeypatch.setattr(Connection, "most", 1)
    answer = httpx.get(f"{address}/v2/health/live")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert client.get("/v2/health/live").status_code == 200
