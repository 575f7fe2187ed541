import numpy as np

from tenfold.draw.line_degradation import degrade_line


def bar() -> np.ndarray:
    """One upright stroke, as high as a digit, in the middle of a line."""
    line = np.zeros((32, 60), np.float32)
    line[6:26, 28:32] = 255
    return line


def test_a_degraded_line_keeps_its_height_and_gets_a_little_wider():
    for seed in range(60):
        line = degrade_line(bar(), np.random.default_rng(seed))
        assert line.dtype == np.uint8
        assert line.shape[0] == 32
        assert 0 <= line.shape[1] - 60 <= 10 + 2 * 13


def test_most_strokes_stay_at_nearly_full_strength():
    strongest = [degrade_line(bar(), np.random.default_rng(seed)).max() for seed in range(100)]
    assert np.mean(np.array(strongest) > 180) > 0.95


def test_a_clean_line_is_not_changed_itself():
    line = bar()
    degrade_line(line, np.random.default_rng(0))
    assert np.array_equal(line, bar())


def test_the_same_seed_gives_the_same_line():
    first, again, other = (degrade_line(bar(), np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_blank_lines_are_degraded_too():
    for seed in range(30):
        assert degrade_line(np.zeros((32, 9), np.float32), np.random.default_rng(seed)).shape[0] == 32
