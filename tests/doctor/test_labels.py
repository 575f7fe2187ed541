"""Labels and images that do not fit together: each way is found where it is planted."""

from dataclasses import replace

import numpy as np
import pytest

import tenfold
from tenfold.data.examples import as_examples
from tenfold.doctor.labels import ORIENTATIONS, find_label_faults


@pytest.fixture(scope="module")
def reader():
    return tenfold.load_model()


@pytest.fixture(scope="module")
def healthy(mnist):
    return as_examples(mnist.x_test[:400], mnist.y_test[:400], origin="healthy")


def exchanged(labels):
    return np.where(labels == 6, 9, np.where(labels == 9, 6, labels))


def shuffled(labels):
    return np.random.default_rng(0).permutation(labels)


def noisy(labels):
    random = np.random.default_rng(0)
    return np.where(random.random(len(labels)) < 0.05, (labels + random.integers(1, 10, len(labels))) % 10, labels)


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        (lambda labels: (labels + 1) % 10, "labels-renamed", "shifted by 1: 9 is labelled 0, 0 is labelled 1"),
        (exchanged, "labels-renamed", "exchanged: 9 is labelled 6, 6 is labelled 9"),
        (lambda labels: np.roll(labels, 1), "labels-moved", "stands 1 row further down"),
        (lambda labels: np.roll(labels, -2), "labels-moved", "stands 2 rows further up"),
        (shuffled, "labels-shuffled", "do not belong together"),
        (noisy, "labels-doubtful", "% of the images the reader is sure"),
    ],
    ids=["shifted", "exchanged", "a row down", "two rows up", "shuffled", "noisy"],
)
def test_labels_that_were_changed_are_told(healthy, reader, change, kind, said):
    [fault] = find_label_faults(replace(healthy, labels=change(healthy.labels)), reader)
    assert fault.kind == kind
    assert said in fault.told


BACK = {
    "turned to the left by 90°": "turned to the right by 90°",
    "turned to the right by 90°": "turned to the left by 90°",
}


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_images_that_lie_otherwise_are_told_and_how_to_set_them_right(healthy, reader, name):
    images = np.ascontiguousarray(ORIENTATIONS[BACK.get(name, name)](healthy.images))
    [fault] = find_label_faults(replace(healthy, images=images), reader)
    assert fault.kind == "orientation"
    assert f"the images are {name}: 100%" in fault.told
    repaired = eval(fault.advice.split("`")[1], {"images": images, "numpy": np})  # noqa: S307
    assert np.array_equal(repaired, healthy.images)


def test_mnist_and_drawn_digits_have_none(healthy, reader):
    from tenfold.draw.pen import draw_digits

    assert find_label_faults(healthy, reader) == []
    images, labels = draw_digits(1000, np.random.default_rng(5))
    assert find_label_faults(as_examples(images, labels, origin="drawn"), reader) == []


def test_of_other_classes_only_shuffled_labels_are_told(healthy, reader):
    letters = replace(healthy, classes=tuple("abcdefghij"), labels=(healthy.labels + 3) % 10)
    assert find_label_faults(letters, reader) == []
    [fault] = find_label_faults(replace(letters, labels=shuffled(letters.labels)), reader)
    assert fault.kind == "labels-shuffled"


def test_what_looks_like_no_digit_is_told(healthy, reader):
    from tenfold.draw.outliers import printed_letters

    letters = printed_letters(300, np.random.default_rng(0))
    [fault] = find_label_faults(as_examples(letters, healthy.labels[:300], origin="letters"), reader)
    assert fault.kind == "no-digits"


def test_of_a_few_images_nothing_is_said(healthy, reader):
    few = replace(healthy, images=healthy.images[:10], labels=(healthy.labels[:10] + 1) % 10)
    assert find_label_faults(few, reader) == []
