import pytest
import torch

from tenfold.learn.augment import augmented, shifted, varied_lines, warped
from tenfold.learn.recipes import TrainingOptions


def bar() -> torch.Tensor:
    """Images of one upright bar, four pixels wide, in the middle."""
    images = torch.zeros(200, 28, 28, dtype=torch.uint8)
    images[:, 6:22, 12:16] = 255
    return images


def moments(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Give for each image its ink, and the mean row and column of it."""
    ink = images.double()
    total, places = ink.sum((1, 2)), torch.arange(28) - 13.5
    return total, (ink.sum(2) @ places.double()) / total, (ink.sum(1) @ places.double()) / total


def test_no_change_gives_the_pixels_back():
    assert torch.equal(warped(bar()), bar())


def test_each_image_moves_in_its_own_way_and_no_further_than_asked():
    torch.manual_seed(0)
    _, down, right = moments(warped(bar(), shift=2.5))
    for moved in (down, right):
        assert moved.unique().numel() > 100
        assert 2.3 < moved.abs().max() <= 2.51
        assert abs(moved.mean()) < 0.4


def test_scaling_is_even_both_ways():
    torch.manual_seed(0)
    change = (moments(warped(bar(), scaling=0.2))[0] / moments(bar())[0]).log()
    assert 0.3 < change.abs().max() <= 0.42
    assert abs(change.mean()) < 0.05


@pytest.mark.parametrize("changes", [{"rotation": 20}, {"shear": 0.3}])
def test_turning_and_slanting_lean_the_bar_and_keep_its_place(changes):
    torch.manual_seed(0)
    leaning = warped(bar(), **changes)
    _, down, right = moments(leaning)
    assert down.abs().max() < 0.1
    assert right.abs().max() < 0.1
    top = moments(torch.cat([leaning[:, :14], torch.zeros(200, 14, 28, dtype=torch.uint8)], 1))[2]
    assert top.min() < -0.8
    assert top.max() > 0.8


def test_bending_moves_parts_against_each_other():
    torch.manual_seed(0)
    bent = warped(bar(), elastic=1.0)
    rows = bent[:, 8:20].double()
    middles = (rows @ torch.arange(28).double()) / rows.sum(2)
    assert 0.3 < middles.std(1).mean() < 3


def test_the_options_choose_between_moving_a_batch_and_warping_its_images():
    torch.manual_seed(0)
    assert augmented(bar(), TrainingOptions(shift=2)).unique(dim=0).shape[0] == 1
    assert augmented(bar(), TrainingOptions(shift=2, rotation=1.0)).unique(dim=0).shape[0] > 100


def test_a_batch_moves_as_one_and_paper_comes_into_view():
    images = torch.zeros(2, 28, 28, dtype=torch.uint8)
    images[:, 14, 14] = 255
    images[:, 0, 0] = 9
    places = set()
    torch.manual_seed(0)
    for _ in range(200):
        moved = shifted(images, 2)
        assert torch.equal(moved[0], moved[1])
        ((row, column),) = (moved[0] == 255).nonzero().tolist()
        places.add((row - 14, column - 14))
        assert (moved[0] > 0).sum() == (2 if row >= 14 and column >= 14 else 1)
    assert places == {(down, right) for down in range(-2, 3) for right in range(-2, 3)}


def test_no_shift_gives_the_images_themselves():
    images = torch.zeros(2, 28, 28, dtype=torch.uint8)
    assert shifted(images, 0) is images


def test_lines_are_varied_each_by_itself_and_stay_lines():
    torch.manual_seed(0)
    line = torch.zeros(1, 1, 48, 96)
    line[..., 10:38, 20:26] = 1.0
    varied = varied_lines(line.repeat(8, 1, 1, 1))
    assert varied.shape[:3] == (8, 1, 48)
    assert varied.shape[3] % 16 == 0
    assert 0 <= float(varied.min()) <= float(varied.max()) <= 1
    assert len({tuple(each.flatten().tolist()) for each in varied}) == 8
    share = varied.mean((1, 2, 3)) / line.mean()
    assert float(share.min()) > 0.4
    assert float(share.max()) < 2.5
