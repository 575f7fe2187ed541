"""`tenfold export` as a user types it, asked with ONNX Runtime alone."""

import numpy as np
import onnxruntime
import pytest

import tenfold
from tenfold.arrays import LINE_HEIGHT
from tenfold.calibrate.pictures import calibrate_on_pictures
from tenfold.model.saving import save_model


def ask(file, **inputs):
    """Give the first output of an ONNX file."""
    return onnxruntime.InferenceSession(file).run(None, inputs)[0]


@pytest.fixture
def calibrated(model, mnist, tmp_path):
    """A model that was calibrated on pictures after its graph was written."""
    calibrate_on_pictures(model, mnist.x_test[:300], np.roll(mnist.y_test[:300], 20), tmp_path / "calibrated")
    found = tenfold.load_model(tmp_path / "calibrated")
    assert found.info.calibration["graph_temperature"] != found.info.calibration["temperature"]
    return found


@pytest.mark.parametrize("kind", ["onnx", "float32"])
def test_an_exported_network_answers_as_the_model_does(command, model, mnist, tmp_path, kind):
    assert command("export", model.folder, "--format", kind, "--out", "net/work.onnx").status == 0
    assert (tmp_path / "net" / "work.onnx").read_bytes() == model.content("model.onnx")
    given = ask(tmp_path / "net" / "work.onnx", images=mnist.x_test[:200])
    assert np.abs(given - model(mnist.x_test[:200])).max() < 1e-5


@pytest.mark.parametrize("kind", ["onnx", "float32"])
def test_an_exported_network_is_as_sure_as_the_calibrated_model(command, calibrated, model, mnist, tmp_path, kind):
    result = command("export", "calibrated", "--format", kind, "--out", "network.onnx")
    assert result.status == 0, result.err
    images = mnist.x_test[:1000]
    given = ask(tmp_path / "network.onnx", images=images)
    assert np.abs(given - calibrated(images)).max() < 1e-5
    assert np.abs(given - model(images)).max() > 0.1


def test_an_int8_network_is_small_and_about_as_sure_as_the_calibrated_model(command, calibrated, own, mnist, tmp_path):
    result = command("export", "calibrated", "--format", "int8", "--data", own)
    assert (result.status, result.err) == (0, "")
    file = tmp_path / "calibrated.int8.onnx"
    assert file.stat().st_size < 0.4 * len(calibrated.content("model.onnx"))
    assert np.abs(ask(file, images=mnist.x_test[:1000]) - calibrated(mnist.x_test[:1000])).mean() < 0.01


def test_the_line_recogniser_is_exported_and_answers_as_the_model_does(command, tmp_path):
    result = command("export", "shipped", "--format", "lines")
    assert result.out.startswith("reader.lines.onnx: ")
    lines = np.random.default_rng(0).integers(0, 256, (2, LINE_HEIGHT, 120), dtype=np.uint8)
    given = ask(tmp_path / "reader.lines.onnx", lines=lines)
    assert np.abs(given - np.stack(tenfold.load_model().lines(list(lines)))).max() < 1e-4


def test_a_folder_that_reads_single_digits_only_says_so(command, model, tmp_path):
    save_model(
        tmp_path / "digits",
        model.info,
        onnx=model.content("model.onnx"),
        weights=model.content("model.safetensors"),
        golden=model.golden,
        lines=None,
    )
    result = command("export", "digits", "--format", "lines")
    assert result.status == 1
    assert "reads single digits only, for it has no line recogniser" in result.err
    assert not list(tmp_path.glob("*.onnx"))


def test_weights_are_exported_as_they_are(command, model, tmp_path):
    result = command("export", model.folder, "--format", "safetensors")
    assert result.out.startswith("tutorial.safetensors: ")
    assert (tmp_path / "tutorial.safetensors").read_bytes() == model.content("model.safetensors")


def test_the_shipped_model_is_the_default(command, tmp_path):
    assert command("export").out.startswith("reader.onnx: ")
    assert (tmp_path / "reader.onnx").read_bytes() == tenfold.load_model().content("model.onnx")
