import numpy as np
import pytest

from tenfold.draw.surroundings import (
    draw_cell_edges,
    draw_neighbour,
    draw_pattern,
    draw_rule,
    print_word,
    printed_words,
)


def blank() -> np.ndarray:
    return np.zeros((32, 120), np.float32)


def test_words_fit_into_a_line_and_are_always_the_same():
    words = printed_words()
    assert len(words) == 3000
    assert all(word.dtype == np.uint8 and 6 <= word.shape[0] <= 32 and word.any() for word in words)
    assert printed_words() is words


def test_large_words_are_cut_off_below():
    assert print_word("Kg", "DejaVuSans.ttf", 60).shape[0] == 32


def test_a_rule_adds_ink_and_takes_none_away():
    rng, darker = np.random.default_rng(0), []
    for _ in range(50):
        line = np.full((32, 120), 30, np.float32)
        draw_rule(line, rng)
        assert (line >= 30).all()
        darker.append(line.max() > 50)
    assert np.mean(darker) > 0.9


def test_rules_leave_the_digits_in_the_middle_free_unless_they_may_lie_anywhere():
    def upright_in_the_middle(anywhere: bool) -> int:
        found = 0
        for seed in range(100):
            line = blank()
            draw_rule(line, np.random.default_rng(seed), anywhere=anywhere)
            columns = (line > 40).sum(0)
            found += int(columns[20:100].max() > 25)
        return found

    assert upright_in_the_middle(False) == 0
    assert upright_in_the_middle(True) > 5


def test_the_edge_of_a_cell_stands_beside_the_line():
    for seed in range(30):
        line = draw_cell_edges(blank(), np.random.default_rng(seed))
        assert line.shape[0] == 32
        assert 2 <= line.shape[1] - 120 < 28
        columns = np.flatnonzero((line > 40).sum(0) > 15)
        assert len(columns)
        assert all(column < 20 or column > line.shape[1] - 20 for column in columns)


def test_patterns_are_fainter_than_strokes():
    patterns = [draw_pattern((32, 90), np.random.default_rng(seed)) for seed in range(60)]
    assert all(pattern.shape == (32, 90) and pattern.dtype == np.float32 for pattern in patterns)
    assert all(0 <= pattern.min() <= pattern.max() <= 150 for pattern in patterns)
    assert np.mean([pattern.any() for pattern in patterns]) > 0.9


def test_a_neighbour_comes_into_view_above_or_below():
    places = set()
    for seed in range(20):
        line = blank()
        draw_neighbour(line, np.random.default_rng(seed))
        upper, lower = line[:16].sum(), line[16:].sum()
        assert min(upper, lower) == pytest.approx(0, abs=1)
        places.add(upper > lower)
    assert places == {True, False}
