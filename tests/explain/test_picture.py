"""Everything that explains how one picture was read."""

import json

import numpy as np
from PIL import Image

import tenfold
from tenfold.explain.picture import explain_picture


def test_a_picture_is_explained_in_every_way_and_as_plain_values(mnist, tmp_path):
    Image.fromarray(255 - mnist.x_test[0]).save(tmp_path / "seven.png")
    found = explain_picture(tmp_path / "seven.png")
    assert found.answer == found.explanation.digit.digit == "7"
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["file"] == str(tmp_path / "seven.png")
    assert plain["flip"]["digit"] != "7"
    assert plain["decisive"]["share_of_ink"] <= 0.25
    assert [each["label"] for each in plain["neighbours"]] == ["7"] * 8
    image = np.array(plain["flip"]["image"], np.uint8)
    assert tenfold.load_model()(image[None])[0].argmax() == int(plain["flip"]["digit"])


def test_a_blank_picture_has_nothing_to_explain():
    found = explain_picture(np.full((40, 40), 255, np.uint8), name="blank")
    assert (found.name, found.decisive, found.flip, found.neighbours) == ("blank", None, None, ())
    assert found.to_dict()["decisive"] is None


def test_a_model_of_other_classes_is_explained_too(model, mnist):
    reader = tenfold.Reader(model)
    found = explain_picture(mnist.x_test[1], reader)
    assert found.model == "tutorial"
    assert found.answer == "2"
