"""Bodies: too large, too slow, too many at once."""

import socket

from strangers import CHUNKED, head


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(talk):
    assert talk(head(10**12, rest="Expect: 100-continue\r\n")).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_is_too_large_hears_so(client):
    answer = client.post("/v1/digits", content=b"x" * 2_000_000, headers={"content-type": "image/png"})
    assert answer.status_code == 413
    assert answer.json()["detail"] == "the body is too large: at most 300,000 bytes are taken"


def test_a_flood_of_chunks_is_refused(client, talk):
    def flood():
        for _ in range(500):
            yield b"x" * 4000

    assert client.post("/v1/digits", content=flood(), headers={"content-type": "image/png"}).status_code == 413
    tiny = b"1\r\nx\r\n" * 400_000
    assert talk(CHUNKED, tiny).startswith(b"HTTP/1.1 413 ")


def test_who_sends_a_body_slowly_is_not_waited_for(talk):
    assert talk(head(1000), *[b"x"] * 30, pause=0.1).startswith(b"HTTP/1.1 408 ")


def test_bodies_that_are_held_together_are_bounded(address, talk):
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as first, socket.create_connection((host, int(port))) as second:
        first.sendall(head(280_000) + b"x" * 270_000)
        second.sendall(head(280_000) + b"x" * 270_000)
        first.settimeout(30)
        second.settimeout(30)
        statuses = {int(first.recv(65536).split()[1]), int(second.recv(65536).split()[1])}
    assert statuses == {503, 408}
