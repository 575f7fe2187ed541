"""The checkpoint: all that a stopped run needs to go on to the same weights."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from tenfold.errors import ModelError, OptionError
from tenfold.files import in_place_of
from tenfold.learn.optimizers import Optimizer
from tenfold.learn.recipes import TrainingOptions
from tenfold.model.store import Epoch

__all__ = ["load_checkpoint", "read_options", "save_checkpoint"]


def save_checkpoint(
    path: Path,
    network: nn.Module,
    optimizer: Optimizer,
    options: TrainingOptions,
    history: tuple[Epoch, ...],
    data: str,
) -> None:
    """Write the state of a run after a whole epoch; a kill in the middle leaves the previous checkpoint.

    Args:
        path: The file, replaced as a whole.
        network: The network as it is now.
        optimizer: Its optimiser.
        options: The options of the run.
        history: The epochs trained so far.
        data: The digest of the data trained on.

    Raises:
        ModelError: The disk refuses.
    """
    tensors = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    tensors |= {f"optimizer.{name}": average for name, average in optimizer.averages.items()}
    metadata = {
        "options": json.dumps(options.to_dict()),
        "history": json.dumps([asdict(epoch) for epoch in history]),
        "steps": str(optimizer.steps),
        "data": data,
    }
    contiguous = torch.contiguous_format
    content = save({name: tensor.cpu().clone(memory_format=contiguous) for name, tensor in tensors.items()}, metadata)
    with in_place_of(path, ModelError) as fresh:
        fresh.write_bytes(content)


def load_checkpoint(
    path: Path, network: nn.Module, optimizer: Optimizer, options: TrainingOptions, data: str
) -> tuple[Epoch, ...]:
    """Put a network and its optimiser into the state of a checkpoint.

    Args:
        path: What `save_checkpoint` wrote.
        network: A network of the same shape.
        optimizer: An optimiser of the same kind over its parameters.
        options: The options of the run, which must be those of the checkpoint.
        data: The digest of the data, which must be that of the checkpoint.

    Returns:
        The epochs trained so far.

    Raises:
        ModelError: There is no checkpoint, it is damaged, or it is of another network.
        OptionError: It was made with other options or on other data.
    """
    saved = _read(path)
    different = [name for name, value in saved.options.to_dict().items() if value != options.to_dict()[name]]
    if different:
        raise OptionError(f"the checkpoint {path} was made with another {', '.join(different)}")
    if saved.data != data:
        raise OptionError(f"the checkpoint {path} was made on other data; give the same as before")
    parts: dict[str, dict[str, torch.Tensor]] = {"network": {}, "optimizer": {}}
    for name, tensor in saved.tensors.items():
        kind, _, rest = name.partition(".")
        parts[kind][rest] = tensor
    try:
        network.load_state_dict(parts["network"])
        for name, tensor in parts["optimizer"].items():
            optimizer.average(name).copy_(tensor)
    except RuntimeError as error:
        raise ModelError(f"the checkpoint {path} is of another network: {error}") from error
    optimizer.steps = saved.steps
    return saved.history


def read_options(path: Path) -> TrainingOptions:
    """Read the options of the run that a checkpoint belongs to; errors as for `load_checkpoint`."""
    return _read(path).options


@dataclass(frozen=True)
class _Checkpoint:
    options: TrainingOptions
    history: tuple[Epoch, ...]
    data: str
    steps: int
    tensors: Mapping[str, torch.Tensor]


def _read(path: Path) -> _Checkpoint:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return _Checkpoint(
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
