"""Data parallelism: several workers train one network, each on its share of every batch.

All workers draw the same random numbers, so they agree on the batches and on how images are changed; each computes the
gradient of its own share, and the sum of these is the gradient of the batch. So any number of workers makes the steps
that one makes, up to the rounding of floating-point sums.

PyTorch's `DistributedDataParallel` is made for optimisers that keep a gradient for each weight; ours has all gradients
in one vector (`tenfold.learn.optimizers`), which one all-reduce adds up. What it has no part for is batch
normalisation over the whole batch on CPUs, which `share_batch_norm` gives.

Source:
    Li et al. 2020, "PyTorch Distributed: experiences on accelerating data parallel training".
"""

from typing import Any, cast

import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

__all__ = ["Share", "share_batch_norm"]

Tensor = torch.Tensor


class Share:
    """Which worker this is, of how many; with more than one, PyTorch's process group joins them.

    A batch of fewer images than there are workers is not shared: each of them works on all of it.

    Args:
        rank: The number of this worker, from 0.
        size: How many workers there are.
    """

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank, self.size = rank, size
        self._whole = size == 1

    def of(self, count: int) -> slice:
        """Give the places of this worker among `count`; the shares of two workers differ by one at most."""
        if count < self.size:
            return slice(0, count)
        return slice(self.rank * count // self.size, (self.rank + 1) * count // self.size)

    def deal(self, count: int) -> tuple[slice, float]:
        """Begin with a batch.

        Args:
            count: How many images it has.

        Returns:
            The places of this worker's images in it, and what the mean loss over these counts in that of the batch.
        """
        self._whole = self.size == 1 or count < self.size
        part = self.of(count)
        return part, 1 / self.size if self._whole else (part.stop - part.start) / count

    @property
    def whole(self) -> bool:
        """Whether this worker works on all of the batch that was dealt last."""
        return self._whole

    def add_up(self, tensor: Tensor) -> Tensor:
        """Add a tensor to those of all other workers, in place, and give it."""
        if self.size > 1:
            torch.distributed.all_reduce(tensor)
        return tensor

    def gathered(self, part: Tensor, count: int) -> Tensor:
        """Give what all workers have, of which `part`, `(m, k)`, is this worker's share of `(count, k)`."""
        if len(part) == count:
            return part
        whole = part.new_zeros(count, part.shape[1])
        whole[self.of(count)] = part
        return self.add_up(whole)


def share_batch_norm(network: nn.Module, share: Share) -> None:
    """Have a network's batch normalisation use the statistics of the whole batch, not of this worker's share.

    Args:
        network: The network, changed in place; its weights and their names stay.
        share: Which worker this is.
    """
    if share.size == 1:
        return
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d):
            module.forward = _SharedBatchNorm(module, share)  # type: ignore[method-assign,assignment]


class _SharedBatchNorm:
    """What takes the place of the `forward` of a layer of batch normalisation."""

    def __init__(self, layer: nn.modules.batchnorm._BatchNorm, share: Share) -> None:
        self._layer, self._share = layer, share

    def __call__(self, values: Tensor) -> Tensor:
        layer = self._layer
        if self._share.whole or not (layer.training or layer.running_mean is None):
            return type(layer).forward(layer, values)
        mean, variance, count = _moments(values.detach(), self._share)
        if layer.training and layer.running_mean is not None and layer.running_var is not None:
            momentum = layer.momentum
            if layer.num_batches_tracked is not None:
                layer.num_batches_tracked.add_(1)
                momentum = 1 / float(layer.num_batches_tracked) if momentum is None else momentum
            layer.running_mean.lerp_(mean, cast(float, momentum))
            layer.running_var.lerp_(variance * (count / max(count - 1, 1)), cast(float, momentum))
        normalise: Any = _Normalise.apply
        shared: Tensor = normalise(values, layer.weight, layer.bias, mean, variance, count, layer.eps, self._share)
        return shared


def _moments(values: Tensor, share: Share) -> tuple[Tensor, Tensor, float]:
    """Give each channel's mean and variance over all workers, `(k,)`, and the number of its values."""
    channels = values.shape[1]
    count = values.numel() // channels
    mean = values.new_zeros(channels, dtype=torch.promote_types(values.dtype, torch.float32))
    variance = torch.zeros_like(mean)
    torch.batch_norm_update_stats(values, mean, variance, 1.0)
    own, spread = (
        mean.double(),
        variance.double() * ((count - 1) / count) if count > 1 else torch.zeros_like(mean).double(),
    )
    total = share.add_up(
        count * torch.cat([own, spread + own.square(), own.new_ones(1)])
    )  # float64, for means are large
    whole, squares = (total[:-1] / total[-1]).chunk(2)
    return whole.to(mean.dtype), (squares - whole.square()).clamp(min=0).to(mean.dtype), float(total[-1])


class _Normalise(torch.autograd.Function):
    """Batch normalisation with mean and variance of all workers, and its gradient, which needs sums over them too.

    Source:
        Ioffe and Szegedy 2015, "Batch normalization", for the gradient.
    """

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401
        values: Tensor,
        weight: Tensor | None,
        bias: Tensor | None,
        mean: Tensor,
        variance: Tensor,
        count: float,
        epsilon: float,
        share: Share,
    ) -> Tensor:
        ctx.save_for_backward(values, weight, mean, variance)
        ctx.count, ctx.epsilon, ctx.share = count, epsilon, share
        return F.batch_norm(values, mean, variance, weight, bias, training=False, eps=epsilon)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        values, weight, mean, variance = ctx.saved_tensors
        (given,) = gradients
        scale = torch.ones_like(mean) if weight is None else weight
        inverse = (variance + ctx.epsilon).rsqrt()
        of_values, of_weight, of_bias = torch.ops.aten.native_batch_norm_backward(
            given, values, scale, mean, variance, None, None, False, ctx.epsilon, [True, True, True]
        )  # as if mean and variance were given
        through_variance, through_mean = (ctx.share.add_up(torch.cat([of_weight, of_bias])) / ctx.count).chunk(2)
        slope = scale * inverse * inverse * through_variance
        offset = scale * inverse * through_mean - slope * mean
        nothing, one = torch.zeros_like(mean), torch.ones_like(mean)
        of_values += F.batch_norm(values, nothing, one, -slope, -offset, training=False, eps=0.0)  # in one pass
        if weight is None:
            of_weight = of_bias = None
        return of_values, of_weight, of_bias, None, None, None, None, None
