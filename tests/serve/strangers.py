"""What strangers send by hand, and what no answer to them may hold."""

import re

SMALL = {"body": 300_000, "held": 500_000, "body_seconds": 2.0, "files": 4, "fields": 2, "pixels": 1_000_000}
LEAKS = re.compile(r"Traceback|\.py\b|/(usr|root|home|tmp|var)/|site-packages|0x[0-9a-f]{6}|\d+\.\d+\.\d+|BytesIO")
"""What no answer to a stranger may hold: a path, a version, an address in memory."""


def head(length: object, kind: str = "image/png", rest: str = "") -> bytes:
    return (
        f"POST /v1/digits HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
        f"Connection: close\r\n{rest}\r\n"
    ).encode()


CHUNKED = (
    b"POST /v1/digits HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n"
    b"Connection: close\r\n\r\n"
)
