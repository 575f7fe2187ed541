import numpy as np
import pytest

from tenfold.draw.fonts import FONTS, FORM_FONTS, font_path, load_font, print_text


@pytest.mark.parametrize("name", FONTS)
def test_every_font_prints_all_digits_differently(name):
    assert len({print_text(digit, name, 40).ink.tobytes() for digit in "0123456789"}) == 10


@pytest.mark.parametrize("name", FONTS)
def test_every_font_is_a_file_that_matplotlib_brings(name):
    assert font_path(name).is_file()


@pytest.mark.parametrize("name", FORM_FONTS)
def test_form_fonts_hold_a_paragraph_sign_and_accents_of_their_own(name):
    missing = print_text("\ue000", name, 40).ink
    assert not np.array_equal(print_text("§", name, 40).ink, missing)


def test_text_has_paper_around_and_says_where_it_lies():
    text = print_text("Ag", "DejaVuSans.ttf", 40)
    assert text.ink.dtype == np.uint8
    assert text.ink.max() == 255
    assert not text.ink[[0, -1]].any()
    assert text.top + text.ink.shape[0] == load_font("DejaVuSans.ttf", 40).getbbox("Ag")[3] + 1
