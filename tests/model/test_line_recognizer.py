"""The line recogniser that ships reads lines, and a broken one is refused."""

import numpy as np
import pytest

from tenfold.errors import ModelError
from tenfold.model.folder import shipped_lines
from tenfold.model.line_recognizer import LineNetwork, LineRecognizer, golden_line
from tenfold.read.ctc import most_probable


@pytest.fixture(scope="module")
def recognizer():
    network = shipped_lines(tuple("0123456789"))
    return LineRecognizer(network, threads=1, source="lines.onnx")


def test_the_recognizer_that_ships_reads_a_line(recognizer, mnist):
    digits = [int(np.flatnonzero(mnist.y_test == digit)[0]) for digit in (7, 2, 0, 4)]
    line = np.pad(np.concatenate([mnist.x_test[place][:, 4:24] for place in digits], axis=1), ((10, 10), (8, 8)))
    [columns] = recognizer([line])
    assert most_probable(columns, 1, recognizer.alphabet) == ["7204"]


def test_lines_of_any_widths_are_answered_in_their_order(recognizer):
    widths = (40, 8, 201, 64)
    answers = recognizer([np.zeros((48, width), np.uint8) for width in widths])
    assert [len(columns) for columns in answers] == [20, 4, 101, 32]
    assert all(most_probable(columns, 1, recognizer.alphabet) == [""] for columns in answers)


def test_an_answer_hangs_on_no_other_line(recognizer, mnist):
    line = np.pad(mnist.x_test[0], ((10, 10), (8, 9)))
    [alone], [_, beside] = recognizer([line]), recognizer([np.zeros((48, 400), np.uint8), line])
    assert np.array_equal(alone, beside)


def test_no_lines_are_no_trouble(recognizer):
    assert recognizer([]) == []


def test_a_broken_network_is_named():
    with pytest.raises(ModelError, match=r"broken\.onnx is no network"):
        LineRecognizer(LineNetwork("0123456789", b"onnx"), threads=1, source="broken.onnx")


def test_a_network_of_another_alphabet_is_refused():
    network = shipped_lines(tuple("0123456789"))
    with pytest.raises(ModelError, match="the 3 signs of its alphabet and one for none, got 19"):
        LineRecognizer(LineNetwork("abc", network.content), threads=1, source="lines.onnx")


def test_a_network_of_single_digits_is_no_line_recognizer(model):
    with pytest.raises(ModelError, match="the output columns"):
        LineRecognizer(LineNetwork("0123456789", model.content("model.onnx")), threads=1, source="lines.onnx")


def test_golden_images_stand_side_by_side_in_a_line():
    images = np.stack([np.full((28, 28), level, np.uint8) for level in (10, 20)])
    line = golden_line(images)
    assert line.shape == (48, 56)
    assert line[10:38, :28].min() == 10
    assert line[10:38, 28:].min() == 20
    assert not line[:10].any()
    assert not line[38:].any()
