"""Work that is given up where it takes too long, or where nobody waits for it any more.

Threads cannot be ended from outside. So whoever starts work in a thread sets a deadline there, and long loops look at
it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import local

from tenfold.errors import OvertimeError

__all__ = ["check_deadline", "deadline"]

_set = local()


@contextmanager
def deadline(seconds: float, given_up: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Set the deadline of what this thread does in the block.

    Args:
        seconds: How long it may take.
        given_up: Says whether another thread has given the work up.
    """
    _set.end, _set.seconds, _set.given_up = time.monotonic() + seconds, seconds, given_up
    try:
        yield
    finally:
        _set.end = None


def check_deadline() -> None:
    """Give up where the deadline of this thread has passed; where none is set nothing happens.

    Raises:
        OvertimeError: It has passed, or nobody waits any more.
    """
    end = getattr(_set, "end", None)
    if end is None:
        return
    if _set.given_up():
        raise OvertimeError("nobody waits for the answer any more")
    if time.monotonic() > end:
        raise OvertimeError(f"it took more than {_set.seconds:g} seconds to read and was given up")
