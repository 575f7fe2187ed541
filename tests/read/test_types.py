"""Numbers of a type: what is written in any accepted way means the same; what is none is told by name."""

import re
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tenfold.errors import OptionError
from tenfold.read.types import NumberType, believed

TYPES = [
    NumberType.of(words)
    for words in (
        "any",
        "integer",
        "integer min=-5 max=1200",
        "decimal",
        "decimal decimals=2",
        "decimal decimals=2 max=99 implied_point=true",
        "amount",
        "amount decimals=0 min=1",
        "date",
        "date order=MDY",
        "time",
        "id",
        "id check=luhn allowed=0123",
    )
]


def grouped(number, sign):
    return f"{number:,}".replace(",", sign)


@given(st.integers(-(10**18) + 1, 10**18 - 1), st.sampled_from(["", ".", ",", " ", "'"]))
def test_integers_are_read_however_they_are_grouped(number, sign):
    assert NumberType("integer").value(grouped(number, sign)) == number


@given(st.integers(-(10**13) + 1, 10**13 - 1), st.sampled_from([",", ".", " ", "'", ""]), st.sampled_from(".,"))
def test_amounts_and_decimals_are_read_however_they_are_written(cents, sign, point):
    assume(sign != point)
    text = f"{'-' if cents < 0 else ''}{grouped(abs(cents) // 100, sign)}{point}{abs(cents) % 100:02}"
    for number_type in (NumberType("amount"), NumberType("decimal"), NumberType("decimal", decimals=2)):
        assert number_type.value(text) == cents / 100


@given(st.integers(0, 10**13 - 1), st.integers(1, 4))
def test_in_boxes_a_point_has_its_place(number, decimals):
    number_type = NumberType("decimal", decimals=decimals)
    assert number_type.value(str(number)) is None
    assert number_type.in_boxes().value(str(number)) == pytest.approx(number / 10**decimals, rel=1e-15)


def test_a_point_is_implied_where_none_can_be_read():
    number_type = NumberType("amount", decimals=2)
    assert number_type.over("0123456789").value("1250") == 12.5
    assert number_type.over("0123456789.,").value("1250") == 1250
    assert number_type.in_boxes().value("12,50") == 12.5
    assert NumberType("integer").in_boxes() == NumberType("integer")


WRITTEN = {
    "{d}/{m}/{y}": None,
    "{d:02}/{m:02}/{y}": None,
    "{d}.{m}.{y}": None,
    "{d}. {m}. {y}": None,
    "{d}-{m}-{y}": None,
    "{d:02}{m:02}{y}": None,
    "{y}-{m:02}-{d:02}": None,
    "{y}{m:02}{d:02}": None,
    "{m}/{d}/{y}": "MDY",
    "{m:02}{d:02}{y}": "MDY",
}


@given(st.dates(date(1583, 1, 1), date(2199, 12, 31)), st.sampled_from(list(WRITTEN)))
def test_dates_are_read_however_they_are_written(day, form):
    text = form.format(d=day.day, m=day.month, y=day.year)
    assert NumberType("date", order=WRITTEN[form]).value(text) == day.isoformat()


@given(
    st.dates(date(1969, 1, 1), date(2068, 12, 31)), st.sampled_from(["{}.{}.{:02}", "{}.{}.'{:02}", "{:02}{:02}{:02}"])
)
def test_years_of_two_digits_are_of_the_hundred_from_1969(day, form):
    assert NumberType("date").value(form.format(day.day, day.month, day.year % 100)) == day.isoformat()


@given(st.times(), st.sampled_from(["{}:{:02}", "{:02}:{:02}", "{}.{:02}", "{:02}{:02}"]))
def test_times_are_read_however_they_are_written(moment, form):
    assert NumberType("time").value(form.format(moment.hour, moment.minute)) == moment.isoformat("minutes")


@given(st.lists(st.text("0123456789", min_size=1, max_size=6), min_size=1, max_size=5), st.sampled_from(" -./"))
def test_ids_are_their_digits(groups, sign):
    assert NumberType("id").value(sign.join(groups)) == "".join(groups)


@given(st.sampled_from(TYPES), st.text("0123456789.,/-:+' ", max_size=14))
def test_a_text_that_is_allowed_may_begin_as_it_does(number_type, text):
    if number_type.allows(text.strip()):
        assert all(number_type.may_begin(text.strip()[:end]) for end in range(len(text.strip()) + 1))


@pytest.mark.parametrize(
    ("words", "text", "value"),
    [
        ("integer", "+3", 3),
        ("integer", "- 6", -6),
        ("integer", "007", 7),
        ("decimal", ",5", 0.5),
        ("decimal", "1.234", 1.234),
        ("decimal", "1.234.567", 1234567),
        ("decimal decimals=3", "1,234", 1.234),
        ("amount", "1.234", 1234),
        ("amount", "12,-", 12),
        ("amount", "12.–", 12),
        ("amount", "1250/-", 1250),
        ("amount", "1'234", 1234),
        ("date", "07/20/2021", "2021-07-20"),
        ("date", "99-12-31", "1999-12-31"),
        ("date order=MDY", "7/8/21", "2021-07-08"),
        ("time", "23:59:59", "23:59:59"),
        ("id check=ean", "4 006381 333931", "4006381333931"),
    ],
)
def test_values(words, text, value):
    assert NumberType.of(words).value(text) == value


@pytest.mark.parametrize(
    ("words", "text", "reason"),
    [
        ("integer", "12.5", "not-an-integer"),
        ("integer", "1.23.456", "not-an-integer"),
        ("integer", "", "not-an-integer"),
        ("integer", "1" * 19, "not-an-integer"),
        ("integer min=0 max=100", "101", "out-of-range"),
        ("integer min=0 max=100", "-1", "out-of-range"),
        ("integer allowed=01", "0120", "digit-not-allowed"),
        ("any allowed=01", "2", "digit-not-allowed"),
        ("decimal", "5.", "not-a-decimal"),
        ("decimal", "1234567890.1234567", "not-a-decimal"),
        ("decimal decimals=1", "235", "not-a-decimal"),
        ("decimal decimals=1", "2.35", "not-a-decimal"),
        ("amount", "12.5", "not-an-amount"),
        ("date", "31/02/2021", "not-a-date"),
        ("date", "29.2.2021", "not-a-date"),
        ("date", "2010712021", "not-a-date"),
        ("date", "1.1.1582", "not-a-date"),
        ("date order=MDY", "20/07/2021", "not-a-date"),
        ("date min=2020-01-01", "31.12.2019", "out-of-range"),
        ("time", "24:00", "not-a-time"),
        ("time", "14:60", "not-a-time"),
        ("time max=12:00", "12:01", "out-of-range"),
        ("id", "1--2", "not-an-id"),
        ("id check=luhn", "4111111111111112", "check-digit"),
    ],
)
def test_what_is_none_says_why(words, text, reason):
    assert NumberType.of(words).judge(text) == (None, reason)


@pytest.mark.parametrize(
    ("words", "begun", "not_begun"),
    [
        ("date order=DMY", ["", "3", "31", "31/1", "31/1/2"], ["32/", "31/13", "20.7/", "2/2/3021"]),
        ("date", ["20", "2021-1", "13/1", "1/13"], ["2021-13", "13/13", "200720211"]),
        ("time", ["2", "23", "23:5"], ["25", "23:6", "7-"]),
        ("integer max=100", ["-", "-500", "100"], ["101", "1000", "1 0000"]),
        ("integer min=-5", ["-5", "500"], ["-6", "-50"]),
        ("decimal decimals=1 max=100 implied_point=true", ["1000", "99.9"], ["1001"]),
        ("decimal decimals=1", ["23", "23.5"], ["23.5545", "23-"]),
        ("id allowed=12", ["12", "1-2"], ["3", "1--"]),
    ],
)
def test_a_grammar_says_early_what_cannot_become_a_number(words, begun, not_begun):
    number_type = NumberType.of(words)
    assert [text for text in begun if not number_type.may_begin(text)] == []
    assert [text for text in not_begun if number_type.may_begin(text)] == []


@pytest.mark.parametrize("number_type", TYPES, ids=str)
def test_a_type_is_written_in_words_and_read_again(number_type):
    assert NumberType.of(str(number_type)) == number_type
    assert NumberType.of(number_type) is number_type


def test_a_type_is_a_word_or_a_table():
    table = {"kind": "decimal", "decimals": 2, "min": 0, "max": 100.5}
    assert NumberType.of(table) == NumberType("decimal", decimals=2, min=0, max=100.5)
    assert NumberType.of("Decimal, decimals=2, min=0, max=100.5") == NumberType.of(table)
    assert NumberType.of({"kind": "date", "min": date(2020, 1, 1), "order": "mdy"}).min == "2020-01-01"
    assert NumberType.of({"kind": "time", "max": time(14, 30)}).max == "14:30"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("dates", "kind is one of any, integer, decimal, amount, date, time, id, got 'dates'"),
        ("", "kind is one of any"),
        ("decimal 2", "a type is its kind and options, as decimal decimals=2 max=100, got '2'"),
        ("decimal digits=2", "a type has no option 'digits'; allowed: kind, decimals, min, max"),
        ("integer decimals=2", "decimals belongs to decimal or amount, got it for the type integer"),
        ("decimal decimals=15", "decimals are 0 to 14 digits behind the point, got 15"),
        ("decimal implied_point=true", "implied_point takes decimals"),
        ("decimal decimals=1 implied_point=yes", "implied_point is true or false, got 'yes'"),
        ("date order=DYM", "order is one of DMY, MDY, YMD, got 'DYM'"),
        ("date min=20210101", "min of a date is written as 2021-07-20, got 20210101"),
        ("date min=2021-02-30", "min of a date is written as 2021-07-20"),
        ("time max=25:00", "max of a time is written as 14:30"),
        ("integer min=few", "min is a number, got 'few'"),
        ("integer min=5 max=1", "min is at most max, got 5 and 1"),
        ("id check=crc", "check is one of luhn, mod11, mod97, ean, got 'crc'"),
        ("integer allowed=abc", "allowed is the digits that may occur, as 01, got 'abc'"),
        (7, "a type is a word, as date, or a table of its options, got 7"),
        ({"kind": "integer", "min": float("nan")}, "min is a number, got nan"),
        ({"decimals": 2}, "decimals belongs to decimal or amount, got it for the type any"),
    ],
)
def test_a_type_that_cannot_be_is_refused_in_words(given, message):
    with pytest.raises(OptionError, match=message.replace("(", r"\(")):
        NumberType.of(given)


def test_readings_of_the_type_are_believed_together_down_to_a_tenth():
    assert believed([0.8, 0.1, 0.1], [False, True, True]) == pytest.approx([0.08 / 0.26, 0.09 / 0.26, 0.09 / 0.26])
    weak = believed([0.91, 0.05, 0.04], [False, True, True])
    assert weak[0] > sum(weak[1:])
    assert sum(weak) == pytest.approx(1.0)
    assert believed([1.0, 0.0], [False, False])[0] == pytest.approx(1.0)
    assert believed([0.6], [True])[0] == pytest.approx(0.54 / 0.58)
    assert believed([], []) == []
    assert believed([0.0], [True]) == [0.0]


def test_what_the_guide_says_is_written_as_a_type_is_of_it():
    guide = (Path(__file__).parents[2] / "docs" / "numbers.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| `(.+?)` \|$", guide, re.MULTILINE)
    assert [kind for kind, *_ in rows] == ["integer", "decimal", "amount", "date", "time", "id"]
    for kind, written, value, reason in rows:
        texts = re.findall("`(.+?)`", written)
        assert [text for text in texts if not NumberType(kind).allows(text)] == []
        assert NumberType(kind).judge("1-2-3-4--") == (None, reason)
        if told := re.search('"(.+)"', value):
            assert NumberType(kind).value(texts[0]) == told[1]


def test_the_examples_of_the_guide_are_types():
    guide = (Path(__file__).parents[2] / "docs" / "numbers.md").read_text(encoding="utf-8")
    for words in re.findall('--type "(.+?)"', guide):
        assert isinstance(NumberType.of(words), NumberType)
    assert NumberType.of("id check=luhn").value("123 456 782") == "123456782"
