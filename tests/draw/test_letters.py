import string
from pathlib import Path

import matplotlib
import numpy as np

from tenfold.draw.letters import LOOKALIKES, TIMES, draw_letters

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def test_every_letter_of_a_font_is_drawn_dark_on_white_and_never_twice_the_same():
    pictures, letters = draw_letters([FONT], np.random.default_rng(0))
    assert letters == [letter for letter in string.ascii_letters for _ in range(TIMES)]
    assert all(picture.shape == (128, 128) and picture.dtype == np.uint8 for picture in pictures)
    assert all(picture.min() == 0 and picture[0, 0] == 255 and picture.mean() > 128 for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)


def test_lookalikes_are_letters():
    assert set(string.ascii_letters) > LOOKALIKES
