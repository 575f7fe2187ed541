"""Training on a Ray cluster: one network by all workers together, or many networks, each by one worker.

What trains is what trains alone, `tenfold.learn.training`; here is only who does which part of it. Ray Train starts
the workers that train one network together, joins them by PyTorch's process group, and starts them again when one of
them is lost. Networks that do not depend on each other are Ray tasks. Either way the workers leave the checkpoint that
a single process would have left, and the process that started them makes a trained network of it.
"""

import os
import tempfile
from _thread import interrupt_main
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import torch

from tenfold.arrays import Images, Labels
from tenfold.errors import ModelError, OptionError
from tenfold.files import in_place_of
from tenfold.learn.checkpoint import join_checkpoints, load_checkpoint
from tenfold.learn.precision import with_precision
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.training import Trained
from tenfold.model.description import Epoch
from tenfold.scale.cluster import LOCAL, STORE_BYTES, Cluster, ClusterError, connected
from tenfold.scale.keeper import News, started_keeper
from tenfold.scale.work import Work, train_alone, train_together

__all__ = ["ClusterTrainer", "Jobs", "spread_seeds"]

LOOK_SECONDS = 0.2
"""Time between two looks at what the workers told."""

WAIT_SECONDS = 300
"""How long workers wait for one of them at a step before they count it as lost; a step takes seconds at most."""

START_SECONDS = "600"
"""How long Ray Train waits for its workers to start: loading PyTorch takes long where many start at once."""


@dataclass(frozen=True)
class ClusterTrainer:
    """Trains on a Ray cluster what `tenfold.train` trains in this process; it is called with the same arguments.

    Where there are as many networks as workers, or more, as with an ensemble or folds, each is trained by one worker,
    and is equal to the bit to that of a single process on the same kind of machine. Fewer are trained one after
    another, each by all workers together: the batch is that of the options, each worker computes the gradient of its
    share of it, and what comes out is equal up to the rounding of sums.

    A worker or a machine that is lost costs the epoch that it was in. Where fewer workers are left, they go on.

    Attributes:
        address: `local` for a cluster on this machine, `auto` for the one it belongs to, or the `HOST:PORT` of one.
        workers: How many processes train, each with one thread, or one GPU where the options' device is cuda; None for
            as many as the cluster has cores.

    Raises:
        OptionError: There is to be no worker.
    """

    address: str = LOCAL
    workers: int | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise OptionError(f"workers must be at least 1, got {self.workers}")

    def __call__(
        self,
        images: Images,
        labels: Labels,
        options: TrainingOptions,
        *,
        checkpoint: Path | None = None,
        resume: bool = False,
        sha256: str | None = None,
        progress: bool = False,
        **others: Any,  # noqa: ANN401
    ) -> Trained:
        """Train a network.

        Args:
            images: As for `tenfold.train`, as are all others.
            labels: What the images are.
            options: How to train.
            checkpoint: A file on this machine that is replaced after each epoch; where several networks are trained at
                once, theirs lie beside it.
            resume: Go on from `checkpoint`, which a single process may have written too.
            sha256: The digest of images and labels.
            progress: Show a line of progress on standard error.
            **others: `classes`, `network` and `start`.

        Returns:
            The trained network.

        Raises:
            ClusterError: There is no such cluster, or training fails there again and again.
            TenfoldError: As for `tenfold.train`.
            KeyboardInterrupt: Interrupted before the first epoch was whole.
        """
        work = Work.of(images, labels, sha256, others)
        with tempfile.TemporaryDirectory(prefix="tenfold-") as folder, self.connected(work) as cluster:
            checkpoint = checkpoint or Path(folder) / "checkpoint"
            saved = load_checkpoint(checkpoint, options, work.sha256) if resume else None
            options = _decided(saved.options if saved else options)
            workers = self.workers or cluster.cores
            spread = 1 < options.members >= workers
            parts = _parts(checkpoint, options.members) if spread else [checkpoint]
            if not resume:
                _remove(_parts(checkpoint, options.members))
            keeping = _Keeping(parts, checkpoint)
            with keeping.shown(TrainingProgress(options, progress)), Jobs(keeping.look, keeping.saved) as jobs:
                try:
                    if spread:
                        jobs.start(work, [(options, number) for number in range(options.members)], workers)
                        jobs.wait()
                    else:
                        _train_together(work, options, jobs, workers)
                except KeyboardInterrupt:
                    jobs.cancel()
                    if not checkpoint.exists():
                        raise
            trained = work.as_saved(options, checkpoint)
            if trained.finished:
                _remove(_parts(checkpoint, options.members))
            return trained

    @contextmanager
    def connected(self, work: Work) -> Iterator[Cluster]:
        """Connect to the cluster for the block, with room for what will be trained on.

        Raises:
            ClusterError: There is no such cluster.
            OptionError: A cluster on this machine has fewer cores than there are to be workers.
        """
        with connected(self.address, store=STORE_BYTES + 2 * work.images.nbytes) as cluster:
            if self.address == LOCAL and (self.workers or 1) > cluster.cores:
                raise OptionError(
                    f"a cluster on this machine has at most {cluster.cores} workers, one for each core: "
                    f"got {self.workers}"
                )
            yield cluster


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

        news, error = ray.get(self.keeper.news.remote())
        for number, each in news.items():
            self._look(number, each)
        if error:
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
            needs = _resources(options)
            remote = ray.remote(
                num_cpus=needs["CPU"], num_gpus=needs.get("GPU"), max_retries=-1, retry_exceptions=True
            )(train_alone)
            self._running[remote.remote(self._work, options, self.keeper, number, member)] = number


@contextmanager
def spread_seeds(trainer: ClusterTrainer, seeds: Sequence[int]) -> Iterator[Callable[..., Trained]]:
    """Give what trains with one of several seeds, while the cluster trains with the others.

    Args:
        trainer: The cluster, and how many workers train at once.
        seeds: The seeds, in the order in which they will be asked for.

    Returns:
        What `train_seeds` takes as its `trainer`. Where there are fewer seeds than workers, all of these train with
        each seed in turn.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tenfold-")))
        files = [folder / str(seed) for seed in seeds]
        keeping = [_Keeping([file], file) for file in files]
        jobs: Jobs | None = None

        def train(images: Images, labels: Labels, options: TrainingOptions, **others: Any) -> Trained:  # noqa: ANN401
            nonlocal jobs
            arguments = {name: value for name, value in others.items() if name in ("classes", "network", "start")}
            work = Work.of(images, labels, others.get("sha256"), arguments)
            workers = trainer.workers or stack.enter_context(trainer.connected(work)).cores
            if len(seeds) < workers:
                return trainer(images, labels, options, **others)
            options = _decided(options)
            if jobs is None:
                stack.enter_context(trainer.connected(work))
                jobs = stack.enter_context(Jobs(lambda number, news: keeping[number].look(0, news), {}))
                jobs.start(work, [(replace(options, seed=seed), None) for seed in seeds], workers)
            number = list(seeds).index(options.seed)
            with keeping[number].shown(TrainingProgress(options, others.get("progress", False))):
                try:
                    jobs.wait(number)
                except KeyboardInterrupt:
                    jobs.cancel()
                    if not files[number].exists():
                        raise
            return work.as_saved(options, files[number])

        yield train


class _Keeping:
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


def _train_together(work: Work, options: TrainingOptions, jobs: Jobs, workers: int) -> None:
    """Have Ray Train start workers that train one network after another together, and wait for the end."""
    os.environ.setdefault("RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S", START_SECONDS)
    import ray
    from ray.train import FailureConfig, RunConfig, ScalingConfig, TrainingFailedError
    from ray.train.torch import TorchConfig, TorchTrainer

    class Trainer(TorchTrainer):  # type: ignore[misc]
        def _register_sigint_handler(self, controller: Any) -> None:  # noqa: ANN401
            self.controller = controller  # Ctrl-C is KeyboardInterrupt here, and Ray's handler would stay for good

    with tempfile.TemporaryDirectory(prefix="tenfold-") as storage:
        trainer = Trainer(
            train_together,
            train_loop_config={"work": ray.put(work), "options": options, "keeper": jobs.keeper},
            torch_config=TorchConfig(timeout_s=WAIT_SECONDS),
            scaling_config=ScalingConfig(
                num_workers=(1, workers) if workers > 1 else 1,
                use_gpu=options.device.startswith("cuda"),
                resources_per_worker=_resources(options),
            ),
            run_config=RunConfig(storage_path=storage, failure_config=FailureConfig(max_failures=-1)),
        )
        try:
            with _looking(jobs):
                trainer.fit()
        except (TrainingFailedError, ray.exceptions.RayError) as error:
            jobs.look()  # which may say why
            raise ClusterError(f"the cluster lost the training: {error}") from error
        except KeyboardInterrupt:
            with suppress(ray.exceptions.RayError, AttributeError):
                ray.get(trainer.controller.abort.remote())
            raise
    jobs.look()


@contextmanager
def _looking(jobs: Jobs) -> Iterator[None]:
    """Look at what is new again and again while the block runs; an error interrupts it."""
    over, errors = Event(), list[Exception]()

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            try:
                jobs.look()
            except Exception as error:
                errors.append(error)
                interrupt_main()
                return

    watching = Thread(target=look, daemon=True)
    watching.start()
    try:
        yield
    except KeyboardInterrupt:
        if errors:
            raise errors[0] from None
        raise
    finally:
        over.set()
        watching.join()
    if errors:
        raise errors[0]


def _decided(options: TrainingOptions) -> TrainingOptions:
    """Decide the precision here for all processors, which are taken to be alike; a GPU decides for itself."""
    return options if options.device.startswith("cuda") else with_precision(options, torch.device("cpu"))


def _resources(options: TrainingOptions) -> dict[str, float]:
    return {"CPU": 1, "GPU": 1} if options.device.startswith("cuda") else {"CPU": 1}


def _parts(checkpoint: Path, members: int) -> list[Path]:
    """Give the files for the checkpoints of networks that are trained at once."""
    return [checkpoint.with_name(f"{checkpoint.name}.{number}") for number in range(members)]


def _remove(files: Sequence[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
