import numpy as np
import pytest

from tenfold.draw.glyphs import GLYPH, LARGEST, SIGNS, draw_strokes, sign_strokes, with_width


def test_strokes_are_drawn_with_the_pens_width_where_they_lie():
    glyph = draw_strokes([np.array([(0.0, 0.25), (1.0, 0.25)])], 6)
    rows = np.flatnonzero(glyph.ink.max(axis=1) > 127)
    assert glyph.ink.dtype == np.uint8
    assert 5 <= len(rows) <= 8
    assert rows.mean() + glyph.top == pytest.approx(GLYPH / 4, abs=1.5)
    assert glyph.ink.shape[1] == pytest.approx(GLYPH + 6, abs=6)


def test_a_glyph_says_where_the_pen_was_set_down_and_lifted():
    glyph = draw_strokes([np.array([(0.1, 0.0), (0.1, 1.0)]), np.array([(0.5, 0.5), (0.9, 0.2)])], 4)
    for (x, y), place in ((glyph.start, (0.1, 0.0)), (glyph.end, (0.9, 0.2))):
        assert y == pytest.approx(GLYPH * place[1], abs=1)
        assert glyph.ink[round(y - glyph.top), round(x)] == 255
    assert glyph.end[0] - glyph.start[0] == pytest.approx(0.8 * GLYPH)


def test_a_point_of_ink_is_a_stroke_and_a_wild_stroke_is_cut_off():
    assert draw_strokes([np.array([(0.2, 0.2)])], 4).ink.max() == 255
    assert max(draw_strokes([np.array([(0.0, 0.0), (9.0, 9.0)])], 4).ink.shape) == LARGEST


@pytest.mark.parametrize("sign", SIGNS)
def test_signs_stand_where_people_write_them_no_two_alike(sign):
    drawn = [draw_strokes(sign_strokes(sign, np.random.default_rng(seed)), 5) for seed in range(40)]
    assert len({glyph.ink.tobytes() for glyph in drawn}) > 20
    for glyph in drawn:
        middle = (glyph.top + glyph.ink.shape[0] / 2) / GLYPH
        low, high = {"'": (-0.2, 0.4), ".": (0.8, 1.1), ",": (0.8, 1.3)}.get(sign, (0.3, 0.8))
        assert low < middle < high
        assert glyph.ink.max() == 255


def test_what_is_no_sign_is_refused():
    with pytest.raises(KeyError):
        sign_strokes("?", np.random.default_rng(0))


def test_strokes_become_wider_and_thinner_but_do_not_vanish():
    ink = np.zeros((40, 40), np.uint8)
    ink[5:35, 17:23] = 255
    assert np.array_equal(with_width(ink, 6), ink)
    assert 6 < (with_width(ink, 15)[20] > 127).sum() <= 9
    assert 4 <= (with_width(ink, 1)[20] > 127).sum() < 6
