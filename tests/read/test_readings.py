"""Readings of a row are weighed against one another."""

import numpy as np
import pytest

from tenfold.page.layout import Part, Row
from tenfold.read.readings import Boxes

QUAD = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
IMAGE = np.zeros((28, 28), np.uint8)


def sure_of(digit, share=0.9):
    row = np.full(10, (1 - share) / 9, np.float32)
    row[digit] = share
    return row


def column(shares):
    """Give one column of a line that says what the probabilities say."""
    return np.log(np.append(shares, 1e-9)).astype(np.float32)[None]


def boxes(*digits, second=None, outlier=0.0):
    """Make a row of boxes of which the digit network is sure to 0.9, and the line recogniser as it is told to be."""
    written = [digit for digit in digits if digit is not None]
    answers = np.array([sure_of(digit) for digit in written], np.float32).reshape(-1, 10)
    columns = [column(each) for each in (second if second is not None else np.full_like(answers, 0.1))]
    parts = tuple(Part(None if digit is None else IMAGE, QUAD) for digit in digits)
    return Boxes(Row(parts, QUAD), (answers, np.full(len(answers), outlier, np.float32)), columns, "0123456789")


def test_a_number_is_as_probable_as_its_digits_together():
    best = boxes(4, 0, 7).readings(3)[0]
    assert best.text == "407"
    assert best.probability == pytest.approx(0.9**3, rel=1e-3)


def test_an_outlier_makes_a_number_less_probable():
    assert boxes(4, outlier=0.5).readings(1)[0].probability == pytest.approx(0.45, rel=1e-3)


def test_an_empty_box_has_its_place():
    assert boxes(4, None, 7).readings(1)[0].text == "4_7"


def test_a_second_opinion_counts():
    agreed = boxes(4, second=[sure_of(4)]).readings(1)[0]
    doubted = boxes(4, second=[sure_of(9, 0.999)]).readings(2)
    assert agreed.probability > 0.95
    assert {reading.text for reading in doubted} == {"4", "9"}
    assert doubted[0].probability < 0.9


def test_numbers_on_a_list_fit_by_their_digits():
    fits = boxes(4, 0, 7).on_list(np.array([(4, 0, 7), (4, 0, 1), (9, 9, 9)], np.int8))
    assert fits[0] > 50 * fits[1] > 50 * fits[2]


def test_a_listed_number_may_leave_boxes_empty():
    fits = boxes(4, 2, None).on_list(np.array([(4, 2), (2, 4)], np.int8))
    assert fits[0] > 100 * fits[1]


def test_a_number_longer_than_the_row_does_not_fit():
    assert boxes(4, 2).on_list(np.array([(4, 2, 1)], np.int8)).tolist() == [0.0]
