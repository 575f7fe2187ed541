"""The keeper: what the processes of a training on a cluster hand to the one that started it.

It is a small Ray actor beside the process that started the training. Workers ask it where to go on from and hand it
each checkpoint, so a worker that dies loses no more than the epoch that it was in, and no disk has to be shared.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenfold.errors import TenfoldError
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import TrainingOptions
from tenfold.model.description import Epoch
from tenfold.scale.cluster import ClusterError

__all__ = ["Follower", "Keeper", "News", "started_keeper"]

TRIES = 6
"""How often a training is begun again without a finished epoch before it is given up: something kills it each time. Ray
counts no progress, so its own limit would end long trainings on machines that come and go."""

TELL_SECONDS = 0.5
"""Shortest time between two words of a worker on the steps of its epoch."""


@dataclass
class News:
    """What has become of a training since it was last asked.

    Attributes:
        epochs: Each whole epoch, with how many images it had.
        step: The arguments of `TrainingProgress.step` as they were last told; None for nothing new.
        checkpoint: The newest checkpoint; None for nothing new.
    """

    epochs: list[tuple[Epoch, int]] = field(default_factory=list)
    step: tuple[int, int, int, Mapping[str, float]] | None = None
    checkpoint: bytes | None = None


class Keeper:
    """Checkpoints, progress and errors of trainings that are known by a number; made an actor by `started_keeper`.

    Args:
        checkpoints: Where trainings go on from that were stopped before.
    """

    def __init__(self, checkpoints: Mapping[int, bytes]) -> None:
        self._checkpoints = dict(checkpoints)
        self._news: dict[int, News] = {}
        self._tries: dict[int, int] = {}
        self._causes: dict[int, str] = {}
        self._best: tuple[int, float, bytes] | None = None
        self._errors: dict[int, TenfoldError] = {}

    def begin(self, training: int) -> tuple[bool, bytes | None]:
        """Say whether to train at all, and give the checkpoint to go on from, None for the beginning."""
        self._tries[training] = self._tries.get(training, 0) + 1
        if self._tries[training] > TRIES and training not in self._errors:
            cause = self._causes.get(training, "its processes were killed, perhaps for want of memory")
            self._errors[training] = ClusterError(f"training began {TRIES} times and never finished an epoch: {cause}")
        return training not in self._errors, self._checkpoints.get(training)

    def step(self, training: int, number: int, seen: int, images: int, means: Mapping[str, float]) -> None:
        """Take in how far an epoch has come."""
        self._news.setdefault(training, News()).step = (number, seen, images, means)

    def epoch(self, training: int, epoch: Epoch, images: int, checkpoint: bytes | None) -> None:
        """Take in a whole epoch and the checkpoint after it, where one was made."""
        self._tries[training] = 0
        news = self._news.setdefault(training, News())
        news.epochs.append((epoch, images))
        if checkpoint is not None:
            self._checkpoints[training] = news.checkpoint = checkpoint

    def failed(self, training: int, error: Exception) -> None:
        """Take in an error: one of Tenfold's own ends the training, any other is told if it never comes on."""
        if isinstance(error, TenfoldError):
            self._errors[training] = error
        else:
            self._causes[training] = f"{type(error).__name__}: {error}"

    def news(self) -> tuple[dict[int, News], dict[int, TenfoldError]]:
        """Give what is new of each training, and the errors that ended trainings."""
        news, self._news = self._news, {}
        return news, self._errors

    def checkpoint(self, training: int) -> bytes | None:
        """Give the newest checkpoint of a training."""
        return self._checkpoints.get(training)

    def offer(self, trainings: Sequence[int], score: float) -> None:
        """Drop the checkpoints of trainings that are over, but keep the first one's if no score was higher yet."""
        checkpoint = self._checkpoints.get(trainings[0])
        for training in trainings:
            self._checkpoints.pop(training, None)
            self._news.pop(training, None)
        if checkpoint is not None and (self._best is None or score > self._best[1]):
            self._best = trainings[0], score, checkpoint

    def best(self) -> tuple[int, float, bytes] | None:
        """Give the training with the highest score of those offered, its score and its checkpoint."""
        return self._best


def started_keeper(checkpoints: Mapping[int, bytes]) -> Any:  # noqa: ANN401
    """Start a keeper on this machine and give its handle."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    return ray.remote(num_cpus=0, scheduling_strategy=here)(Keeper).remote(checkpoints)


class Follower(TrainingProgress):
    """Tells the keeper of a training's steps and epochs, from the process that trains.

    Args:
        options: What is trained.
        keeper: The keeper's handle.
        training: Which training this is.
        checkpoint: Where the training loop writes its checkpoint.
        after_epoch: Called with each epoch after the keeper has it.
    """

    def __init__(
        self,
        options: TrainingOptions,
        keeper: Any,  # noqa: ANN401
        training: int,
        checkpoint: Path,
        after_epoch: Callable[[Epoch], None] | None = None,
    ) -> None:
        super().__init__(options, shown=False)
        self._keeper, self._training, self._checkpoint = keeper, training, checkpoint
        self._after_epoch = after_epoch
        self._told_at = time.monotonic()
        self._written = _version(checkpoint)

    def step(self, number: int, seen: int, images: int, means: Callable[[], Mapping[str, float]]) -> None:
        """Tell of a step, at most twice a second."""
        if time.monotonic() - self._told_at >= TELL_SECONDS:
            self._told_at = time.monotonic()
            self._keeper.step.remote(self._training, number, seen, images, means())

    def finish_epoch(self, epoch: Epoch, images: int) -> None:
        """Hand over an epoch, with the checkpoint if it was written anew, and wait until the keeper has it."""
        import ray

        written = _version(self._checkpoint)
        content = self._checkpoint.read_bytes() if written != self._written else None
        self._written = written
        ray.get(self._keeper.epoch.remote(self._training, epoch, images, content))
        if self._after_epoch:
            self._after_epoch(epoch)


def _version(file: Path) -> tuple[int, int] | None:
    """Tell one content of a file that is replaced as a whole from the next."""
    if not file.exists():
        return None
    told = file.stat()
    return told.st_ino, told.st_mtime_ns
