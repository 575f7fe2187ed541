from itertools import pairwise

import pytest

from tenfold.draw.hands import DIGITS, LETTERS, SIGNS

DIGIT_HANDS = {f"{digit} {name}": hand for digit, hands in DIGITS.items() for name, hand in hands.items()}
LETTER_HANDS = {f"{letter} {place}": hand for letter, hands in LETTERS.items() for place, hand in enumerate(hands)}


def points(description: str) -> list[list[tuple[float, float]]]:
    """The points of each stroke."""
    strokes = [stroke.split() for stroke in description.split(";")]
    return [[tuple(map(float, word.rstrip("!").split(","))) for word in stroke] for stroke in strokes]


@pytest.mark.parametrize("description", [*DIGIT_HANDS.values(), *LETTER_HANDS.values(), *SIGNS.values()])
def test_strokes_move_from_point_to_point(description):
    for stroke in points(description):
        assert len(stroke) > 1
        assert all(first != second for first, second in pairwise(stroke))


@pytest.mark.parametrize("description", DIGIT_HANDS.values(), ids=DIGIT_HANDS)
def test_digits_are_about_a_hundred_high(description):
    rows = [y for stroke in points(description) for _, y in stroke]
    assert 90 <= max(rows) - min(rows) <= 120


def test_all_ten_digits_have_hands_and_none_comes_twice():
    assert list(DIGITS) == list(range(10))
    assert len({*DIGIT_HANDS.values(), *LETTER_HANDS.values(), *SIGNS.values()}) == len(
        [*DIGIT_HANDS, *LETTER_HANDS, *SIGNS]
    )


def test_letters_that_look_like_digits_are_left_out():
    assert not LETTERS.keys() & set("OSsz")
