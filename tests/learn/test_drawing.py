"""What is learned from comes in its order, whoever draws it."""

from itertools import islice

import pytest

from tenfold.learn.drawing import drawn_ahead


def test_chunks_come_in_their_order():
    assert list(drawn_ahead(pow, 3, range(2, 6), 100, 2)) == [9, 27, 81, 43]


def test_who_needs_no_more_ends_the_drawing():
    drawing = drawn_ahead(pow, 2, range(10**9), 3, 1)
    assert list(islice(drawing, 3)) == [1, 2, 1]
    drawing.close()


def test_what_fails_in_another_process_is_told_here():
    with pytest.raises(ValueError, match="3rd argument cannot be 0"):
        list(drawn_ahead(pow, 2, range(3), 0, 1))
