"""One line that says how training goes."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from tenfold.learn.recipes import TrainingOptions
from tenfold.model.store import Epoch

__all__ = ["TrainingProgress"]

REFRESH_SECONDS = 0.1


class TrainingProgress:
    """A line on standard error with epoch, loss, metrics, speed and the time left.

    In a terminal the line is drawn over and over; elsewhere one line is printed per epoch.
    """

    def __init__(self, options: TrainingOptions, images: int, shown: bool) -> None:
        self._epochs = options.epochs * options.ensemble
        self._images = images
        self._shown = shown
        self._console = Console(stderr=True, highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._started = self._drawn = 0.0
        self._seen_before: int | None = None

    def __enter__(self) -> "TrainingProgress":
        self._started = time.perf_counter()
        if self._shown and self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def step(self, number: int, seen: int, means: Callable[[], Mapping[str, float]]) -> None:
        """Draw the line anew, at most ten times a second.

        Args:
            number: The epoch, from 1.
            seen: Images trained on in this epoch so far.
            means: Gives loss and metrics over them; asked only when the line is drawn.
        """
        now = time.perf_counter()
        total = (number - 1) * self._images + seen
        if self._seen_before is None:
            self._seen_before = (number - 1) * self._images
        if not self._live.is_started or now - self._drawn < REFRESH_SECONDS:
            return
        self._drawn = now
        speed = (total - self._seen_before) / (now - self._started)
        left = (self._epochs * self._images - total) / speed
        bar = "━" * round(20 * seen / self._images)
        line = Text.assemble(
            (f"epoch {number}/{self._epochs} ", "bold"),
            (bar, "cyan"),
            ("━" * (20 - len(bar)), "dim"),
            f"  {_describe(means())}  {speed:,.0f} images/s  {_clock(left)} left",
        )
        self._live.update(line, refresh=True)

    def finish_epoch(self, epoch: Epoch) -> None:
        """Leave a line that says how an epoch went."""
        if self._shown:
            held_out = f"  validation {_describe(epoch.validation)}" if epoch.validation else ""
            speed = self._images / epoch.seconds
            self._console.print(
                f"epoch {epoch.number}/{self._epochs}  {_describe(epoch.training)}{held_out}  "
                f"{epoch.seconds:.2f} s  {speed:,.0f} images/s",
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
