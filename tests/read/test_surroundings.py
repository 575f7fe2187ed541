"""A digit is read in its surroundings too, and both opinions count."""

import numpy as np
import pytest

from tenfold.read.surroundings import columns_around, pooled_with, sees_surroundings


class Stub:
    """Reads every line as one sign, as surely as it is told to."""

    def __init__(self, alphabet="0123456789.", sign="3", share=0.9, place=2, others=None):
        self.classes, self.alphabet, self._share = tuple("0123456789"), alphabet, share
        self._signs = {place: sign, **(others or {})}

    def lines(self, lines):
        signs = len(self.alphabet)
        columns = np.full((4 if len(self._signs) == 1 else 12, signs + 1), 1e-6)
        columns[:, -1] = 1.0
        for place, sign in self._signs.items():
            columns[place] = (1 - self._share) / signs
            columns[place, self.alphabet.index(sign)] = self._share
        return [np.log(columns / columns.sum(axis=1, keepdims=True)).astype(np.float32) for _ in lines]


PICTURE = np.full((40, 30), 200, np.uint8)


def sure_of(digit, share):
    probable = np.full((1, 10), (1 - share) / 9, np.float32)
    probable[0, digit] = share
    return probable


def together(stub, picture, alone):
    return pooled_with(stub, columns_around(stub, [picture]), alone)


def test_opinions_that_agree_stay_sure():
    pooled, *_ = together(Stub(), PICTURE, sure_of(3, 0.9))
    assert pooled.shape == (1, 10)
    assert pooled[0].argmax() == 3
    assert pooled[0, 3] == pytest.approx(0.9, abs=0.03)


def test_the_surer_opinion_wins_and_is_less_sure_then():
    pooled, *_ = together(Stub(share=0.99), PICTURE, sure_of(8, 0.5))
    assert pooled[0].argmax() == 3
    assert 0.3 < pooled[0, 3] < 0.95
    assert pooled.sum() == pytest.approx(1, abs=1e-5)


def test_neighbours_on_both_sides_are_passed_over():
    neighbours = Stub(place=5, share=0.99, others={0: "1", 10: "7"})
    pooled, *_ = together(neighbours, PICTURE, sure_of(8, 0.5))
    assert pooled[0].argmax() == 3
    assert pooled[0, 3] > 0.5


def test_a_digit_at_the_side_is_read_where_nothing_is_in_the_middle():
    aside = Stub(place=1, share=0.99, others={11: " "}, alphabet="0123456789 ")
    assert together(aside, PICTURE, sure_of(8, 0.3))[0][0].argmax() == 3


@pytest.mark.parametrize(
    ("signs", "several"),
    [({4: "4", 7: "2"}, True), ({2: "3", 5: "6", 9: "5"}, True), ({5: "3", 0: "1", 11: "7"}, False), ({5: "3"}, False)],
)
def test_several_digits_are_told_but_for_those_at_the_edges(signs, several):
    place, *_ = signs
    stub = Stub(sign=signs[place], place=place, share=0.99, others=signs | {1: " "}, alphabet="0123456789 ")
    assert together(stub, PICTURE, sure_of(3, 0.9))[1] == [pytest.approx(float(several), abs=0.06)]


def test_a_point_beside_a_digit_is_passed_over():
    assert together(Stub(sign=".", share=0.5), PICTURE, sure_of(3, 0.9))[0][0].argmax() == 3


@pytest.mark.parametrize(("alphabet", "sees"), [("", False), ("abc", False), ("9876543210.,", True)])
def test_only_a_line_recogniser_of_the_same_digits_is_asked(alphabet, sees):
    assert sees_surroundings(Stub(alphabet, sign=alphabet[:1])) is sees


def test_where_nothing_is_seen_paper_is_added_around():
    class Tight(Stub):
        def lines(self, lines):
            seen = super().lines(lines)
            nothing = np.log(np.full((4, 12), 1e-6, np.float32))
            nothing[:, -1] = 0.0
            return [each if (line[0] == 0).all() else nothing for each, line in zip(seen, lines, strict=True)]

    tight = np.full((40, 30), 200, np.uint8)
    tight[:, 12:18] = 30  # from edge to edge
    probable, _, [sureness] = together(Tight(share=0.99), tight, sure_of(3, 0.9))
    assert probable[0].argmax() == 3
    assert sureness > 0.9
