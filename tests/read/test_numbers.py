"""Numbers are read from whole pages, beside a list or without."""

from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from sheets import Sheet

import tenfold
from tenfold.errors import OptionError, PictureError
from tenfold.read.forms import Field, Form, FormSum
from tenfold.read.lists import Known
from tenfold.read.numbers import decide
from tenfold.read.options import NumberOptions
from tenfold.read.promises import ANY, HALF
from tenfold.read.readings import Reading
from tenfold.read.rows import ReadRow
from tenfold.read.types import NumberType

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
    numbers = reader.numbers(png(form), digits=9, max_error=0.1)
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
        "column",
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
    sheet.row("2738", 60, 45, 45)
    [number] = reader.numbers(png(sheet.page()))
    assert number.text == "2738"


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


QUAD = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def row(readings, kind="free", field=None):
    """Make a row that says each text as probably as it is told."""
    told = tuple(Reading(text, share, share) for text, share in readings.items())
    return ReadRow(SimpleNamespace(kind=kind, signs=lambda text: ()), told, QUAD, field)


def decided(readings, words, kind="free", least=ANY):
    [number] = decide([row(readings, kind)], NumberOptions(type=NumberType.of(words)), outlier=1.0, least=least)
    return number


def test_a_type_prefers_what_is_of_it():
    number = decided({"2010712021": 0.7, "20/07/2021": 0.25}, "date")
    assert (number.text, number.value, number.reason, number.accepted) == ("20/07/2021", "2021-07-20", None, True)
    assert number.probability == pytest.approx(0.9 * 0.25 / (0.9 * 0.25 + 0.1 * 0.75))
    assert [text for text, _ in number.alternatives] == ["20/07/2021", "2010712021"]


def test_what_cannot_be_of_the_type_is_not_bent_into_it():
    number = decided({"31/02/2021": 0.95, "31/07/2021": 0.03}, "date")
    assert (number.text, number.value, number.reason, number.accepted) == ("31/02/2021", None, "not-a-date", False)
    assert [text for text, _ in number.alternatives] == ["31/02/2021", "31/07/2021"]
    assert decided({"130": 0.99}, "integer max=120").reason == "out-of-range"
    assert decided({"123456789": 0.99}, "id check=luhn").reason == "check-digit"


def test_without_a_type_nothing_has_a_value():
    [number] = decide([row({"12.5": 0.9})], NumberOptions(), outlier=1.0, least=ANY)
    assert (number.text, number.value, number.probability) == ("12.5", None, 0.9)


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("20072021", "date", "2021-07-20"),
        ("1430", "time", "14:30"),
        ("__42", "integer", 42),
        ("_1250", "decimal decimals=2", 12.5),
        ("42__", "integer", 42),
    ],
)
def test_boxes_have_types_too(text, words, value):
    number = decided({text: 0.9}, words, "boxes")
    assert (number.text, number.value, number.accepted) == (text, value, True)


@pytest.mark.parametrize(
    ("text", "words", "reason"),
    [("1_072021", "date", "not-a-date"), ("125_", "decimal decimals=2", "not-a-decimal"), ("____", "date", "blank")],
)
def test_empty_boxes_that_mean_something_are_not_passed_over(text, words, reason):
    number = decided({text: 0.9}, words, "boxes")
    assert (number.text, number.value, number.reason) == (text, None, reason)


def test_a_promise_rests_on_probabilities_before_the_type():
    least = {**ANY, "free": 0.55}
    assert decided({"41": 0.4, "11": 0.3}, "integer max=40", least=least).reason == "uncertain"
    assert decided({"11": 0.6, "41": 0.3}, "integer max=40", least=least).accepted


def test_where_nothing_is_promised_the_probability_that_is_shown_decides():
    assert decided({"41": 0.4, "11": 0.3}, "integer max=40", least={**ANY, "free": HALF}).accepted


ADDENDS = ("a", "b", "total")


def added(*readings, fields=("a", "b"), more=()):
    """Read a form of integers of which the last is the sum of the others."""
    kinds = {name: Field(name, (0, 0, 1, 1), type=NumberType("integer")) for name in (*ADDENDS, *more)}
    form = Form(9, 9, tuple(kinds.values()), (), (FormSum(tuple(fields), "total"),))
    rows = [row(told, field=kinds[name]) for told, name in zip(readings, kinds, strict=True)]
    return decide(rows, NumberOptions(form=form), outlier=1.0, least=ANY)


def test_a_sum_that_holds_changes_nothing():
    numbers = added({"17": 0.9}, {"4": 0.9}, {"21": 0.9})
    assert [number.accepted for number in numbers] == [True] * 3
    assert len({number.probability for number in numbers}) == 1


def test_a_sum_decides_what_a_doubtful_digit_is():
    numbers = added({"17": 0.55, "11": 0.44}, {"4": 0.99}, {"15": 0.95})
    assert [(number.text, number.value) for number in numbers] == [("11", 11), ("4", 4), ("15", 15)]
    assert numbers[0].alternatives[0][0] == "11"
    assert all(number.accepted for number in numbers)


def test_a_sum_that_does_not_hold_is_told():
    numbers = added({"17": 0.99}, {"4": 0.99}, {"22": 0.99})
    assert [number.reason for number in numbers] == [None, None, "sum-differs"]
    assert [number.accepted for number in numbers] == [True, True, False]


def test_empty_fields_add_nothing_and_unread_ones_leave_the_sum_alone():
    assert [number.reason for number in added({"": 1.0}, {"4": 0.99}, {"4": 0.99})] == ["blank", None, None]
    assert [number.reason for number in added({"": 1.0}, {"4": 0.99}, {"5": 0.99})] == ["blank", None, "sum-differs"]
    assert [number.reason for number in added({"1-": 0.99}, {"4": 0.99}, {"5": 0.99})][1:] == [None, None]
    assert [number.reason for number in added({"": 1.0}, {"": 1.0}, {"5": 0.99})][2] is None


def test_sums_are_of_one_page():
    first = [({"1": 0.99}, {"2": 0.99}, {"3": 0.99}), ({"1": 0.99}, {"2": 0.99}, {"4": 0.99})]
    kinds = [Field(name, (0, 0, 1, 1), type=NumberType("integer")) for name in ADDENDS]
    form = Form(9, 9, tuple(kinds), (), (FormSum(("a", "b"), "total"),))
    rows = [row(told, field=field) for page in first for told, field in zip(page, kinds, strict=True)]
    numbers = decide(rows, NumberOptions(form=form), outlier=1.0, least=ANY)
    assert [number.reason for number in numbers] == [None] * 5 + ["sum-differs"]


def test_numbers_of_a_list_have_values_too(reader, form):
    known = ["781528989", "402135667", "990017284"]
    numbers = reader.numbers(png(form), known=known, type="id check=luhn")
    assert [number.matched for number in numbers] == [True] * 3
    assert {number.reason for number in numbers} <= {None, "check-digit"}
    assert [number.value for number in reader.numbers(png(form), known=known, type="id")] == known


def listed(readings, known, least):
    """What rows that say something beside a list are decided to be."""
    options = NumberOptions(known=Known.of(known, "0123456789"))
    said = row(readings)
    said.says.on_list = lambda numbers: np.array([1e6 * readings.get("".join(map(str, n)), 1e-9) for n in numbers])
    return decide([said], options, outlier=1.0, least=least)[0]


def test_beside_a_list_of_numbers_that_are_alike_the_promise_without_a_list_counts():
    strict = {**ANY, "boxes": 0.9, "free": 0.9, "list": 0.5}
    apart, alike = ["1234", "5678"], ["1234", "1235", "5678", "5679"]
    assert listed({"1234": 0.8}, apart, strict).accepted
    assert listed({"1234": 0.8}, alike, strict).reason == "uncertain"
    assert listed({"1234": 0.95}, alike, strict).accepted
    never = {**ANY, "boxes": 2.0, "free": 2.0, "list": 0.5}
    assert listed({"1234": 0.95}, alike, never).reason == "not-calibrated"
    assert listed({"1234": 0.8}, alike, {"boxes": 0.5, "free": 0.5, "list": 0.5}).accepted, "halves decide"
