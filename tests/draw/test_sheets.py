import numpy as np
import pytest

from tenfold.draw.sheets import PENS, DigitGlyphs, Sheet, choose_pen


@pytest.fixture(scope="module")
def glyphs(mnist):
    return DigitGlyphs(mnist.x_test[:2000], mnist.y_test[:2000])


def glyph(glyphs: DigitGlyphs, digit: int, height: float, pen: float = 0.35, seed: int = 0) -> np.ndarray:
    return glyphs.glyph(digit, height, pen, np.random.default_rng(seed))


@pytest.mark.parametrize("height", [24, 60, 140])
def test_a_glyph_is_as_large_as_asked_for_and_has_no_paper_around(glyphs, height):
    for digit in range(10):
        ink = glyph(glyphs, digit, height)
        assert ink.dtype == np.float32
        assert 0 <= ink.min() <= ink.max() == 1
        assert max(ink.shape) == pytest.approx(height, rel=0.15)
        assert all((edge > 0.1).any() for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))


def test_pens_go_from_thick_to_thin(glyphs):
    thick, thin = (np.mean([glyph(glyphs, digit, 60, pen).sum() for digit in range(10)]) for pen in PENS)
    assert thick > 1.2 * thin
    assert all(PENS[0] <= choose_pen(np.random.default_rng(seed)) <= PENS[1] for seed in range(20))


def test_a_glyph_is_written_where_it_is_put(glyphs):
    sheet, ink = Sheet.blank(100, 120, np.random.default_rng(0)), glyph(glyphs, 3, 40)
    sheet.write(ink, 30, 20)
    assert np.array_equal(sheet.written[20 : 20 + ink.shape[0], 30 : 30 + ink.shape[1]], ink)
    assert sheet.written.sum() == pytest.approx(ink.sum())
    assert not sheet.printed.any()


def test_a_stroke_is_written_and_a_rule_is_printed():
    sheet = Sheet.blank(50, 50, np.random.default_rng(0))
    sheet.write_stroke(np.array([(10.0, 10.0), (40.0, 10.0)]), 3)
    sheet.print_rule((10, 30), (40, 30), 2)
    assert sheet.written[10, 10:40].min() == 1
    assert sheet.printed[30, 12:38].min() == 1
    assert not sheet.written[20:].any()
    assert not sheet.printed[:20].any()


def test_a_rule_thinner_than_a_pixel_is_fainter():
    sheet = Sheet.blank(20, 50, np.random.default_rng(0))
    sheet.print_rule((5, 10), (45, 10), 0.5, ink=0.8)
    assert sheet.printed.max() == pytest.approx(0.4)


def test_text_is_printed_right_and_below_of_its_place():
    sheet = Sheet.blank(80, 300, np.random.default_rng(0))
    sheet.print_text("number", 40, 20, 30)
    rows, columns = np.nonzero(sheet.printed)
    assert 20 <= rows.min() < rows.max() < 60
    assert 40 <= columns.min() < 45
    assert columns.max() > 120


def test_a_label_is_an_upright_rectangle_clockwise_from_the_top_left():
    sheet = Sheet.blank(10, 10, np.random.default_rng(0))
    sheet.label("12", 1, 2, 8, 9)
    [number] = sheet.numbers
    assert number.text == "12"
    assert number.quad == ((1, 2), (8, 2), (8, 9), (1, 9))
