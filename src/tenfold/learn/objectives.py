"""What training makes small, what it reports, and how its learning rate moves."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
import torch.nn.functional as F  # noqa: N812

from tenfold.learn.data_parallel import Share

__all__ = ["LOSSES", "METRICS", "SCHEDULES", "Tally", "targets"]

Tensor = torch.Tensor

LOSSES: Mapping[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = MappingProxyType(
    {
        "cross-entropy": lambda logits, _, targets: F.cross_entropy(logits, targets),
        "mean-squared-error": lambda logits, _, targets: F.mse_loss(logits.softmax(1), targets),
        "hinge": lambda logits, labels, _: F.multi_margin_loss(logits, labels),
    }
)
"""From logits `(n, k)`, labels `(n,)` and targets `(n, k)`, which are the labels one-hot and smoothed, to a scalar."""

METRICS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = MappingProxyType(
    {
        "accuracy": lambda logits, labels: (logits.argmax(1) == labels).float().mean(),
        "top-2-accuracy": lambda logits, labels: (logits.topk(2).indices == labels[:, None]).any(1).float().mean(),
        "cross-entropy": lambda logits, labels: F.cross_entropy(logits, labels),
        "mean-squared-error": lambda logits, labels: F.mse_loss(
            logits.softmax(1), F.one_hot(labels, logits.shape[1]).float()
        ),
    }
)

SCHEDULES: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "constant": lambda _: 1.0,
        "linear": lambda done: 1 - done,
        "cosine": lambda done: (1 + math.cos(math.pi * done)) / 2,
        "one-cycle": lambda done: done / 0.2 if done < 0.2 else (1 - done) / 0.8,
        "warm-up": lambda done: done / 0.05 if done < 0.05 else 0.5 * (1 + math.cos(math.pi * (done - 0.05) / 0.95)),
    }
)
"""From the share of steps done, 0 to below 1, to the share of the peak learning rate: `one-cycle` rises for a fifth of
the steps and falls along a line, `warm-up` rises for a twentieth and falls along a cosine."""


def targets(classes: int, smoothing: float) -> Tensor:
    """Give for each class what a network should say of its images, `(k, k)`: the class, a little of all the others."""
    return torch.eye(classes) * (1 - smoothing) + smoothing / classes


class Tally:
    """Loss and metrics over the images of an epoch that were added; metrics are counted when asked for."""

    def __init__(self, metrics: tuple[str, ...]) -> None:
        self.loss = 0.0
        self.seen = 0
        self._sums = dict.fromkeys(metrics, 0.0)
        self._uncounted: list[tuple[Tensor, Tensor]] = []

    def add(self, loss: float, logits: Tensor, labels: Tensor) -> None:
        """Count in a batch: its mean loss, its logits `(n, k)` and labels `(n,)`."""
        self.loss += loss * len(labels)
        self.seen += len(labels)
        self._uncounted.append((logits, labels))

    def means(self, share: Share | None = None) -> dict[str, float]:
        """Give `loss` and the metrics, means over all that was added; with a share, by all workers together."""
        logits, labels = (torch.cat(parts) for parts in zip(*self._uncounted, strict=True))
        self._uncounted = [(logits[:0], labels[:0])]
        if len(labels):
            for metric in self._sums:
                self._sums[metric] += METRICS[metric](logits, labels).item() * len(labels)
        sums = torch.tensor([self.seen, self.loss, *self._sums.values()], dtype=torch.float64)
        if share and share.size > 1:
            sums = share.add_up(sums.to(logits.device))
        seen, *totals = sums.tolist()
        return {name: total / seen for name, total in zip(("loss", *self._sums), totals, strict=True)}
