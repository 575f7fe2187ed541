"""Finding out what a file or folder is, and which splits it holds."""

import gzip

import numpy as np
import pyarrow as pa
import pytest

from tenfold.data.datasets import load_data, load_examples, load_images, save_data, save_examples
from tenfold.data.folders import encode_image
from tenfold.data.idx import write_idx
from tenfold.data.layouts import IdxPair, read_idx_pair
from tenfold.errors import DataError

IMAGES = (np.arange(5 * 784) % 251).astype(np.uint8).reshape(5, 28, 28)
LABELS = np.array([7, 0, 9, 1, 1])
TRAIN, TEST = (IMAGES[:3], LABELS[:3]), (IMAGES[3:], LABELS[3:])


def write_arrow(path, images, labels):
    """Write as Hugging Face's library does: the stream format of Arrow."""
    table = pa.table({"image": [encode_image(image) for image in images], "label": pa.array(labels)})
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


def equal(left, right):
    return all(np.array_equal(one, other) for one, other in zip(left, right, strict=True))


class TestLayouts:
    @pytest.mark.parametrize("format", ["idx", "labels", "classes"])
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

    @pytest.mark.parametrize(
        ("train", "test", "others"),
        [
            ("training", "testing", ()),
            ("Train", "val", ()),
            ("train", "validation", ()),
            ("train", "test", ("val",)),
        ],
    )
    def test_folders_of_the_splits_by_their_other_names(self, tmp_path, train, test, others):
        for name, data in ((train, TRAIN), (test, TEST), *((name, TRAIN) for name in others)):
            save_examples(*data, tmp_path / name, format="labels")
        assert equal(load_data(tmp_path)[0], TRAIN)
        assert equal(load_data(tmp_path)[1], TEST)

    def test_a_class_may_be_called_valid(self, tmp_path):
        save_examples(*TRAIN, tmp_path / "x", classes=("invalid", *"123456", "valid", "8", "9"), format="classes")
        assert len(load_examples(tmp_path / "x").images) == 3

    @pytest.mark.parametrize("where", ["MNIST/raw", "raw", "data"])
    def test_a_folder_as_torchvision_leaves_it(self, tmp_path, where):
        (tmp_path / where).parent.mkdir(exist_ok=True)
        save_data((TRAIN, TEST), tmp_path / where)
        (tmp_path / "README.md").write_text("")
        assert equal(load_data(tmp_path)[1], TEST)

    def test_a_folder_as_save_to_disk_of_hugging_face_leaves_it(self, tmp_path):
        for split, data in (("train", TRAIN), ("test", TEST)):
            (tmp_path / split).mkdir()
            write_arrow(tmp_path / split / "data-00000-of-00001.arrow", *data)
            (tmp_path / split / "state.json").write_text("{}")
        (tmp_path / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
        assert equal(load_data(tmp_path)[0], TRAIN)
        assert equal(load_data(tmp_path)[1], TEST)

    def test_a_folder_as_the_cache_of_hugging_face_has_it(self, tmp_path):
        write_arrow(tmp_path / "mnist-train.arrow", *TRAIN)
        write_arrow(tmp_path / "mnist-test.arrow", *TEST)
        (tmp_path / "cache-1f-train.arrow").write_bytes(b"derived")
        assert equal(load_data(tmp_path)[0], TRAIN)

    def test_a_test_csv_without_labels_is_no_split_but_can_be_answered(self, tmp_path):
        save_examples(*TRAIN, tmp_path / "train.csv.gz", format="csv")
        lines = [",".join(map(str, image.ravel())) for image in TEST[0]]
        (tmp_path / "test.csv").write_text("\n".join([",".join(f"pixel{n}" for n in range(784)), *lines]))
        assert equal((load_examples(tmp_path).images,), TRAIN[:1])
        answered = load_images(tmp_path)
        assert equal((answered.images,), TEST[:1])
        assert answered.names == ("1", "2")

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


class TestWrongPaths:
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
        write_idx(tmp_path / "labels", LABELS.astype(np.uint8))
        with pytest.raises(DataError, match=r"expected images of shape \(n, 28, 28\), got \(5,\)"):
            read_idx_pair(IdxPair(tmp_path / "labels", tmp_path / "labels"))
