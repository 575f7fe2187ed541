"""Calibration on what was held out from networks."""

import numpy as np
import torch
from torch import nn

from tenfold.learn.held_out import calibrated, logits_of
from tenfold.learn.recipes import TrainingOptions


class Says(nn.Module):
    """A network whose logits are stored in the first pixels of the images, from -128 to 127."""

    def __init__(self, classes: int, scale: float = 1.0) -> None:
        super().__init__()
        self.classes, self.scale = classes, scale

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return (images[:, 0, : self.classes].float() - 128) * self.scale


def saying(logits: np.ndarray) -> torch.Tensor:
    images = np.zeros((len(logits), 28, 28), np.uint8)
    images[:, 0, : logits.shape[1]] = logits + 128
    return torch.from_numpy(images)


def half_right(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images of two classes that a network is equally sure of and right about three times in four."""
    labels = torch.arange(count) % 2
    said = np.where(np.arange(count) % 8 < 6, labels, 1 - labels)
    return saying(np.eye(2, dtype=int)[said] * 10), labels


def test_the_temperature_makes_a_network_as_sure_as_it_is_right():
    images, labels = half_right(800)
    temperature, threshold, held_out = calibrated([(Says(2), (images, labels))], TrainingOptions(), 2)
    assert abs(torch.tensor([10 / temperature, 0.0]).softmax(0)[0].item() - 0.75) < 0.01
    assert threshold is None
    assert held_out.right.mean() == 0.75


def test_nothing_held_out_calibrates_nothing():
    images, labels = half_right(8)
    assert calibrated([(Says(2), (images[:0], labels[:0]))], TrainingOptions(), 2) == (1.0, None, None)


def test_a_logit_beyond_the_classes_gives_a_threshold_and_what_it_refuses_is_not_counted():
    rng = np.random.default_rng(0)
    labels = torch.from_numpy(rng.integers(0, 2, 1000))
    logits = np.c_[np.eye(2, dtype=int)[labels] * 20, rng.integers(-40, 10, 1000)]
    logits[0, 2] = 100
    _, threshold, held_out = calibrated([(Says(3), (saying(logits), labels))], TrainingOptions(), 2)
    assert 0.5 <= threshold < 1
    assert len(held_out.right) == 999


def test_logits_come_in_batches_and_in_order():
    images = saying(np.arange(2500)[:, None] % 100)
    assert torch.equal(logits_of(Says(1), images)[:, 0], torch.arange(2500.0) % 100)
