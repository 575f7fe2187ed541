"""The pages of a PDF are drawn, within limits, one after another."""

import tracemalloc
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
from pdfs import LOCKED_PDF, pdf_form, pdf_of
from PIL import Image

from tenfold.errors import PictureError
from tenfold.picture.opening import DIGIT_SIDE, Pages, count_pages, open_digit, open_pages


def saved(pages: list[Image.Image]) -> bytes:
    content = BytesIO()
    pages[0].save(content, "PDF", save_all=True, append_images=pages[1:])
    return content.getvalue()


def test_of_a_pdf_the_first_page_is_drawn(mnist):
    seven = mnist.x_test[0]
    pages = [Image.fromarray(np.kron(255 - seven, np.ones((10, 10), np.uint8))), Image.new("L", (50, 50))]
    page, steps = open_digit(saved(pages))
    assert page.shape == (DIGIT_SIDE, DIGIT_SIDE)
    assert (
        np.abs(
            np.asarray(Image.fromarray(page).resize((28, 28), Image.Resampling.BOX)).astype(int) - 255 + seven
        ).mean()
        < 6
    )
    assert steps == ("first page taken",)


def test_pictures_in_a_pdf_are_held_to_the_limit():
    assert open_digit(pdf_of(100, 100))[0].shape == (DIGIT_SIDE, DIGIT_SIDE)
    with pytest.raises(PictureError, match=r"too large: 9000×9000 pixels, and at most 80,000,000 are read"):
        open_digit(pdf_of(9000, 9000))
    with pytest.raises(PictureError, match="too large: 960×960 pixels, and at most 9,999 are read"):
        open_digit(pdf_of(90, 90), pixels=9_999)


@pytest.mark.parametrize("page", ["0 0 14400 14400", "0 0 1 14400", "0 0 0 0", "0 0 0.001 0.001", "0 0 1e9 1e9"])
def test_pages_of_any_size_are_drawn_small_or_refused(page):
    with suppress(PictureError):
        assert max(open_digit(pdf_of(9, 9, page=page))[0].shape) <= DIGIT_SIDE


@pytest.mark.parametrize("way", [open_digit, lambda *given, **options: list(open_pages(*given, **options))])
def test_one_limit_holds_for_digits_and_for_pages(way):
    way(pdf_of(90, 90), pixels=1_000_000)
    for content, pixels in ((pdf_of(90, 90), 9_999), (pdf_of(1001, 1000), 1_000_000)):
        with pytest.raises(PictureError, match=f"too large: .* at most {pixels:,} are read; make it smaller"):
            way(content, pixels=pixels)
    with pytest.raises(PictureError, match="encrypted: save a copy without a password"):
        way(LOCKED_PDF)


def test_a_pdf_of_500_pages_keeps_memory_flat():
    content = saved([Image.new("L", (248, 351), 255 - number % 200) for number in range(500)])
    assert count_pages(content) == 500
    tracemalloc.start()
    try:
        peaks = [tracemalloc.get_traced_memory()[1] for _ in open_pages(content)]
    finally:
        tracemalloc.stop()
    assert len(peaks) == 500
    assert peaks[-1] < 1.5 * peaks[20]


def test_two_documents_are_read_by_turns_and_one_may_be_left():
    levels = 10, 120, 250
    one, other = (
        open_pages(saved([Image.new("L", (50, 40), level) for level in order])) for order in (levels, levels[::-1])
    )
    assert [round(next(each).mean(), -1) for each in (one, other, one, other)] == [10, 250, 120, 120]
    del one
    assert round(next(other).mean(), -1) == 10


def test_pages_come_in_the_grey_of_pdfium_and_a_digit_in_the_colour_that_shows(mnist):
    page = np.full((200, 200, 3), 255, np.uint8)
    page[50:150, 90:110] = (255, 240, 0)
    content = saved([Image.fromarray(page)])
    assert np.ptp(open_digit(content)[0]) > 200
    [grey] = open_pages(content)
    assert grey.dtype == np.uint8
    assert grey.ndim == 2


def test_the_text_fields_of_a_pdf_are_told_from_top_to_bottom():
    with Pages(pdf_form()) as pages:
        number, amount, age = pages.fields(0)
    assert (number.name, number.length, number.boxes) == ("id", 9, True)
    assert number.region == pytest.approx((0.1, 7 / 30, 0.6, 1 / 3), abs=1e-4)
    assert [each.name for each in (amount, age)] == ["amount", "person.age"]
    assert not amount.boxes
    assert amount.length is None


def test_the_fields_of_a_turned_page_lie_where_it_is_drawn():
    with Pages(pdf_form(turned=90)) as pages:
        assert pages.page(0).shape[0] > pages.page(0).shape[1]
        number = next(each for each in pages.fields(0) if each.name == "id")
    assert number.region == pytest.approx((2 / 3, 0.1, 23 / 30, 0.6), abs=1e-4)


def test_what_was_typed_into_a_field_stands_on_the_page():
    [empty], [filled] = (list(open_pages(pdf_form(amount=typed))) for typed in (b"", b"17541"))
    changed = np.argwhere(empty != filled)
    height, width = filled.shape
    assert filled.min() < 64
    assert (changed >= [0.56 * height, 0.09 * width]).all()
    assert (changed <= [0.68 * height, 0.36 * width]).all()


def test_other_files_have_no_fields():
    with Pages(pdf_of(90, 90)) as pages:
        assert pages.fields(0) == []
    stream = BytesIO()
    Image.new("L", (90, 90)).save(stream, "PNG")
    with Pages(stream.getvalue()) as pages:
        assert pages.fields(0) == []
