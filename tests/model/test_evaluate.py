import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.errors import DataError
from tenfold.model.evaluate import evaluate, expected_calibration_error, relabelled, score, wilson_interval

THREE = ("a", "b", "c")


def rows(*confidences: tuple[int, float]) -> np.ndarray:
    """Probabilities of three classes: a class and how sure, the rest shared."""
    table = np.empty((len(confidences), 3), np.float32)
    for row, (chosen, sure) in zip(table, confidences, strict=True):
        row[:] = (1 - sure) / 2
        row[chosen] = sure
    return table


def test_counts_are_right():
    result = score(rows((0, 0.9), (0, 0.8), (1, 0.7), (2, 0.6)), np.array([0, 1, 1, 2]), classes=THREE, data="four")
    assert (result.n, result.accuracy, result.data) == (4, 0.75, "four")
    assert result.confusion == ((1, 0, 0), (1, 1, 0), (0, 0, 1))
    assert result.per_class["a"].recall == 1
    assert result.per_class["a"].precision == 0.5
    assert result.per_class["b"].f1 == pytest.approx(2 / 3)
    assert result.loss == pytest.approx(-np.log([0.9, 0.1, 0.7, 0.6]).mean(), rel=1e-5)


def test_the_classifier_is_asked_once_for_all_images(random_images):
    asked = []

    def stub(images):
        asked.append(len(images))
        return rows(*[(0, 0.9)] * len(images))

    result = evaluate(stub, random_images, np.zeros(64, np.int64), classes=THREE)
    assert asked == [64]
    assert result.accuracy == 1


def test_a_class_without_images_has_no_scores_and_json_says_null():
    result = score(rows((0, 0.9), (1, 0.9)), np.array([0, 1]), classes=THREE)
    assert math.isnan(result.per_class["c"].recall)
    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert plain["per_class"]["c"] == {"n": 0, "recall": None, "precision": None, "f1": None}


def test_nothing_to_count_is_refused():
    with pytest.raises(DataError, match="at least one image"):
        score(np.zeros((0, 3), np.float32), np.zeros(0, np.int64), classes=THREE)


@pytest.mark.parametrize(
    ("correct", "n", "low", "high"),
    [(9991, 10000, 0.99829, 0.99953), (0, 10, 0.0, 0.27754), (10, 10, 0.72246, 1.0), (1, 2, 0.09453, 0.90547)],
)
def test_wilson_interval_has_the_published_values(correct, n, low, high):
    assert wilson_interval(correct, n) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_holds_the_share_and_stays_inside(tries):
    correct, n = tries
    low, high = wilson_interval(correct, n)
    assert 0 <= low <= correct / n + 1e-12
    assert correct / n - 1e-12 <= high <= 1


def test_calibration_error_is_the_gap_between_sure_and_right():
    sure = rows(*[(0, 0.8)] * 10)
    assert expected_calibration_error(sure, np.array([0] * 8 + [1] * 2)) == pytest.approx(0, abs=1e-6)
    assert expected_calibration_error(sure, np.array([0] * 5 + [1] * 5)) == pytest.approx(0.3, abs=1e-6)


def test_labels_are_carried_over_by_name():
    assert relabelled(np.array([0, 1]), ("7", "3"), ("3", "7")).tolist() == [1, 0]
    assert relabelled(np.array([0, 0]), ("3", "x"), ("3", "7")).tolist() == [0, 0]
    with pytest.raises(DataError, match=r"classes \(3, 7\), got x"):
        relabelled(np.array([1]), ("3", "x"), ("3", "7"))


def test_refusals_are_counted_beside_the_accuracy():
    probabilities = np.eye(3, dtype=np.float32)[[0, 1, 2, 0]]
    reasons = [None, None, "uncertain", "blank"]
    evaluation = score(probabilities, np.array([0, 2, 2, 1]), classes=("0", "1", "2"), reasons=reasons)
    assert evaluation.accuracy == 0.5
    assert evaluation.refused == {"uncertain": 1, "blank": 1}
    assert evaluation.accepted_wrong == 1
