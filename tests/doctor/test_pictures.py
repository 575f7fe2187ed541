"""What keeps a picture of one digit from being read."""

import numpy as np
import pytest
from PIL import Image

import tenfold
from tenfold.doctor.pictures import find_picture_faults
from tenfold.draw.camera import photograph_digit


@pytest.fixture(scope="module")
def reader():
    return tenfold.Reader()


@pytest.fixture(scope="module")
def photo(mnist):
    """A seven, dark on light, 200 pixels high."""
    return photograph_digit(mnist.x_test[0], 200, 180, np.random.default_rng(0))


def kinds(reader, picture):
    return [fault.kind for fault in find_picture_faults(reader, picture)[0]]


def pasted(picture, height, width, level=230):
    canvas = np.full((height, width), level, np.uint8)
    canvas[40 : 40 + picture.shape[0], 40 : 40 + picture.shape[1]] = picture
    return canvas


def test_each_planted_fault_is_found(reader, photo, mnist, tmp_path):
    assert kinds(reader, photo) == []
    assert kinds(reader, (photo * 0.2).astype(np.uint8)) == ["too-dark"]
    assert kinds(reader, (240 + photo * 0.05).astype(np.uint8)) == ["too-light"]
    assert kinds(reader, (100 + photo * 0.06).astype(np.uint8)) == ["low-contrast"]
    tiny = np.asarray(Image.fromarray(255 - mnist.x_test[0][4:24, 4:24]).resize((9, 9), Image.Resampling.BOX))
    assert kinds(reader, pasted(tiny, 90, 90, 255)) == ["too-small"]
    several = np.concatenate([255 - mnist.x_test[index][:, 4:24] for index in (0, 1, 2)], axis=1)
    assert kinds(reader, np.kron(several, np.ones((4, 4), np.uint8))) == ["several-digits"]
    assert kinds(reader, np.full((100, 100), 220, np.uint8)) == ["blank"]
    (tmp_path / "broken.png").write_bytes(b"broken")
    assert kinds(reader, tmp_path / "broken.png") == ["not-a-picture"]


def test_what_is_no_digit_is_told(reader):
    from tenfold.draw.outliers import scribbles

    scribble = scribbles(4, np.random.default_rng(1))
    found = [kinds(reader, np.kron(255 - each, np.ones((5, 5), np.uint8))) for each in scribble]
    assert ["not-a-digit"] in found


def test_healthy_pictures_have_none(reader, mnist):
    """Fifty photographed, and a hundred of MNIST's own."""
    random = np.random.default_rng(0)
    photos = [photograph_digit(image, *random.integers(60, 400, 2), random) for image in mnist.x_test[100:150]]
    assert [kinds(reader, picture) for picture in (*photos, *mnist.x_test[:100])] == [[]] * 150
