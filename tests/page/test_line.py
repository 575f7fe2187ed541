import numpy as np
import pytest
from sheets import Sheet

from tenfold.page.line import holds_several_lines, line_of, whole_line, written_rows
from tenfold.page.paper import even_out


def sheet(mnist, height=90):
    return Sheet(mnist.x_test, mnist.y_test, 300, height)


@pytest.fixture
def number(mnist):
    """A picture of one number, dark on light."""
    written = sheet(mnist)
    written.row("2718", 20, 45, 40)
    return written.page()


def correlation(one, other):
    return np.corrcoef(one.ravel(), other.ravel())[0, 1]


def test_a_line_shows_all_of_a_picture_48_rows_high(number):
    line = whole_line(number)
    assert (line.dtype, line.shape) == (np.uint8, (48, 160))
    assert line.max() == 255
    assert np.quantile(line, 0.3) < 40


def test_faint_uneven_and_light_on_dark_pictures_come_out_alike(number):
    line = whole_line(number)
    faint = (200 + 0.2 * (number.astype(float) - 240)).astype(np.uint8)
    shadowed = (number * np.linspace(1, 0.5, number.shape[1])).astype(np.uint8)
    for other in (faint, shadowed, 255 - number):
        assert correlation(line, whole_line(other)) > 0.9


def test_a_picture_of_any_size_makes_the_same_line(number):
    twice = number.repeat(2, axis=0).repeat(2, axis=1)
    assert correlation(whole_line(number), whole_line(twice)) > 0.97


@pytest.mark.parametrize(("shape", "width"), [((100, 2), 8), ((48, 100), 100), ((20, 4000), 2048)])
def test_lines_are_not_narrower_or_wider_than_a_network_takes(shape, width):
    assert line_of(np.zeros(shape, np.uint8)).shape == (48, width)


def test_paper_stays_paper():
    assert whole_line(np.full((40, 90), 200, np.uint8)).max() == 0


def several(written):
    return holds_several_lines(even_out(written.page()))


@pytest.mark.parametrize("rows", [2, 3])
def test_rows_one_below_another_are_several_lines(mnist, rows):
    written = sheet(mnist, 60 * rows)
    for row in range(rows):
        written.row("31415", 20, 30 + 60 * row, 36)
    assert several(written)


def test_one_row_is_one_line_whatever_rules_and_neighbours_are_cut_off_beside_it(mnist):
    alone = sheet(mnist)
    alone.row("31415", 20, 45, 40)
    assert not several(alone)
    ruled = sheet(mnist)
    ruled.row("31415", 20, 45, 40)
    ruled.line(0, 8, 299, 8, 3)
    ruled.line(0, 80, 299, 80, 3)
    assert not several(ruled)
    cut = sheet(mnist)
    cut.row("31415", 20, 45, 32)
    cut.ink[-12:, 30:200:9] = cut.ink[:10, 40:220:7] = 0.85
    assert not several(cut)


def test_an_empty_picture_holds_no_lines():
    assert not holds_several_lines(even_out(np.full((80, 200), 230, np.uint8)))


def test_a_line_that_is_low_in_its_picture_is_looked_at_closer_but_a_speck_is_not():
    def rows(first, last, height=120):
        picture = np.full((height, 300), 230, np.uint8)
        picture[first:last, 40:260:12] = 20
        return written_rows(even_out(picture))

    assert rows(20, 100) == slice(0, 120)
    low = rows(50, 80)
    assert 35 <= low.start <= 45
    assert 85 <= low.stop <= 95
    speck = rows(60, 63)
    assert speck.stop - speck.start == pytest.approx(40, abs=4)
    blank = np.full((60, 100), 230, np.uint8)
    assert written_rows(even_out(blank)) == slice(0, 60)
