"""Rows are read, and cut where the line recogniser reads a space; what surely holds a number is looked at once."""

from itertools import pairwise

import numpy as np
import pytest
from recognizers import Says, strip
from sheets import Sheet

import tenfold
from tenfold.arrays import LINE_HEIGHT
from tenfold.read.options import NumberOptions
from tenfold.read.pages import read_page
from tenfold.read.rows import SPACE, _cuts
from tenfold.read.types import NumberType


def read(says, page, **options):
    return tenfold.Reader(says).numbers(page, **options)


def test_signs_beside_digits_are_in_the_text_and_have_their_places(mnist):
    [number] = read(Says("-12,5"), strip(mnist))
    assert number.text == "-12,5"
    assert "".join(digit.digit for digit in number.digits) == "-12,5"
    assert all(digit.probability > 0.99 for digit in number.digits)
    ends = [(digit.quad[0][0], digit.quad[1][0]) for digit in number.digits]
    assert ends[0][0] == number.quad[0][0]
    assert ends[-1][1] == number.quad[1][0]
    assert all(first[0] < first[1] == second[0] for first, second in pairwise(ends))


@pytest.fixture
def two_numbers(mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test, 320, 90)
    sheet.row("27", 20, 45, 50)
    sheet.row("18", 210, 45, 50)
    return sheet.page()


def test_a_row_is_cut_where_a_space_is_read(two_numbers):
    left, right = read(Says("27 18"), two_numbers)
    assert (left.text, right.text) == ("27", "18")
    assert 0 == left.quad[0][0] < left.quad[1][0] <= right.quad[0][0] < right.quad[1][0] == 320
    assert left.quad[1][0] == pytest.approx(160, abs=10)


def test_a_row_is_not_cut_where_its_digits_stand_evenly_or_a_sign_stands_beside_the_space(mnist, two_numbers):
    assert [number.text for number in read(Says("27 18"), strip(mnist))] == ["2718"]
    assert [number.text for number in read(Says("27, 18"), two_numbers)] == ["27,18"]


def test_a_row_of_a_type_is_not_cut(mnist):
    [number] = read(Says("27 18"), strip(mnist), type="id")
    assert (number.text, number.value) == ("27 18", "2718")
    [row] = read_page(Says("27 18"), strip(mnist), NumberOptions(type=NumberType("id")))
    assert len(row.says.signs(row.readings[0].text)) == 5


@pytest.mark.parametrize(("wide", "cuts"), [(LINE_HEIGHT // 4 - 2, 0), (LINE_HEIGHT // 4 + 2, 1)])
def test_a_gap_narrower_than_a_quarter_of_the_line_is_no_space(wide, cuts):
    """Its others are so narrow that it is far wider than they are."""
    alphabet, line, x = "0123456789 ", np.zeros((LINE_HEIGHT, 120), np.uint8), 10
    columns = np.full((60, len(alphabet) + 1), 1e-6, np.float32)
    columns[:, -1] = 1
    for sign, gap in (("2", 2), ("7", wide), ("1", 2), ("8", 0)):
        line[:, x : x + 16] = 255
        columns[x // 2 + 4, [alphabet.index(sign), -1]] = 1, 1e-6
        x += 16 + gap
        columns[x // 2 - 1, alphabet.index(SPACE)] = 0.6 if gap == wide else 1e-6
    found, apart = _cuts(line, np.log(columns), alphabet)
    assert (len(found), apart) == (cuts, pytest.approx(0.6 if cuts else 1.0))


@pytest.mark.parametrize("text", [" 27", "27 ", " 27 "])
def test_spaces_before_and_behind_a_number_are_not_of_it(mnist, text):
    assert [number.text for number in read(Says(text), strip(mnist))] == ["27"]


def test_signs_do_not_count_as_digits(mnist):
    assert [number.text for number in read(Says("12,5"), strip(mnist), digits=3)] == ["12,5"]
    assert all(sum(map(str.isdigit, each.text)) == 4 for each in read(Says("12,5"), strip(mnist), digits=4))


def test_what_is_read_surely_is_looked_at_once_and_what_is_not_again(mnist):
    surely, hardly = Says("27"), Says("27", share=0.9)
    assert [number.text for says in (surely, hardly) for number in read(says, strip(mnist))] == ["27", "27"]
    assert [len(says.given) for says in (surely, hardly)] == [1, 3]
