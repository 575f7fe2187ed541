"""A server with small limits, and raw connections to it."""

import socket
import time

import pytest
from strangers import SMALL

from tenfold.serve.wire.connection import Connection


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    before = Connection.head_seconds
    Connection.head_seconds = 0.5
    with serve(tmp_path_factory.mktemp("store"), limits=SMALL) as found:
        yield found
    Connection.head_seconds = before


@pytest.fixture
def talk(address):
    """Send bytes and give what comes back until the server ends the connection."""

    def send(*pieces: bytes, pause: float = 0) -> bytes:
        host, port = address.removeprefix("http://").split(":")
        heard = b""
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
                    time.sleep(pause)
            except OSError:
                pass  # refused while it was sending
            try:
                while piece := connection.recv(65536):
                    heard += piece
            except OSError:
                pass
        return heard

    return send
