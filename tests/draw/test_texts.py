import re
from collections import Counter

import numpy as np
import pytest

from tenfold.arrays import SEPARATORS
from tenfold.draw.texts import choose_digits, choose_text, choose_words

ALPHABET = set("0123456789") | set(SEPARATORS)


@pytest.fixture(scope="module")
def texts():
    rng = np.random.default_rng(0)
    return [choose_text(rng) for _ in range(3000)]


def test_numbers_are_of_signs_that_a_line_recogniser_knows(texts):
    assert set("".join(texts)) == ALPHABET
    assert all(text[-1].isdigit() and (text[0].isdigit() or text[0] in "+-") for text in texts)
    assert {len(text) for text in texts} >= set(range(1, 15))


@pytest.mark.parametrize(
    ("shape", "least"),
    [
        (r"\d+", 0.35),
        (r"\d{1,3}([.,' ]\d{3})+([.,]\d\d)?", 0.1),
        (r"\d+[.,]\d{1,3}", 0.1),
        (r"\d{1,2}([-/. ])\d{1,2}(\1\d{2}(\d{2})?)?", 0.04),
        (r"\d{4}-\d\d-\d\d", 0.004),
        (r"\d{1,2}[:.]\d\d", 0.02),
        (r"[-+]\d+(,\d)?", 0.02),
    ],
)
def test_amounts_dates_times_and_signed_numbers_are_among_them(texts, shape, least):
    assert sum(bool(re.fullmatch(shape, text)) for text in texts) >= least * len(texts)


def test_days_months_and_minutes_exist(texts):
    dates = [list(map(int, text.split("-"))) for text in texts if re.fullmatch(r"\d{4}-\d\d-\d\d", text)]
    real = [1850 <= year < 2060 and 1 <= month <= 12 and 1 <= day <= 31 for year, month, day in dates]
    assert sum(real) >= 0.9 * len(dates)  # a few are identifiers
    times = [list(map(int, text.split(":"))) for text in texts if re.fullmatch(r"\d{1,2}:\d\d", text)]
    assert all(hour < 24 and minute < 60 for hour, minute in times)


def test_digits_are_equally_likely():
    counts = Counter(choose_digits(10_000, np.random.default_rng(1)))
    assert set(counts) == set("0123456789")
    assert all(900 < count < 1100 for count in counts.values())


def test_words_hold_no_digits():
    rng = np.random.default_rng(3)
    words = [choose_words(rng) for _ in range(200)]
    assert all(word.replace(" ", "").isalpha() for word in words)
    assert {word.count(" ") for word in words} >= {0, 1, 2}
