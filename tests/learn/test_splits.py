"""What is learned from and what is held out never overlap; what is drawn has the labels of the classes."""

import numpy as np
import pytest
import torch

from tenfold.errors import DataError, OptionError
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.splits import Splits, with_drawings

CPU = torch.device("cpu")
DIGITS = tuple("0123456789")


def numbered(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Images that each say in their first two pixels which they are."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(count), 256)
    return images, np.arange(count) % 10


def numbers(images: torch.Tensor) -> set[int]:
    return {int(image[0, 0]) * 256 + int(image[0, 1]) for image in images}


def test_a_share_is_held_out_and_the_rest_is_learned_from():
    splits = Splits(*numbered(1000), TrainingOptions(validation_split=0.3), DIGITS, CPU)
    held_out, learned = (numbers(part(0)[0]) for part in (splits.held_out, splits.learned))
    assert (len(held_out), len(learned)) == (300, 700)
    assert held_out | learned == set(range(1000))


def test_folds_hold_out_each_image_once():
    splits = Splits(*numbered(100), TrainingOptions(folds=3), DIGITS, CPU)
    assert numbers(splits.learned(0)[0]) == set(range(100))
    assert not len(splits.held_out(0)[0])
    shares = [numbers(splits.held_out(number)[0]) for number in (1, 2, 3)]
    assert sorted(number for share in shares for number in share) == list(range(100))
    for number, share in enumerate(shares, start=1):
        assert numbers(splits.learned(number)[0]) == set(range(100)) - share


def test_images_for_the_ranges_come_as_they_are_and_augmented(few):
    torch.manual_seed(0)
    images = Splits(*few, TrainingOptions(rotation=20), DIGITS, CPU).range_images(50)
    assert images.shape == (100, 28, 28)
    given = {image.tobytes() for image in few[0]}
    assert all(image.tobytes() in given for image in images[:50])
    assert not all(image.tobytes() in given for image in images[50:])


def test_nothing_left_to_learn_from_is_refused():
    with pytest.raises(DataError, match="at least one image to train on, got 1 of which 1 are held out"):
        Splits(*numbered(1), TrainingOptions(validation_split=0.9), DIGITS, CPU)


def test_drawings_come_last_and_bear_the_labels_of_the_classes(few):
    images, labels = (torch.from_numpy(part) for part in few)
    options = TrainingOptions(drawn=0.1, outliers=0.2)
    drawn, known = with_drawings(images, labels, options, DIGITS)
    assert len(drawn) == len(known) == 2000 + 200 + 400
    assert torch.equal(known[:2000], labels)
    assert set(known[2000:2200].tolist()) == set(range(10))
    assert set(known[2200:].tolist()) == {10}
    same, backwards = with_drawings(images, 9 - labels, options, DIGITS[::-1])
    assert torch.equal(same, drawn)
    assert torch.equal(backwards[:2200], 9 - known[:2200])


@pytest.mark.parametrize("classes", ["abcdefghij", "01234", "0123456789a"])
def test_only_digits_are_drawn(few, classes):
    images, labels = (torch.from_numpy(part) for part in few)
    with pytest.raises(OptionError, match=f"only the digits 0 to 9 can be drawn, .* are {classes[0]}, {classes[1]}"):
        with_drawings(images, labels, TrainingOptions(drawn=0.1), classes)
