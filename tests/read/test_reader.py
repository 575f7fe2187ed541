import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from recognizers import Stub

import tenfold
from tenfold import Reader
from tenfold.errors import ModelError, OptionError, PictureError
from tenfold.model.folder import SHIPPED


def png(image: np.ndarray) -> bytes:
    content = BytesIO()
    Image.fromarray(image).save(content, "PNG")
    return content.getvalue()


@pytest.fixture(scope="module")
def reader(model) -> Reader:
    return Reader(model.folder)


def test_a_digit_is_read_with_its_probabilities(reader, mnist):
    digit = reader.digit(png(mnist.x_test[0]))
    assert digit.digit == "7"
    assert digit.probability == max(digit.probabilities) > 0.9
    assert sum(digit.probabilities) == pytest.approx(1, abs=1e-5)
    assert (digit.accepted, digit.reason, digit.steps) == (True, None, ())
    assert json.loads(json.dumps(digit.to_dict()))["digit"] == "7"


def test_many_are_read_at_once_in_their_order(reader, mnist):
    pictures = [png(image) for image in mnist.x_test[:20]]
    one_by_one = [reader.digit(picture) for picture in pictures]
    together = reader.digits(pictures)
    assert [digit.digit for digit in together] == [digit.digit for digit in one_by_one]
    assert reader.digits([]) == []


def test_halves_decide_where_nothing_can_be_promised_and_no_error_is_named(mnist):
    reader = Reader(Stub())
    assert reader.promised_digits() is None
    assert "this model can promise no error of 0.02" in reader.unpromised_digits()
    assert reader.digit(png(mnist.x_test[0])).accepted
    promise = reader.promised_numbers(reader.options())
    assert dict(promise.errors) == {"boxes": None, "free": None, "alone": None}
    assert promise.told({"free"}).startswith("nothing is promised of numbers written freely: what is below a half")
    assert promise.told({"list"}) is None


@pytest.mark.parametrize("level", [0, 20, 255])
def test_a_blank_picture_is_refused_and_says_why(reader, level):
    digit = reader.digit(png(np.full((28, 28), level, np.uint8)))
    assert (digit.digit, digit.accepted, digit.reason) == (None, False, "blank")


def test_only_sure_answers_are_accepted_where_an_error_is_promised(model, mnist):
    strict, lax = Reader(model.folder, max_error=0.005), Reader(model.folder)
    prepared = [strict.prepare(png(image)) for image in mnist.x_test[:1000]]
    reasons = [digit.reason for digit in strict.read(prepared)]
    assert set(reasons) == {None, "uncertain"}
    assert 0 < reasons.count("uncertain") < 300
    assert (strict.promised_digits(), lax.promised_digits(), lax.unpromised_digits()) == (0.005, 0.02, None)
    assert sum(digit.accepted for digit in lax.read(prepared)) > reasons.count(None)
    with pytest.raises(OptionError, match="at least 29,956 labelled images"):
        Reader(model.folder, max_error=0.0001)
    with pytest.raises(OptionError, match="labelled images"):
        Reader(model.folder, max_error=5e-324)


def test_an_option_of_another_type_is_refused_by_name(mnist):
    with pytest.raises(OptionError, match="above 0 and below 1, got 'x'"):
        Reader(max_error="x")
    with pytest.raises(OptionError, match="above 0 and below 1, got True"):
        Reader(max_error=True)
    reader = Reader()
    with pytest.raises(OptionError, match="max_error is a share, as 0.01, got 'a'"):
        reader.numbers(mnist.x_test[0], max_error="a")
    with pytest.raises(OptionError, match="options is a NumberOptions, got dict; give single options by name"):
        reader.numbers(mnist.x_test[0], options={"digits": 9})


def test_prepared_images_are_answered_with_the_reasons_to_refuse(reader, mnist):
    images = np.concatenate([mnist.x_test[:5], np.zeros((1, 28, 28), np.uint8)])
    probabilities, reasons = reader.answer(images)
    assert probabilities.shape == (6, 10)
    assert reasons == [None] * 5 + ["blank"]


def test_an_image_that_was_spoiled_is_read_as_it_came_and_a_digit_off_the_middle_as_it_was_prepared(mnist):
    reader = Reader()
    striped, moved = mnist.x_test[:100].copy(), np.zeros((100, 28, 28), np.uint8)
    striped[:, :, :7], striped[:, :, 21:] = 255 - striped[:, :, :7], 255 - striped[:, :, 21:]
    moved[:, :-5, :-5] = mnist.x_test[:100, 5:, 5:]
    for images, least in ((striped, 0.85), (moved, 0.95)):
        settled = [reader.prepare(png(image)) for image in images]
        digits = [digit.digit for digit in reader.read(settled)]
        assert np.mean([digit == str(label) for digit, label in zip(digits, mnist.y_test[:100], strict=True)]) > least
    assert all(each.as_it_came is None for each in settled)
    assert reader.image(png(moved[0])).shape == (28, 28)


def test_a_model_that_is_loaded_already_is_taken(mnist):
    loaded = tenfold.load_model(SHIPPED, threads=1)
    reader = Reader(loaded, max_error=0.01)
    assert reader.model is loaded
    assert reader.digit(png(mnist.x_test[0])).digit == "7"


def test_what_came_without_a_picture_has_no_surroundings(reader):
    seen, nothing = reader.surroundings([np.full((40, 30), 200, np.uint8), None])
    assert seen is not None
    assert nothing is None
    assert reader.surroundings([None]) == [None]


def test_the_shipped_model_reads_without_any_training(mnist):
    shipped = Reader()
    assert shipped.model.info.classes == tuple("0123456789")
    answers = shipped.model(mnist.x_test[:1000]).argmax(1)
    assert (answers == mnist.y_test[:1000]).mean() > 0.95


def test_a_picture_or_a_model_that_is_none_is_a_clear_error(reader, tmp_path):
    with pytest.raises(PictureError):
        reader.digit(b"no picture")
    with pytest.raises(ModelError, match="no model at"):
        Reader(tmp_path)


def test_the_reader_is_public():
    assert tenfold.Reader is Reader


def test_an_image_as_mnist_stores_it_is_read_as_its_file_is(reader, mnist):
    images = mnist.x_test[:200]
    expected = reader.digits([png(image) for image in images])
    assert reader.digits(list(images)) == expected
    assert reader.digits([Image.fromarray(image) for image in images]) == expected
    assert reader.digits(list(images / 255)) == expected
    assert reader.digits([BytesIO(png(image)) for image in images]) == expected
    assert reader.digits([np.dstack([image] * 3) for image in images], bgr=True) == expected


def test_a_page_is_read_from_whatever_holds_it(mnist):
    reader = Reader()
    page = np.full((120, 400), 255, np.uint8)
    for place, image in enumerate(mnist.x_test[:6]):
        page[40:96, 40 + 56 * place : 96 + 56 * place] = 255 - np.kron(image, np.ones((2, 2), np.uint8))
    expected = reader.numbers(png(page)).to_dict()
    assert expected["numbers"][0]["text"]
    for given in (page, Image.fromarray(page), BytesIO(png(page)), np.dstack([page] * 3), page / 255):
        assert reader.numbers(given).to_dict() == expected


def test_one_picture_is_a_list_of_one(reader, mnist, tmp_path):
    image = mnist.x_test[0]
    (tmp_path / "7.png").write_bytes(png(image))
    expected = [reader.digit(image)]
    content = png(image)
    one = [str(tmp_path / "7.png"), tmp_path / "7.png", content, bytearray(content), memoryview(content)]
    arrays = [image, image[..., None], np.dstack([image] * 3), np.dstack([image] * 3 + [np.full_like(image, 255)])]
    for given in (*one, BytesIO(content), Image.fromarray(image), *arrays):
        assert reader.digits(given) == expected
    with pytest.raises(PictureError, match=r"none\.png: there is no such file"):
        reader.digits("none.png")
    with pytest.raises(PictureError, match="got int"):
        reader.digits(7)


def test_several_pictures_are_whatever_gives_one_after_another(reader, mnist, tmp_path):
    images = mnist.x_test[:4]
    expected = reader.digits(list(images))
    paths = [tmp_path / f"{place}.png" for place in range(4)]
    for path, image in zip(paths, images, strict=True):
        path.write_bytes(png(image))
    for given in (images, iter(images), tuple(images), np.array(list(map(str, paths))), np.array(paths)):
        assert reader.digits(given) == expected
    assert reader.digits(np.stack([np.dstack([image] * 3) for image in images])) == expected


def test_several_pictures_for_one_are_refused_with_the_right_call(reader, mnist):
    for given in ([mnist.x_test[0]] * 2, ("a.png", "b.png"), mnist.x_test[:2]):
        with pytest.raises(PictureError, match="for several pictures call digits"):
            reader.digit(given)
        with pytest.raises(PictureError, match="for several pictures call digits"):
            reader.explain(given)


def test_sources_without_a_file_are_named_by_their_place_among_several(mnist):
    page = np.full((120, 400), 255, np.uint8)
    for place, image in enumerate(mnist.x_test[:6]):
        page[40:96, 40 + 56 * place : 96 + 56 * place] = 255 - np.kron(image, np.ones((2, 2), np.uint8))
    reader = Reader()
    assert list(reader.numbers(page).sources) == list(reader.numbers([page]).sources) == [""]
    for several in ([page, page], np.stack([page, page])):
        numbers = reader.numbers(several)
        assert list(numbers.sources) == ["1", "2"]
        assert {number.file for number in numbers} == {"1", "2"}


def test_what_is_no_picture_is_refused_by_its_type(reader):
    with pytest.raises(PictureError, match="expected a path, .* or a NumPy array, got int"):
        reader.digit(7)
    with pytest.raises(PictureError, match=r"one picture: .*, got \(2, 28, 28\)"):
        reader.digit(np.zeros((2, 28, 28), np.uint8))
