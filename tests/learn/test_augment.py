import torch

from tenfold.learn.augment import shifted


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
