"""How far a long step has come, on standard error: a bar in a terminal, plain lines elsewhere, or nothing."""

import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TypeVar

__all__ = ["Progress", "clock", "followed"]

T = TypeVar("T")

BAR_WIDTH = 20
"""Characters of a bar."""


class Progress:
    """The progress of one step, shown while its `with` block runs.

    Args:
        title: What is being done. Where there is no terminal, this line is all that is said at the start; "" says
            nothing.
        shown: False for no word of it.

    Attributes:
        total: How many parts there are, such as bytes or pages; 0 where that is not known.
        drawn: Whether a bar is on a terminal, so that it is worth working out what stands beside it.
    """

    def __init__(self, title: str = "", *, shown: bool) -> None:
        self.total = 0
        self.drawn = False
        self._title = title
        self._shown = shown
        self._done = 0
        self._started = time.perf_counter()

    def __enter__(self) -> "Progress":
        if not self._shown:
            return self
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bars

        self._console = Console(stderr=True, highlight=False)
        self.drawn = self._console.is_terminal
        if not self.drawn:
            if self._title:
                self.line(self._title)
            return self
        words = TextColumn("{task.description}", markup=False), TextColumn("{task.fields[note]}", markup=False)
        bar = BarColumn(BAR_WIDTH, complete_style="cyan", finished_style="cyan", pulse_style="cyan")
        self._bars = Bars(words[0], bar, words[1], console=self._console, transient=True)
        self._bar = self._bars.add_task(self._title, total=None, note="", visible=bool(self._title))
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.drawn:
            self._bars.stop()

    def update(self, count: int) -> None:
        """Add `count` parts to those that are done."""
        self._done += count
        if self.drawn and self.total:
            done = min(self._done, self.total)
            left = clock((time.perf_counter() - self._started) / max(done, 1) * (self.total - done))
            self.show(self._title, done, self.total, f"{done:,}/{self.total:,}  {left} left")

    def show(self, title: str, done: int, total: int, note: str) -> None:
        """Draw the bar at `done` of `total`, with words before and after it; only where there is a terminal."""
        if self.drawn:
            self._bars.update(self._bar, description=title, completed=done, total=total, note=note, visible=True)

    def line(self, text: str) -> None:
        """Leave a line that stays, above the bar where there is one."""
        if self._shown:
            self._console.print(text, soft_wrap=True, markup=False)

    def reset(self) -> None:
        """Begin at nothing again; pooch's downloader calls it."""
        self._done = 0

    def close(self) -> None:
        """Do nothing, for the step ends with its `with` block; pooch's downloader calls it."""


def followed(
    things: Iterable[T], title: str, total: Callable[[], int], parts: Callable[[T], int] = lambda _: 1, *, shown: bool
) -> Iterator[T]:
    """Give things one by one and show how many of their parts are done.

    Args:
        things: What is done, one after another.
        title: What is being done.
        total: Counts all parts; called only where a bar is drawn.
        parts: Counts the parts of one thing.
        shown: False for no word of it.
    """
    with Progress(title, shown=shown) as progress:
        if progress.drawn:
            progress.total = total()
        for thing in things:
            progress.update(parts(thing))
            yield thing


def clock(seconds: float) -> str:
    """Write a time as `0:07` or `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
