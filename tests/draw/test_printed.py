import numpy as np
import pytest

from tenfold.draw import printed
from tenfold.draw.fonts import FONTS
from tenfold.draw.framing import frame_all
from tenfold.draw.printed import print_characters, print_digits
from tenfold.model.folder import SHIPPED, load_model


def test_printed_digits_are_framed_as_mnist_is():
    images, labels = print_digits(300, np.random.default_rng(0))
    assert images.shape == (300, 28, 28)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int64
    assert set(labels.tolist()) == set(range(10))
    assert (images.max((1, 2)) == 255).all()
    places = np.arange(28) + 0.5
    for axis in (1, 2):
        assert np.abs(images.sum(axis) @ places / images.sum((1, 2)) - 14.5).max() <= 0.5 + 1e-9
        inked = images.any(axis)
        assert (28 - inked.argmax(1) - inked[:, ::-1].argmax(1)).max() <= 20


def test_the_seed_decides_everything():
    first, again, other = (print_digits(20, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("font", FONTS)
def test_every_font_has_ten_digits_of_its_own_and_none_vanishes(font, monkeypatch):
    monkeypatch.setattr(printed, "FONTS", (font,))
    rng = np.random.default_rng(0)
    glyphs = [printed._glyph(font, digit) for digit in "0123456789"]
    assert len({glyph.tobytes() for glyph in glyphs}) == 10
    for digit, glyph in zip("0123456789", glyphs, strict=True):
        for ink in print_characters([digit] * 20, rng):
            assert ink.sum() > 0.4 * glyph.sum()


def test_who_knows_mnist_reads_most_of_them():
    images, labels = print_digits(1000, np.random.default_rng(0))
    assert (load_model(SHIPPED)(images).argmax(1) == labels).mean() > 0.9


def test_no_two_prints_are_the_same():
    images = frame_all(print_characters(["7"] * 60, np.random.default_rng(0)))
    assert len(np.unique(images, axis=0)) == 60
