"""What a process of a cluster does of a training."""

import os
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenfold.arrays import Images, Labels, as_images, data_digest
from tenfold.errors import TenfoldError
from tenfold.learn.data_parallel import Share
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.training import Trained, as_saved, train_part
from tenfold.model.description import Epoch
from tenfold.scale.keeper import Follower

__all__ = ["Work", "train_alone", "train_together"]


@dataclass(frozen=True, eq=False)
class Work:
    """What trainings on a cluster have in common; it is sent to each machine once.

    Attributes:
        images: `uint8 (n, 28, 28)`.
        labels: `int64 (n,)`.
        sha256: The digest of both.
        others: The other arguments of `tenfold.train` by name: `classes`, `network`, `start`.
    """

    images: Images
    labels: Labels
    sha256: str
    others: Mapping[str, Any]

    @classmethod
    def of(cls, images: Images, labels: Labels, sha256: str | None, others: Mapping[str, Any]) -> "Work":
        """Make it of the arguments of `tenfold.train`; of a digest that is None the images' own."""
        images = as_images(images)
        return cls(images, labels, sha256 or data_digest(images, labels), others)

    def as_saved(self, options: TrainingOptions, checkpoint: Path) -> Trained:
        """Give what a checkpoint of this work holds, see `tenfold.learn.training.as_saved`."""
        return as_saved(self.images, self.labels, options, checkpoint=checkpoint, sha256=self.sha256, **self.others)


def train_together(config: Mapping[str, Any]) -> None:
    """Be one of the workers of Ray Train that train one network after another together.

    Args:
        config: `work`, a reference to the `Work`; `options`; and `keeper`, the keeper's handle.
    """
    import ray
    import ray.train
    from torch import distributed

    context = ray.train.get_context()
    share = Share(context.get_world_rank(), context.get_world_size())
    keeper = config["keeper"]
    told = [ray.get(keeper.begin.remote(0)) if share.rank == 0 else None]
    if share.size > 1:
        distributed.broadcast_object_list(told)  # all go on from the same checkpoint, whatever comes in meanwhile
    _train(ray.get(config["work"]), config["options"], keeper, 0, told[0], share)


def train_alone(
    work: Work,
    options: TrainingOptions,
    keeper: Any,  # noqa: ANN401
    training: int,
    member: int | None = None,
    after_epoch: Callable[[Epoch], None] | None = None,
) -> TenfoldError | None:
    """Train in this process alone.

    Args:
        work: What to train on.
        options: How.
        keeper: The keeper's handle, which gets all that comes of it.
        training: The number that the keeper knows the training by.
        member: Which of the networks to train; None for all.
        after_epoch: Called with each epoch after the keeper has it.

    Returns:
        What was wrong; None where nothing was.
    """
    import ray

    return _train(work, options, keeper, training, ray.get(keeper.begin.remote(training)), Share(), member, after_epoch)


def _train(
    work: Work,
    options: TrainingOptions,
    keeper: Any,  # noqa: ANN401
    training: int,
    told: Sequence[Any] | None,
    share: Share,
    member: int | None = None,
    after_epoch: Callable[[Epoch], None] | None = None,
) -> TenfoldError | None:
    import ray
    import torch

    go_on, saved = told or (False, None)
    if not go_on:
        return None
    torch.set_num_threads(1)
    if not options.device.startswith("cuda"):
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # `auto` is the processor: a GPU is for who asks for it
    with tempfile.TemporaryDirectory(prefix="tenfold-") as folder, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")  # nor is it written to
        checkpoint = Path(folder) / "checkpoint"
        if saved is not None:
            checkpoint.write_bytes(saved)
        progress = TrainingProgress(options, shown=False)
        if share.rank == 0:
            progress = Follower(options, keeper, training, checkpoint, after_epoch)
        try:
            train_part(
                work.images,
                work.labels,
                options,
                checkpoint=checkpoint,
                resume=saved is not None,
                sha256=work.sha256,
                progress=progress,
                share=share,
                member=member,
                **work.others,
            )
        except Exception as error:
            ray.get(keeper.failed.remote(training, error))
            if not isinstance(error, TenfoldError):
                raise
            return error
    return None
