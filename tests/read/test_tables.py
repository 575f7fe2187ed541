"""What was read exports itself: plain values, CSV, Parquet, crops, pages drawn on."""

import csv
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pyarrow import parquet
from sheets import Sheet

import tenfold
from tenfold.errors import DataError
from tenfold.read.forms import Field, Form
from tenfold.read.numbers import Number
from tenfold.read.tables import Numbers
from tenfold.read.types import NumberType

IDS = ("781528", "402135")


@pytest.fixture(scope="module")
def reader():
    return tenfold.Reader()


@pytest.fixture
def page(mnist, tmp_path):
    sheet = Sheet(mnist.x_test, mnist.y_test)
    for place, number in enumerate(IDS):
        sheet.boxes(number, 200, 150 + 300 * place)
    Image.fromarray(sheet.page()).save(tmp_path / "form.png")
    return tmp_path / "form.png"


def test_a_result_is_a_sequence_of_numbers(reader, page):
    numbers = reader.numbers(page)
    assert [number.text for number in numbers] == list(IDS)
    assert (len(numbers), numbers[1].text, [each.row for each in numbers[:2]]) == (2, IDS[1], [0, 1])
    assert numbers == list(numbers)
    assert json.loads(json.dumps(numbers.to_dict()))["numbers"][0]["text"] == IDS[0]


def test_tables_hold_the_same_rows(reader, page, tmp_path):
    numbers = reader.numbers(page)
    numbers.to_csv(tmp_path / "out.csv")
    numbers.to_parquet(tmp_path / "out.parquet")
    with (tmp_path / "out.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["text"] for row in rows] == list(IDS)
    assert [row["file"] for row in rows] == [str(page)] * 2
    assert list(pd.read_parquet(tmp_path / "out.parquet")["text"]) == list(IDS)
    assert list(pd.read_parquet(tmp_path / "out.parquet").columns) == list(rows[0])


def test_an_empty_result_is_a_heading(tmp_path):
    Numbers(()).to_csv(tmp_path / "out.csv")
    assert (
        (tmp_path / "out.csv")
        .read_text()
        .startswith("file,page,row,column,field,text,value,probability,accepted,reason,matched")
    )


def number(text, value, field=None):
    return Number("a.png", 1, 0, 0, field, text, value, 0.9, True, None, ((0, 0),) * 4, (), (), None)


@pytest.mark.parametrize(
    ("value", "kind"), [(12, "int64"), (12.5, "double"), ("2021-07-20", "string"), (None, "string")]
)
def test_a_table_holds_values_as_what_they_are(tmp_path, value, kind):
    numbers = Numbers((number("12", value), number("x", None)))
    numbers.to_parquet(tmp_path / "out.parquet")
    table = parquet.read_table(tmp_path / "out.parquet")
    assert str(table.schema.field("value").type) == kind
    assert table["value"].to_pylist() == [value, None]
    numbers.to_csv(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as stream:
        assert [row["value"] for row in csv.DictReader(stream)] == [str(value) if value is not None else "", ""]


def test_a_table_of_forms_has_values_where_fields_have_types(tmp_path):
    region = (0, 0, 1, 1)
    fields = (
        Field("id", region),
        Field("sum", region, type=NumberType("amount")),
        Field("count", region, type=NumberType("integer")),
    )
    numbers = Numbers(
        (number("7", None, "id"), number("1.50", 1.5, "sum"), number("-", None, "count")), Form(9, 9, fields, ())
    )
    numbers.to_parquet(tmp_path / "out.parquet")
    table = parquet.read_table(tmp_path / "out.parquet")
    assert [name for name in table.column_names if name.endswith("_value")] == ["sum_value", "count_value"]
    assert [str(table.schema.field(name).type) for name in ("sum_value", "count_value")] == ["double", "int64"]
    assert table["sum_value"].to_pylist() == [1.5]


def test_crops_are_of_what_is_for_review(reader, page, tmp_path):
    known = [IDS[0], "000000"]
    numbers = reader.numbers(page, known=known)
    assert [number.reason for number in numbers] == [None, "not-on-list"]
    numbers.save_crops(tmp_path / "crops")
    [crop] = (tmp_path / "crops").iterdir()
    assert crop.name == "0001-form-001-001.png"
    with Image.open(crop) as picture:
        assert picture.width > 4 * picture.height


def test_crops_are_of_what_was_given_where_it_came_without_a_file(reader, page, tmp_path):
    array = np.asarray(Image.open(page))
    reader.numbers([array, array], known=["000000"]).save_crops(tmp_path / "crops")
    assert len(list((tmp_path / "crops").iterdir())) == 4


def test_crops_of_an_array_in_the_order_of_opencv_are_of_its_colours(reader, page, tmp_path):
    grey = np.asarray(Image.open(page))
    array = np.dstack([grey, grey // 2 + 100, grey // 4 + 150])
    for name, given, bgr in (("rgb", array, False), ("bgr", array[..., ::-1], True)):
        reader.numbers(given, known=["000000"], bgr=bgr).save_crops(tmp_path / name)
    assert len(list((tmp_path / "rgb").iterdir())) == 2
    for crop in (tmp_path / "rgb").iterdir():
        with Image.open(crop) as one, Image.open(tmp_path / "bgr" / crop.name) as other:
            assert np.array_equal(np.asarray(one), np.asarray(other))


def test_pages_are_drawn_on(reader, page, tmp_path):
    reader.numbers(page).save_annotated(tmp_path / "pages")
    with Image.open(tmp_path / "pages" / "0001-form-001.png") as drawn, Image.open(page) as plain:
        assert drawn.size == plain.size
        assert np.ptp(np.asarray(drawn).astype(int), axis=2).max() > 50


def test_a_place_that_cannot_be_written_is_a_clear_error(reader, page, tmp_path):
    (tmp_path / "file").write_text("")
    numbers = reader.numbers(page)
    with pytest.raises(DataError, match="cannot be made"):
        numbers.save_annotated(tmp_path / "file")
    with pytest.raises(DataError, match="cannot be written"):
        numbers.to_csv(tmp_path / "file" / "out.csv")
    assert not list(tmp_path.glob("*.part"))
