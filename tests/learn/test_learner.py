"""A learner makes the steps that its options describe."""

import pytest
import torch
from torch import nn

from tenfold.errors import TrainingError
from tenfold.learn.learner import Learner
from tenfold.learn.recipes import TrainingOptions


def learner(**changes) -> Learner:
    torch.manual_seed(0)
    return Learner(nn.Linear(4, 2), TrainingOptions(**{"optimizer": "sgd", "learning_rate": 0.5, **changes}))


def test_a_step_goes_down_the_gradient_at_the_schedules_rate():
    one = learner(schedule="linear")
    before = one.network.weight.detach().clone()
    loss = one.network(torch.ones(3, 4)).sum()
    assert one.step(loss, 0.75, "here") == loss.item()
    assert one.learning_rate == 0.125
    assert torch.allclose(one.network.weight, before - 0.125 * 3)


def test_the_average_follows_each_step():
    one = learner(ema=0.9)
    before = one.network.weight.detach().clone()
    one.step(one.network(torch.ones(3, 4)).sum(), 0.0, "here")
    with one.average.in_place():
        assert not torch.equal(one.network.weight, before)
        assert (one.network.weight - before).abs().max() < 0.5 * 3


@pytest.mark.parametrize(("precision", "dtype"), [("float32", torch.float32), ("bfloat16", torch.bfloat16)])
def test_the_network_computes_in_the_precision_of_the_options(precision, dtype):
    one = learner(precision=precision)
    with one.autocast():
        assert one.network(torch.ones(3, 4)).dtype == dtype
    assert one.network.weight.dtype == torch.float32


def test_a_loss_that_is_not_finite_is_told_with_its_place():
    one = learner()
    with pytest.raises(TrainingError, match="became nan at step 3 of epoch 2, .* smaller learning rate than 0.5"):
        one.step(one.network(torch.ones(3, 4)).sum() * float("nan"), 0.0, "step 3 of epoch 2")
