"""The messages between the child that opens files and who asks it."""

from io import BytesIO

import pytest

from tenfold.picture.sandbox_child import receive, send


def test_a_message_comes_as_it_was_sent():
    stream = BytesIO()
    send(stream, {"do": "open", "pixels": 7}, b"\0\1\2")
    send(stream, {"count": 1})
    stream.seek(0)
    assert receive(stream, 1000) == ({"do": "open", "pixels": 7}, b"\0\1\2")
    assert receive(stream, 1000) == ({"count": 1}, b"")
    with pytest.raises(EOFError):
        receive(stream, 1000)


def test_a_message_that_is_too_large_or_breaks_off_is_none():
    stream = BytesIO()
    send(stream, {}, bytes(2000))
    for content in (stream.getvalue(), stream.getvalue()[:500]):
        with pytest.raises(EOFError):
            receive(BytesIO(content), 1000)
