"""Says on standard error what a long step is doing: a bar in a terminal, one plain line elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Step", "step"]


class Step:
    """How far one step has come, in the form that pooch's downloader reports to.

    Attributes:
        total: How many bytes there will be, 0 where that is not known.
    """

    def __init__(self, show: Callable[[int, int], None]) -> None:
        self.total = 0
        self._done = 0
        self._show = show

    def update(self, count: int) -> None:
        """Add `count` bytes to what is done."""
        self._done += count
        self._show(min(self._done, self.total), self.total)

    def reset(self) -> None:
        """Begin at nothing again."""
        self._done = 0

    def close(self) -> None:
        """Do nothing: the step ends with its `with` block."""


@contextmanager
def step(title: str, *, shown: bool) -> Iterator[Step]:
    """Show a step while the block runs.

    Args:
        title: What is being done.
        shown: False for no word of it.

    Yields:
        What to tell how far it has come; without that, the bar only moves.
    """
    if not shown:
        yield Step(lambda _done, _total: None)
    elif not sys.stderr.isatty():
        print(title, file=sys.stderr, flush=True)
        yield Step(lambda _done, _total: None)
    else:
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bars:
            bar = bars.add_task(title, total=None)
            yield Step(lambda done, total: bars.update(bar, completed=done, total=total or None))
