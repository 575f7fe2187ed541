"""Each optimiser makes the steps that PyTorch's of the same name makes."""

import copy

import pytest
import torch
from torch import nn

from tenfold.errors import OptionError
from tenfold.learn.optimizers import OPTIMIZERS, Optimizer

PYTORCH = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "sgd": torch.optim.SGD,
    "nesterov": lambda groups, lr: torch.optim.SGD(groups, lr=lr, momentum=0.9, nesterov=True),
    "rmsprop": torch.optim.RMSprop,
}


def network() -> nn.Sequential:
    torch.manual_seed(0)
    convolution = nn.Conv2d(2, 4, (3, 2), bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(4), nn.Tanh(), nn.Flatten(), nn.Linear(4 * 6 * 7, 3))


def groups(module: nn.Module, weight_decay: float) -> list[dict]:
    return [
        {"params": [p for p in module.parameters() if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in module.parameters() if p.ndim <= 1], "weight_decay": 0.0},
    ]


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_same_steps_as_pytorch(name, weight_decay):
    ours, theirs = network().double(), network().double()  # in float32, rounding turns steps along gradients near 0
    optimizer = Optimizer(name, ours, weight_decay)
    reference = PYTORCH[name](groups(theirs, weight_decay), lr=0.01)
    for step in range(6):
        images, labels = torch.rand(8, 2, 8, 8, dtype=torch.float64), torch.randint(0, 3, (8,))
        for module in (ours, theirs):
            loss = nn.functional.cross_entropy(module(images), labels)
            rate = 0.01 / (1 + step)
            if module is ours:
                optimizer.step(loss, rate)
                continue
            for group in reference.param_groups:
                group["lr"] = rate
            reference.zero_grad()
            loss.backward()
            reference.step()
    for mine, expected in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(mine, expected, atol=1e-9)


def test_weights_are_views_with_their_values_and_channels_last():
    module = network()
    before = copy.deepcopy(module.state_dict())
    optimizer = Optimizer("sgd", module)
    assert module[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
    optimizer.weights.zero_()
    assert all(not parameter.any() for parameter in module.parameters())


def test_what_is_frozen_stays():
    module = network()
    module[0].weight.requires_grad_(False)
    frozen = module[0].weight.clone()
    optimizer = Optimizer("adam", module, weight_decay=0.5)
    optimizer.step(module(torch.rand(4, 2, 8, 8)).sum(), 0.1)
    assert torch.equal(module[0].weight, frozen)


def test_a_network_with_nothing_to_train_is_refused():
    with pytest.raises(OptionError, match="weights to train"):
        Optimizer("sgd", nn.Flatten())
