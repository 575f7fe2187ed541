"""Opinions of a line are weighed against one another."""

import numpy as np
import pytest

from tenfold.read.pooling import LEAST, Opinion, pool
from tenfold.read.types import NumberType


def said(alphabet: str, *columns: dict[str, float]) -> np.ndarray:
    """Columns with the given probabilities; the blank has what is left, apart from a little for each other sign."""
    rows = []
    for column in columns:
        shares = [column.get(sign, 1e-6) for sign in alphabet]
        rows.append([*shares, 1 - sum(shares)])
    return np.log(np.array(rows)).astype(np.float32)


def best(opinions: list[Opinion]) -> tuple[str, float]:
    first = pool(opinions)[0]
    return first.text, first.probability


def test_one_opinion_alone_is_told_as_it_is():
    columns = said("12", {"1": 0.8, "2": 0.15})
    texts = {each.text: each.probability for each in pool([Opinion(columns, "12", 1.0)])}
    assert texts["1"] == pytest.approx(0.8, abs=1e-4)
    assert texts["2"] == pytest.approx(0.15, abs=1e-4)
    assert texts[""] == pytest.approx(0.05, abs=1e-4)
    assert sum(texts.values()) == pytest.approx(1)


def test_the_surer_opinion_decides_and_the_other_takes_sureness_away():
    sure, unsure = said("17", {"1": 0.99, "7": 0.009}), said("17", {"1": 0.4, "7": 0.59})
    text, probability = best([Opinion(sure, "17", 0.5), Opinion(unsure, "17", 0.5)])
    assert text == "1"
    assert 0.8 < probability < 0.95


def test_a_weight_decides_between_opinions_that_are_equally_sure():
    one, other = said("17", {"1": 0.9, "7": 0.09}), said("17", {"1": 0.09, "7": 0.9})
    assert best([Opinion(one, "17", 0.7), Opinion(other, "17", 0.3)])[0] == "1"
    assert best([Opinion(one, "17", 0.3), Opinion(other, "17", 0.7)])[0] == "7"


def test_columns_may_be_of_other_widths():
    fine = said("12", {"1": 0.9}, {}, {"2": 0.9}, {})
    coarse = said("12", {"1": 0.9}, {"2": 0.9})
    assert best([Opinion(fine, "12", 0.5), Opinion(coarse, "12", 0.5)])[0] == "12"


def test_who_reads_no_separators_has_no_opinion_of_them():
    ours = said("12.", {"1": 0.99}, {".": 0.9}, {"2": 0.6, "1": 0.39})
    digits = said("12", {"1": 0.99}, {}, {"2": 0.99})
    text, probability = best([Opinion(ours, "12.", 0.5), Opinion(digits, "12", 0.5)])
    assert text == "1.2"
    assert probability > 0.7


def test_a_text_that_only_the_other_found_may_win():
    ours = said("1234", {"1": 0.3, "2": 0.29, "3": 0.28, "4": 0.12})
    other = said("1234", {"4": 0.99})
    assert best([Opinion(ours, "1234", 0.5), Opinion(other, "1234", 0.5)])[0] == "4"


def test_a_surely_wrong_opinion_takes_no_text_away():
    ours, other = said("17", {"1": 1 - 1e-5}), said("17", {"7": 1 - 1e-5})
    found = {each.text: each.probability for each in pool([Opinion(ours, "17", 0.6), Opinion(other, "17", 0.4)])}
    assert found["1"] > found["7"] > LEAST


def test_opinions_that_agree_stay_as_sure_as_they_are():
    ours, other = said("17", {"1": 1 - 1e-5}), said("17", {"1": 1 - 1e-5})
    text, probability = best([Opinion(ours, "17", 0.5), Opinion(other, "17", 0.5)])
    assert text == "1"
    assert probability > 0.999


def test_as_many_texts_are_told_as_are_asked_for():
    columns = said("12", {"1": 0.8, "2": 0.15}, {"1": 0.3})
    assert len(pool([Opinion(columns, "12", 1.0)], 2)) == 2


def test_point_and_comma_do_not_take_probability_from_each_other():
    columns = said("134.,", {"1": 0.99}, {"4": 0.99}, {".": 0.29, ",": 0.33}, {"3": 0.99})
    text, probability = best([Opinion(columns, "134.,", 1.0)])
    assert text == "14,3"
    assert probability == pytest.approx(0.6, abs=0.03)
    assert [each.text for each in pool([Opinion(columns, "134.,", 1.0)])].count("14.3") == 0
    typed = pool([Opinion(columns, "134.,", 1.0)], grammar=NumberType("decimal"))
    assert {"14.3", "14,3"} <= {each.text for each in typed}


def strokes(text: str, slash: float) -> Opinion:
    """A text of which each `1` at a `|` is a slash with the given probability."""
    columns = []
    for sign in text:
        columns += [{"1": 0.98 - slash, "/": slash} if sign == "|" else {sign: 0.98}, {}]
    return Opinion(said("0123456789/", *columns), "0123456789/", 1.0)


def test_ones_that_may_be_slashes_are_those_of_a_date():
    assert pool([strokes("20|07|2021", 0.3)])[0].text == "20/07/2021"
    assert pool([strokes("20|07|2021", 0.3)], grammar=NumberType("integer"))[0].text == "2010712021"


def test_ones_that_would_make_no_date_or_are_surely_ones_stay():
    assert pool([strokes("20|77|2021", 0.3)])[0].text == "2017712021"
    assert pool([strokes("20|07|2021", 0.01)])[0].text == "2010712021"


def test_what_opinions_say_on_the_average_is_told_beside_what_the_pool_makes_of_it():
    sure, unsure = said("17", {"1": 0.98}), said("17", {"1": 0.5})
    [first, *_] = pool([Opinion(sure, "17", 0.5), Opinion(unsure, "17", 0.5)])
    assert (first.text, first.said) == ("1", pytest.approx(0.74, abs=0.01))
    assert first.probability > 0.85


def test_readings_with_a_point_and_with_a_comma_are_said_together():
    columns = said("134.,", {"1": 0.99}, {"4": 0.99}, {".": 0.29, ",": 0.33}, {"3": 0.99})
    assert pool([Opinion(columns, "134.,", 1.0)])[0].said == pytest.approx(0.6, abs=0.03)
