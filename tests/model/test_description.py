"""`model.json` tells what a model is, and folders of format 1 still load, in the names of today."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from forging import signed

import tenfold
from tenfold.errors import ModelError
from tenfold.model.description import FORMAT, NAMES_OF_1, document_digest, read_document


def as_format_1(folder: Path) -> None:
    """Make a folder what an older Tenfold wrote: other names, no line recogniser, another name of an output."""
    old = {today: before for before, today in NAMES_OF_1.items()}
    network = onnx.load(folder / "model.onnx")
    for node in network.graph.node:
        node.input[:] = [old.get(name, name) for name in node.input]
        node.output[:] = [old.get(name, name) for name in node.output]
    for output in network.graph.output:
        output.name = old.get(output.name, output.name)
    onnx.save(network, folder / "model.onnx")
    (folder / "lines.onnx").unlink()

    def change(document: dict) -> None:
        document["format"] = 1
        for name in ("options", "calibration", "network"):
            document[name] = {old.get(key, key): value for key, value in document[name].items()}
        document["calibration"]["numbers"] = {"rows": "a network that was elsewhere"}
        del document["alphabet"], document["golden"]["columns"], document["files"]["lines.onnx"]

    signed(folder, change, files=["model.onnx"])


@pytest.fixture
def old_folder(shipped_copy):
    as_format_1(shipped_copy)
    return shipped_copy


def test_a_folder_of_format_1_answers_as_before(old_folder, mnist):
    old, today = tenfold.load_model(old_folder), tenfold.load_model()
    for before, now in zip(old.digits(mnist.x_test[:200]), today.digits(mnist.x_test[:200]), strict=True):
        assert np.array_equal(before, now)
    assert old.info.options == today.info.options
    assert old.info.calibration["out_of_distribution"] == today.info.calibration["out_of_distribution"]


def test_a_folder_of_format_1_reads_single_digits_only_and_says_so(old_folder, mnist):
    reader = tenfold.Reader(old_folder)
    assert "numbers" not in reader.model.info.calibration
    with pytest.raises(ModelError, match=r"reads single digits only, for it has no line recogniser"):
        reader.numbers(np.full((300, 300), 255, np.uint8))


def test_calibrating_gives_an_old_folder_a_line_recognizer(old_folder, mnist, tmp_path):
    from tenfold.calibrate.pictures import calibrate_on_pictures

    model = tenfold.load_model(old_folder)
    calibrate_on_pictures(model, mnist.x_test[:200], mnist.y_test[:200], tmp_path / "new")
    assert tenfold.load_model(tmp_path / "new").alphabet == tenfold.load_model().alphabet


def test_a_folder_of_format_2_reads_single_digits_only_for_its_lines_were_others(shipped_copy):
    signed(shipped_copy, lambda document: document.update(format=2))
    assert tenfold.load_model(shipped_copy).alphabet == ""


@pytest.mark.parametrize("name", ["network", "options", "calibration"])
@pytest.mark.parametrize("value", [[1], 3])
def test_a_damaged_description_of_an_earlier_format_is_refused_by_name(shipped_copy, name, value):
    signed(shipped_copy, lambda document: document.update({"format": 2, name: value}))
    with pytest.raises(ModelError, match=name):
        tenfold.load_model(shipped_copy)


def test_a_description_is_sealed_by_its_own_hash(shipped_copy):
    document = json.loads((shipped_copy / "model.json").read_text())
    assert document["format"] == FORMAT
    assert document["sha256"] == document_digest(document)
    document["name"] = "another"
    (shipped_copy / "model.json").write_text(json.dumps(document))
    with pytest.raises(ModelError, match="its own SHA-256 does not match"):
        read_document(shipped_copy)
