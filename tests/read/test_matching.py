"""A list is held against what was read already, as it would be while reading."""

import numpy as np
import pytest
from sheets import Sheet

from tenfold import Reader
from tenfold.picture.opening import open_pages
from tenfold.read.lists import Known
from tenfold.read.matching import match
from tenfold.read.pages import read_page
from tenfold.read.promises import NEVER

LISTED = Known.of(["781528989", "402135667", "12.50"], "0123456789.,/-:+' ")


def test_the_most_probable_reading_that_is_on_the_list_is_taken():
    rows = [
        [("781528988", 0.6), ("781528989", 0.4)],
        [("111111111", 0.9), ("222222222", 0.1)],
        [("_________", 1.0)],
        [],
    ]
    first, second, third, fourth = match(rows, LISTED, 0.5)
    assert (first.text, first.reason, first.times) == ("781528989", None, 1)
    assert first.probability > 0.99
    assert (second.text, second.probability, second.reason, second.times) == ("111111111", 0.9, "not-on-list", 0)
    assert (third.reason, fourth.reason) == ("blank", "blank")


def test_signs_that_stand_in_no_number_of_the_list_are_passed_over():
    [found] = match([[("40 213 5667", 0.7), ("402135667", 0.2)]], LISTED, 0.5)
    assert found.text == "402135667"
    [kept] = match([[("12.50", 0.9)]], LISTED, 0.5)
    assert kept.text == "12.50"
    [short] = match([[("1250", 0.9)]], LISTED, 0.5)
    assert short.reason == "not-on-list"


def test_a_number_that_several_rows_say_is_counted():
    found = match([[("402135667", 1.0)], [("402135667", 0.9)], [("781528989", 1.0)]], LISTED, 0.5)
    assert [each.times for each in found] == [2, 2, 1]


def test_what_is_promised_decides_what_is_accepted():
    unsure = [[("402135667", 0.00001)]]
    assert match(unsure, LISTED, 0.9999999)[0].reason == "uncertain"
    assert match(unsure, LISTED, NEVER)[0].reason == "not-calibrated"


def test_it_says_what_reading_with_the_list_says(mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test, height=900)
    numbers = ["78152", "40213", "99001", "31415"]
    for place, number in enumerate(numbers):
        sheet.boxes(number, 200, 120 + 180 * place)
    page = sheet.page(2.0)
    reader = Reader()
    options = reader.options(known=[*numbers[:3], "11111"])
    rows = read_page(reader.model, next(open_pages(page)), options)
    expected = reader.decide(rows, options)
    readings = [[(each.text, each.probability) for each in row.readings] for row in rows]
    found = match(readings, options.known, reader.promised_numbers(options).least["list"])
    assert [each.text for each in found] == [number.text for number in expected]
    assert [each.reason for each in found] == [number.reason for number in expected]
    np.testing.assert_allclose(
        [each.probability for each in found[:3]], [number.probability for number in expected][:3], atol=0.01
    )
    assert found[3].reason == "not-on-list"


@pytest.mark.parametrize("rows", [[], [[]]])
def test_nothing_is_matched_with_nothing(rows):
    assert all(each.reason == "blank" for each in match(rows, LISTED, 0.5))
