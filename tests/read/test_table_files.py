"""Tables grow row by row, and a spreadsheet runs none of their cells."""

import csv

import pytest
from pyarrow import parquet

from tenfold.errors import OptionError
from tenfold.read import table_files
from tenfold.read.forms import Form
from tenfold.read.table_files import CsvFile, ParquetFile, PlainTable, check_table, excel_cell, kinds_of, plain_cell

ROW = dict.fromkeys(kinds_of(None)) | {"file": "a.png", "page": 1, "row": 0, "text": "12"}


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        *[(text, text) for text in ("12", "-12", "+1,5", "-1 200.50", "20/07/2021", "", None, 7, -7, "a.png", "1-2")],
        *[(text, f"'{text}") for text in ("=1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3", "\tx", "-a.png", "--")],
    ],
)
def test_formulas_get_an_apostrophe_and_numbers_none(text, cell):
    assert plain_cell(text) == cell


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        *[(text, f'="{text}"') for text in ("007", "12", "-0,5", "1-2", "20/07/2021", "1234567890123456")],
        *[(text, text) for text in ("2021-07-20", "12:05", "a.png", "", None, 7, 0.5, "-", "2/a.png")],
        ("=1+1", "'=1+1"),
    ],
)
def test_excel_is_kept_from_taking_text_for_numbers(text, cell):
    assert excel_cell(text) == cell


def test_a_csv_table_can_be_read_while_it_grows(tmp_path):
    table = CsvFile(tmp_path / "out.csv", kinds_of(None))
    for count in range(3):
        with (tmp_path / "out.csv").open(newline="") as stream:
            assert [row["text"] for row in csv.DictReader(stream)] == ["12"] * count
        table.add([ROW])
    table.close()


@pytest.mark.parametrize("rows", [0, 3, 7])
def test_a_parquet_table_is_written_in_groups(tmp_path, rows, monkeypatch):
    monkeypatch.setattr(table_files, "GROUP", 2)
    table = ParquetFile(tmp_path / "out.parquet", kinds_of(None, int))
    for place in range(rows):
        table.add([ROW | {"value": place}])
    table.close()
    assert parquet.read_table(tmp_path / "out.parquet")["value"].to_pylist() == list(range(rows))


def test_a_plain_table_has_a_cell_for_each_place_and_an_empty_line_between_pages(tmp_path):
    places = {(1, 0, 0): "27", (1, 0, 2): "-1", (1, 2, 1): "=1", (2, 0, 0): "8"}
    table = PlainTable(tmp_path / "out.csv")
    table.add([ROW | dict(zip(("page", "row", "column"), at, strict=True), text=text) for at, text in places.items()])
    table.add([ROW | {"file": "b.png", "column": 0}])
    table.close()
    assert (tmp_path / "out.csv").read_text().split() == ["27,,-1", ",,", ",'=1,", "8", "12"]
    assert (tmp_path / "out.csv").read_text().splitlines().count("") == 2


def test_forms_have_their_own_table():
    with pytest.raises(OptionError, match="write it as CSV"):
        check_table(Form(100, 100, (), ()))
