"""Faults of labelled images: each is found where it is planted, and healthy images have none."""

from dataclasses import replace

import numpy as np
import pytest

import tenfold
from tenfold.data.examples import as_examples
from tenfold.data.faults import Fault, find_faults, find_split_faults


@pytest.fixture(scope="module")
def healthy(mnist):
    return as_examples(mnist.x_train[:2000], mnist.y_train[:2000], origin="healthy")


def unit(images, axis):
    lengths = np.sqrt(np.square(images.astype(float)).sum(axis=axis, keepdims=True))
    return np.rint(images / np.where(lengths > 0, lengths, 1) * 255)


def some_inverted(images):
    return np.where((np.arange(len(images)) % 10 == 0)[:, None, None], 255 - images, images)


def blank_ones(images):
    copy = images.copy()
    copy[[3, 8]] = 0
    copy[5] = copy[5] // 10
    return copy


def small(images):
    shrunk = np.zeros_like(images)
    shrunk[:, 9:19, 9:19] = images[:, 4:24:2, 4:24:2]
    return shrunk


PLANTED = {
    "inverted": lambda images: 255 - images,
    "inverted, some": some_inverted,
    "faint": lambda images: images > 127,
    "unit-columns": lambda images: unit(images, 1),
    "unit-rows": lambda images: unit(images, 2),
    "unit-images": lambda images: unit(images, (1, 2)),
    "not-centred": lambda images: np.roll(images, (3, -2), (1, 2)),
    "not-sized": small,
    "blank": blank_ones,
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found_and_no_other(healthy, fault):
    spoiled = replace(healthy, images=np.asarray(PLANTED[fault](healthy.images)).astype(np.uint8))
    assert [found.kind for found in find_faults(spoiled)] == [fault.split(",")[0]]


def test_all_of_mnist_has_none(mnist):
    train = as_examples(mnist.x_train, mnist.y_train, origin="train")
    test = as_examples(mnist.x_test, mnist.y_test, origin="test")
    assert [*find_faults(train), *find_faults(test), *find_split_faults(train, test)] == []


def test_drawn_digits_have_none():
    from tenfold.draw.pen import draw_digits

    images, labels = draw_digits(1000, np.random.default_rng(3))
    assert find_faults(as_examples(images, labels, origin="drawn")) == []


def test_images_of_other_things_need_not_be_centred(healthy):
    moved = replace(healthy, images=np.roll(healthy.images, 4, 1), classes=tuple("abcdefghij"))
    assert find_faults(moved) == []


def test_blank_images_are_named(healthy):
    [fault] = find_faults(replace(healthy, images=blank_ones(healthy.images)))
    assert (fault.count, fault.where) == (3, ("row 4", "row 6", "row 9"))
    assert str(fault) == "3 images are blank or nearly so (row 4, row 6, row 9): leave them out"


def test_missing_classes_and_one_class_alone_are_told(healthy):
    kept = np.flatnonzero(~np.isin(healthy.labels, (3, 8)))
    [fault] = find_faults(replace(healthy, images=healthy.images[kept], labels=healthy.labels[kept]))
    assert fault.told == "no image is labelled 3, 8"
    one = np.flatnonzero(healthy.labels == 7)
    [fault] = find_faults(replace(healthy, images=healthy.images[one], labels=healthy.labels[one]))
    assert (fault.kind, fault.told) == ("one-class", "all images are labelled 7")


def test_an_image_with_two_labels_is_told_by_its_file(healthy):
    images, labels = healthy.images[[0, 1, 0]], np.array([5, 0, 4])
    spoiled = as_examples(images, labels, origin="", classes=tuple("0123456789"))
    faults = find_faults(replace(spoiled, files=("a.png", "b.png", "c.png")))
    assert [(each.kind, each.where) for each in faults if each.kind != "classes-missing"] == [
        ("two-labels", ("c.png",))
    ]


def test_copies_of_training_images_and_unknown_classes_in_the_test_are_told(healthy):
    train = replace(healthy, images=healthy.images[:1500], labels=healthy.labels[:1500])
    test = replace(healthy, images=healthy.images[1490:], labels=healthy.labels[1490:])
    [fault] = find_split_faults(train, test)
    assert (fault.kind, fault.count) == ("duplicates-across", 10)
    few = np.flatnonzero(train.labels != 2)
    without = replace(train, images=train.images[few], labels=train.labels[few])
    assert {each.kind for each in find_split_faults(without, test)} == {"duplicates-across", "classes-missing"}


def test_a_fault_is_plain_values_for_programs():
    fault = Fault("blank", "one is blank", "leave it out", 1, ("row 1",))
    assert fault.to_dict()["where"] == ("row 1",)


def test_training_on_data_of_ones_own_tells_them_first(healthy, tmp_path):
    tenfold.save_examples(255 - healthy.images[:300], healthy.labels[:300], tmp_path / "own.npz")
    told = []
    options = tenfold.recipe("tutorial", epochs=1, hidden=(8,))
    tenfold.train_model(tmp_path / "own.npz", tmp_path / "model", options, warn=told.append)
    assert [text.split(" images ")[0] for text in told] == ["all of the"]
