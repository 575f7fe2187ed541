"""Forms are found on pages, however they were scanned, and their fields read."""

import cv2
import numpy as np
import pytest
from PIL import Image
from sheets import Sheet

import tenfold
from tenfold.errors import DataError, FormError, OptionError
from tenfold.page.align import Anchor, fit
from tenfold.page.quads import mapped
from tenfold.read.forms import FormSum, load_form, parse_form, to_toml
from tenfold.read.templates import form_of
from tenfold.read.types import NumberType

WRITTEN = {"field1": "78152", "field2": "402", "field3": "990017"}
PLACES = {"field1": (200, 150, 60), "field2": (700, 330, 70), "field3": (300, 600, 56)}


@pytest.fixture(scope="module")
def reader():
    return tenfold.Reader()


@pytest.fixture
def page(mnist):
    """Draw the form, filled in or empty."""

    def drawn(texts=WRITTEN):
        sheet = Sheet(mnist.x_test, mnist.y_test)
        for name, (x, y, side) in PLACES.items():
            sheet.boxes(texts.get(name, "_" * len(WRITTEN[name])), x, y, side=side)
        return sheet.page()

    return drawn


@pytest.fixture
def form(page, reader, tmp_path):
    (tmp_path / "form.toml").write_text(to_toml(form_of(reader.model, page({}))))
    return load_form(tmp_path / "form.toml", "0123456789")


def png(page):
    return cv2.imencode(".png", page)[1].tobytes()


def seen(page, tilt=0.0, scale=1.0, shift=(0.0, 0.0), slant=0.0):
    """See a page tilted, larger or smaller, moved, and from a side."""
    height, width = page.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    middle = np.array([width / 2, height / 2])
    target = ((corners - middle) @ turn.T * 0.85 + middle + shift) * scale
    target[1] += (0, slant * height * scale)
    way = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    size = round(width * scale), round(height * scale)
    return cv2.warpPerspective(page, way, size, flags=cv2.INTER_AREA, borderValue=240)


@pytest.mark.parametrize(
    "look",
    [
        {},
        {"shift": (70, -40)},
        {"tilt": 0.09},
        {"scale": 1.6},
        {"scale": 0.7, "tilt": -0.05},
        {"slant": 0.08, "tilt": 0.03},
    ],
)
def test_fields_are_read_however_the_page_was_scanned(reader, form, page, look):
    numbers = reader.numbers(png(seen(page(), **look)), form=form)
    assert {number.field: number.text for number in numbers} == WRITTEN


@pytest.mark.parametrize("turn", [cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE])
def test_a_turned_page_is_turned_back(reader, form, page, turn):
    turned = np.ascontiguousarray(cv2.rotate(page(), turn))
    numbers = reader.numbers(png(turned), form=form)
    assert {number.field: number.text for number in numbers} == WRITTEN
    height, width = turned.shape
    assert all(0 <= x <= width and 0 <= y <= height for number in numbers for x, y in number.quad)


def test_an_empty_field_is_a_blank_number(reader, form, page):
    first, second, third = reader.numbers(png(page({"field1": "78152", "field3": "990017"})), form=form)
    assert (first.text, third.text) == ("78152", "990017")
    assert (second.field, second.reason, second.accepted) == ("field2", "blank", False)


def test_free_fields_lie_where_the_boxes_say(reader, mnist, tmp_path):
    sheet = Sheet(mnist.x_test, mnist.y_test)
    sheet.boxes("7815", 200, 150)
    sheet.row("2718", 500, 500)
    page = sheet.page()
    text = (
        to_toml(form_of(reader.model, page))
        + '\n[[field]]\nname = "free"\nkind = "free"\nregion = [0.38, 0.5, 0.65, 0.62]\n'
    )
    (tmp_path / "form.toml").write_text(text)
    numbers = reader.numbers(png(seen(page, shift=(40, 30), tilt=0.04)), form=tmp_path / "form.toml")
    assert {number.field: number.text for number in numbers} == {"field1": "7815", "free": "2718"}


def test_a_field_may_have_a_list_of_its_own(reader, page, form, tmp_path):
    (tmp_path / "ids.csv").write_text("402\n777\n")
    text = to_toml(form).replace('name = "field2"', 'name = "course"\nlist = "ids.csv"')
    (tmp_path / "form.toml").write_text(text)
    numbers = {number.field: number for number in reader.numbers(png(page()), form=tmp_path / "form.toml")}
    assert (numbers["course"].text, numbers["course"].matched) == ("402", True)
    assert numbers["field1"].matched is None


def test_another_page_is_not_the_form(reader, form, mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test)
    sheet.boxes("1234567", 200, 300)
    with pytest.raises(FormError, match="this page is not the form"):
        reader.numbers(png(sheet.page()), form=form)


def test_a_form_is_laid_on_by_rows_that_agree():
    def row(boxes, x, y):
        return Anchor(boxes, ((x, y), (x + 30.0 * boxes, y), (x + 30.0 * boxes, y + 40), (x, y + 40)))

    form = [row(9, 100, 100), row(9, 100, 300), row(4, 500, 420)]
    page = [row(9, 160, 150), row(9, 160, 350), row(4, 560, 470), row(9, 900, 900)]
    way = fit(form, page)
    assert np.allclose(mapped(way, [np.array([100.0, 100.0])]), [[160, 150]], atol=1)
    assert fit(form, [row(3, 0, 0)]) is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[page]", "[page", "is no TOML"),
        ("width = ", "wide = ", r"\[page\]: unknown key 'wide'"),
        ("height = ", "height = -", "height: expected a whole number from 1"),
        ('name = "field1"', 'name = "field2"', "field 2, name: a table has a column 'field2' already"),
        ('name = "field2"', 'name = "page"', "field 2, name: a table has a column 'page' already"),
        ('name = "field2"', 'name = "field1_accepted"', "a table has a column 'field1_accepted' already"),
        ('name = "field1"', "name = 1", "field 1, name: expected a name, got 1"),
        ('kind = "boxes"', 'kind = "round"', "field 'field1', kind: expected"),
        ("digits = 5", "digits = 0", "field 'field1', digits: expected a whole number from 1 to 60"),
        ("digits = 5", "digit = 5", "unknown key 'digit'; allowed: digits, kind, list, name, region, type"),
        ("digits = 5", 'digits = 5\nlist = "ids.csv"', "field 'field1', list: no number on ids.csv has 5 digits"),
        ("region = [0.", "region = [7.", "region: expected left, top, right, bottom from 0 to 1"),
        ("region = [", "region = [0.9999, ", "region: expected left, top, right, bottom"),
        ("anchors = [", "anchors = [\n[1, 2],", "anchors, row 1: expected how many boxes"),
        ("anchors = [", "anchors = [\n[],", "anchors, row 1: expected how many boxes"),
        ("anchors = [", "anchors = [\n[5, 0, 0, nan, 0, 1, 1, 0, 1],", "anchors, row 1: expected how many boxes"),
        ("anchors = [", "anchors = [\n[5, 0, 0, 1e9, 0, 1, 1, 0, 1],", "anchors, row 1: expected how many boxes"),
        ("anchors = [", "anchors = [\n[0, 0, 0, 1, 0, 1, 1, 0, 1],", "row 1, boxes: expected a whole number from 1"),
        ("anchors = [", "anchors = [\n[true, 0, 0, 1, 0, 1, 1, 0, 1],", "row 1, boxes: expected a whole number"),
    ],
)
def test_a_form_that_cannot_be_says_where(form, tmp_path, old, new, message):
    (tmp_path / "ids.csv").write_text("12\n")
    (tmp_path / "bad.toml").write_text(to_toml(form).replace(old, new, 1))
    with pytest.raises(OptionError, match=message):
        load_form(tmp_path / "bad.toml", "0123456789")


TYPED = """[page]
width = 100
height = 100
[[field]]
name = "day"
region = [0, 0, 1, 1]
type = {kind = "date", order = "DMY", min = 2020-01-01}
[[field]]
name = "net"
region = [0, 0, 1, 1]
type = "amount decimals=2"
[[field]]
name = "gross"
region = [0, 0, 1, 1]
type = {kind = "decimal", decimals = 2, min = 0, max = 100}
[[sum]]
fields = ["net"]
total = "gross"
"""


def test_fields_have_types_and_sums():
    form = parse_form(TYPED.encode(), "0123456789.,")
    assert [field.type for field in form.fields] == [
        NumberType("date", order="DMY", min="2020-01-01"),
        NumberType("amount", decimals=2),
        NumberType("decimal", decimals=2, min=0, max=100),
    ]
    assert form.sums == (FormSum(("net",), "gross"),)
    assert form.fields[0].columns == ("day", "day_probability", "day_accepted", "day_value")


def test_a_form_with_types_and_sums_is_written_as_it_is_read():
    form = parse_form(TYPED.encode(), "0123456789.,")
    assert parse_form(to_toml(form).encode(), "0123456789.,") == form


def test_a_model_that_reads_no_points_has_them_implied():
    assert parse_form(TYPED.encode(), "0123456789").fields[1].type.implied_point


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"amount decimals=2"', '"money"', "field 'net', type: kind is one of any, integer"),
        ('"amount decimals=2"', "7", "field 'net', type: a type is a word, as date, or a table of its options, got 7"),
        ("max = 100", "maximum = 100", "field 'gross', type: a type has no option 'maximum'"),
        ('fields = ["net"]', 'fields = ["day"]', "sum 1: the field 'day' has no type that adds up, as integer"),
        ('fields = ["net"]', 'fields = ["other"]', "sum 1: expected names of fields, day, net, gross, got 'other'"),
        ('fields = ["net"]', "fields = []", "sum 1: expected one or more fields and another for their total"),
        ('fields = ["net"]', 'fields = ["gross"]', "sum 1: expected one or more fields and another"),
        ('fields = ["net"]', 'fields = ["net", "net"]', "sum 1: expected one or more fields and another"),
        ('fields = ["net"]', 'fields = "net"', "sum 1, fields: expected a list"),
        ('total = "gross"', "", "sum 1: expected names of fields"),
        ('total = "gross"', 'total = "gross"\nless = "net"', "sum 1: unknown key 'less'; allowed: fields, total"),
        ("[[sum]]", "[sum]", "sum: expected a list"),
    ],
)
def test_types_and_sums_that_cannot_be_say_where(old, new, message):
    with pytest.raises(OptionError, match=message):
        parse_form(TYPED.replace(old, new, 1).encode(), "0123456789.,")


def test_a_form_whose_rows_are_points_or_lines_fits_no_page():
    row = Anchor(5, ((0, 0), (100, 0), (100, 20), (0, 20)))
    for corners in ([(7, 7)] * 4, [(0, 0), (1, 0), (2, 0), (3, 0)]):
        flat = Anchor(5, tuple(corners))
        for count in (1, 2, 3):
            fit([flat] * count, [row] * count)
            fit([row] * count, [flat] * count)
        assert fit([Anchor(5, tuple([(7, 7)] * 4))], [row]) is None


def test_a_form_without_fields_or_a_file_is_refused(tmp_path):
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(OptionError, match=r"expected a \[page\] and at least one \[\[field\]\]"):
        load_form(tmp_path / "empty.toml", "0123456789")
    with pytest.raises(DataError, match=r"none\.toml cannot be read"):
        load_form(tmp_path / "none.toml", "0123456789")


def test_forms_become_one_row_of_a_table_for_each_page(command, page, tmp_path):
    Image.fromarray(page({})).save(tmp_path / "empty.png")
    assert command("read", "empty.png", "--template", "form.toml").status == 0
    scans = tmp_path / "scans"
    scans.mkdir()
    Image.fromarray(page()).save(scans / "a.png")
    Image.fromarray(np.full((900, 1240), 240, np.uint8)).save(scans / "b.png")
    Image.fromarray(seen(page({**WRITTEN, "field2": "111"}), tilt=0.05)).save(scans / "c.png")
    result = command("read", "scans", "--fields", "form.toml", "--csv", "out.csv", "--parquet", "out.parquet")
    assert result.status == 1
    assert "b.png, page 1: this page is not the form" in result.err
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0].startswith("file,page,field1,field1_probability,field1_accepted,field2,")
    assert [line.split(",")[2] for line in lines[1:]] == ["78152", "78152"]
    assert [line.split(",")[5] for line in lines[1:]] == ["402", "111"]
    assert (tmp_path / "out.parquet").is_file()
