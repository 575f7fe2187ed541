"""A first form is made from an example of its page."""

import numpy as np
import pytest
from sheets import Sheet

import tenfold
from tenfold.errors import DataError
from tenfold.picture.pdf import TextField
from tenfold.read.forms import parse_form, to_toml
from tenfold.read.templates import form_of


@pytest.fixture(scope="module")
def model():
    return tenfold.load_model()


@pytest.fixture
def sheet(mnist):
    return Sheet(mnist.x_test, mnist.y_test)


def test_every_row_of_boxes_is_a_field_and_an_anchor(model, sheet):
    for text, x, y in (("_____", 200, 150), ("___", 700, 330), ("______", 300, 600)):
        sheet.boxes(text, x, y)
    form = form_of(model, sheet.page())
    assert [(field.name, field.kind, field.digits) for field in form.fields] == [
        ("field1", "boxes", 5),
        ("field2", "boxes", 3),
        ("field3", "boxes", 6),
    ]
    assert [anchor.boxes for anchor in form.anchors] == [5, 3, 6]


def test_regions_are_shares_of_the_page_around_the_boxes(model, sheet):
    sheet.boxes("781528", 200, 150, side=60)
    page = sheet.page()
    [field] = form_of(model, page).fields
    height, width = page.shape
    expected = (200 / width, 150 / height, 560 / width, 210 / height)
    assert field.region == pytest.approx(expected, abs=0.01)


def test_a_page_without_boxes_has_a_free_field_for_each_number(model, sheet):
    sheet.row("2718", 200, 300)
    [field] = form_of(model, sheet.page()).fields
    assert (field.kind, field.digits) == ("free", None)
    left, top, right, bottom = field.region
    assert left < 200 / 1240 < right
    assert top < 300 / 900 < bottom


def test_a_blank_page_makes_no_form(model):
    with pytest.raises(DataError, match="a form cannot be made of it"):
        form_of(model, np.full((600, 500), 240, np.uint8))


def test_what_only_one_of_several_examples_shows_is_no_part_of_the_form(model, mnist):
    pages = []
    for place, text in enumerate(("12345", "_____", "90210")):
        sheet = Sheet(mnist.x_test, mnist.y_test)
        sheet.boxes(text, 200, 150)
        sheet.boxes("___", 700, 330)
        if place == 0:
            sheet.boxes("7777", 300, 600)
        pages.append(sheet.page())
    form = form_of(model, *pages)
    assert [field.digits for field in form.fields] == [5, 3]
    assert [anchor.boxes for anchor in form.anchors] == [5, 3]


def test_pages_that_share_nothing_make_no_form(model, mnist):
    pages = []
    for boxes, y in ((5, 150), (7, 500)):
        sheet = Sheet(mnist.x_test, mnist.y_test)
        sheet.boxes("_" * boxes, 200, y)
        pages.append(sheet.page())
    with pytest.raises(DataError, match="are they one form"):
        form_of(model, *pages)


def test_the_text_fields_of_a_pdf_become_fields_each_with_a_name_of_its_own(model):
    places = [(0.1, 0.1 * place, 0.5, 0.1 * place + 0.05) for place in range(1, 6)]
    named = [
        TextField(name, place, 9, boxes)
        for name, place, boxes in zip(
            ("id", "id", "page", "", "net"), places, (True, False, True, True, True), strict=True
        )
    ]
    form = form_of(model, np.full((600, 500), 240, np.uint8), named=named)
    assert [field.name for field in form.fields] == ["id", "id 2", "page 2", "field4", "net"]
    assert [field.kind for field in form.fields][:2] == ["boxes", "free"]
    assert [field.digits for field in form.fields][:2] == [9, None]
    assert parse_form(to_toml(form).encode(), model.alphabet).fields[4].name == "net"
