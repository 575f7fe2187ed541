"""One's own numbers are read from a folder, or refused with the line that is wrong."""

import numpy as np
import pytest
from PIL import Image

from tenfold.adapt.own import holds_numbers, load_numbers
from tenfold.errors import DataError
from tenfold.model.folder import load_model


@pytest.fixture(scope="module")
def shipped():
    return load_model()


@pytest.fixture
def folder(tmp_path):
    for name in ("a.png", "b.png"):
        Image.fromarray(np.full((30, 90), 250, np.uint8)).save(tmp_path / name)
    return tmp_path


def labelled(folder, *rows):
    (folder / "labels.csv").write_text("\n".join(["file,text", *rows]) + "\n")
    return folder


def test_pictures_come_with_their_texts(folder, shipped):
    numbers = load_numbers(labelled(folder, "a.png,12.50", "b.png,7"), shipped)
    assert [text for _, text in numbers] == ["12.50", "7"]
    assert numbers[0][0].shape == (30, 90)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("c.png,12", r"labels.csv, line 3: there is no file 'c.png'"),
        ("b.png,", "labels.csv, line 3: expected signs of .*got ''"),
        ("b.png,1x2", "labels.csv, line 3: expected signs of .*got '1x2'"),
        ("b.png,1_2", "expected one number in each picture, got b.png with 1_2"),
        ("a.png,34", "expected one number in each picture, got a.png with 12, 34"),
    ],
)
def test_what_is_no_labelled_number_is_refused_by_name(folder, shipped, row, message):
    with pytest.raises(DataError, match=message):
        load_numbers(labelled(folder, "a.png,12", row), shipped)


def test_a_column_of_texts_says_that_these_are_numbers(folder):
    assert holds_numbers(labelled(folder, "a.png,12"))
    (folder / "labels.csv").write_text("file,label\na.png,1\n")
    assert not holds_numbers(folder)
    assert not holds_numbers("mnist")
    assert not holds_numbers(folder / "a.png")
