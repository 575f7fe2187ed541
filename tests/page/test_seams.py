"""Free rows are cut where there is least ink."""

import numpy as np
import pytest
from sheets import Sheet

from tenfold.page.free import find_free
from tenfold.page.paper import even_out
from tenfold.page.seams import cut


@pytest.fixture
def row(mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test)
    sheet.row("27", 200, 400)
    page = sheet.page()
    [row] = find_free(page, even_out(page))
    return row


def test_two_digits_are_cut_apart_and_keep_their_ink(row):
    width = row.line.shape[1]
    (left, right) = cut(row, [(0, width // 2), (width // 2, width)]).values()
    assert left.right <= right.left
    inked = (left.ink > 0).sum() + (right.ink > 0).sum()
    assert inked == pytest.approx((row.dark > 0).sum(), rel=0.1)


def test_a_cut_through_a_digit_says_so(row):
    first, last = row.components[0]
    middle, gap = round((first + last) / 2), round((last + row.components[1, 0]) / 2)
    halves, apart = (cut(row, [(column, column + 1)])[column, column + 1] for column in (middle, gap))
    assert halves.through_ink
    assert not apart.through_ink


def test_between_two_digits_there_is_nothing(row):
    end, start = row.components[0, 1], row.components[1, 0]
    middle = round((end + start) / 2)
    [part] = cut(row, [(middle, middle)]).values()
    assert part.ink is None


def test_the_whole_row_is_all_of_its_ink(row):
    [part] = cut(row, [(0, row.line.shape[1])]).values()
    assert (part.left, part.right) == (0, row.mask.shape[1])
    assert np.count_nonzero(part.ink) == np.count_nonzero(row.dark)
