"""Options of reading are written in any form that people use, and each wrong one is an `OptionError`."""

import sys

import pytest

from tenfold.errors import DataError, OptionError
from tenfold.read.forms import Form
from tenfold.read.options import NumberOptions
from tenfold.read.types import NumberType

DIGITS = "0123456789"


@pytest.mark.parametrize("grid", ["9x9", "9X9", "9×9", (9, 9), [9, 9]])
def test_a_grid_is_text_or_two_numbers(grid):
    assert NumberOptions().changed(DIGITS, grid=grid).grid == (9, 9)


@pytest.mark.parametrize("grid", ["9", "9x", "x9", "axb", "9" * 5000 + "x9", 9, (9,), (9.0, 9), (9, 9, 9), "", ()])
def test_what_is_no_grid_is_refused(grid):
    with pytest.raises(OptionError, match="grid is rows x columns, as 9x9, got"):
        NumberOptions().changed(DIGITS, grid=grid)


def test_known_numbers_are_a_list_a_file_or_checked_already(tmp_path):
    (tmp_path / "ids.csv").write_text("id\n123\n456\n")
    listed = NumberOptions().changed(DIGITS, known=["123", "456"]).known
    assert NumberOptions().changed(DIGITS, known=tmp_path / "ids.csv").known.numbers == listed.numbers
    assert NumberOptions().changed(DIGITS, known=str(tmp_path / "ids.csv")).known.numbers == listed.numbers
    assert NumberOptions().changed(DIGITS, known=listed).known is listed
    assert NumberOptions().changed(DIGITS, known=[123]).known.numbers == ("123",)
    with pytest.raises(OptionError, match="numbers as text, or the file of a list, got int"):
        NumberOptions().changed(DIGITS, known=123)
    with pytest.raises(DataError, match=r"none\.csv cannot be read"):
        NumberOptions().changed(DIGITS, known=tmp_path / "none.csv")


def test_a_form_is_its_file(tmp_path):
    with pytest.raises(DataError, match=r"none\.toml cannot be read"):
        NumberOptions().changed(DIGITS, form=tmp_path / "none.toml")
    with pytest.raises(OptionError, match="form is the file of a form, got dict"):
        NumberOptions().changed(DIGITS, form={})


def test_an_unknown_option_is_named_with_those_that_there_are():
    with pytest.raises(OptionError, match=r"unknown option 'digit' \(did you mean digits\?\); allowed: digits, grid"):
        NumberOptions().changed(DIGITS, digit=9)


@pytest.mark.parametrize("digits", [0, 61, 9.0, "9", True])
def test_digits_are_a_whole_number(digits):
    with pytest.raises(OptionError, match="a number has 1 to 60 digits, got"):
        NumberOptions(digits=digits)


@pytest.mark.parametrize("unique", ["no", 1, None])
def test_unique_is_true_or_false(unique):
    with pytest.raises(OptionError, match="unique is True or False, got"):
        NumberOptions().changed(DIGITS, known=["123"], unique=unique)


@pytest.mark.parametrize("max_error", ["0.01", True, [0.01]])
def test_the_largest_error_is_a_number(max_error):
    with pytest.raises(OptionError, match="max_error is a share, as 0.01, got"):
        NumberOptions(max_error=max_error)


@pytest.mark.parametrize("given", ["decimal decimals=2", {"kind": "decimal", "decimals": 2}])
def test_a_type_is_words_or_a_table(given):
    assert NumberOptions().changed(DIGITS + ".", type=given).type == NumberType("decimal", decimals=2)


def test_a_type_without_points_to_read_has_them_implied():
    assert NumberOptions().changed(DIGITS, type="decimal decimals=2").type.implied_point
    assert NumberOptions().changed(DIGITS, type=None).type is None


def test_what_is_no_type_is_refused():
    with pytest.raises(OptionError, match="kind is one of any, integer, decimal, amount, date, time, id, got 'dates'"):
        NumberOptions().changed(DIGITS, type="dates")
    with pytest.raises(OptionError, match="type is a NumberType, got 'date'; give it by name, as type='date'"):
        NumberOptions(type="date")
    with pytest.raises(OptionError, match="a form says itself of what type its fields are: leave out type"):
        NumberOptions(form=Form(1, 1, (), ()), type=NumberType("date"))


def test_what_was_set_before_stays():
    options = NumberOptions(digits=9).changed(DIGITS, max_error=0.01)
    assert (options.digits, options.max_error) == (9, 0.01)


def test_what_unique_needs_is_missed_before_anything_is_read(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(OptionError, match="needs SciPy"):
        NumberOptions().changed(DIGITS, known=["123"], unique=True)
