"""Each writer writes all signs in one hand."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tenfold.data.strokes import PenDigit
from tenfold.draw.fonts import FONTS, font_path
from tenfold.draw.glyphs import GLYPH, LARGEST, SIGNS
from tenfold.draw.hands import DIGITS
from tenfold.draw.typeset import PrintWriter, SegmentWriter
from tenfold.draw.writers import FontWriter, Hands, HandWriter, ImageWriter, PenWriter, by_label, people_of

EVERY = "0123456789" + SIGNS


KINDS = (PenWriter, HandWriter, ImageWriter, FontWriter, PrintWriter, SegmentWriter)


@pytest.fixture(scope="module")
def writers(hands):
    """One writer of each kind."""
    rng = np.random.default_rng(0)
    of_kinds = {}
    while len(of_kinds) < len(KINDS):
        writer = hands.choose(rng)
        of_kinds[type(writer)] = writer
    return of_kinds


@pytest.mark.parametrize("kind", KINDS)
def test_digits_are_as_high_as_digits_and_every_sign_has_ink(writers, kind):
    rng, writer = np.random.default_rng(1), writers[kind]
    for sign in EVERY:
        for _ in range(5):
            glyph = writer.glyph(sign, rng)
            assert glyph.ink.dtype == np.uint8
            assert glyph.ink.max() > 90
            assert max(glyph.ink.shape) <= LARGEST
            if sign.isdigit():
                assert 0.6 * GLYPH < glyph.ink.shape[0] < 1.7 * GLYPH
                assert abs(glyph.top + glyph.ink.shape[0] - GLYPH) < 0.4 * GLYPH


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_writes_the_same_glyph(writers, kind):
    for sign in "38,":
        first, again = (writers[kind].glyph(sign, np.random.default_rng(3)) for _ in range(2))
        assert np.array_equal(first.ink, again.ink)
        assert first[1:] == again[1:]


def upright(digit, x):
    """A digit that is known by its width: a stroke down, and one to the right."""
    return [np.array([(0.0, 0.0), (0.0, 1.0)]), np.array([(0.0, 0.5), (x, 0.5 + 0.01 * digit)])]


def test_a_person_writes_digits_only_in_the_own_ways():
    known = {digit: [upright(digit, 0.1 * (digit + 1))] for digit in range(10)}
    writer, rng = PenWriter(4.0, 0.0, 1.0, known), np.random.default_rng(0)
    widths = [np.mean([writer.glyph(str(digit), rng).ink.shape[1] for _ in range(20)]) for digit in range(10)]
    assert np.diff(widths) == pytest.approx(0.1 * GLYPH, abs=4)


def test_a_person_slants_and_widens_all_digits_alike():
    known = {digit: [upright(digit, 0.5)] for digit in range(10)}
    plain = PenWriter(4.0, 0.0, 1.0, known)
    wide, slanted = replace(plain, wide=1.5), replace(plain, slant=0.5)
    for digit in "07":
        width = plain.glyph(digit, np.random.default_rng(0)).ink.shape[1]
        assert wide.glyph(digit, np.random.default_rng(0)).ink.shape[1] > 1.2 * width
        assert slanted.glyph(digit, np.random.default_rng(0)).ink.shape[1] > 1.2 * width


def test_a_pen_is_as_wide_as_it_says(writers):
    for kind in (PenWriter, HandWriter, ImageWriter):
        thin, thick = (
            sum(int(replace(writers[kind], pen=pen).glyph("-", np.random.default_rng(0)).ink.sum()) for _ in range(5))
            for pen in (2.0, 10.0)
        )
        assert thick > 2 * thin


def test_a_hand_is_kept_from_digit_to_digit(hands):
    rng = np.random.default_rng(2)
    found = [writer for writer in (hands.choose(rng) for _ in range(40)) if isinstance(writer, HandWriter)]
    assert all(writer.hands[digit] in ways.values() for writer in found for digit, ways in DIGITS.items())
    assert len({writer.hands[7] for writer in found}) > 1


def test_an_image_is_shown_with_its_digit(hands):
    [(images, places)] = hands.images
    ones, eights = (
        [ImageWriter(6.0, 0.0, 1.0, images, places).glyph(digit, np.random.default_rng(seed)) for seed in range(30)]
        for digit in "18"
    )
    assert np.mean([glyph.ink.shape[1] for glyph in ones]) < 0.7 * np.mean([glyph.ink.shape[1] for glyph in eights])


def test_typefaces_whose_points_are_rings_have_them_drawn(tmp_path):
    ringed = tmp_path / "mali-latin-400-normal.woff"
    ringed.write_bytes(font_path(FONTS[0]).read_bytes())
    set_twice, drawn_twice = (
        {
            FontWriter(6.0, 0.0, 1.0, path, 0.0).glyph(".", np.random.default_rng(seed)).ink.tobytes()
            for seed in range(9)
        }
        for path in (font_path(FONTS[0]), ringed)
    )
    assert len(set_twice) == 1
    assert len(drawn_twice) > 1


def test_all_kinds_write_those_more_that_more_is_known_of(hands):
    rng = np.random.default_rng(4)
    counts = Counter(type(hands.choose(rng)) for _ in range(2000))
    shares = [counts[kind] / 2000 for kind in KINDS]
    assert shares == pytest.approx([0.29, 0.25, 0.2, 0.12, 0.11, 0.03], abs=0.04)


def test_what_nothing_is_known_of_does_not_write():
    bare = Hands([], [], [], [])
    assert {type(bare.choose(np.random.default_rng(seed))) for seed in range(9)} <= {HandWriter, SegmentWriter}


def test_places_are_those_of_each_digit():
    places = by_label(np.array([3, 1, 3, 0]))
    assert {digit: found.tolist() for digit, found in places.items() if len(found)} == {0: [3], 1: [1], 3: [0, 2]}


def test_recorded_digits_are_sorted_by_who_wrote_them_and_one_high():
    whole = [
        PenDigit(digit, 1, (np.array([(10, 20), (30, 220)], np.float32), np.array([(50, 60)], np.float32)))
        for digit in range(10)
    ]
    flat = PenDigit(4, 1, (np.array([(0, 0), (400, 10)], np.float32),))
    [known] = people_of([*whole, flat, PenDigit(1, 2, whole[0].strokes)])
    assert {digit: len(ways) for digit, ways in known.items()} == {digit: 1 + (digit == 4) for digit in range(10)}
    assert [stroke.tolist() for stroke in known[3][0]] == [
        pytest.approx(np.array(way)) for way in ([[0, 0], [0.1, 1]], [[0.2, 0.2]])
    ]
    assert np.concatenate(known[4][1]).max() == pytest.approx(2)
