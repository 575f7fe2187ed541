import pytest
import torch

from tenfold.draw.degradation import (
    DEGRADATIONS,
    UNTOUCHED,
    add_edge,
    blur,
    break_strokes,
    change_contrast,
    degrade_images,
    fade,
    thicken,
)

KINDS = list(dict.fromkeys(degrade for degrade, _ in DEGRADATIONS))


def bar() -> torch.Tensor:
    """Images of one upright bar, four pixels wide, in the middle: `float32 (200, 28, 28)`."""
    ink = torch.zeros(200, 28, 28)
    ink[:, 6:22, 12:16] = 1
    return ink


def images(count: int = 2000) -> torch.Tensor:
    return (bar()[:1].expand(count, -1, -1) * 255).to(torch.uint8)


def test_a_batch_keeps_its_shape_and_kind_and_is_not_changed_itself():
    clean = images()
    torch.manual_seed(0)
    dirty = degrade_images(clean)
    assert dirty.shape == clean.shape
    assert dirty.dtype == torch.uint8
    assert torch.equal(clean, images())


def test_a_share_stays_as_it_is_and_the_others_differ():
    torch.manual_seed(0)
    dirty = degrade_images(images())
    same = (dirty == images()).flatten(1).all(1)
    assert UNTOUCHED < same.float().mean() < UNTOUCHED + 0.25
    assert len(dirty.unique(dim=0)) > 1000


def test_the_seed_decides_everything():
    dirty = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        dirty.append(degrade_images(images(50)))
    assert torch.equal(dirty[0], dirty[1])
    assert not torch.equal(dirty[0], dirty[2])


@pytest.mark.parametrize("count", [0, 1, 2])
def test_small_batches_are_degraded_too(count):
    for seed in range(20):
        torch.manual_seed(seed)
        assert degrade_images(images(count)).shape == (count, 28, 28)


@pytest.mark.parametrize("degrade", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_leaves_the_digit_to_be_seen(degrade):
    torch.manual_seed(0)
    before = bar()
    after = degrade(before)
    assert torch.equal(before, bar())
    assert after.shape == before.shape
    assert after.isfinite().all()
    assert after.min() >= -1e-4
    assert after.max() <= 1 + 1e-4
    middle, paper = after[:, 8:20, 13:15].mean((1, 2)), after[:, 8:20, 2:8].mean((1, 2))
    assert (middle > paper + 0.15).float().mean() > 0.98
    assert not torch.equal(after, before)


@pytest.mark.parametrize("degrade", KINDS, ids=lambda kind: kind.__name__)
def test_blank_paper_gives_no_error_and_no_ink_from_nothing(degrade):
    torch.manual_seed(0)
    after = degrade(torch.zeros(50, 28, 28))
    assert after.isfinite().all()
    if degrade.__name__ not in ("add_rule", "add_edge", "add_specks", "add_texture"):
        assert not after.any()


def test_strokes_become_thicker_and_thinner_by_parts_of_a_pixel():
    torch.manual_seed(0)
    widths = thicken(bar())[:, 14].sum(1)
    assert 2 < widths.min() < 3
    assert 5 < widths.max() <= 6
    assert len(widths.unique()) > 150


def test_faint_ink_is_faint_all_over():
    torch.manual_seed(0)
    ink = fade(bar())
    assert ((ink > 0) == (bar() > 0)).all()
    assert ink.amax((1, 2)).min() >= 0.35


def test_broken_strokes_have_gaps():
    torch.manual_seed(0)
    rows = break_strokes(bar())[:, 6:22, 12:16].sum(2)
    assert (rows.amin(1) < 2).float().mean() > 0.3
    assert rows.mean() > 2.5


def test_edges_lie_near_the_border():
    torch.manual_seed(0)
    ink = add_edge(torch.zeros(300, 28, 28))
    assert ink[:, 9:19, 9:19].sum() == 0
    assert (ink.amax((1, 2)) > 0.2).float().mean() > 0.8


def test_blur_keeps_the_ink_and_spreads_it():
    torch.manual_seed(0)
    ink = blur(bar())
    assert torch.allclose(ink.sum((1, 2)), bar().sum((1, 2)), rtol=1e-4)
    assert (ink[:, 14, 11] > 0).all()


def test_contrast_of_faint_ink_is_raised_to_its_peak():
    torch.manual_seed(0)
    assert change_contrast(bar() * 0.3).amax((1, 2)).max() == 1
