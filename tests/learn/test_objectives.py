"""Losses, metrics and schedules are those of their names."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from tenfold.learn.objectives import LOSSES, METRICS, SCHEDULES, Tally, targets

LOGITS = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0], [1.0, 2.0, 0.0], [0.0, 1.0, 0.5]])
LABELS = torch.tensor([0, 1, 0, 1])


def test_targets_share_the_smoothing_among_all_classes():
    assert torch.allclose(targets(4, 0.2), torch.eye(4) * 0.8 + 0.05)
    assert torch.equal(targets(3, 0.0), torch.eye(3))


def test_losses_are_pytorchs():
    one_hot = targets(3, 0.0)[LABELS]
    assert torch.allclose(LOSSES["cross-entropy"](LOGITS, LABELS, one_hot), F.cross_entropy(LOGITS, LABELS))
    squares = (LOGITS.softmax(1) - one_hot).square().mean()
    assert torch.allclose(LOSSES["mean-squared-error"](LOGITS, LABELS, one_hot), squares)
    assert torch.allclose(LOSSES["hinge"](LOGITS, LABELS, one_hot), F.multi_margin_loss(LOGITS, LABELS))


def test_accuracy_counts_the_best_guess_and_top_2_the_best_two():
    assert METRICS["accuracy"](LOGITS, LABELS).item() == 0.5
    assert METRICS["top-2-accuracy"](LOGITS, LABELS).item() == 1


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules_stay_between_zero_and_the_peak(schedule):
    shares = [SCHEDULES[schedule](step / 1000) for step in range(1000)]
    assert max(shares) == pytest.approx(1, abs=0.01)
    assert min(shares) >= 0


def test_a_tally_gives_means_over_images_not_over_batches():
    tally = Tally(("accuracy", "top-2-accuracy"))
    tally.add(1.0, LOGITS[:3], LABELS[:3])
    assert tally.means()["accuracy"] == pytest.approx(1 / 3)
    tally.add(5.0, LOGITS[3:], LABELS[3:])
    assert tally.means() == pytest.approx({"loss": 2.0, "accuracy": 0.5, "top-2-accuracy": 1.0})
