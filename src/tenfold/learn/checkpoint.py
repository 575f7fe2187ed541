"""The checkpoint: all that a stopped run needs to go on to the same weights."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from tenfold.errors import ModelError, OptionError
from tenfold.files import in_place_of
from tenfold.learn.ema import ExponentialMovingAverage
from tenfold.learn.optimizers import Optimizer
from tenfold.learn.recipes import TrainingOptions, differences
from tenfold.model.description import Epoch

__all__ = ["Checkpoint", "join_checkpoints", "load_checkpoint", "read_options", "save_checkpoint"]


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run after a whole epoch.

    Attributes:
        path: The file it was read from.
        options: The options of the run.
        history: The epochs trained until then.
        data: The digest of the data trained on.
        steps: How many steps the optimiser had made.
        tensors: All that was learned, by name.
    """

    path: Path
    options: TrainingOptions
    history: tuple[Epoch, ...]
    data: str
    steps: int
    tensors: Mapping[str, torch.Tensor]

    def restore_network(self, network: nn.Module) -> None:
        """Put back the weights; the same shapes are needed.

        Raises:
            ModelError: The network has other shapes.
        """
        with self._same_network():
            network.load_state_dict(self._part("network"))

    def restore_optimizer(self, optimizer: Optimizer, average: ExponentialMovingAverage) -> None:
        """Put back what the optimiser and the average of the weights remember; errors as for `restore_network`."""
        with self._same_network():
            for name, tensor in self._part("optimizer").items():
                optimizer.average(name).copy_(tensor)
            for name, tensor in self._part("average").items():
                average.tensors[int(name)].copy_(tensor)
        optimizer.steps = self.steps

    def _part(self, kind: str) -> dict[str, torch.Tensor]:
        start = f"{kind}."
        return {name.removeprefix(start): tensor for name, tensor in self.tensors.items() if name.startswith(start)}

    @contextmanager
    def _same_network(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            raise ModelError(f"the checkpoint {self.path} is of another network: {error}") from error


def save_checkpoint(
    path: Path,
    network: nn.Module,
    optimizer: Optimizer,
    average: ExponentialMovingAverage,
    options: TrainingOptions,
    history: tuple[Epoch, ...],
    data: str,
) -> None:
    """Write the state of a run after a whole epoch; a kill in the middle leaves the previous checkpoint.

    Args:
        path: The file, replaced as a whole.
        network: All that is trained, as it is now.
        optimizer: The optimiser, of an ensemble that of the network in training.
        average: The average of the weights, of the same network.
        options: The options of the run.
        history: The epochs trained until then.
        data: The digest of the data trained on.

    Raises:
        ModelError: The disk refuses.
    """
    tensors = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    tensors |= {f"optimizer.{name}": remembered for name, remembered in optimizer.averages.items()}
    tensors |= {f"average.{index}": tensor for index, tensor in enumerate(average.tensors)}
    lasting = bool(history) and history[-1].seconds > 1  # a shorter epoch is not worth the wait for the disk
    _write(path, tensors, options, history, optimizer.steps, data, durable=lasting)


def join_checkpoints(path: Path, parts: Sequence[Path]) -> None:
    """Make one checkpoint of those of the networks of a run that were trained apart.

    Args:
        path: The file, replaced as a whole.
        parts: Of each network, in their order, the checkpoint that it was trained with; those that are not there yet,
            and all after the first that is not finished, are left out. With none at all nothing is written.

    Raises:
        ModelError: A part is damaged, or the disk refuses.
    """
    found: list[Checkpoint] = []
    history: tuple[Epoch, ...] = ()
    for index, part in enumerate(parts):
        if not part.exists() or len(history) < index * (found[0].options.epochs if found else 0):
            break
        found.append(_read(part))
        epochs = found[0].options.epochs
        history += tuple(epoch for epoch in found[-1].history if (epoch.number - 1) // epochs == index)
    if not history:
        return
    tensors = dict(found[-1].tensors)
    for index, each in enumerate(found):
        tensors |= {name: tensor for name, tensor in each.tensors.items() if name.startswith(f"network.{index}.")}
    last = found[-1]
    _write(path, tensors, last.options, history, last.steps, last.data, durable=False)


def _write(
    path: Path,
    tensors: Mapping[str, torch.Tensor],
    options: TrainingOptions,
    history: tuple[Epoch, ...],
    steps: int,
    data: str,
    *,
    durable: bool,
) -> None:
    metadata = {
        "options": json.dumps(options.to_dict()),
        "history": json.dumps([asdict(epoch) for epoch in history]),
        "steps": str(steps),
        "data": data,
    }
    contiguous = torch.contiguous_format
    content = save({name: tensor.cpu().clone(memory_format=contiguous) for name, tensor in tensors.items()}, metadata)
    with in_place_of(path, ModelError, durable=durable) as fresh:
        fresh.write_bytes(content)


def load_checkpoint(path: Path, options: TrainingOptions, data: str) -> Checkpoint:
    """Read the state of a stopped run.

    Args:
        path: What `save_checkpoint` wrote.
        options: The options of the run, which must be those of the checkpoint; a precision of `auto` takes what the
            checkpoint was made with.
        data: The digest of the data, which must be that of the checkpoint.

    Returns:
        The state.

    Raises:
        ModelError: There is no checkpoint, or it is damaged.
        OptionError: It was made with other options or on other data.
    """
    saved = _read(path)
    different = differences(saved.options.to_dict(), options.to_dict())
    if different:
        raise OptionError(f"the checkpoint {path} was made with another {', '.join(different)}")
    if saved.data != data:
        raise OptionError(f"the checkpoint {path} was made on other data; give the same as before")
    return saved


def read_options(path: Path) -> TrainingOptions:
    """Read the options of the run that a checkpoint belongs to; errors as for `load_checkpoint`."""
    return _read(path).options


def _read(path: Path) -> Checkpoint:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return Checkpoint(
            path=path,
            options=TrainingOptions.from_dict(json.loads(metadata["options"])),
            history=tuple(Epoch(**epoch) for epoch in json.loads(metadata["history"])),
            data=metadata["data"],
            steps=int(metadata["steps"]),
            tensors=tensors,
        )
    except OSError as error:
        raise ModelError(f"there is no stopped run to resume at {path}: {error.strerror or error}") from error
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the checkpoint {path} is damaged: {error}; delete it and train from the start") from error
