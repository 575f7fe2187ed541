import numpy as np
import pytest

from tenfold.draw import backgrounds
from tenfold.draw.backgrounds import PAPERS, RULES, print_pattern, print_rules


@pytest.fixture
def only(monkeypatch):
    """Leave one choice of a table."""

    def leave(table, kind):
        monkeypatch.setattr(backgrounds, table, {kind: 1.0})

    return leave


@pytest.mark.parametrize("kind", PAPERS)
def test_every_paper_is_between_bare_and_full_ink(only, kind):
    only("PAPERS", kind)
    for seed in range(20):
        pattern = print_pattern(50, 90, 30, np.random.default_rng(seed))
        assert (pattern.shape, pattern.dtype) == ((50, 90), np.float32)
        assert 0 <= pattern.min() <= pattern.max() <= 1
        assert (pattern.max() > 0.3) == (kind != "plain")


@pytest.mark.parametrize("kind", ["waves", "hatch", "dots", "squares"])
def test_patterns_grow_with_what_is_written_on_them(only, kind):
    only("PAPERS", kind)
    fine, coarse = (
        np.mean([np.abs(np.diff(print_pattern(90, 90, size, np.random.default_rng(seed)))).mean() for seed in range(9)])
        for size in (20, 80)
    )
    assert fine > 1.3 * coarse


@pytest.mark.parametrize("kind", RULES)
def test_rules_lie_where_numbers_have_them(only, kind):
    only("RULES", kind)
    drawn = [print_rules(60, 200, 30, np.random.default_rng(seed)) for seed in range(80)]
    assert all((each.shape, each.dtype) == ((60, 200), np.float32) for each in drawn)
    covered = np.mean([each > 0.5 for each in drawn], axis=0)
    upper, middle, lower = covered[:15].mean(), covered[18:42, 30:170].mean(), covered[45:].mean()
    if kind == "none":
        assert not covered.any()
    if kind == "under":
        assert lower > 0.05
        assert max(upper, middle) < 0.01
    if kind == "two":
        assert min(upper, middle, lower) > 0.02
    if kind == "cell":
        assert min(upper, lower) > 0.05
        assert middle < 0.01
        assert min(covered[:, :15].mean(), covered[:, 185:].mean()) > 0.05


def test_some_rules_are_dotted(only):
    only("RULES", "under")
    whole = [(print_rules(60, 200, 30, np.random.default_rng(seed)) > 0.5).any(axis=0).all() for seed in range(60)]
    assert 20 < sum(whole) < 58


@pytest.mark.parametrize("draw", [print_pattern, print_rules])
def test_the_same_seed_prints_the_same(draw):
    for seed in range(10):
        first, again = (draw(40, 70, 20, np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(first, again)
