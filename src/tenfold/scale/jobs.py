"""Trainings that each take one process of a cluster, and the files that keep what comes of trainings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from tenfold.errors import ModelError
from tenfold.files import in_place_of
from tenfold.learn.checkpoint import join_checkpoints
from tenfold.learn.precision import with_precision
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import TrainingOptions
from tenfold.model.description import Epoch
from tenfold.scale.cluster import ClusterError
from tenfold.scale.keeper import News, started_keeper
from tenfold.scale.training_worker import Work, train_alone

__all__ = ["LOOK_SECONDS", "Jobs", "Keeping", "decided", "resources"]

LOOK_SECONDS = 0.2
"""Time between two looks at what the workers told."""


class Jobs:
    """Trainings on a cluster that this process is connected to, and the keeper of what they leave.

    What still trains at the end of the `with` block is ended.

    Args:
        look: Told what is new of a training, by its number.
        checkpoints: By the numbers of trainings, what they go on from; those not named begin at the beginning.
    """

    def __init__(self, look: Callable[[int, News], None], checkpoints: Mapping[int, bytes]) -> None:
        self.keeper = started_keeper(checkpoints)
        self._look = look
        self._running: dict[Any, int] = {}
        self._waiting: list[int] = []

    def __enter__(self) -> "Jobs":
        return self

    def __exit__(self, *error: object) -> None:
        import ray

        if ray.is_initialized():
            self._end()
            ray.kill(self.keeper)

    def look(self) -> None:
        """Pass on what is new.

        Raises:
            TenfoldError: A training failed by its own fault.
        """
        import ray

        news, errors = ray.get(self.keeper.news.remote())
        for number, each in news.items():
            self._look(number, each)
        for error in errors.values():
            raise error

    def start(self, work: Work, trainings: Sequence[tuple[TrainingOptions, int | None]], workers: int) -> None:
        """Begin with trainings of one process each.

        Args:
            work: What they have in common.
            trainings: The options of each, and which of its networks to train, None for all; their numbers are their
                places.
            workers: How many are trained at once.
        """
        import ray

        self._work, self._trainings, self._workers = ray.put(work), trainings, workers
        self._waiting = list(range(len(trainings)))
        self._fill()

    def wait(self, number: int | None = None) -> None:
        """Wait until all trainings are done, or the one of a number, and pass on what is new meanwhile.

        Raises:
            ClusterError: A training is lost for good.
            TenfoldError: One failed by its own fault.
        """
        import ray

        while left := {*self._running.values(), *self._waiting}:
            if number is not None and number not in left:
                break
            done, _ = ray.wait(list(self._running), timeout=LOOK_SECONDS)
            self.look()
            for task in done:
                try:
                    ray.get(task)
                except ray.exceptions.RayError as error:
                    raise ClusterError(f"the cluster lost a training: {error}") from error
                del self._running[task]
            self._fill()
        self.look()

    def cancel(self) -> None:
        """End all trainings, and pass on what is new."""
        self._end()
        self.look()

    def _end(self) -> None:
        import ray

        for task in self._running:
            ray.cancel(task, force=True)
        self._running, self._waiting = {}, []

    def _fill(self) -> None:
        import ray

        while self._waiting and len(self._running) < self._workers:
            number = self._waiting.pop(0)
            options, member = self._trainings[number]
            needs = resources(options)
            remote = ray.remote(
                num_cpus=needs["CPU"], num_gpus=needs.get("GPU"), max_retries=-1, retry_exceptions=True
            )(train_alone)
            self._running[remote.remote(self._work, options, self.keeper, number, member)] = number


class Keeping:
    """Keeps what comes of a training in files of this machine, and shows how far it is.

    Args:
        parts: The checkpoint of each process's training.
        checkpoint: What they are together; of a single one the same file.
    """

    def __init__(self, parts: Sequence[Path], checkpoint: Path) -> None:
        self._parts, self._checkpoint = parts, checkpoint
        self._epochs: dict[int, tuple[Epoch, int]] = {}
        self._shown: TrainingProgress | None = None
        for part in parts:
            if checkpoint.exists() and not part.exists():  # of a run to go on with, perhaps of a single process
                part.write_bytes(checkpoint.read_bytes())

    @property
    def saved(self) -> dict[int, bytes]:
        """The checkpoints to go on from, by the number of the part."""
        return {number: part.read_bytes() for number, part in enumerate(self._parts) if part.exists()}

    @contextmanager
    def shown(self, progress: TrainingProgress) -> Iterator[None]:
        """Show the epochs within the block, those that are done already first."""
        with progress:
            for epoch, images in self._epochs.values():
                progress.finish_epoch(epoch, images)
            self._shown = progress
            yield
            self._shown = None

    def look(self, number: int, news: News) -> None:
        """Take in what is new of a part.

        Raises:
            ModelError: The disk refuses.
        """
        if news.checkpoint is not None:
            with in_place_of(self._parts[number], ModelError) as fresh:
                fresh.write_bytes(news.checkpoint)
            if len(self._parts) > 1:
                join_checkpoints(self._checkpoint, self._parts)
        for epoch, images in news.epochs:
            if epoch.number not in self._epochs:  # else a worker was lost, and it was made again
                self._epochs[epoch.number] = epoch, images
                if self._shown:
                    self._shown.finish_epoch(epoch, images)
        if news.step and self._shown:
            number, seen, images, means = news.step
            if len(self._parts) > 1:  # the epochs of several networks come in any order: count them
                number, seen = len(self._epochs) + 1, 0
            self._shown.step(number, seen, images, lambda: means)


def decided(options: TrainingOptions) -> TrainingOptions:
    """Decide the precision, here for all processors, which are taken to be alike; a GPU decides for itself."""
    return options if options.device.startswith("cuda") else with_precision(options, torch.device("cpu"))


def resources(options: TrainingOptions) -> dict[str, float]:
    """Give what Ray reserves for one process that trains."""
    return {"CPU": 1, "GPU": 1} if options.device.startswith("cuda") else {"CPU": 1}
