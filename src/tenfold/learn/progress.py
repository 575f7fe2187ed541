"""What is said of training: the epoch, loss and metrics, the speed and the time left."""

import time
from collections.abc import Callable, Mapping
from itertools import islice
from types import TracebackType

from tenfold.learn.recipes import TrainingOptions
from tenfold.model.description import Epoch
from tenfold.progress import Progress, clock

__all__ = ["TrainingProgress"]

REFRESH_SECONDS = 0.1
"""Shortest time between two drawings of the bar."""

LINES = 40
"""Epochs of which each leaves a line; of more, the first, the last and every twentieth part of them do."""


COLUMNS = 80
"""Characters that a line takes at most, as terminals have always had them."""

LEAST_WIDTH = 7
"""Characters of `99.99%` and of a loss above 10."""

SHOWN = 2
"""Quantities beside the bar: the loss and the first metric; the lines of whole epochs have all."""


class TrainingProgress:
    """A bar that moves through each epoch in a terminal, and lines that stay for whole epochs, forty at most.

    Args:
        options: What is trained.
        shown: False for no word of it.
    """

    def __init__(self, options: TrainingOptions, shown: bool) -> None:
        self._epochs = options.epochs * options.members
        self._progress = Progress(shown=shown)
        self._started = self._drawn = 0.0
        self._done_before: int | None = None
        self._between = 1 if self._epochs <= LINES else -(-self._epochs // (LINES // 2))
        self._told = False

    def __enter__(self) -> "TrainingProgress":
        self._started = time.perf_counter()
        self._progress.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.__exit__(kind, error, trace)

    def step(self, number: int, seen: int, images: int, means: Callable[[], Mapping[str, float]]) -> None:
        """Draw the bar again, at most ten times a second.

        Args:
            number: The epoch, from 1.
            seen: Images of this epoch that were trained on already.
            images: How many it has.
            means: Gives loss and metrics over them; asked only when the bar is drawn.
        """
        now = time.perf_counter()
        if self._done_before is None:
            self._done_before = number - 1
        if not self._progress.drawn or now - self._drawn < REFRESH_SECONDS:
            return
        self._drawn = now
        done = number - 1 + seen / images
        speed = (done - self._done_before) / (now - self._started)
        left = clock((self._epochs - done) / speed)
        first = dict(islice(means().items(), SHOWN))
        note = f"{_describe(first)}  {left} left"
        self._progress.show(f"epoch {number}/{self._epochs}", seen, images, note)

    def finish_epoch(self, epoch: Epoch, images: int) -> None:
        """Leave a line about an epoch of `images` images, a heading above the first; of many epochs about some."""
        if self._told and epoch.number % self._between and epoch.number < self._epochs:
            return
        columns = _columns(epoch, self._epochs, images)
        if not self._told:
            for line in _lines([name.rjust(width) for name, _, width in columns]):
                self._progress.line(line)
        self._told = True
        for line in _lines([value.rjust(width) for _, value, width in columns]):
            self._progress.line(line)


def _columns(epoch: Epoch, epochs: int, images: int) -> list[tuple[str, str, int]]:
    """Give what is told of an epoch: for each column its heading, its value, and how many characters it takes."""
    told = [("epoch", f"{epoch.number}/{epochs}", max(5, 2 * len(str(epochs)) + 1))]
    for means in (epoch.training, epoch.validation or {}):
        prefix = "validation " if means is epoch.validation else ""
        for place, (name, value) in enumerate(means.items()):
            heading = name if place else f"{prefix}{name}"
            told.append((heading, _value(name, value), max(len(heading), LEAST_WIDTH)))
    speed = f"{images / epoch.seconds:,.0f}"
    return [*told, ("seconds", f"{epoch.seconds:.2f}", 7), ("images/s", speed, 9)]


def _lines(cells: list[str]) -> list[str]:
    """Put cells side by side; those that pass the width of a terminal go on below, indented."""
    lines = [cells[0]]
    for cell in cells[1:]:
        if len(lines[-1]) + 2 + len(cell) > COLUMNS:
            lines.append(" " * len(cells[0]))
        lines[-1] += f"  {cell}"
    return lines


def _value(name: str, value: float) -> str:
    return f"{value:.2%}" if name.endswith("accuracy") else f"{value:.4f}"


def _describe(means: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {_value(name, value)}" for name, value in means.items())
