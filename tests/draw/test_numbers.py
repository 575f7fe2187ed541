import numpy as np
import pytest

from tenfold.arrays import SEPARATORS
from tenfold.draw import numbers
from tenfold.draw.numbers import GUARDED, NOTHING, draw_number

ALPHABET = set("0123456789") | set(SEPARATORS)


@pytest.fixture(scope="module")
def drawn(hands):
    rng = np.random.default_rng(0)
    return [draw_number(hands, rng) for _ in range(400)]


@pytest.fixture
def bare(monkeypatch):
    """Keep the ink from paper, light and camera: give what was written, and what around it."""
    monkeypatch.setattr(numbers, "photograph", lambda written, around, size, rng: np.stack([written, around]))


def test_pictures_are_grey_and_as_high_as_cut_out_numbers(drawn):
    assert all(picture.dtype == np.uint8 and picture.ndim == 2 for picture, _ in drawn)
    heights, widths = zip(*(picture.shape for picture, _ in drawn), strict=True)
    assert min(heights) >= 20
    assert max(heights) < 320
    assert 40 < np.median(heights) < 90
    assert min(widths) >= 16


def test_texts_are_of_signs_that_a_line_recogniser_knows(drawn):
    texts = [text for _, text in drawn]
    assert set("".join(texts)) <= ALPHABET
    assert all(text == text.strip() and "  " not in text for text in texts)
    assert sum(any(sign in SEPARATORS for sign in text) for text in texts) > 100


def test_on_a_few_pictures_nothing_is_written(drawn):
    assert np.mean([text == "" for _, text in drawn]) == pytest.approx(NOTHING, abs=0.04)


def test_what_is_to_be_read_is_written_and_nothing_else_is_in_the_layer(hands, bare):
    rng = np.random.default_rng(1)
    for _ in range(150):
        (written, _), text = draw_number(hands, rng)
        assert written.max() > 0.3 or not text
        assert written.max() < 1.001


def test_neighbours_come_into_view_at_the_edges(hands, bare):
    rng = np.random.default_rng(2)
    around = [draw_number(hands, rng)[0][1] for _ in range(200)]
    inked = [layer > 0.3 for layer in around]
    assert 0.3 < np.mean([layer.any() for layer in inked]) < 0.7
    assert sum(layer[-1].any() for layer in inked) > sum(layer[len(layer) // 2].any() for layer in inked)
    assert sum(layer[0].any() for layer in inked) > 15


def test_guards_are_written_and_those_of_the_alphabet_are_read():
    guarded = [numbers._guard("12", np.random.default_rng(seed)) for seed in range(1000)]
    assert {text for _, text in guarded} >= {"12", "12-", "12 --", "12.-", "12 /-"}
    assert {text for drawn, text in guarded if drawn[0] in "$#*=" and drawn.endswith("12")} == {"12"}
    assert np.mean([not drawn.startswith("12") for drawn, _ in guarded]) == pytest.approx(GUARDED, abs=0.04)
    assert np.mean([not drawn.endswith("12") for drawn, _ in guarded]) == pytest.approx(GUARDED, abs=0.04)


def test_the_same_seed_draws_the_same_picture(hands):
    for seed in range(5):
        first, again = (draw_number(hands, np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(first[0], again[0])
        assert first[1] == again[1]


def test_some_numbers_are_cut_off_above_or_below(hands, bare, monkeypatch):
    monkeypatch.setattr(numbers, "CUT", 1.0)
    drawn = [draw_number(hands, np.random.default_rng(seed)) for seed in range(20)]
    cut = [max(written[0].max(), written[-1].max()) > 0.3 for (written, _), text in drawn if text]
    assert np.mean(cut) > 0.7
