"""Training on a Ray cluster: one network by all workers together, or many networks, each by one worker.

What trains is what trains alone, `tenfold.learn.training`; here is only who does which part of it. Ray Train starts
the workers that train one network together, joins them by PyTorch's process group, and starts them again when one of
them is lost. Networks that do not depend on each other are Ray tasks. Either way the workers leave the checkpoint that
a single process would have left, and the process that started them makes a trained network of it.
"""

import os
import tempfile
from _thread import interrupt_main
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

from tenfold.arrays import Images, Labels
from tenfold.errors import OptionError
from tenfold.learn.checkpoint import load_checkpoint
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.training import Trained
from tenfold.scale.cluster import LOCAL, STORE_BYTES, Cluster, ClusterError, connected
from tenfold.scale.jobs import LOOK_SECONDS, Jobs, Keeping, decided, resources
from tenfold.scale.training_worker import Work, train_together

__all__ = ["ClusterTrainer", "cluster_for", "spread_seeds"]

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
        with tempfile.TemporaryDirectory(prefix="tenfold-") as folder, cluster_for(self, work) as cluster:
            checkpoint = checkpoint or Path(folder) / "checkpoint"
            saved = load_checkpoint(checkpoint, options, work.sha256) if resume else None
            options = decided(saved.options if saved else options)
            workers = self.workers or cluster.cores
            spread = options.members >= workers
            parts = _parts(checkpoint, options.members) if spread and options.members > 1 else [checkpoint]
            if not resume:
                _remove(_parts(checkpoint, options.members))
            keeping = Keeping(parts, checkpoint)
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
def cluster_for(trainer: ClusterTrainer, work: Work) -> Iterator[Cluster]:
    """Connect to the cluster of a trainer for the block, with room for what will be trained on.

    Raises:
        ClusterError: There is no such cluster.
        OptionError: A cluster on this machine has fewer cores than there are to be workers.
    """
    with connected(trainer.address, store=STORE_BYTES + 2 * work.images.nbytes) as cluster:
        if trainer.address == LOCAL and (trainer.workers or 1) > cluster.cores:
            raise OptionError(
                f"a cluster on this machine has at most {cluster.cores} workers, one for each core: "
                f"got {trainer.workers}"
            )
        yield cluster


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
        keeping = [Keeping([file], file) for file in files]
        cluster: Cluster | None = None
        jobs: Jobs | None = None

        def train(images: Images, labels: Labels, options: TrainingOptions, **others: Any) -> Trained:  # noqa: ANN401
            nonlocal cluster, jobs
            arguments = {name: value for name, value in others.items() if name in ("classes", "network", "start")}
            work = Work.of(images, labels, others.get("sha256"), arguments)
            cluster = cluster or stack.enter_context(cluster_for(trainer, work))
            workers = trainer.workers or cluster.cores
            if len(seeds) < workers:
                return trainer(images, labels, options, **others)
            options = decided(options)
            if jobs is None:
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
                resources_per_worker=resources(options),
            ),
            run_config=RunConfig(storage_path=storage, failure_config=FailureConfig(max_failures=-1)),
        )
        try:
            with _looking(jobs):
                trainer.fit()
        except BaseException as error:
            with suppress(ray.exceptions.RayError, AttributeError):
                ray.get(trainer.controller.abort.remote())
            if isinstance(error, TrainingFailedError | ray.exceptions.RayError):
                jobs.look()  # which may say why
                raise ClusterError(f"the cluster lost the training: {error}") from error
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
        try:
            yield
        finally:
            over.set()
            watching.join()
    except KeyboardInterrupt:
        if not errors:
            raise
    if errors:
        raise errors[0]


def _parts(checkpoint: Path, members: int) -> list[Path]:
    """Give the files for the checkpoints of networks that are trained at once."""
    return [checkpoint.with_name(f"{checkpoint.name}.{number}") for number in range(members)]


def _remove(files: Sequence[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
