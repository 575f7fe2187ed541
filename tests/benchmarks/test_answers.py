import json

import pytest
from benchmarks.answers import compare, differ, load, table

SEVEN = {"digit": "7", "probability": 0.9, "probabilities": [0.1, 0.9], "accepted": True}


def record(picture: str, *answers: object, seconds: float = 0.5) -> dict:
    return {"set": "church-digits", "picture": picture, "answers": list(answers), "seconds": seconds}


@pytest.fixture
def records(tmp_path):
    """Write records as the command does, and read them."""

    def written(*lines: dict) -> dict:
        file = tmp_path / "answers.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return load(file)

    return written


@pytest.mark.parametrize(
    "other",
    [SEVEN, {**SEVEN, "probability": 0.9 + 1e-7}, {**SEVEN, "alternatives": [["1", 0.1]]}],
    ids=["the same", "the last digits of a float", "a name that only one has"],
)
def test_the_same_answer_is_no_difference(other):
    assert not differ([SEVEN], [other])


@pytest.mark.parametrize(
    "other",
    [{**SEVEN, "digit": "1"}, {**SEVEN, "probability": 0.90001}, {**SEVEN, "probabilities": [0.1]}, None],
    ids=["digit", "probability", "length", "nothing"],
)
def test_another_answer_is_a_difference(other):
    assert differ([SEVEN], [other])


def test_what_changed_and_what_is_missing_is_found(records):
    before = records(record("a", SEVEN), record("b", SEVEN), record("c", SEVEN))
    after = records(record("a", SEVEN), record("b", {**SEVEN, "digit": "1"}))
    assert compare(before, after) == {"church-digits": ["b", "c"]}


def test_sets_that_were_not_asked_about_again_are_left_out(records):
    before = records(record("a", SEVEN), {**record("b", SEVEN), "set": "mnist"})
    assert compare(before, records(record("a", SEVEN))) == {"church-digits": []}


def test_a_table_counts_times_and_shows_what_changed(records):
    before = records(record("a", SEVEN), record("b", SEVEN, seconds=0.7))
    after = records(record("a", SEVEN), record("b", {**SEVEN, "digit": "1"}, seconds=0.1))
    assert table(before, after) == [
        "church-digits: 2 pictures, 1 answered otherwise; 0.6000 → 0.3000 s",
        "  b: 7 0.900000 → 1 0.900000",
    ]
