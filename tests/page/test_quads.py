"""Places are measured, ordered, mapped there and back, and cut out level."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.page.quads import cut_out, height_of, in_order, mapped, onto_rectangle, width_of

SHIFTS = st.tuples(*[st.tuples(st.floats(-8, 8), st.floats(-8, 8))] * 4)
"""How far the corners of a rectangle are moved: little enough for a quad without a bend inwards."""


def quad_near(left, top, width, height, shifts):
    corners = (left, top), (left + width, top), (left + width, top + height), (left, top + height)
    return tuple((x + right, y + down) for (x, y), (right, down) in zip(corners, shifts, strict=True))


@given(st.floats(0, 500), st.floats(0, 500), st.floats(40, 400), st.floats(40, 400), SHIFTS)
def test_a_quad_goes_onto_a_rectangle_and_back(left, top, width, height, shifts):
    quad = quad_near(left, top, width, height, shifts)
    level = onto_rectangle(np.array(quad, np.float32), 200, 100, 10)
    there = mapped(level, quad)
    assert np.allclose(there, [(10, 10), (210, 10), (210, 110), (10, 110)], atol=0.05)
    assert np.allclose(mapped(np.linalg.inv(level), there), quad, atol=0.05)


@given(st.floats(0, 500), st.floats(0, 500), st.floats(40, 400), st.floats(40, 400), SHIFTS, st.permutations(range(4)))
def test_corners_come_clockwise_from_the_top_left(left, top, width, height, shifts, order):
    quad = np.array(quad_near(left, top, width, height, shifts), np.float32)
    if len(np.unique(np.round(quad.sum(axis=1)))) == 4:  # else two corners are as near to the top left
        assert np.array_equal(in_order(quad[list(order)]), in_order(quad))
        first, second, third, _ = in_order(quad)
        assert first.sum() == quad.sum(axis=1).min()
        (x0, y0), (x1, y1) = second - first, third - second
        assert x0 * y1 - y0 * x1 > 0


def test_a_place_is_as_high_and_wide_as_its_left_and_upper_side():
    quad = ((0.0, 0.0), (30.0, 40.0), (30.0, 60.0), (0.0, 12.0))
    assert (width_of(quad), height_of(quad)) == (50.0, 12.0)


@pytest.mark.parametrize("margin", [0.0, 0.5])
def test_a_place_is_cut_out_level_and_its_corners_lead_back(margin):
    page = np.full((300, 400), 240, np.uint8)
    quad = ((100.0, 80.0), (260.0, 112.0), (252.0, 152.0), (92.0, 120.0))
    for x, y in quad:
        page[round(y) - 2 : round(y) + 3, round(x) - 2 : round(x) + 3] = 0
    piece, back = cut_out(page, quad, margin)
    edge = margin * (piece.shape[0] / (1 + 2 * margin))
    assert piece.shape[1] - 2 * edge == pytest.approx(width_of(quad), abs=1)
    corner = np.array([edge, edge])
    assert piece[round(edge) : round(edge) + 2, round(edge) : round(edge) + 2].max() < 120
    assert np.allclose(mapped(back, [corner])[0], quad[0], atol=0.6)
