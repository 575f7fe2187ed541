"""Lists of the only numbers that can occur."""

from pathlib import Path

import numpy as np
import pytest

from tenfold.arrays import SEPARATORS
from tenfold.errors import DataError, OptionError
from tenfold.read.lists import Known, assign, load_list, parse_list


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("12\n34\n12\n", r"line 3: 12 stands there already, in line 1"),
        ("12\n3a\n", r"line 2: expected a number of the signs 0123456789 alone, got '3a'"),
        ("", "holds no numbers"),
        ("id\n", "holds no numbers"),
        ("12\n٣٤\n", "line 2"),
    ],
)
def test_a_bad_list_says_where(tmp_path, text, message):
    (tmp_path / "ids.csv").write_text(text, encoding="utf-8")
    with pytest.raises(OptionError, match=message):
        load_list(tmp_path / "ids.csv", "0123456789")


def test_a_list_may_have_a_heading_more_columns_and_unequal_lengths(tmp_path):
    (tmp_path / "ids.csv").write_text("\ufeffid,name\n0012,Ada\n7,Bo\n", encoding="utf-8")
    assert load_list(tmp_path / "ids.csv", "0123456789").numbers == ("0012", "7")


def test_a_heading_may_hold_signs_that_stand_beside_digits():
    assert parse_list("student no.\n12\n3-4\n", "0123456789" + SEPARATORS).numbers == ("12", "3-4")


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"none\.csv cannot be read: there is no such file"):
        load_list(tmp_path / "none.csv", "0123456789")


def test_each_number_goes_to_one_row_so_that_all_are_most_probable():
    posteriors = [np.array([0.6, 0.4, 0.0]), np.array([0.9, 0.05, 0.05])]
    assert assign(posteriors) == [1, 0]


def test_rows_beyond_the_list_get_none():
    assert sorted(assign([np.array([0.5]), np.array([0.9])])) == [-1, 0]


def test_known_numbers_are_checked_from_python_too():
    with pytest.raises(OptionError, match="expected a number of the signs"):
        Known.of(["12", " 3"], "0123456789")


def test_a_list_without_end_is_refused():
    with pytest.raises(DataError, match="/dev/zero: expected a file, got a device"):
        load_list(Path("/dev/zero"), "0123456789")


def test_a_list_tells_apart_where_its_numbers_differ_in_two_places():
    ids = Known.of(["781528989", "402135667", "990017284"], "0123456789")
    assert (ids.alike, ids.tells_apart, ids.no_help()) == (0.0, True, "")
    cells = Known.of(["12", "13", "412", "9"], "0123456789")
    assert cells.alike == 0.75, "another sign, one more, one fewer; 9 is like none of them"
    assert not cells.tells_apart
    assert "75% of its numbers differ in one sign" in cells.no_help()
    assert cells.has_like("13")
    assert not cells.has_like("9")
