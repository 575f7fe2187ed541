import numpy as np
import pytest

from tenfold.draw.glyphs import GLYPH, Glyph
from tenfold.draw.writers import PenWriter
from tenfold.draw.writing import HEIGHT, write


def columns_of_ink(layer):
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (layer > 127).any(axis=0), [0]]).astype(int)))
    return edges.reshape(-1, 2)


class Bars:
    """Writes upright bars for digits, and says where the pen was."""

    sets = False
    pen = 4.0

    def glyph(self, sign, rng):
        return Glyph(np.full((GLYPH, 6), 255, np.uint8), 0, (3.0, 0.0), (3.0, float(GLYPH)))


def test_a_number_is_as_high_as_digits_and_as_wide_as_it_is_long(hands):
    rng = np.random.default_rng(0)
    writer = hands.choose(rng)
    widths = []
    for text in ("7", "742", "7429163"):
        drawn = [write(text, writer, rng) for _ in range(20)]
        assert all(layer.dtype == np.float32 and 0 <= layer.min() <= layer.max() <= 255 for layer in drawn)
        assert all(layer.max() > 200 and 0.5 * GLYPH < layer.shape[0] <= HEIGHT for layer in drawn)
        widths.append(np.mean([layer.shape[1] for layer in drawn]))
    assert widths[2] > 1.8 * widths[1] > 3 * widths[0]


def test_ink_reaches_every_edge(hands):
    rng = np.random.default_rng(1)
    layer = write("5318", hands.choose(rng), rng)
    assert all(edge.max() > 40 for edge in (layer[0], layer[-1], layer[:, 0], layer[:, -1]))


def test_a_number_of_any_length_is_written_whole():
    rng = np.random.default_rng(2)
    for _ in range(40):
        layer = write("1" * 40, Bars(), rng)
        assert layer.shape[1] > 40 * 3
        assert (layer > 127).sum() > 20 * 6 * GLYPH * 0.5
    long = [write("1 " * 30 + "1", Bars(), np.random.default_rng(seed)).shape[1] for seed in range(20)]
    assert min(long) > 31 * 6 + 30 * 24


def test_a_space_sets_digits_apart():
    near, apart = (
        np.mean([write(text, Bars(), np.random.default_rng(seed)).shape[1] for seed in range(40)])
        for text in ("11", "1 1")
    )
    assert apart - near > 24


def test_some_numbers_are_tight_and_some_are_wide():
    gaps = []
    for seed in range(200):
        columns = columns_of_ink(write("11", Bars(), np.random.default_rng(seed)))
        gaps.append(columns[-1][0] - columns[0][1] if len(columns) > 1 else 0)
    assert sum(gap <= 3 for gap in gaps) > 40
    assert sum(gap > 16 for gap in gaps) > 15


def test_cents_are_small_at_times():
    def heights(text):
        found = []
        for seed in range(100):
            layer = write(text, Bars(), np.random.default_rng(seed))
            first, last = columns_of_ink(layer)[[0, -1]]
            found.append(np.divide(*((layer[:, a:b] > 127).any(axis=1).sum() for a, b in (last, first))))
        return np.array(found)

    assert 2 < (heights("111.11") < 0.8).sum() < 40


def test_a_pen_that_is_not_lifted_joins_digits():
    dotted = {digit: [[np.array([(0.0, 0.0), (0.4, 0.0)])]] for digit in range(10)}
    writer = PenWriter(4.0, 0.0, 1.0, dotted)
    pieces = [len(columns_of_ink(write("1111", writer, np.random.default_rng(seed)))) for seed in range(150)]
    assert pieces.count(1) > 5
    assert pieces.count(4) > 30


def test_the_same_seed_writes_the_same(hands):
    writer = hands.choose(np.random.default_rng(3))
    first, again = (write("12,50", writer, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, write("12,50", writer, np.random.default_rng(5)))


@pytest.mark.parametrize("sign", "-+.")
def test_signs_need_no_digit_beside_them(hands, sign):
    rng = np.random.default_rng(6)
    assert write(sign, hands.choose(rng), rng).max() > 90
