"""Loading by name or by path, and saving."""

import subprocess
import sys

import numpy as np
import pytest

from tenfold.data import datasets
from tenfold.data.catalogue import MNIST
from tenfold.data.datasets import load_data, load_examples, save_data, save_examples
from tenfold.data.fetch import fetch
from tenfold.data.sources import Mirror
from tenfold.errors import DataError, OptionError

IMAGES = (np.arange(5 * 784) % 251).astype(np.uint8).reshape(5, 28, 28)
LABELS = np.array([7, 0, 9, 1, 1])
TRAIN, TEST = (IMAGES[:3], LABELS[:3]), (IMAGES[3:], LABELS[3:])

FILES = ["a.npz", "a.csv", "a.parquet"]
FOLDERS = ["idx", "labels", "classes"]


def equal(left, right):
    return all(np.array_equal(one, other) for one, other in zip(left, right, strict=True))


@pytest.fixture
def known(web, dataset, raw_files, home, monkeypatch):
    """The small data set under the name "tiny"."""
    from dataclasses import replace

    web.publish(dataset, raw_files)
    row = replace(dataset, sources=(Mirror(web.address),))
    monkeypatch.setattr(datasets, "DATASETS", {"tiny": row, "mnist": MNIST})
    return row


class TestByName:
    def test_a_known_data_set_is_fetched_and_loaded(self, known, raw_files):
        (x_train, y_train), (x_test, y_test) = load_data("tiny")
        assert x_train.shape == (7, 28, 28)
        assert x_train.dtype == np.uint8
        assert x_train.tobytes() == raw_files["train-images"][16:]
        assert y_train.dtype == np.int64
        assert y_test.tolist() == list(raw_files["test-labels"][8:])
        assert len(x_test) == 3

    def test_one_split_is_loaded_with_its_name_and_classes(self, known):
        examples = load_examples("tiny", "train")
        assert examples.name == "tiny"
        assert examples.classes == tuple("0123456789")
        assert len(examples.images) == 7
        assert len(load_examples("tiny").images) == 3

    def test_transposed_images_are_turned_upright(self, known, monkeypatch):
        from dataclasses import replace

        upright = load_examples("tiny").images
        monkeypatch.setattr(datasets, "DATASETS", {"tiny": replace(known, transposed=True)})
        assert np.array_equal(load_examples("tiny").images, upright.swapaxes(1, 2))

    def test_an_unknown_name_is_told_with_the_nearest_one(self):
        with pytest.raises(DataError, match=r"mnist, fashion-mnist, .*there is no 'mnits'; did you mean mnist\?"):
            load_data("mnits")

    @pytest.mark.parametrize("load", [load_data, load_examples])
    def test_a_set_of_other_handwriting_is_told_from_images(self, load):
        message = r"optdigits holds bitmaps of 32×32, which \S+load_bitmaps reads, and no images .*mnist, fashion-mnist"
        with pytest.raises(DataError, match=message):
            load("optdigits")

    def test_a_path_object_is_never_a_name(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        with pytest.raises(DataError, match="there is no 'mnist'"):
            load_data(tmp_path.__class__("mnist"))


class TestRealMnist:
    def test_it_is_the_canonical_one(self):
        (_, y_train), (x_test, y_test) = load_data("mnist")
        assert np.bincount(y_train).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
        assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
        assert x_test.mean() == pytest.approx(33.791, abs=0.001)

    def test_its_cache_folder_can_be_loaded_by_path(self):
        assert load_examples(fetch("mnist")).sha256 == load_examples("mnist").sha256


class TestRoundTrip:
    @pytest.mark.parametrize("name", [*FILES, "folder"])
    def test_a_single_set_is_read_back_with_the_same_hash(self, tmp_path, name):
        save_examples(IMAGES, LABELS, tmp_path / name)
        examples = load_examples(tmp_path / name)
        assert equal((examples.images, examples.labels), (IMAGES, LABELS))
        save_examples(IMAGES, LABELS, tmp_path / "other.npz")
        assert examples.sha256 == load_examples(tmp_path / "other.npz").sha256
        assert examples.name == str(tmp_path / name)

    @pytest.mark.parametrize("format", FOLDERS)
    def test_each_kind_of_folder_is_read_back(self, tmp_path, format):
        save_examples(IMAGES, LABELS, tmp_path / "out", format=format)
        examples = load_examples(tmp_path / "out")
        assert sorted(examples.labels) == sorted(LABELS)
        assert examples.classes == tuple("0123456789")

    def test_other_pixels_or_labels_have_another_hash(self, tmp_path):
        save_examples(IMAGES, LABELS, tmp_path / "a.npz")
        save_examples(IMAGES, LABELS[::-1], tmp_path / "b.npz")
        save_examples(255 - IMAGES, LABELS, tmp_path / "c.npz")
        assert len({load_examples(tmp_path / f"{name}.npz").sha256 for name in "abc"}) == 3

    @pytest.mark.parametrize("name", ["mnist.npz", "folder"])
    def test_both_sets_are_read_back(self, tmp_path, name):
        save_data((TRAIN, TEST), tmp_path / name)
        train, test = load_data(tmp_path / name)
        assert equal(train, TRAIN)
        assert equal(test, TEST)
        assert equal((load_examples(tmp_path / name, "train").images,), TRAIN[:1])

    def test_a_folder_of_both_sets_has_mnists_own_names(self, tmp_path):
        save_data((TRAIN, TEST), tmp_path / "out")
        assert {path.name for path in (tmp_path / "out").iterdir()} == {file.name for file in MNIST.files}


class TestSave:
    def test_an_unknown_format_is_told(self, tmp_path):
        with pytest.raises(OptionError, match="expected a format of npz, csv, .*; got 'xlsx'"):
            save_examples(IMAGES, LABELS, tmp_path / "a.xlsx")

    def test_labels_that_do_not_fit_are_told_before_anything_is_written(self, tmp_path):
        with pytest.raises(DataError, match="expected one label per image"):
            save_examples(IMAGES, LABELS[:2], tmp_path / "a.npz")
        assert list(tmp_path.iterdir()) == []

    def test_eleven_classes_do_not_fit_into_csv(self, tmp_path):
        with pytest.raises(DataError, match="expected at most ten classes for csv, got 11"):
            save_examples(IMAGES, LABELS, tmp_path / "a.csv", classes=tuple("abcdefghijk"))

    def test_a_file_that_is_there_is_replaced(self, tmp_path):
        for labels in (LABELS, LABELS[::-1]):
            save_examples(IMAGES, labels, tmp_path / "a.npz")
        assert load_examples(tmp_path / "a.npz").labels.tolist() == LABELS[::-1].tolist()
        assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


class TestLoad:
    def test_a_decoder_reaches_the_pictures(self, tmp_path):
        save_examples(IMAGES, LABELS, tmp_path / "x")
        black = load_examples(tmp_path / "x", decode=lambda _: np.zeros((28, 28), np.uint8))
        assert not black.images.any()

    def test_classes_of_test_are_counted_by_their_names_in_train(self, tmp_path):
        save_examples(IMAGES[:3], [0, 1, 2], tmp_path / "train", classes=("a", "b", "c"))
        save_examples(IMAGES[3:], [0, 1], tmp_path / "test", classes=("b", "c"))
        assert load_data(tmp_path)[1][1].tolist() == [1, 2]

    def test_classes_that_training_has_not_are_told(self, tmp_path):
        save_examples(IMAGES[:2], [0, 1], tmp_path / "train", classes=("a", "b"))
        save_examples(IMAGES[3:], [0, 1], tmp_path / "test", classes=("b", "z"))
        with pytest.raises(DataError, match="expected test images of the classes of training, got z too"):
            load_data(tmp_path)

    def test_one_set_is_no_training_and_test(self, tmp_path):
        save_examples(IMAGES, LABELS, tmp_path / "a.npz")
        with pytest.raises(DataError, match="expected training and test images, got one set only; load it with"):
            load_data(tmp_path / "a.npz")


def test_importing_brings_none_of_the_heavy_libraries():
    script = (
        "import sys, tenfold.data.datasets\n"
        "print([name for name in ('pooch', 'requests', 'rich', 'pyarrow', 'PIL', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_test_images_are_never_given_for_training(tmp_path):
    images, labels = np.zeros((4, 28, 28), np.uint8), np.arange(4)
    save_examples(images, labels, tmp_path / "own" / "test.csv")
    with pytest.raises(DataError, match="expected training images, got test images only"):
        load_examples(tmp_path / "own", "train")
    assert len(load_examples(tmp_path / "own", "test").images) == 4
