"""`tenfold evaluate` as a user types it."""

import json

import numpy as np


def test_scores_are_told_as_json_and_in_words_and_reported(command, model, own, tmp_path):
    result = command("evaluate", model.folder, "--data", own, "--json", "--report", "report")
    scores = json.loads(result.out)
    assert scores["n"] == 500
    assert scores["accuracy"] > 0.9
    assert scores["interval"][0] < scores["accuracy"] < scores["interval"][1]
    assert np.sum(scores["confusion"]) == 500
    assert scores["refused"] == {}
    assert (tmp_path / "report" / "report.html").is_file()
    assert "accuracy  " in command("evaluate", model.folder, "--data", own).out


def test_what_would_be_refused_is_told_beside_the_scores(command, model, own):
    result = command("evaluate", model.folder, "--data", own, "--max-error", 0.01, "--json")
    scores = json.loads(result.out)
    assert scores["refused"].keys() == {"uncertain"}
    assert scores["n"] == 500


def test_the_shipped_model_has_a_name_and_is_the_default(command, own):
    named = command("evaluate", "shipped", "--data", own)
    assert named.status == 0, named.err
    assert command("evaluate", "--data", own).out == named.out
