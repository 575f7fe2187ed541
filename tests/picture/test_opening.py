"""Files are opened page by page, and bad ones refused in clear words."""

import tracemalloc
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tenfold.errors import PictureError
from tenfold.picture.opening import LONGEST_SIDE, count_pages, open_pages


def pdf(pages, **options):
    stream = BytesIO()
    first, *rest = [Image.new("L", (248, 351), 255 - number % 200) for number in range(pages)]
    first.save(stream, "PDF", save_all=True, append_images=rest, **options)
    return stream.getvalue()


def test_every_page_of_a_tiff_comes_in_its_order():
    stream = BytesIO()
    pages = [Image.new("L", (50, 40), level) for level in (10, 120, 250)]
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:])
    assert [int(page.mean()) for page in open_pages(stream.getvalue())] == [10, 120, 250]
    assert count_pages(stream.getvalue()) == 3


def test_a_pdf_of_500_pages_keeps_memory_flat():
    content = pdf(500)
    assert count_pages(content) == 500
    tracemalloc.start()
    try:
        peaks = []
        for _ in open_pages(content):
            peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert len(peaks) == 500
    assert peaks[-1] < 1.5 * peaks[20]


def test_pages_are_shrunk_to_what_reading_needs():
    stream = BytesIO()
    Image.new("L", (6000, 4000), 255).save(stream, "PNG")
    [page] = open_pages(stream.getvalue())
    assert max(page.shape) <= 1.1 * LONGEST_SIDE


def test_a_scan_of_30000_pixels_is_read():
    stream = BytesIO()
    Image.new("L", (30_000, 2_000), 255).save(stream, "PNG")
    [page] = open_pages(stream.getvalue())
    assert page.shape[1] > LONGEST_SIDE


def test_a_scan_of_30000_pixels_both_ways_is_refused():
    stream = BytesIO()
    Image.new("1", (30_000, 30_000), 1).save(stream, "TIFF", compression="group4")
    with pytest.raises(PictureError, match="too large.*200 dots per inch"):
        list(open_pages(stream.getvalue()))


def test_the_camera_is_held_upright_by_exif():
    stream = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("L", (60, 30), 255).save(stream, "JPEG", exif=exif)
    assert next(iter(open_pages(stream.getvalue()))).shape == (60, 30)


def test_an_encrypted_pdf_says_so():
    from locked import LOCKED_PDF

    with pytest.raises(PictureError, match="encrypted: save a copy without a password"):
        list(open_pages(LOCKED_PDF))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7\nnothing more", "the PDF cannot be opened"),
        (b"student,id\n", "not a picture that can be opened"),
        (pdf(1)[:300], "the PDF cannot be opened"),
    ],
)
def test_what_is_no_page_is_refused_in_words(content, message):
    with pytest.raises(PictureError, match=message):
        list(open_pages(content))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PictureError, match=r"cannot read .*nowhere\.pdf"):
        list(open_pages(tmp_path / "nowhere.pdf"))


def test_pages_are_grey_bytes():
    for page in open_pages(pdf(2)):
        assert page.dtype == np.uint8
        assert page.ndim == 2
