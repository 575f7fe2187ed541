"""The `tenfold` command, also as `python -m tenfold`."""

import os
import signal
import sys
from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Load the command line and run it; Ctrl-C ends it with one line and status 130, while it loads too."""
    at_first = signal.getsignal(signal.SIGINT)
    if at_first is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    from tenfold.cli import main as run

    signal.signal(signal.SIGINT, at_first)
    run()


def _leave(*_: object) -> NoReturn:
    """Leave at once: an import that is cut off in its middle may raise anything."""
    print("tenfold: interrupted", file=sys.stderr, flush=True)
    os._exit(130)


if __name__ == "__main__":
    main()
