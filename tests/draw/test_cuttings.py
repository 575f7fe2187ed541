import cv2
import numpy as np
import pytest

import tenfold
from tenfold.draw.cuttings import CUTTING_KINDS, draw_cutting
from tenfold.draw.sheets import DigitGlyphs


@pytest.fixture(scope="module")
def glyphs(mnist):
    return DigitGlyphs(mnist.x_test, mnist.y_test)


@pytest.mark.parametrize(("kind", "lengths"), [("amounts", range(2, 9)), ("cells", range(1, 6))])
def test_a_cutting_holds_one_number_of_digits(glyphs, kind, lengths):
    pages = [draw_cutting(glyphs, kind, np.random.default_rng(seed)) for seed in range(80)]
    assert all(page.kind == kind and len(page.numbers) == 1 for page in pages)
    texts = [page.numbers[0].text for page in pages]
    assert {len(text) for text in texts} == set(lengths)
    assert all(text.isdigit() for text in texts)
    assert all(30 <= page.grey.shape[0] <= 160 for page in pages)


@pytest.mark.parametrize("kind", CUTTING_KINDS)
def test_the_number_lies_inside_and_its_place_is_darker_than_the_paper(glyphs, kind):
    for seed in range(20):
        page = draw_cutting(glyphs, kind, np.random.default_rng(seed))
        (left, top), _, (right, bottom), _ = page.numbers[0].quad
        assert 0 < left < right < page.grey.shape[1]
        place = page.grey[max(0, round(top)) : round(bottom), round(left) : round(right)]
        assert np.percentile(place, 5) < np.percentile(page.grey, 80) - 20


@pytest.mark.parametrize("kind", CUTTING_KINDS)
def test_the_same_seed_draws_the_same_cutting(glyphs, kind):
    first, again = (draw_cutting(glyphs, kind, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first.grey, again.grey)
    assert first.numbers == again.numbers


@pytest.mark.parametrize("kind", CUTTING_KINDS)
def test_cuttings_show_their_number_to_the_shipped_reader(glyphs, kind):
    reader, right = tenfold.Reader(), 0
    for seed in range(8):
        page = draw_cutting(glyphs, kind, np.random.default_rng(seed))
        picture = cv2.imencode(".png", page.grey)[1].tobytes()
        digits = [sign for number in reader.numbers(picture) for sign in number.text if sign.isdigit()]
        right += "".join(digits) == page.numbers[0].text
    assert right >= 6
