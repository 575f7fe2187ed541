"""Readings of a row are weighed against one another."""

import numpy as np
import pytest

from tenfold.picture.rows import Part, Row
from tenfold.read.lattice import Lattice

QUAD = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
IMAGE = np.zeros((28, 28), np.uint8)


def sure_of(digit, share=0.9):
    row = np.full(10, (1 - share) / 9, np.float32)
    row[digit] = share
    return row


def boxes(*digits):
    parts = tuple(Part(at, at + 1, None if digit is None else IMAGE, QUAD) for at, digit in enumerate(digits))
    answers = np.array([sure_of(digit) for digit in digits if digit is not None], np.float32).reshape(-1, 10)
    return Lattice(Row("boxes", parts, len(digits) + 1, QUAD), answers, np.zeros(len(answers), np.float32))


def test_a_number_is_as_probable_as_its_digits_together():
    best = boxes(4, 0, 7).readings()[0]
    assert best.text == "407"
    assert best.probability == pytest.approx(0.9**3, rel=1e-3)


def test_an_empty_box_has_its_place():
    assert boxes(4, None, 7).readings()[0].text == "4_7"


def free(*parts):
    """Parts: start, end, digit, strangeness."""
    row = Row("free", tuple(Part(a, b, IMAGE, QUAD) for a, b, _, _ in parts), 1 + max(b for _, b, _, _ in parts), QUAD)
    answers = np.array([sure_of(digit, 0.99) for _, _, digit, _ in parts], np.float32)
    return Lattice(row, answers, np.array([strange for *_, strange in parts], np.float32))


def test_a_whole_is_preferred_to_halves_that_look_strange():
    lattice = free((0, 2, 8, 0.01), (0, 1, 3, 0.9), (1, 2, 3, 0.9))
    assert lattice.readings()[0].text == "8"


def test_two_digits_are_preferred_to_a_strange_whole():
    lattice = free((0, 2, 8, 0.98), (0, 1, 3, 0.02), (1, 2, 5, 0.02))
    best = lattice.readings()[0]
    assert best.text == "35"
    assert best.probability > 0.8


def test_the_number_of_digits_decides_where_it_is_known():
    lattice = free((0, 2, 8, 0.3), (0, 1, 3, 0.3), (1, 2, 5, 0.3))
    assert {len(reading.text) for reading in lattice.readings(digits=2)} == {2}
    assert {len(reading.text) for reading in lattice.readings(digits=1)} == {1}


def test_probabilities_of_all_readings_are_at_most_one():
    lattice = free((0, 2, 8, 0.3), (0, 1, 3, 0.3), (1, 2, 5, 0.3))
    assert sum(reading.probability for reading in lattice.readings()) <= 1 + 1e-6


def test_numbers_on_a_list_fit_by_their_digits():
    fits = boxes(4, 0, 7).on_list(np.array([(4, 0, 7), (4, 0, 1), (9, 9, 9)], np.int8))
    assert fits[0] > 50 * fits[1] > 50 * fits[2]


def test_a_listed_number_may_leave_boxes_empty():
    fits = boxes(4, 2, None).on_list(np.array([(4, 2), (2, 4)], np.int8))
    assert fits[0] > 100 * fits[1]
