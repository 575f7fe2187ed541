"""One line that says how training goes."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from tenfold.learn.recipes import TrainingOptions
from tenfold.model.description import Epoch

__all__ = ["TrainingProgress"]

REFRESH_SECONDS = 0.1


class TrainingProgress:
    """A line on standard error with epoch, loss, metrics, speed and the time left.

    In a terminal the line is drawn over and over; elsewhere one line is printed per epoch.
    """

    def __init__(self, options: TrainingOptions, shown: bool) -> None:
        self._epochs = options.epochs * options.members
        self._shown = shown
        self._console = Console(stderr=True, highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._started = self._drawn = 0.0
        self._done_before: int | None = None

    def __enter__(self) -> "TrainingProgress":
        self._started = time.perf_counter()
        if self._shown and self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def step(self, number: int, seen: int, images: int, means: Callable[[], Mapping[str, float]]) -> None:
        """Draw the line anew, at most ten times a second.

        Args:
            number: The epoch, from 1.
            seen: Images trained on in this epoch so far.
            images: How many it has.
            means: Gives loss and metrics over them; asked only when the line is drawn.
        """
        now = time.perf_counter()
        if self._done_before is None:
            self._done_before = number - 1
        if not self._live.is_started or now - self._drawn < REFRESH_SECONDS:
            return
        self._drawn = now
        done = number - 1 + seen / images
        speed = (done - self._done_before) / (now - self._started)
        bar = "━" * round(20 * seen / images)
        line = Text.assemble(
            (f"epoch {number}/{self._epochs} ", "bold"),
            (bar, "cyan"),
            ("━" * (20 - len(bar)), "dim"),
            f"  {_describe(means())}  {speed * images:,.0f} images/s  {_clock((self._epochs - done) / speed)} left",
        )
        self._live.update(line, refresh=True)

    def finish_epoch(self, epoch: Epoch, images: int) -> None:
        """Leave a line that says how an epoch of so many images went."""
        if self._shown:
            held_out = f"  validation {_describe(epoch.validation)}" if epoch.validation else ""
            self._console.print(
                f"epoch {epoch.number}/{self._epochs}  {_describe(epoch.training)}{held_out}  "
                f"{epoch.seconds:.2f} s  {images / epoch.seconds:,.0f} images/s",
                soft_wrap=True,
            )


def _describe(means: Mapping[str, float]) -> str:
    return "  ".join(
        f"{name} {value:.2%}" if name.endswith("accuracy") else f"{name} {value:.4f}" for name, value in means.items()
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
