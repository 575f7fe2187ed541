"""Numbers are read from whole pages, beside a list or without."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from sheets import Sheet

import tenfold
from tenfold.errors import OptionError, PictureError
from tenfold.read.lists import Known

IDS = ("781528989", "402135667", "990017284")


@pytest.fixture(scope="module")
def reader():
    return tenfold.Reader()


def png(*pages, kind="PNG"):
    stream = BytesIO()
    first, *rest = [Image.fromarray(page) for page in pages]
    first.save(stream, kind, **({"save_all": True, "append_images": rest} if rest else {}))
    return stream.getvalue()


@pytest.fixture
def sheet(mnist):
    return Sheet(mnist.x_test, mnist.y_test)


@pytest.fixture
def form(sheet):
    for place, number in enumerate(IDS):
        sheet.boxes(number, 200, 150 + 200 * place)
    return sheet.page(3.0)


def test_numbers_in_boxes_are_read(reader, form):
    numbers = reader.numbers(png(form), digits=9)
    assert [number.text for number in numbers] == list(IDS)
    assert all(number.accepted and number.probability > 0.5 for number in numbers)
    assert [digit.digit for digit in numbers[0].digits] == list(IDS[0])


def test_answers_can_be_json(reader, form):
    import json

    told = json.loads(json.dumps(reader.numbers(png(form))[0].to_dict()))
    assert told["text"] == IDS[0]
    assert set(told) >= {
        "file",
        "page",
        "row",
        "field",
        "probability",
        "accepted",
        "reason",
        "quad",
        "digits",
        "alternatives",
    }
    assert np.shape(told["quad"]) == (4, 2)


def test_empty_boxes_are_null_and_empty_rows_blank(reader, sheet):
    sheet.boxes("4_2", 200, 200)
    sheet.boxes("____", 200, 500)
    first, second = reader.numbers(png(sheet.page()))
    assert first.text == "4_2"
    assert first.digits[1].digit is None
    assert (second.text, second.reason, second.accepted) == ("____", "blank", False)


def test_free_digits_are_read(reader, sheet):
    sheet.row("2718", 200, 300)
    [number] = reader.numbers(png(sheet.page()))
    assert number.text == "2718"


def test_a_page_on_its_head_is_turned(reader, form):
    turned = np.ascontiguousarray(form[::-1, ::-1])
    assert sorted(number.text for number in reader.numbers(png(turned))) == sorted(IDS)


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_print_is_no_number_however_it_lies(reader, turns):
    page = Image.new("L", (900, 700), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(30)
    for line in range(14):
        pen.text((40, 30 + 45 * line), "the quick brown fox jumps over lazy dogs of all kinds", font=font, fill=20)
    assert reader.numbers(png(np.ascontiguousarray(np.rot90(page, turns)))) == []


@pytest.mark.parametrize("turns", [1, 3])
def test_a_page_on_its_side_is_turned(reader, form, turns):
    turned = np.ascontiguousarray(np.rot90(form, turns))
    assert sorted(number.text for number in reader.numbers(png(turned))) == sorted(IDS)


def test_pages_are_counted_from_one(reader, form):
    blank = np.full((500, 500), 255, np.uint8)
    numbers = reader.numbers(png(blank, form, kind="TIFF"))
    assert {number.page for number in numbers} == {2}
    assert [number.row for number in numbers] == [0, 1, 2]


def test_a_list_decides_what_is_read(reader, form):
    known = Known.of(("781528989", "402135667", "990017284", "111111111"), "0123456789")
    numbers = reader.numbers(png(form), known=known)
    assert [number.text for number in numbers] == list(IDS)
    assert all(number.matched and number.probability > 0.99 for number in numbers)


def test_a_number_that_fits_none_of_the_list_says_so(reader, form):
    known = Known.of(("781528989", "333333333"), "0123456789")
    first, second, _ = reader.numbers(png(form), known=known)
    assert first.matched
    assert (second.text, second.matched, second.reason) == (IDS[1], False, "not-on-list")


def test_a_number_cut_out_of_its_page_is_read_without_what_is_around_it(reader, mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test, 330, 90)
    for ends in ((0, 4, 329, 2), (0, 86, 329, 84), (3, 0, 5, 89), (324, 0, 326, 89)):
        sheet.line(*ends, thick=3)
    for x in (20, 32):  # a hash
        sheet.line(x + 6, 24, x, 66, thick=3)
    for y in (38, 52):
        sheet.line(14, y, 44, y, thick=3)
    sheet.row("2718", 60, 45, 45)
    [number] = reader.numbers(png(sheet.page()))
    assert number.text == "2718"


def test_each_number_of_a_list_at_most_once(reader, sheet):
    sheet.boxes("402135667", 200, 200)
    sheet.boxes("402135667", 200, 500)
    known = Known.of(("402135667", "402135661"), "0123456789")
    numbers = reader.numbers(png(sheet.page()), known=known, unique=True)
    assert [number.text for number in numbers].count("402135667") <= 1 or not all(number.matched for number in numbers)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"digits": 0}, "a number has 1 to 60 digits"),
        ({"grid": (0, 9)}, "a grid has 1 to 40 rows and columns"),
        ({"unique": True}, "needs the list"),
        ({"known": Known(("12",), "0123456789"), "digits": 9}, "no number on the list has 9 digits"),
    ],
)
def test_options_that_contradict_are_refused(reader, options, message):
    with pytest.raises(OptionError, match=message):
        reader.numbers(b"", **options)


def test_what_is_no_page_is_refused(reader):
    with pytest.raises(PictureError, match="empty"):
        reader.numbers(b"")


def test_a_model_without_calibration_on_pages_promises_nothing(tutorial, form):
    with pytest.raises(OptionError, match="not calibrated on pages"):
        tenfold.Reader(tutorial.folder).numbers(png(form), max_error=0.01)
