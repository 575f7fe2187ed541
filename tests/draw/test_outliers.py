import numpy as np
import pytest

from tenfold.draw import outliers
from tenfold.draw.outliers import CUTS, PRINTED_CHARACTERS, SHARES, not_digits
from tenfold.draw.pen import draw_digits
from tenfold.errors import DataError

DIGITS, LABELS = draw_digits(400, np.random.default_rng(7))

KINDS = {
    "drawn letters": lambda count, rng: outliers.drawn_letters(count, rng),
    "printed letters": lambda count, rng: outliers.printed_letters(count, rng),
    "signs": lambda count, rng: outliers.signs(count, rng),
    "scribbles": lambda count, rng: outliers.scribbles(count, rng),
    "halves": lambda count, rng: outliers.halves(count, DIGITS, LABELS, rng),
    "pairs": lambda count, rng: outliers.pairs(count, DIGITS, rng),
    "textures": lambda count, rng: outliers.textures(count, rng),
    "silhouettes": lambda count, rng: outliers.silhouettes(count, rng),
    "blanks": lambda count, rng: outliers.blanks(count, rng),
}


def test_as_many_come_as_are_asked_for():
    for count in (0, 1, 300):
        images = not_digits(count, DIGITS, LABELS, np.random.default_rng(0))
        assert images.shape == (count, 28, 28)
        assert images.dtype == np.uint8


def test_the_seed_decides_everything():
    first, again, other = (not_digits(60, DIGITS, LABELS, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_shares_are_whole():
    assert sum(SHARES.values()) == pytest.approx(1)
    assert SHARES.keys() == KINDS.keys()


def test_a_missing_digit_is_named():
    with pytest.raises(DataError, match=r"none of \[4\]"):
        not_digits(5, DIGITS[LABELS != 4], LABELS[LABELS != 4], np.random.default_rng(0))


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"blanks"}))
def test_nothing_but_blanks_is_blank(kind):
    images = KINDS[kind](200, np.random.default_rng(0))
    assert images.shape == (200, 28, 28)
    assert images.dtype == np.uint8
    assert (images.astype(int).max((1, 2)) - images.min((1, 2)) > 60).mean() > 0.95
    assert images.any((1, 2)).all()


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"blanks"}))
def test_no_two_are_the_same(kind):
    assert len(np.unique(KINDS[kind](60, np.random.default_rng(1)), axis=0)) >= 58


@pytest.mark.parametrize("kind", ["drawn letters", "printed letters", "signs", "scribbles", "pairs"])
def test_drawings_are_framed_as_digits_are(kind):
    images = KINDS[kind](100, np.random.default_rng(0))
    assert (images.max((1, 2)) == 255).all()
    for axis in (1, 2):
        inked = images.any(axis)
        assert (28 - inked.argmax(1) - inked[:, ::-1].argmax(1)).max() <= 20


def test_blanks_are_nearly_so_and_some_entirely():
    images = KINDS["blanks"](300, np.random.default_rng(0))
    assert images.mean((1, 2)).max() < 60
    assert 0 < (~images.any((1, 2))).sum() < 150


def test_halves_are_of_those_digits_alone_that_are_digits_no_more(monkeypatch):
    cut = []
    real = outliers._half
    monkeypatch.setattr(
        outliers, "_half", lambda image, side, kept: cut.append((image, side)) or real(image, side, kept)
    )
    outliers.halves(200, DIGITS, LABELS, np.random.default_rng(0))
    for image, side in cut:
        label = LABELS[(image == DIGITS).all((1, 2))][0]
        assert label in CUTS[side]
    assert {side for _, side in cut} == set(CUTS)


def test_a_half_is_less_than_one_half():
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 8:18] = 255
    assert outliers._half(image, "upper", 0.4).shape == (8, 10)
    assert outliers._half(image, "left", 0.4).shape == (20, 4)


def test_characters_that_print_like_digits_are_left_out():
    assert not set(PRINTED_CHARACTERS) & set("0123456789OoIlZzSsbBgqy|/\\")
