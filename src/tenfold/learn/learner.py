"""A network in training: the parts that every training loop is made of."""

import math

import torch
from torch import nn

from tenfold.errors import TrainingError
from tenfold.learn.data_parallel import Share, share_batch_norm
from tenfold.learn.ema import ExponentialMovingAverage
from tenfold.learn.objectives import SCHEDULES
from tenfold.learn.optimizers import Optimizer
from tenfold.learn.recipes import TrainingOptions

__all__ = ["Learner"]


class Learner:
    """A network in training, with its optimiser, the average of its weights and the schedule of its learning rate.

    A loop asks for a loss and makes a step of it; the loop knows the network, the loss and where batches come from.

    Args:
        network: The network, on its device.
        options: How to train, the precision decided.
        share: Which of several workers this is, that train the network together; by default the only one.

    Attributes:
        network: The network.
        optimizer: Its optimiser.
        average: The average of its weights.
        learning_rate: That of the last step; 0 before the first.
    """

    def __init__(self, network: nn.Module, options: TrainingOptions, share: Share | None = None) -> None:
        self.network = network
        self._share = share or Share()
        share_batch_norm(network, self._share)
        self.optimizer = Optimizer(options.optimizer, network, options.weight_decay, self._share)
        self.average = ExponentialMovingAverage(network, self.optimizer, options.ema)
        self.learning_rate = 0.0
        self._peak = options.learning_rate
        self._schedule = SCHEDULES[options.schedule]
        self._bfloat16 = options.precision == "bfloat16"

    def autocast(self) -> torch.autocast:
        """Give the context in which to call the network; it computes there in the precision of the options."""
        return torch.autocast(self.optimizer.weights.device.type, torch.bfloat16, enabled=self._bfloat16)

    def step(self, loss: torch.Tensor, done: float, where: str) -> float:
        """Make a step that makes a loss smaller.

        Args:
            loss: A scalar computed from the network; of several workers the part that each one's share has in it.
            done: The share of all steps done, 0 to below 1; the schedule turns it into the learning rate.
            where: What to call the step in an error.

        Returns:
            The loss.

        Raises:
            TrainingError: The loss is not finite.
        """
        self.learning_rate = self._peak * self._schedule(done)
        self.optimizer.step(loss, self.learning_rate)
        self.average.update()
        value = self._share.add_up(loss.detach()).item()
        if not math.isfinite(value):
            raise TrainingError(
                f"the loss became {value} at {where}, so training stopped and no model was written; "
                f"try a smaller learning rate than {self._peak:g}"
            )
        return value
