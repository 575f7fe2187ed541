"""Signs as machines set them: typefaces and displays."""

import numpy as np
import pytest

from tenfold.draw.fonts import FONTS, font_path
from tenfold.draw.glyphs import GLYPH
from tenfold.draw.typeset import SEGMENTS, PrintWriter, SegmentWriter, typeset
from tenfold.draw.writing import write

PRINT = PrintWriter(6.0, 1.0, font_path("DejaVuSans.ttf"))


def rng():
    return np.random.default_rng(3)


@pytest.mark.parametrize("name", FONTS)
def test_digits_of_a_typeface_are_as_high_as_other_glyphs_and_have_their_room(name):
    glyphs = [typeset(str(font_path(name)), digit) for digit in "0123456789"]
    assert np.median([np.ptp(np.flatnonzero(glyph.ink.max(axis=1) > 100)) for glyph in glyphs]) == pytest.approx(
        GLYPH, abs=4
    )
    assert len({round(end - begin) for begin, end in (glyph.room for glyph in glyphs)}) == 1  # as in columns of figures


def test_a_machine_sets_the_same_sign_the_same_way():
    glyphs = [PRINT.glyph("5", np.random.default_rng(seed)) for seed in range(2)]
    assert np.array_equal(glyphs[0].ink, glyphs[1].ink)


def test_print_stands_level_and_is_set_in_even_steps():
    ink = write("8888", PRINT, rng())
    columns = np.flatnonzero(np.diff((ink.max(axis=0) > 100).astype(int)) == 1)
    assert np.ptp(np.diff(columns)) <= 1
    assert len({int(np.flatnonzero(part.max(axis=1) > 100)[0]) for part in np.array_split(ink, 4, axis=1)}) == 1


def test_a_wider_machine_sets_wider_signs():
    assert PrintWriter(6.0, 1.5, PRINT.path).glyph("8", rng()).ink.shape[1] > 1.3 * PRINT.glyph("8", rng()).ink.shape[1]


def test_a_display_gives_every_digit_the_same_room():
    display = SegmentWriter(8.0, 0.5, 0.05, 0.08, 0.8, otherwise=False)
    rooms = [display.glyph(digit, rng()).room for digit in "0123456789"]
    assert {round(end - begin, 6) for begin, end in rooms} == {0.8 * GLYPH}


def test_every_digit_of_a_display_looks_different():
    for otherwise in (False, True):
        display = SegmentWriter(8.0, 0.5, 0.0, 0.08, 0.8, otherwise)
        assert len({display.glyph(sign, rng()).ink.tobytes() for sign in SEGMENTS}) == len(SEGMENTS)


@pytest.mark.parametrize("sign", ".,/:+'")
def test_a_display_has_the_signs_of_numbers(sign):
    assert SegmentWriter.choose(rng()).glyph(sign, rng()).ink.max() > 200
