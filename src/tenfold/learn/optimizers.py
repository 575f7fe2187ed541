"""The optimisers, over all weights of a network as one vector.

A step is a handful of operations on one vector, however many layers there are. Writing them out also spares the second
that `torch.optim` takes to load PyTorch's compiler, which is as long as the whole training of a small network. Each
gives the same steps as PyTorch's of that name.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import nn

from tenfold.errors import OptionError
from tenfold.learn.data_parallel import Share

__all__ = ["OPTIMIZERS", "Optimizer"]

Tensor = torch.Tensor

MOMENTUM = 0.9  # share of the velocity that Nesterov momentum keeps at each step; Sutskever et al. 2013
FIRST_MOMENT, SECOND_MOMENT = 0.9, 0.999  # Adam's decay rates; Kingma and Ba 2015
SQUARE_AVERAGE = 0.99  # RMSprop's decay rate of the squared gradient; PyTorch's default
EPSILON = 1e-8  # keeps Adam and RMSprop from dividing by 0; PyTorch's default


class Optimizer:
    """Turns gradients into steps.

    The weights of the network become views of one vector.

    Args:
        name: One of `OPTIMIZERS`.
        network: The network to train, on its device.
        weight_decay: Pull of the weight matrices towards 0, 0 or more: decoupled for `adamw`, else an L2 penalty.
        share: Which of several workers this is, whose gradients are added up; by default the only one.

    Attributes:
        weights: `float32 (n,)`, all that is trained.
        gradient: `float32 (n,)`, theirs at the last step.
        averages: What the method remembers from step to step, by name, each `float32 (n,)`.
        steps: How many steps were made.

    Raises:
        OptionError: The network has nothing to train.
    """

    def __init__(self, name: str, network: nn.Module, weight_decay: float = 0.0, share: Share | None = None) -> None:
        self._name = name
        self._share = share or Share()
        self._parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
        if not self._parameters:
            raise OptionError(
                "expected a network with weights to train, got one that has none, or none that are not frozen"
            )
        self.weights = torch.cat([_flat(parameter.detach()) for parameter in self._parameters])
        self.gradient = torch.zeros_like(self.weights)
        self.averages: dict[str, Tensor] = {}
        self.steps = 0
        pull = [torch.full_like(each, weight_decay if each.ndim > 1 else 0.0) for each in self._parameters]
        self._decay = torch.cat([_flat(each) for each in pull]) if weight_decay else None
        places = torch.split(self.weights, [parameter.numel() for parameter in self._parameters])
        for parameter, place in zip(self._parameters, places, strict=True):
            parameter.data = _shaped(place, parameter)

    def step(self, loss: Tensor, learning_rate: float) -> None:
        """Move the weights by one step that makes a loss smaller.

        Args:
            loss: A scalar computed from the network.
            learning_rate: The length of the step, in the method's own measure.
        """
        gradients = torch.autograd.grad(loss, self._parameters, allow_unused=True, materialize_grads=True)
        torch.cat([_flat(gradient) for gradient in gradients], out=self.gradient)
        self._share.add_up(self.gradient)
        self.steps += 1
        if self._decay is not None:
            if self._name == "adamw":
                self.weights.addcmul_(self.weights, self._decay, value=-learning_rate)
            else:
                self.gradient.addcmul_(self.weights, self._decay)
        OPTIMIZERS[self._name](self, learning_rate)

    def average(self, name: str) -> Tensor:
        """Give one of the vectors that are remembered, of zeros at first."""
        return self.averages.setdefault(name, torch.zeros_like(self.weights))


def _flat(tensor: Tensor) -> Tensor:
    """Lay a parameter out as a vector, those of convolutions with the channels last, as they are fastest."""
    return (tensor.permute(0, 2, 3, 1) if tensor.ndim == 4 else tensor).reshape(-1)


def _shaped(vector: Tensor, like: Tensor) -> Tensor:
    """See the vector that `_flat` gives of a parameter in the parameter's shape."""
    if like.ndim == 4:
        outputs, inputs, height, width = like.shape
        return vector.view(outputs, height, width, inputs).permute(0, 3, 1, 2)
    return vector.view(like.shape)


def _sgd(optimizer: Optimizer, learning_rate: float) -> None:
    optimizer.weights.add_(optimizer.gradient, alpha=-learning_rate)


def _nesterov(optimizer: Optimizer, learning_rate: float) -> None:
    velocity = optimizer.average("velocity").mul_(MOMENTUM).add_(optimizer.gradient)
    optimizer.weights.add_(optimizer.gradient.add_(velocity, alpha=MOMENTUM), alpha=-learning_rate)


def _rmsprop(optimizer: Optimizer, learning_rate: float) -> None:
    gradient = optimizer.gradient
    square = optimizer.average("square").mul_(SQUARE_AVERAGE).addcmul_(gradient, gradient, value=1 - SQUARE_AVERAGE)
    optimizer.weights.addcdiv_(gradient, square.sqrt().add_(EPSILON), value=-learning_rate)


def _adam(optimizer: Optimizer, learning_rate: float) -> None:
    gradient, steps = optimizer.gradient, optimizer.steps
    first = optimizer.average("first").lerp_(gradient, 1 - FIRST_MOMENT)
    second = optimizer.average("second").mul_(SECOND_MOMENT).addcmul_(gradient, gradient, value=1 - SECOND_MOMENT)
    shrunk = (1 - SECOND_MOMENT**steps) ** 0.5
    size = learning_rate * shrunk / (1 - FIRST_MOMENT**steps)
    optimizer.weights.addcdiv_(first, second.sqrt().add_(EPSILON * shrunk), value=-size)


OPTIMIZERS: Mapping[str, Callable[[Optimizer, float], None]] = MappingProxyType(
    {"adam": _adam, "adamw": _adam, "sgd": _sgd, "nesterov": _nesterov, "rmsprop": _rmsprop}
)
"""For each name the step it makes.

Source:
    Nesterov momentum as in Sutskever et al. 2013; RMSprop, Hinton 2012, lecture 6e; Adam, Kingma and Ba 2015; AdamW,
    Loshchilov and Hutter 2019.
"""
