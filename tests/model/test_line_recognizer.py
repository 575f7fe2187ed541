"""The network of rows ships, and a broken one is refused."""

import numpy as np
import pytest

from tenfold.errors import ModelError
from tenfold.model.line_recognizer import RowNetwork, row_network
from tenfold.read.ctc import most_probable


def test_the_network_that_ships_reads_a_row(mnist):
    digits = [int(np.flatnonzero(mnist.y_test == digit)[0]) for digit in (7, 2, 0, 4)]
    strip = np.pad(np.concatenate([mnist.x_test[place][:, 4:24] for place in digits], axis=1), ((2, 2), (4, 4)))
    [columns] = row_network()([strip])
    assert most_probable(columns, 1) == ["7204"]


def test_rows_of_any_widths_are_answered_in_their_order():
    widths = (40, 8, 201, 64)
    answers = row_network()([np.zeros((32, width), np.uint8) for width in widths])
    assert [len(columns) for columns in answers] == [20, 4, 101, 32]
    assert all(most_probable(columns, 1) == [""] for columns in answers)


def test_no_rows_are_no_trouble():
    assert row_network()([]) == []


def test_a_missing_or_broken_network_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"none\.onnx cannot be read: there is no such file"):
        RowNetwork(tmp_path / "none.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"onnx")
    with pytest.raises(ModelError, match=r"broken\.onnx is no network"):
        RowNetwork(tmp_path / "broken.onnx")
