import numpy as np
import pytest

from tenfold.errors import ModelError, OptionError
from tenfold.model.promise import (
    HeldOut,
    acceptance_threshold,
    exact_bounds,
    fewest_images,
    fit_temperature,
    out_of_distribution_threshold,
    promise_of_kinds,
    promises,
)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_the_temperature_that_the_logits_were_made_with_is_found(temperature):
    random = np.random.default_rng(1)
    logits = random.normal(0, 3, (20_000, 10))
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = (chances.cumsum(1) > random.random((20_000, 1))).argmax(1)
    assert fit_temperature((logits * temperature).astype(np.float32), labels) == pytest.approx(temperature, rel=0.05)


def test_a_handful_of_right_answers_makes_no_network_certain_and_many_do():
    few, many = np.eye(3, dtype=np.float32), np.tile(np.eye(3, dtype=np.float32), (10_000, 1))
    assert 0.3 < fit_temperature(few, np.arange(3)) < 1
    assert fit_temperature(many, np.arange(30_000) % 3) < 0.15


def answers(n: int, wrong_from: float, random: np.random.Generator) -> HeldOut:
    """Answers whose wrong ones become more frequent the less sure they are, from a rank on."""
    rank = np.arange(n) / n
    right = random.random(n) >= np.where(rank < wrong_from, 0.0, 0.3)
    return HeldOut(np.linspace(1, 0.2, n, dtype=np.float32), right)


def test_answers_are_accepted_down_to_where_errors_begin():
    held_out = answers(20_000, 0.96, np.random.default_rng(0))
    threshold = acceptance_threshold(held_out, 0.001)
    share = (held_out.probability >= threshold).mean()
    assert share == pytest.approx(0.96, abs=0.001)
    assert acceptance_threshold(held_out, 0.1) == pytest.approx(0.2)


def test_the_promise_is_broken_in_at_most_one_of_twenty_sets():
    random, error, broken = np.random.default_rng(1), 0.01, 0
    chance = 0.06 * np.linspace(0, 1, 4000) ** 3
    for _ in range(400):
        held_out = HeldOut(np.linspace(1, 0.2, 4000, dtype=np.float32), random.random(4000) >= chance)
        accepted = held_out.probability >= acceptance_threshold(held_out, error)
        broken += chance[accepted].mean() > error
    assert broken / 400 <= 0.05


@pytest.mark.parametrize(("error", "least"), [(0.001, 2995), (0.01, 299), (0.05, 59)])
def test_too_few_images_are_told_how_many_it_takes(error, least):
    assert fewest_images(error) == least
    with pytest.raises(OptionError, match=f"at least {least:,} labelled images.*it has {least - 1:,}"):
        acceptance_threshold(HeldOut(np.ones(least - 1, np.float32), np.ones(least - 1, bool)), error)
    assert acceptance_threshold(HeldOut(np.ones(least, np.float32), np.ones(least, bool)), error) == 1


def test_sure_errors_leave_nothing_to_accept():
    right = np.ones(10_000, bool)
    right[:200] = False
    with pytest.raises(OptionError, match="it read 200 wrong, too many of them surely"):
        acceptance_threshold(HeldOut(np.linspace(1, 0.5, 10_000, dtype=np.float32), right), 0.01)


@pytest.mark.parametrize("error", [0, 1, -0.1, float("nan")])
def test_an_error_that_is_no_share_is_refused(error):
    with pytest.raises(OptionError, match="above 0 and below 1"):
        acceptance_threshold(answers(100, 1, np.random.default_rng(0)), error)


def test_promises_give_the_share_that_is_accepted_and_none_where_nothing_can_be_promised():
    held_out = answers(20_000, 0.96, np.random.default_rng(0))
    shares = promises(held_out, [0.1, 0.001, 0.0001])
    assert shares == {0.1: 1.0, 0.001: pytest.approx(0.96, abs=0.001), 0.0001: None}


def test_two_of_a_thousand_images_may_be_taken_for_strange():
    assert out_of_distribution_threshold(np.linspace(0, 1, 10_001, dtype=np.float32)) == pytest.approx(0.998, abs=1e-6)
    assert out_of_distribution_threshold(np.zeros(100, np.float32)) == 0.5


def test_held_out_answers_come_back_from_json():
    probabilities = np.random.default_rng(3).dirichlet(np.ones(10), 500).astype(np.float32)
    held_out = HeldOut.of(probabilities, np.arange(500) % 10)
    again = HeldOut.from_dict(held_out.to_dict())
    assert np.array_equal(again.probability, held_out.probability)
    assert np.array_equal(again.right, held_out.right)
    assert (np.diff(held_out.probability) <= 0).all()
    assert held_out.right.sum() == (probabilities.argmax(1) == np.arange(500) % 10).sum()
    with pytest.raises(ModelError, match="calibration is damaged"):
        HeldOut.from_dict({"n": 3, "wrong": [7], "probability": ""})


def test_answers_as_sure_as_the_last_one_accepted_are_accepted_and_counted():
    probability = np.repeat(np.float32([0.99, 0.5]), 500)
    right = np.ones(1000, bool)
    right[400:500] = False
    with pytest.raises(OptionError, match="too many of them surely"):
        acceptance_threshold(HeldOut(probability, right), 0.05)


def test_a_promise_holds_for_every_kind_that_it_is_made_for():
    easy, hard = answers(20_000, 0.96, np.random.default_rng(0)), answers(20_000, 0.6, np.random.default_rng(1))
    few = HeldOut(np.full(100, 0.1, np.float32), np.ones(100, bool))
    promise = promise_of_kinds({"easy": easy, "hard": hard, "few": few}, 0.001)
    assert promise.kinds.keys() == {"easy", "hard"}
    assert promise.least == acceptance_threshold(hard, 0.001) > acceptance_threshold(easy, 0.001)
    assert "it has 100" in promise.without["few"]
    with pytest.raises(OptionError, match="few: .* cannot be promised.*other: "):
        promise_of_kinds({"few": few, "other": few}, 0.001)
    sure = HeldOut(np.ones(100, np.float32), np.ones(100, bool))
    with pytest.raises(OptionError, match="sure: .* cannot be promised.*such pictures cannot be told from easy, hard"):
        promise_of_kinds({"easy": easy, "hard": hard, "sure": sure}, 0.001)


@pytest.mark.parametrize(
    ("wrong", "count", "low", "high"),
    [(0, 299, 0.0, 0.00997), (4, 9828, 0.000139, 0.000931), (5, 5, 0.5493, 1.0), (0, 0, 0.0, 1.0)],
)
def test_bounds_of_a_share_are_those_of_clopper_and_pearson(wrong, count, low, high):
    assert exact_bounds(wrong, count) == (pytest.approx(low, rel=1e-2), pytest.approx(high, rel=1e-3))
