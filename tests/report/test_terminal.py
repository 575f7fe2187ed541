import numpy as np
import pytest

from tenfold.model.compare import compare
from tenfold.model.evaluate import score
from tenfold.report.terminal import describe, describe_comparison, draw, draw_row


def test_every_pixel_is_a_dot():
    image = np.zeros((28, 28), np.uint8)
    assert draw(image) == ["⠀" * 14] * 7
    image[0, 0] = 255
    image[27, 27] = 128
    image[13, 13] = 127
    lines = draw(image)
    assert (lines[0][0], lines[-1][-1]) == ("⠁", "⢀")
    assert sum(line.count("⠀") for line in lines) == 14 * 7 - 2


def test_a_row_has_its_captions_below():
    lines = draw_row([np.zeros((28, 28), np.uint8)] * 3, ["one", "two", "three"]).splitlines()
    assert len(lines) == 8
    assert lines[-1].split() == ["one", "two", "three"]
    assert {len(line) for line in lines} == {14 * 3 + 4}


def test_an_evaluation_in_words():
    probabilities = np.array([[0.9, 0.1, 0], [0.8, 0.2, 0]], np.float32)
    text = describe(score(probabilities, np.array([0, 1]), classes=("a", "b", "c"), data="two"))
    assert "two: 2 images" in text
    assert "50.00%" in text
    assert "1 mistakes" not in text
    assert "1 mistake" in text
    assert "true \\ said" in text


def test_many_classes_leave_out_the_matrix():
    classes = tuple(f"class {number}" for number in range(47))
    text = describe(score(np.eye(47, dtype=np.float32), np.arange(47), classes=classes))
    assert "true \\ said" not in text
    assert "class 46" in text


@pytest.mark.parametrize(
    ("right", "verdict"), [([0, 0, 0], "b is worse than a by 66.67"), ([1, 1, 0], "b is as good as a (95%")]
)
def test_a_comparison_says_which_is_better_and_whether_chance_explains_it(right, verdict):
    first, second = np.array([True, True, False]), np.array(right, bool)
    labels = np.zeros(3, np.int64)
    scores = [
        (name, score(np.stack([each, ~each], 1).astype(np.float32), labels, classes=("x", "y"), data="three"))
        for name, each in (("a", first), ("b", second))
    ]
    told = describe_comparison(scores, [compare(first, second, models=("a", "b"))])
    assert told.startswith("three: 3 images")
    assert verdict in told
    assert ("chance may explain it" in told) == (right == [0, 0, 0])
