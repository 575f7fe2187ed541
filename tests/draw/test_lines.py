import numpy as np
import pytest

from tenfold.draw.lines import LineGlyphs, draw_line


@pytest.fixture(scope="module")
def glyphs(mnist):
    return LineGlyphs.gather(mnist.x_train[:2000], mnist.y_train[:2000], np.random.default_rng(0))


def test_lines_have_their_height_and_ink_and_a_text_of_digits(glyphs):
    rng = np.random.default_rng(1)
    lines = [draw_line(glyphs, rng) for _ in range(200)]
    assert all(line.dtype == np.uint8 and line.shape[0] == 32 and line.shape[1] >= 8 for line, _ in lines)
    assert all(set(text) <= set("0123456789") for _, text in lines)
    assert 0.1 < np.mean([text == "" for _, text in lines]) < 0.4
    assert all(line.max() > 0 for line, text in lines if text)


def test_longer_numbers_make_wider_lines(glyphs):
    rng = np.random.default_rng(2)
    lines = [draw_line(glyphs, rng) for _ in range(300)]
    widths = {
        short: np.mean([line.shape[1] for line, text in lines if text and (len(text) < 4) == short])
        for short in (True, False)
    }
    assert widths[False] > 1.5 * widths[True]


def test_the_same_seed_draws_the_same_line(glyphs):
    first, second = (draw_line(glyphs, np.random.default_rng(7)) for _ in range(2))
    assert first[1] == second[1]
    assert np.array_equal(first[0], second[0])
