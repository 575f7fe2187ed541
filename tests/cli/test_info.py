"""`tenfold info` as a user types it."""

import json


def test_a_model_is_told_in_words_and_as_json(command, model):
    info = json.loads(command("info", model.folder, "--json").out)
    assert info["name"] == "tutorial"
    assert info["parameters"] == 118_282
    assert "118,282 weights" in command("info", model.folder).out


def test_the_shipped_model_has_a_name_and_is_the_default(command):
    told = command("info")
    assert told.out.startswith("# reader\n")
    assert command("info", "shipped") == told


def test_the_layers_are_a_table(command, model):
    told = command("info", model.folder).out
    assert "| Gemm          | 128            |   100,480 |       100,352 |" in told
    assert "| together      |                |   118,282 |       118,016 |" in told
    layers = json.loads(command("info", model.folder, "--json").out)["layers"]
    assert layers["digits"][-1]["kind"] == "Softmax"


def test_the_epochs_are_written_as_a_table(command, model, tmp_path):
    command("info", model.folder, "--log", "epochs.csv")
    assert len((tmp_path / "epochs.csv").read_text().splitlines()) == 1 + len(model.info.history)
