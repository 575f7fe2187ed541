"""The exponential moving average of weights is the weighted mean that it says it is."""

import torch
from torch import nn

from tenfold.learn.ema import ExponentialMovingAverage
from tenfold.learn.optimizers import Optimizer


def in_training(decay: float) -> tuple[nn.Sequential, Optimizer, ExponentialMovingAverage]:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    optimizer = Optimizer("sgd", network)
    return network, optimizer, ExponentialMovingAverage(network, optimizer, decay)


def step(network: nn.Module, optimizer: Optimizer, average: ExponentialMovingAverage) -> None:
    optimizer.step(network(torch.rand(8, 3)).square().mean(), 0.5)
    average.update()


def test_the_average_follows_its_recurrence_with_a_growing_decay():
    network, optimizer, average = in_training(0.9)
    expected = optimizer.weights.clone()
    for number in range(1, 8):
        step(network, optimizer, average)
        decay = min(0.9, (1 + number) / (10 + number))
        expected = decay * expected + (1 - decay) * optimizer.weights
        assert torch.allclose(average.tensors[0], expected, atol=1e-6)


def test_the_average_is_in_place_for_a_while_or_for_good():
    network, optimizer, average = in_training(0.9)
    for _ in range(5):
        step(network, optimizer, average)
    live = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    with average.in_place():
        inside = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    assert all(torch.equal(tensor, live[name]) for name, tensor in network.state_dict().items())
    assert not torch.equal(inside["0.weight"], live["0.weight"])
    assert not torch.equal(inside["1.running_mean"], live["1.running_mean"])
    average.apply()
    assert all(torch.equal(tensor, inside[name]) for name, tensor in network.state_dict().items())


def test_a_decay_of_0_leaves_the_weights_alone():
    network, optimizer, average = in_training(0.0)
    step(network, optimizer, average)
    before = network[0].weight.clone()
    average.apply()
    assert torch.equal(network[0].weight, before)
    assert average.tensors == []
