"""The promise about whole numbers is made to hold on own labelled pages."""

import numpy as np
import pytest
from PIL import Image
from sheets import Sheet

import tenfold
from tenfold.calibrate.pages import LabelledPages, calibrate_on_pages, matched
from tenfold.calibrate.pictures import calibrate_on_pictures
from tenfold.errors import DataError, OptionError
from tenfold.model.folder import SHIPPED, load_model
from tenfold.read.lists import Known

IDS = ("781528", "402135", "990017")


@pytest.fixture
def folder(tmp_path, mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test)
    for place, number in enumerate(IDS):
        sheet.boxes(number, 200, 150 + 200 * place)
    Image.fromarray(sheet.page()).save(tmp_path / "form.png")
    rows = "".join(f"form.png,{place},{number}\n" for place, number in enumerate(IDS))
    (tmp_path / "labels.csv").write_text("file,row,text\n" + rows)
    return tmp_path


def test_the_promise_rests_on_the_pages_given(folder, tmp_path):
    found = calibrate_on_pages(
        load_model(SHIPPED), LabelledPages(folder, "0123456789"), tmp_path / "mine", Known(IDS, "0123456789")
    )
    assert {kind: (each.n, each.right) for kind, each in found.items()} == {"boxes": (3, 3), "list": (3, 3)}
    assert all(share is None for share in found["boxes"].promises.values())
    with pytest.raises(OptionError, match=r"at least 59 labelled numbers .* it has 3"):
        tenfold.Reader(tmp_path / "mine").numbers(folder / "form.png", max_error=0.05)


def test_enough_pages_make_a_promise(folder, tmp_path):
    pages = list(LabelledPages(folder, "0123456789")) * 25
    found = calibrate_on_pages(load_model(SHIPPED), pages, tmp_path / "mine")
    assert found["boxes"].promises[0.05] == 1.0
    numbers = tenfold.Reader(tmp_path / "mine").numbers(folder / "form.png", max_error=0.05)
    assert [(number.text, number.accepted) for number in numbers] == [(number, True) for number in IDS]


def test_the_golden_images_stay_those_of_the_model_and_none_of_the_pages_is_kept(folder, tmp_path):
    shipped = load_model(SHIPPED)
    calibrate_on_pages(shipped, LabelledPages(folder, "0123456789"), tmp_path / "mine")
    assert np.array_equal(load_model(tmp_path / "mine").golden, shipped.golden)


def test_calibrating_on_pictures_drops_promises_about_numbers_that_rest_on_the_probabilities_of_before(
    folder, tmp_path, mnist
):
    pages = list(LabelledPages(folder, "0123456789")) * 25
    calibrate_on_pages(load_model(SHIPPED), pages, tmp_path / "pages")
    images, labels = mnist.x_test[:500], mnist.y_test[:500]
    found = calibrate_on_pictures(load_model(tmp_path / "pages"), images, labels, tmp_path / "both")
    assert found.numbers_dropped
    with pytest.raises(OptionError, match="not calibrated on pages"):
        tenfold.Reader(tmp_path / "both").numbers(folder / "form.png", max_error=0.05)
    assert [number.text for number in tenfold.Reader(tmp_path / "both").numbers(folder / "form.png")] == list(IDS)


@pytest.mark.parametrize(
    ("read", "written", "expected"),
    [
        (["12", "34"], ["12", "34"], ["12", "34"]),
        (["12", "9", "34"], ["12", "34"], ["12", None, "34"]),
        (["34"], ["12", "34"], ["34"]),
        (["1284", "567"], ["1234", "567"], ["1234", "567"]),
        ([], ["1"], []),
        (["1"], [], [None]),
    ],
)
def test_numbers_are_matched_in_their_order_so_that_they_differ_least(read, written, expected):
    assert matched(read, written) == expected


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("name,text\n", r"labels\.csv: expected a heading with the columns file and text"),
        ("file,text\n", "names no pages"),
        ("file,text\nnone.png,12\n", "line 2: there is no file 'none.png'"),
        ("file,text\n../form.png,12\n", "line 2: there is no file"),
        ("file,text\nform.png,1a\n", "line 2: expected signs of 0123456789, and _ for an empty box, got '1a'"),
        ("file,page,text\nform.png,0,12\n", "line 2: expected the number of a page from 1, got '0'"),
        ("file,page,text\nform.png,3,12\n", r"form\.png has 1 pages, expected page 3 too"),
    ],
)
def test_labels_that_cannot_be_are_refused(folder, labels, message):
    (folder / "labels.csv").write_text(labels)
    with pytest.raises(DataError, match=message):
        list(LabelledPages(folder, "0123456789"))


def test_missing_labels_are_named(tmp_path):
    with pytest.raises(DataError, match=r"labels\.csv cannot be read: there is no such file"):
        LabelledPages(tmp_path, "0123456789")


def test_pages_without_numbers_calibrate_nothing(tmp_path):
    blank = np.full((400, 400), 255, np.uint8)
    with pytest.raises(DataError, match="no number was found"):
        calibrate_on_pages(load_model(SHIPPED), [(blank, ["12"])], tmp_path / "mine")
    assert not (tmp_path / "mine").exists()
