"""What is given to read."""

from pathlib import Path

import numpy as np
import pytest

from tenfold.errors import PictureError
from tenfold.read.given import check_is_one, each_of, name_of


def test_one_picture_alone_is_one_and_arrays_are_told_by_their_shape():
    grey = np.zeros((20, 30), np.uint8)
    assert len(list(each_of(grey))) == 1
    assert len(list(each_of(np.zeros((5, 20, 30), np.uint8)))) == 5
    assert len(list(each_of(np.zeros((20, 30, 3), np.uint8)))) == 1
    assert list(each_of("a.png")) == ["a.png"]
    assert list(each_of(["a.png", "b.png"])) == ["a.png", "b.png"]


def test_several_where_one_is_wanted_say_what_came():
    with pytest.raises(PictureError, match=r"got \(5, 20, 30\)"):
        check_is_one(np.zeros((5, 20, 30), np.uint8))
    with pytest.raises(PictureError, match="got list"):
        check_is_one(["a.png"])


def test_a_file_names_itself_and_bytes_go_by_their_place():
    assert name_of(Path("a.png"), "1") == "a.png"
    assert name_of(b"\x89PNG", "2") == "2"
