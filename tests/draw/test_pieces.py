"""Pieces of pages: what is told of each cell is what stands there, whichever way up."""

import numpy as np
import pytest

from tenfold.draw.pieces import SIDE, draw_piece
from tenfold.page.ink_kinds import CELL, Kind


@pytest.fixture(scope="module")
def pieces(hands):
    rng = np.random.default_rng(0)
    return [draw_piece(hands, rng) for _ in range(24)]


def test_a_piece_is_dark_where_something_stands(pieces):
    for piece in pieces:
        assert piece.dark.shape == (SIDE, SIDE)
        assert piece.kinds.shape == (SIDE // CELL,) * 2
    dark = np.concatenate([piece.dark.reshape(48, CELL, 48, CELL).mean(axis=(1, 3)).ravel() for piece in pieces])
    kinds = np.concatenate([piece.kinds.ravel() for piece in pieces])
    for kind in (Kind.WORDS, Kind.NUMBERS, Kind.LINES):
        assert dark[kinds == kind].mean() > 4 * dark[kinds == Kind.NOTHING].mean()


def test_all_kinds_are_drawn_and_all_ways_up(pieces):
    assert {kind for piece in pieces for kind in piece.kinds.ravel().tolist()} == set(Kind)
    assert {piece.turns for piece in pieces} == {0, 1, 2, 3}


def test_the_seed_decides_everything(hands):
    first, again = (draw_piece(hands, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first.dark, again.dark)
    assert np.array_equal(first.kinds, again.kinds)
    assert first.turns == again.turns
