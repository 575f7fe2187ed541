"""A model calibrated on own images keeps its answers and makes promises that hold for them."""

import json

import numpy as np
import pytest

from tenfold import load_model
from tenfold.calibrate.kinds import drawn_digits
from tenfold.calibrate.pictures import calibrate_on_pictures
from tenfold.draw.writers import ImageWriter
from tenfold.errors import DataError
from tenfold.model.evaluate import expected_calibration_error
from tenfold.model.folder import SHIPPED
from tenfold.read.reader import Reader


@pytest.fixture(scope="module")
def own(mnist):
    """Images unlike those the model was trained on: faint, with paper that is not quite white."""
    images = (mnist.x_test[:3000].astype(np.float32) * 0.6 + 10).astype(np.uint8)
    return images, mnist.y_test[:3000]


def test_probabilities_hold_and_answers_stay(model, own, tmp_path):
    found = calibrate_on_pictures(model, *own, tmp_path / "mine", data="faint")
    mine = load_model(tmp_path / "mine")
    before, after = model(own[0]), mine(own[0])
    assert np.array_equal(before.argmax(1), after.argmax(1))
    assert found.ece[0] < found.ece[1]
    assert expected_calibration_error(after, own[1]) == pytest.approx(found.ece[0], abs=1e-4)
    assert found.accuracy == (before.argmax(1) == own[1]).mean()
    assert mine.info.calibration["temperature"] == pytest.approx(found.temperature[0])
    assert mine.info.calibration["data"]["name"] == "faint"
    assert json.loads(json.dumps(found.to_dict()))["promises"][0]["max_error"] == 0.1


def test_what_is_accepted_keeps_the_promise_on_images_like_them(model, own, tmp_path):
    images, labels = own
    found = calibrate_on_pictures(model, images[:2000], labels[:2000], tmp_path / "mine")
    assert found.promises[0.001] is None
    reader = Reader(tmp_path / "mine", max_error=0.05)
    probabilities, reasons = reader.answer(images[2000:])
    accepted = np.array([reason is None for reason in reasons])
    assert found.promises[0.05] == pytest.approx(accepted.mean(), abs=0.1)
    assert (probabilities.argmax(1) != labels[2000:])[accepted].mean() <= 0.05


def test_a_model_that_knows_outliers_can_be_calibrated_again_and_again(mnist, tmp_path):
    shipped = load_model(SHIPPED)
    first = calibrate_on_pictures(shipped, mnist.x_test[:2000], mnist.y_test[:2000], tmp_path / "one")
    second = calibrate_on_pictures(
        load_model(tmp_path / "one"), mnist.x_test[:2000], mnist.y_test[:2000], tmp_path / "two"
    )
    assert second.temperature[0] == pytest.approx(first.temperature[0], rel=0.1)
    assert (
        np.abs(shipped.digits(mnist.x_test[:100])[1] - load_model(tmp_path / "two").digits(mnist.x_test[:100])[1]).max()
        < 1e-6
    )


def test_no_image_is_refused(model, mnist, tmp_path):
    with pytest.raises(DataError, match="at least one labelled image"):
        calibrate_on_pictures(model, mnist.x_test[:0], mnist.y_test[:0], tmp_path / "mine")


def test_promises_on_own_pictures_rest_on_what_is_answered_to_pictures(tmp_path, hands):
    reader = Reader()
    pictures, labels = zip(*drawn_digits(hands, (ImageWriter,), 80, np.random.default_rng(11), worn=False), strict=True)
    prepared = [reader.prepare(picture) for picture in pictures]
    images, columns = np.stack([each.image for each in prepared]), reader.surroundings([e.picture for e in prepared])
    found = calibrate_on_pictures(reader.model, images, np.array(labels), tmp_path / "own", columns=columns)
    own = Reader(tmp_path / "own", max_error=0.05)
    assert own.model.info.calibration["pictures"].keys() == {"own"}
    assert found.promises[0.05] > 0.5
    accepted = [digit.accepted for digit in own.digits(pictures)]
    assert np.mean(accepted) == pytest.approx(found.promises[0.05], abs=0.03)
    calibrate_on_pictures(own.model, images, np.array(labels), tmp_path / "images")
    assert "pictures" not in load_model(tmp_path / "images").info.calibration
