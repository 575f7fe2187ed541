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
