"""What is said of training: the epoch, loss and metrics, the speed and the time left."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType

from tenfold.learn.recipes import TrainingOptions
from tenfold.model.description import Epoch
from tenfold.progress import Progress, clock

__all__ = ["TrainingProgress"]

REFRESH_SECONDS = 0.1
"""Shortest time between two drawings of the bar."""

LINES = 40
"""Epochs of which each leaves a line; of more, the first, the last and every twentieth part of them do."""


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
        note = f"{_describe(means())}  {speed * images:,.0f} images/s  {left} left"
        self._progress.show(f"epoch {number}/{self._epochs}", seen, images, note)

    def finish_epoch(self, epoch: Epoch, images: int) -> None:
        """Leave a line about an epoch of `images` images; of many epochs only about some."""
        if self._told and epoch.number % self._between and epoch.number < self._epochs:
            return
        self._told = True
        held_out = f"  validation {_describe(epoch.validation)}" if epoch.validation else ""
        self._progress.line(
            f"epoch {epoch.number}/{self._epochs}  {_describe(epoch.training)}{held_out}  "
            f"{epoch.seconds:.2f} s  {images / epoch.seconds:,.0f} images/s"
        )


def _describe(means: Mapping[str, float]) -> str:
    return "  ".join(
        f"{name} {value:.2%}" if name.endswith("accuracy") else f"{name} {value:.4f}" for name, value in means.items()
    )
