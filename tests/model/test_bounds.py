"""Whatever a description says that no model may say is refused by name."""

import json

import pytest
from forging import signed

from tenfold.errors import ModelError
from tenfold.model.folder import load_model


def set_in(*path):
    *outer, last, value = path

    def change(document):
        for name in outer:
            document = document[name]
        document[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_in("calibration", None), "calibration: expected an object, got None"),
        (set_in("calibration", "temperature", 0), "temperature: expected a temperature from 0.001 to 1,000, got 0"),
        (set_in("calibration", "temperature", float("nan")), "temperature: expected"),
        (set_in("calibration", "held_out", {"n": 10**12, "probability": "", "wrong": []}), "n: expected at most"),
        (set_in("calibration", "held_out", {"n": 3, "probability": "", "wrong": [-1]}), "wrong: expected"),
        (set_in("calibration", "numbers", {"boxes": 7}), "boxes is not a model description: expected an object"),
        (set_in("name", 7), "name: expected text"),
        (set_in("name", "x" * 2000), "name: expected text of at most"),
        (set_in("classes", ["0"] * 10), "classes: expected 2 to 10,000 names, each once"),
        (set_in("classes", list(range(10))), "classes: expected"),
        (set_in("parameters", 1e300), "parameters: expected a whole number"),
        (set_in("data", {"name": "x", "n": "many"}), "data is not a model description: n: expected"),
        (set_in("scores", {"n": 3}), "scores is not a model description: data: expected text"),
        (set_in("history", [7]), "history is not a model description: expected an object, got int"),
        (set_in("history", [{"number": 1, "seconds": "long"}]), "seconds: expected a finite number"),
        (set_in("alphabet", "00"), "alphabet: expected at most 1,000 signs, each once"),
        (set_in("golden", "images", ""), "golden: expected 1 to 1,000 images, got 0"),
        (set_in("golden", "images", "AAAA" * 392_000), "golden: expected 1 to 1,000 images"),
        (set_in("golden", "probabilities", None), "no longer gives the answers it was saved with|golden"),
    ],
)
def test_what_no_model_may_say_is_refused_by_name(model_copy, change, message):
    signed(model_copy, change)
    with pytest.raises(ModelError, match=message):
        load_model(model_copy)


def test_json_that_is_nested_without_end_is_refused(model_copy):
    (model_copy / "model.json").write_text('{"format": 3, "name": ' + "[" * 100_000 + "]" * 100_000 + "}")
    with pytest.raises(ModelError, match="nested too deep"):
        load_model(model_copy)


def test_a_device_in_place_of_a_file_is_refused(model_copy):
    for name in ("model.safetensors", "model.json"):
        (model_copy / name).unlink()
        (model_copy / name).symlink_to("/dev/zero")
        with pytest.raises(ModelError, match=f"{name}: expected a file, got a device"):
            load_model(model_copy)


def test_the_description_of_a_model_is_what_it_may_be(model_copy):
    signed(model_copy, lambda document: json.dumps(document))
    assert load_model(model_copy).classes
