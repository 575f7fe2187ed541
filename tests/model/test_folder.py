"""The model folder: checked at every load, refused by name when it is not what it was."""

import base64
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from forging import parts, signed

from tenfold.errors import ModelError
from tenfold.model.folder import SHIPPED, folder_of, load_model, shipped_lines
from tenfold.model.saving import save_model


def edit(folder: Path, **changes) -> None:
    signed(folder, lambda document: document.update(changes))


def test_the_folder_holds_what_the_design_says(model):
    assert {file.name for file in model.folder.iterdir()} == {
        "README.md",
        "lines.onnx",
        "model.json",
        "model.onnx",
        "model.safetensors",
    }
    card = (model.folder / "README.md").read_text()
    assert f"{model.info.scores['accuracy']:.2%}" in card
    assert "60,000 images of mnist" in card


def test_info_tells_how_the_model_was_made(model):
    info = model.info
    assert info.classes == tuple("0123456789")
    assert info.network == {"network": "dense", "hidden": [128, 128], "activation": "relu", "classes": 10}
    assert info.parameters == 784 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10
    assert info.data["n"] == 60_000
    assert len(info.data["sha256"]) == 64
    assert [epoch.number for epoch in info.history] == [1, 2, 3, 4]
    assert 0 < info.calibration["temperature"] < 2


def test_answers_are_probabilities_and_features(model, mnist):
    probabilities = model(mnist.x_test[:700])
    assert probabilities.shape == (700, 10)
    assert probabilities.dtype == np.float32
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert model.features(mnist.x_test[:3]).shape == (3, 128)
    assert model(mnist.x_test[:0]).shape == (0, 10)


def test_a_truncated_file_is_refused_by_name(model_copy):
    for name in ("model.onnx", "model.safetensors"):
        whole = (model_copy / name).read_bytes()
        (model_copy / name).write_bytes(whole[:-100])
        with pytest.raises(ModelError, match=rf"{name} is damaged or was changed: expected SHA-256 .* got"):
            load_model(model_copy)
        (model_copy / name).write_bytes(whole)


@pytest.mark.parametrize("name", ["model.onnx", "model.safetensors", "model.json"])
def test_a_missing_file_is_refused_by_name(model_copy, name):
    (model_copy / name).unlink()
    with pytest.raises(ModelError, match=name):
        load_model(model_copy)


def test_edited_json_is_refused(model_copy):
    text = (model_copy / "model.json").read_text()
    (model_copy / "model.json").write_text(text.replace('"n": 60000', '"n": 70000'))
    with pytest.raises(ModelError, match="was changed after it was written"):
        load_model(model_copy)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is not whole"),
        ("{", "is not whole"),
        ("[]", "no format number"),
        ('{"format": true}', "no format number"),
        ('{"format": 1}', "SHA-256 does not match"),
    ],
)
def test_json_that_is_no_description_is_refused(model_copy, content, message):
    (model_copy / "model.json").write_text(content)
    with pytest.raises(ModelError, match=message):
        load_model(model_copy)


def test_a_newer_format_is_refused_with_the_way_out(model_copy):
    edit(model_copy, format=4)
    with pytest.raises(ModelError, match="has model format 4, this Tenfold reads up to 3: upgrade"):
        load_model(model_copy)


@pytest.mark.parametrize("missing", ["classes", "history", "files", "golden"])
def test_a_description_that_lacks_something_is_refused_by_name(model_copy, missing):
    edit(model_copy, **{missing: None})
    with pytest.raises(ModelError, match=missing):
        load_model(model_copy)


def test_other_answers_than_the_golden_ones_are_refused(model_copy):
    document = json.loads((model_copy / "model.json").read_text())
    golden = document["golden"]
    golden["probabilities"][0] = golden["probabilities"][1]
    edit(model_copy, golden=golden)
    with pytest.raises(ModelError, match="no longer gives the answers it was saved with"):
        load_model(model_copy)


def test_a_network_that_is_none_is_refused(model_copy):
    document = json.loads((model_copy / "model.json").read_text())
    (model_copy / "model.onnx").write_bytes(b"not a network")
    files = document["files"] | {"model.onnx": hashlib.sha256(b"not a network").hexdigest()}
    edit(model_copy, files=files)
    with pytest.raises(ModelError, match=r"model\.onnx is no network"):
        load_model(model_copy)


def test_a_network_that_wants_other_files_is_refused(model_copy, tmp_path):
    import onnx

    network = onnx.load_from_string((model_copy / "model.onnx").read_bytes())
    onnx.save(network, tmp_path / "x.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0)
    content = (tmp_path / "x.onnx").read_bytes()
    (model_copy / "model.onnx").write_bytes(content)
    files = json.loads((model_copy / "model.json").read_text())["files"]
    edit(model_copy, files=files | {"model.onnx": hashlib.sha256(content).hexdigest()})
    with pytest.raises(ModelError, match="wants weights from other files"):
        load_model(model_copy)


def test_no_folder_says_how_to_make_one(tmp_path):
    with pytest.raises(ModelError, match="no model at .*tenfold train"):
        load_model(tmp_path / "nothing")


def test_the_line_recognizer_is_hashed_and_asked_again(shipped_copy):
    whole = (shipped_copy / "lines.onnx").read_bytes()
    (shipped_copy / "lines.onnx").write_bytes(whole[:-1])
    with pytest.raises(ModelError, match=r"lines\.onnx is damaged or was changed"):
        load_model(shipped_copy)
    (shipped_copy / "lines.onnx").write_bytes(whole)
    other = load_model().alphabet[::-1]
    edit(shipped_copy, alphabet=other)
    assert load_model(shipped_copy).alphabet == other
    edit(shipped_copy, alphabet="012")
    with pytest.raises(ModelError, match="the 3 signs of its alphabet"):
        load_model(shipped_copy)


def test_the_line_recognizer_that_ships_is_put_beside_networks_of_its_digits():
    assert shipped_lines(tuple("9876543210")) == load_model().line_network()
    assert shipped_lines(tuple("01234")) is None


def test_other_columns_than_the_golden_ones_are_refused(shipped_copy):
    def change(document):
        columns = np.frombuffer(base64.b64decode(document["golden"]["columns"]), "<f4").copy()
        columns[0] += 0.5
        document["golden"]["columns"] = base64.b64encode((columns - 1).tobytes()).decode()

    signed(shipped_copy, change)
    with pytest.raises(ModelError, match="no longer gives the answers it was saved with"):
        load_model(shipped_copy)


def test_a_network_of_another_number_of_classes_is_refused(model_copy):
    edit(model_copy, classes=["a", "b", "c"])
    with pytest.raises(ModelError, match=r"gives probabilities of the shape \(1, 10\) .*, model\.json names 3 classes"):
        load_model(model_copy)


def test_the_model_that_ships_is_named_shipped_wherever_a_model_is_named(tmp_path, monkeypatch):
    assert folder_of(None) == folder_of("shipped") == SHIPPED
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shipped").mkdir()
    assert folder_of("shipped") == Path("shipped")


def test_temperatures_found_later_sharpen_the_probabilities_alone(shipped_copy, mnist):
    images = mnist.x_test[:300]
    before = load_model(shipped_copy)
    temperature = before.info.calibration["temperature"]
    later = {**before.info.calibration, "temperature": 2 * temperature, "graph_temperature": temperature}
    model = parts(shipped_copy) | {"lines": before.line_network()}
    model["info"] = replace(model["info"], calibration=later)
    after = save_model(shipped_copy, **model)
    flat = np.sqrt(before(images))
    assert np.allclose(after(images), flat / flat.sum(axis=1, keepdims=True), atol=1e-6)
    assert np.array_equal(after.digits(images)[0], after(images))
