"""Loading by name or by path, and saving."""

import gzip
import subprocess
import sys

import numpy as np
import pytest

from tenfold.data import datasets
from tenfold.data.catalogue import MNIST
from tenfold.data.datasets import load_data, load_examples, save_data, save_examples
from tenfold.data.fetch import fetch
from tenfold.data.idx import write_idx
from tenfold.data.layouts import read_idx_pair
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


class TestLayouts:
    @pytest.mark.parametrize("format", FOLDERS)
    def test_a_folder_with_train_and_test_folders(self, tmp_path, format):
        save_examples(*TRAIN, tmp_path / "train", format=format)
        save_examples(*TEST, tmp_path / "test", format=format)
        train, test = load_data(tmp_path)
        assert sorted(train[1]) == sorted(TRAIN[1])
        assert equal(test, TEST)

    @pytest.mark.parametrize("names", [("train.csv", "test.csv"), ("mnist_train.csv", "mnist_test.csv")])
    def test_a_folder_with_two_csv_files(self, tmp_path, names):
        for name, data in zip(names, (TRAIN, TEST), strict=True):
            save_examples(*data, tmp_path / name)
        train, test = load_data(tmp_path)
        assert equal(train, TRAIN)
        assert equal(test, TEST)

    def test_a_folder_as_hugging_face_has_it(self, tmp_path):
        save_examples(*TEST, tmp_path / "test-00000-of-00001.parquet")
        for part in (0, 1):
            save_examples(*TRAIN, tmp_path / f"train-0000{part}-of-00002.parquet")
        train, test = load_data(tmp_path)
        assert len(train[0]) == 6
        assert equal(test, TEST)

    def test_idx_files_plain_or_gzipped_with_other_names(self, tmp_path):
        write_idx(tmp_path / "emnist-digits-train-images-idx3-ubyte.gz", TRAIN[0])
        write_idx(tmp_path / "emnist-digits-train-labels-idx1-ubyte", TRAIN[1].astype(np.uint8))
        write_idx(tmp_path / "t10k-images.idx3-ubyte", TEST[0])
        write_idx(tmp_path / "t10k-labels.idx1-ubyte", TEST[1].astype(np.uint8))
        train, test = load_data(tmp_path)
        assert equal(train, TRAIN)
        assert equal(test, TEST)

    def test_of_a_plain_and_a_gzipped_file_the_plain_one_is_read(self, tmp_path):
        save_examples(IMAGES, LABELS, tmp_path / "x", format="idx")
        (tmp_path / "x" / "images-idx3-ubyte.gz").write_bytes(gzip.compress(b"old"))
        assert len(load_examples(tmp_path / "x").images) == 5

    def test_one_idx_file_stands_for_its_pair(self, tmp_path):
        save_data((TRAIN, TEST), tmp_path / "x")
        for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
            assert equal((load_examples(tmp_path / "x" / name).images,), TRAIN[:1])

    def test_labels_of_eight_columns_count_by_their_first(self, tmp_path):
        write_idx(tmp_path / "qmnist-test-images-idx3-ubyte", TEST[0])
        columns = np.tile(TEST[1].astype(np.int32)[:, None], (1, 8)) + np.arange(8, dtype=np.int32) * 100
        write_idx(tmp_path / "qmnist-test-labels-idx2-int", columns)
        assert load_examples(tmp_path).labels.tolist() == TEST[1].tolist()

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


class TestWrongPaths:
    def test_one_set_is_no_training_and_test(self, tmp_path):
        save_examples(IMAGES, LABELS, tmp_path / "a.npz")
        with pytest.raises(DataError, match="expected training and test images, got one set only; load it with"):
            load_data(tmp_path / "a.npz")

    def test_a_folder_that_holds_none_of_this_is_told(self, tmp_path):
        (tmp_path / "notes.txt").write_text("")
        with pytest.raises(DataError, match=r"expected an \.npz, .*; got a folder with notes\.txt"):
            load_examples(tmp_path)

    def test_an_empty_folder_is_told(self, tmp_path):
        with pytest.raises(DataError, match="got a folder with nothing"):
            load_examples(tmp_path)

    def test_a_file_of_another_kind_is_told(self, tmp_path):
        (tmp_path / "mnist.mat").write_bytes(b"")
        with pytest.raises(DataError, match=r"mnist\.mat: expected an \.npz, .*; got a file with another name"):
            load_examples(tmp_path / "mnist.mat")

    def test_images_without_labels_are_told(self, tmp_path):
        write_idx(tmp_path / "t10k-images-idx3-ubyte", IMAGES)
        with pytest.raises(DataError, match="expected an IDX file of t10k-labels beside t10k-images-idx3-ubyte"):
            load_examples(tmp_path)

    def test_two_pairs_for_one_split_are_told(self, tmp_path):
        for name in ("emnist-digits-test", "emnist-letters-test"):
            write_idx(tmp_path / f"{name}-images-idx3-ubyte", IMAGES)
            write_idx(tmp_path / f"{name}-labels-idx1-ubyte", LABELS.astype(np.uint8))
        with pytest.raises(DataError, match="got more, so name the file of images that you mean"):
            load_examples(tmp_path)

    def test_two_csv_files_for_one_split_are_told(self, tmp_path):
        for name in ("train.csv", "train-more.csv"):
            save_examples(*TRAIN, tmp_path / name)
        with pytest.raises(DataError, match=r"expected one CSV file for train, got train-more\.csv, train\.csv"):
            load_examples(tmp_path)

    def test_labels_in_the_place_of_images_are_told(self, tmp_path):
        from tenfold.data.layouts import IdxPair

        write_idx(tmp_path / "labels", LABELS.astype(np.uint8))
        with pytest.raises(DataError, match=r"expected images of shape \(n, 28, 28\), got \(5,\)"):
            read_idx_pair(IdxPair(tmp_path / "labels", tmp_path / "labels"))


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
