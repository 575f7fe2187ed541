from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from sheets import Sheet

from tenfold import Reader
from tenfold.errors import PictureError
from tenfold.read.pages import read_page
from tenfold.serve.new_reviews import digit_review, number_review, picture_of_number_review
from tenfold.serve.wire.pictures import SentPicture, as_png

OPTIONS = {"pixels": 1_000_000, "model": "m"}


@pytest.fixture(scope="module")
def reader():
    return Reader()


def written(mnist, place):
    sheet = Sheet(mnist.x_test, mnist.y_test, height=300)
    place(sheet)
    return sheet.page(1.5)


def test_a_digit_is_kept_as_it_came_and_as_the_network_saw_it(reader, seven):
    review = digit_review(reader, SentPicture("7.png", seven), **OPTIONS)
    assert (review.name, review.guess, review.page, review.label, review.model) == ("7.png", "7", 1, None, "m")
    assert Image.open(BytesIO(review.crop)).size == (200, 280)
    assert np.array_equal(review.images, reader.image(seven)[None])


def test_a_number_in_boxes_has_an_image_for_each_box(reader, mnist):
    page = written(mnist, lambda sheet: sheet.boxes("78_5", 200, 100))
    review = picture_of_number_review(reader, SentPicture(None, as_png(page)), **OPTIONS)
    assert (review.name, review.guess) == (None, "78_5")
    assert [bool(image.any()) for image in review.images] == [True, True, False, True]


def test_a_number_written_freely_has_no_images(reader, mnist):
    page = written(mnist, lambda sheet: sheet.row("7815", 200, 150))
    [row] = read_page(reader.model, page, reader.options(), file="a.png", number=3)
    [number] = reader.decide([row], reader.options())
    review = number_review(number, row, page, model="m")
    assert (review.name, review.page, review.guess) == ("a.png", 3, "7815")
    assert review.images.shape == (0, 28, 28)


def test_where_there_is_not_one_number_there_is_no_guess(reader, mnist):
    def twice(sheet):
        sheet.boxes("781", 100, 40)
        sheet.boxes("402", 100, 200)

    blank = picture_of_number_review(reader, SentPicture(None, as_png(np.full((300, 300), 255, np.uint8))), **OPTIONS)
    several = picture_of_number_review(reader, SentPicture(None, as_png(written(mnist, twice))), **OPTIONS)
    assert [(each.guess, each.reason) for each in (blank, several)] == [(None, "blank"), (None, "not-a-digit")]


def test_what_is_no_picture_is_an_error(reader):
    for read in (digit_review, picture_of_number_review):
        with pytest.raises(PictureError):
            read(reader, SentPicture(None, b"x"), **OPTIONS)
