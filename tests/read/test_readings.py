"""Readings of a row are weighed against one another."""

from dataclasses import replace

import numpy as np
import pytest

from tenfold.page.layout import FreeRow, Part, Row
from tenfold.read.pooling import Opinion
from tenfold.read.readings import Boxes, Free

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
    """Make a row of boxes of which the digit network is sure to 0.9, the line recogniser too or as it is told to be."""
    written = [digit for digit in digits if digit is not None]
    answers = np.array([sure_of(digit) for digit in written], np.float32).reshape(-1, 10)
    columns = [column(each) for each in (answers if second is None else second)]
    parts = tuple(Part(None if digit is None else IMAGE, QUAD) for digit in digits)
    return Boxes(Row(parts, QUAD), (answers, np.full(len(answers), outlier, np.float32)), columns, "0123456789")


def test_something_faint_that_is_no_digit_to_both_networks_is_no_digit():
    nothing = np.log(np.append(np.full(10, 1e-6), 1.0)).astype(np.float32)[None]
    answers = np.array([sure_of(7)], np.float32)
    for faint, outlier, text in ((True, 0.9, "_"), (False, 0.9, "7"), (True, 0.1, "7")):
        row = Row((Part(IMAGE, QUAD, faint=faint),), QUAD)
        read = Boxes(row, (answers, np.array([outlier], np.float32)), [nothing], "0123456789")
        assert read.readings(1)[0].text == text


SIGNS = "0123456789,-/ "


def free(*signs, ends=None):
    """Make a free row of which a line recogniser says the given shares of signs, one after another."""
    rows = []
    for shares in signs:
        row = np.full(len(SIGNS) + 1, 1e-6)
        for sign, share in shares.items():
            row[SIGNS.index(sign)] = share
        pause = np.full(len(SIGNS) + 1, 1e-6)
        row[-1], pause[-1] = max(1e-6, 1 - row.sum()), 1.0
        rows += [pause, row, pause]
    columns = np.log(rows).astype(np.float32)
    width = 2 * len(columns)
    corners = ((0.0, 0.0), (10.0 * width, 0.0), (10.0 * width, 480.0), (0.0, 480.0))
    line = np.zeros((48, width), np.uint8)
    row = FreeRow(line, line, corners, ends or (0.0, float(width)))
    return Free(row, [Opinion(columns, SIGNS, 1.0)])


def places(*numbers):
    return np.array([[SIGNS.index(sign) for sign in number] for number in numbers], np.int8)


def test_a_number_is_as_probable_as_its_digits_together():
    best = boxes(4, 0, 7).readings(3)[0]
    assert best.text == "407"
    assert best.probability == pytest.approx(boxes(4).readings(1)[0].probability ** 3, rel=1e-3)
    assert best.sureness == pytest.approx(0.9**3, rel=1e-3)


def test_an_outlier_makes_a_number_less_probable_and_less_sure():
    best, half = boxes(4).readings(1)[0], boxes(4, outlier=0.5).readings(1)[0]
    assert half.probability == pytest.approx(best.probability / 2, rel=1e-3)
    assert half.sureness == pytest.approx(best.sureness / 2, rel=1e-3)


def test_an_empty_box_has_its_place():
    assert boxes(4, None, 7).readings(1)[0].text == "4_7"


def test_the_opinion_of_who_sees_the_box_counts_for_more():
    agreed = boxes(4).readings(1)[0]
    doubted = boxes(4, second=[sure_of(9)]).readings(2)
    assert agreed.probability > 0.99
    assert [reading.text for reading in doubted] == ["9", "4"]
    assert doubted[0].probability < 0.96
    assert doubted[0].sureness < 0.85


def test_numbers_on_a_list_fit_by_their_digits():
    fits = boxes(4, 0, 7).on_list(np.array([(4, 0, 7), (4, 0, 1), (9, 9, 9)], np.int8))
    assert fits[0] > 50 * fits[1] > 50 * fits[2]


def test_a_listed_number_may_leave_boxes_empty():
    fits = boxes(4, 2, None).on_list(np.array([(4, 2), (2, 4)], np.int8))
    assert fits[0] > 100 * fits[1]


def test_a_number_longer_than_the_row_does_not_fit():
    assert boxes(4, 2).on_list(np.array([(4, 2, 1)], np.int8)).tolist() == [0.0]


def test_a_list_fits_boxes_as_well_whatever_signs_lines_have_beside_digits():
    digits = boxes(4, 0, 7)
    answers = np.array([[*sure_of(digit), 0.0, 0.0] for digit in (4, 0, 7)], np.float32)
    columns = [column(np.append(sure_of(digit), [1e-9, 1e-9])) for digit in (4, 0, 7)]
    parts = tuple(Part(IMAGE, QUAD) for _ in range(3))
    with_signs = Boxes(Row(parts, QUAD), (answers, np.zeros(3, np.float32)), columns, "0123456789.,")
    numbers = np.array([(4, 0, 7), (4, 0, 1)], np.int8)
    assert with_signs.on_list(numbers) == pytest.approx(digits.on_list(numbers), rel=0.01)


def test_a_free_row_says_what_its_line_says_each_reading_as_probable_as_it_is():
    sure, slash = {"1": 0.99}, {"1": 0.7, "/": 0.29}
    best, second = free(sure, slash, {"2": 0.99}).readings(2)
    assert (best.text, second.text) == ("112", "1/2")
    assert best.probability == pytest.approx(0.99**2 * 0.7, abs=0.02)
    assert second.probability == pytest.approx(0.99**2 * 0.29, abs=0.02)


def test_each_sign_of_a_free_row_has_its_place_and_its_probability():
    signs = free({"1": 0.99}, {",": 0.6, "-": 0.3}, {"5": 0.99}).signs("1,5")
    assert [sign.text for sign in signs] == ["1", ",", "5"]
    assert [sign.probability for sign in signs] == pytest.approx([1.0, 2 / 3, 1.0], abs=0.01)
    assert [sign.quad[0][0] for sign in signs] == pytest.approx([0, 60, 120], abs=10)
    assert [sign.quad[1][0] for sign in signs] == pytest.approx([60, 120, 180], abs=10)


def test_the_outer_signs_of_a_free_row_end_where_the_row_ends():
    first, last = free({"1": 0.99}, {"5": 0.99}, ends=(1.0, 10.0)).signs("15")
    assert (first.quad[0][0], last.quad[1][0]) == (0.0, 120.0)


def test_a_line_of_nothing_says_that_there_is_no_number():
    row = free({}, {})
    [reading] = row.readings(1)
    assert (reading.text, row.signs("")) == ("", ())
    assert reading.probability > 0.99


def test_digits_are_counted_without_the_signs_beside_them():
    row = free({"-": 0.9}, {"1": 0.9}, {"2": 0.8}, {",": 0.6, "4": 0.3}, {"5": 0.9})
    assert row.readings(1)[0].text == "-12,5"
    assert row.readings(1, digits=3)[0].text == "-12,5"
    assert row.readings(1, digits=4)[0].text == "-1245"


def test_a_list_of_digits_passes_over_signs_in_a_free_row():
    row = free({"1": 0.99}, {"2": 0.99}, {",": 0.99}, {"5": 0.99})
    fits = row.on_list(places("125", "126", "215"))
    assert fits[0] > 500
    assert fits[0] > 1000 * fits[1] > fits[2]


def test_a_list_with_signs_is_held_against_them():
    row = free({"1": 0.99}, {"2": 0.99}, {",": 0.99}, {"5": 0.99})
    fits = row.on_list(places("12,5", "1,25", "12-5"))
    assert fits[0] > 1000 * max(fits[1:])


def test_opinions_of_several_recognisers_count_alike():
    one, other = free({"1": 0.9, "7": 0.09}), free({"1": 0.3, "7": 0.69})
    both = Free(one._row, [replace(each, weight=0.5) for each in (*one._opinions, *other._opinions)])
    shares = {reading.text: reading.probability for reading in both.readings(2)}
    assert shares["1"] / shares["7"] == pytest.approx(np.sqrt(0.9 * 0.3 / (0.09 * 0.69)), rel=0.05)


def test_a_reading_is_as_sure_as_the_pool_and_the_looks_say_together():
    one, other = free({"1": 0.98}), free({"1": 0.5})
    looks = [replace(each, weight=0.5) for each in (*one._opinions, *other._opinions)]
    best = Free(one._row, looks).readings(1)[0]
    odds = np.sqrt(best.probability / (1 - best.probability) * 0.74 / 0.26)
    assert best.sureness == pytest.approx(odds / (1 + odds), abs=0.01)
    assert best.sureness < best.probability
