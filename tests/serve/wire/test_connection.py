"""Connections: heads without end, chunks without bodies, what is not HTTP."""

import socket

import httpx
import pytest
from strangers import CHUNKED, LEAKS, head

from tenfold.deadline import check_deadline
from tenfold.errors import OvertimeError
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


def test_who_would_go_on_in_http2_is_answered_in_http1(talk, seven):
    start = head(len(seven), rest="Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n").replace(
        b"Connection: close", b"Connection: Upgrade, HTTP2-Settings, close"
    )
    assert b'"digit":"7"' in talk(start, seven)
    assert b'"digit":"7"' in talk(start[:50], start[50:-3], start[-3:] + seven[:9], seven[9:])


def test_a_tunnel_is_refused(talk):
    assert talk(b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize(("size", "status"), [(32_000, b"200"), (33_000, b"431")])
def test_a_head_has_32_kib_and_no_byte_more(talk, size, status):
    lines = b"GET /v2/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX: %s\r\n\r\n"
    whole = lines % (b"y" * (size - len(lines) + 2))
    assert talk(whole).startswith(b"HTTP/1.1 " + status)
    assert talk(whole[:20_000], whole[20_000:]).startswith(b"HTTP/1.1 " + status)


def test_requests_behind_one_another_are_answered_in_turn(talk):
    one = b"GET /v2/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    heard = talk(one + one + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert heard.count(b'{"live":true}') == 3


def test_work_for_a_client_that_has_left_is_given_up(serve, tmp_path, monkeypatch, wait_until, seven):
    begun, given_up = [], []

    def endless(*_, **__):
        begun.append(1)
        try:
            while True:
                check_deadline()
        except OvertimeError:
            given_up.append(1)
            raise

    monkeypatch.setattr("tenfold.read.reader.prepare", endless)
    with serve(tmp_path) as address:
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as connection:
            connection.sendall(head(len(seven)) + seven)
            wait_until(lambda: begun)
        wait_until(lambda: given_up)
        monkeypatch.undo()
        answer = httpx.post(f"{address}/v1/digits", content=seven, headers={"content-type": "image/png"})
        assert answer.json()["digits"][0]["digit"] == "7"


def test_who_takes_nothing_of_an_answer_is_left(serve, tmp_path, monkeypatch, wait_until):
    monkeypatch.setattr(Connection, "write_seconds", 0.3)
    lost = []
    before = Connection.connection_lost
    monkeypatch.setattr(Connection, "connection_lost", lambda self, error: (lost.append(1), before(self, error))[1])
    ask = b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with serve(tmp_path) as address:
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", int(address.rpartition(":")[2])))
            connection.sendall(ask * 300)
            wait_until(lambda: lost)
        assert httpx.get(f"{address}/v2/health/live").status_code == 200
