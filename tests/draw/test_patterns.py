import numpy as np
import pytest

from tenfold.draw.patterns import draw_dots, draw_grain, draw_stripes, print_dots, turned_axes


def test_axes_are_at_right_angles_and_a_pixel_is_a_pixel():
    along, across = turned_axes(20, 30, np.random.default_rng(0))
    (down, right), (other_down, other_right) = (
        (axis[1, 0] - axis[0, 0], axis[0, 1] - axis[0, 0]) for axis in (along, across)
    )
    assert np.hypot(down, right) == pytest.approx(1)
    assert down * other_down + right * other_right == pytest.approx(0, abs=1e-6)


def test_stripes_come_at_every_step_with_their_thickness():
    distances = np.tile(np.arange(40.0), (5, 1))
    stripes = draw_stripes(distances, 10, 3)
    assert (stripes.sum(1) == 4 * 3).all()
    assert np.array_equal(stripes[:, :10], stripes[:, 10:20])
    assert (stripes[:, 5] == 1).all()


def test_dots_lie_on_a_lattice_and_are_round():
    rows, columns = np.indices((40, 40)).astype(float)
    dots = draw_dots(columns, rows, 10, 3)
    assert dots[5, 5] == dots[15, 25] == 1
    assert dots[0, 0] == dots[10, 5] == 0
    assert dots[:10, :10].sum() == pytest.approx(np.pi * 9, rel=0.1)


def test_printed_dots_grow_with_the_digits_on_them():
    fine, coarse = (
        np.mean([np.abs(np.diff(print_dots(60, 60, size, np.random.default_rng(seed)))).mean() for seed in range(9)])
        for size in (25, 75)
    )
    assert fine > 1.5 * coarse > 0


def test_grain_is_even_and_the_coarser_the_weaker():
    fine, coarse = (draw_grain(80, 120, (blur, blur), np.random.default_rng(0)) for blur in (0.5, 3.0))
    assert (fine.shape, fine.dtype) == ((80, 120), np.float32)
    assert abs(fine.mean()) < 0.05
    assert np.abs(np.diff(coarse)).mean() < 0.5 * coarse.std()
    assert coarse.std() < 0.5 * fine.std()
