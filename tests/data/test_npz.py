"""NumPy's `.npz` files: Keras's keys, and no memory or code to whoever made a hostile one."""

import io
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenfold.data.examples import as_examples
from tenfold.data.npz import npz_splits, read_npz, write_npz
from tenfold.errors import DataError

IMAGES = np.arange(2 * 784).astype(np.uint8).reshape(2, 28, 28)
LABELS = np.array([7, 2])


def saved(path, **arrays):
    np.savez(path, **arrays)
    return path


def with_member(path, name, content):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
        archive.writestr("y.npy", npy(LABELS))
    return path


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def test_the_keys_of_keras_are_written_and_read_by_numpy(tmp_path):
    train = as_examples(IMAGES, LABELS, origin="train")
    test = as_examples(IMAGES[:1], LABELS[:1], origin="test")
    write_npz(tmp_path / "mnist.npz", {"train": train, "test": test})
    with np.load(tmp_path / "mnist.npz", allow_pickle=False) as arrays:
        assert set(arrays) == {"x_train", "y_train", "x_test", "y_test"}
        assert np.array_equal(arrays["x_train"], IMAGES)
    assert npz_splits(tmp_path / "mnist.npz") == ["train", "test"]
    assert np.array_equal(read_npz(tmp_path / "mnist.npz", "test").labels, [7])


@pytest.mark.parametrize(("images", "labels"), [("x", "y"), ("images", "labels")])
def test_a_single_set_may_have_either_pair_of_names(tmp_path, images, labels):
    path = saved(tmp_path / "a.npz", **{images: IMAGES, labels: LABELS})
    assert npz_splits(path) == ["all"]
    assert np.array_equal(read_npz(path).images, IMAGES)


def test_names_of_classes_are_kept(tmp_path):
    write_npz(tmp_path / "a.npz", {"all": as_examples(IMAGES, [1, 0], origin="", classes=("Hülle", "b"))})
    assert read_npz(tmp_path / "a.npz").classes == ("Hülle", "b")


def test_columns_first_order_is_read_right(tmp_path):
    path = saved(tmp_path / "a.npz", x=np.asfortranarray(IMAGES), y=LABELS)
    assert np.array_equal(read_npz(path).images, IMAGES)


def test_images_with_a_channel_axis_as_keras_networks_take_them_are_read(tmp_path):
    path = saved(tmp_path / "a.npz", x=IMAGES[..., None], y=LABELS)
    assert np.array_equal(read_npz(path).images, IMAGES)


def test_floats_from_0_to_1_are_the_same_images(tmp_path):
    path = saved(tmp_path / "a.npz", x=IMAGES / np.float32(255), y=LABELS)
    assert np.array_equal(read_npz(path).images, IMAGES)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"pixels": IMAGES, "y": LABELS}, "expected arrays named x_train and y_train, .*; got pixels, y"),
        ({"x": IMAGES, "y": LABELS[:1]}, "expected one label per image, got 2 images and 1 labels"),
        ({"x": IMAGES, "y": np.array([1, 10])}, "expected labels from 0 to 9, got 10 for image 1"),
        ({"x": IMAGES / 255 - 0.13, "y": LABELS}, "values below 0 come from subtracting a mean"),
        ({"x": np.stack([IMAGES] * 3, 3), "y": LABELS}, r"expected images of shape .*, got \(2, 28, 28, 3\)"),
        ({"x": IMAGES, "y": LABELS / 2}, r"expected labels as integers of shape \(n,\), got float64"),
        ({"x": IMAGES[:0], "y": LABELS[:0]}, "expected at least one image, got none"),
        ({"x": IMAGES.astype(object), "y": LABELS}, "expected plain numbers in x, got pickled Python objects"),
    ],
)
def test_arrays_that_are_no_labelled_images_are_told(tmp_path, arrays, message):
    path = saved(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match=message) as caught:
        read_npz(path)
    assert str(caught.value).startswith(str(path))


def test_a_file_that_is_no_zip_file_is_told(tmp_path):
    (tmp_path / "a.npz").write_bytes(npy(IMAGES))
    with pytest.raises(DataError, match=r"expected an \.npz file, which is a zip file, got a damaged or other one"):
        npz_splits(tmp_path / "a.npz")


def test_a_header_that_promises_a_terabyte_takes_no_memory(tmp_path):
    stream = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": (1 << 31, 28, 28)}
    np.lib.format.write_array_header_1_0(stream, header)
    path = with_member(tmp_path / "a.npz", "x.npy", stream.getvalue() + bytes(10))
    with pytest.raises(DataError, match=r"expected 1,683,627,180,032 bytes in x .* got 10"):
        read_npz(path)


def test_a_truncated_array_is_told(tmp_path):
    path = with_member(tmp_path / "a.npz", "x.npy", npy(IMAGES)[:-1])
    with pytest.raises(DataError, match="expected 1,568 bytes in x .* got 1,567"):
        read_npz(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(place=st.integers(0), value=st.integers(1, 255))
def test_a_changed_byte_is_read_or_refused(tmp_path, place, value):
    stream = io.BytesIO()
    np.savez_compressed(stream, x=IMAGES, y=LABELS)
    content = bytearray(stream.getvalue())
    content[place % len(content)] ^= value
    (tmp_path / "a.npz").write_bytes(content)
    with suppress(DataError):
        read_npz(tmp_path / "a.npz")


def test_a_small_file_does_not_unpack_to_much(tmp_path):
    np.savez_compressed(tmp_path / "own.npz", x=np.zeros((100_000, 28, 28), np.uint8), y=np.zeros(100_000, np.uint8))
    with pytest.raises(DataError, match="x is refused: its .* bytes unpack to .* no images shrink 200-fold"):
        read_npz(tmp_path / "own.npz")
