"""The exponential moving average (EMA) of a network's weights."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from tenfold.learn.optimizers import Optimizer

__all__ = ["ExponentialMovingAverage"]


class ExponentialMovingAverage:
    """An exponential moving average of the weights, and of the statistics of batch normalisation.

    Args:
        network: The network in training.
        optimizer: Its optimiser.
        decay: Share of the past at each step, 0 to below 1; with 0 nothing is averaged. It starts small and grows
            with the steps, so that the random first weights are forgotten within tens of steps.

    Attributes:
        tensors: The averages, one for the vector of weights and one for each buffer of floating-point numbers.

    Source:
        Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging"; the growing decay is that of
        TensorFlow's `ExponentialMovingAverage`.
    """

    def __init__(self, network: nn.Module, optimizer: Optimizer, decay: float = 0.0) -> None:
        self._optimizer = optimizer
        self._decay = decay
        buffers = [buffer for buffer in network.buffers() if buffer.is_floating_point()]
        self._live = [optimizer.weights, *buffers] if decay else []
        self.tensors = [tensor.clone() for tensor in self._live]

    @torch.no_grad()
    def update(self) -> None:
        """Take in the weights of one more step."""
        steps = self._optimizer.steps
        new = 1 - min(self._decay, (1 + steps) / (10 + steps))
        for average, now in zip(self.tensors, self._live, strict=True):
            average.lerp_(now, new)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the averages into the network, and what was there back at the end."""
        kept = [tensor.clone() for tensor in self._live]
        self.apply()
        try:
            yield
        finally:
            self._copy(kept)

    def apply(self) -> None:
        """Put the averages into the network for good."""
        self._copy(self.tensors)

    @torch.no_grad()
    def _copy(self, tensors: list[torch.Tensor]) -> None:
        for live, tensor in zip(self._live, tensors, strict=True):
            live.copy_(tensor)
