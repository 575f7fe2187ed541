"""`tenfold evaluate` as a user types it."""

import csv
import json

import numpy as np


def test_scores_are_told_as_json_and_in_words_and_reported(command, model, own, tmp_path):
    result = command("evaluate", model.folder, "--data", own, "--json", "--report", "report")
    scores = json.loads(result.out)
    assert scores["n"] == 500
    assert scores["accuracy"] > 0.9
    assert scores["interval"][0] < scores["accuracy"] < scores["interval"][1]
    assert np.sum(scores["confusion"]) == 500
    assert scores["refused"].keys() <= {"uncertain"}
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


def test_several_models_are_compared_image_by_image(command, model, own, tmp_path):
    result = command("evaluate", model.folder, "shipped", "--data", own, "--csv", "answers.csv")
    assert "shipped is better than" in result.out
    assert "McNemar" in result.out
    with (tmp_path / "answers.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 500
    assert rows[0]["row"] == "1"
    assert rows[0]["label"] == rows[0]["shipped answer"] == "7"
    told = json.loads(command("evaluate", model.folder, "shipped", "--data", own, "--json").out)
    [comparison] = told["comparisons"]
    assert comparison["accuracy"] == [each["accuracy"] for each in told["models"]]
    wrong = sum(row[f"{model.folder} right"] == "0" for row in rows)
    assert wrong == round(500 * (1 - comparison["accuracy"][0]))


def test_the_table_of_one_model_names_the_files(command, pictures, tmp_path):
    (pictures / "labels.csv").write_text("file,label\n0.png,7\n1.png,3\n")
    assert command("evaluate", "--data", "pictures", "--csv", "answers.csv", "--quiet").status == 0
    heading, first, second = (tmp_path / "answers.csv").read_text().splitlines()
    assert heading == "file,label,answer,probability,reason,right"
    assert first.startswith("pictures/0.png,7,7,")
    assert second.startswith("pictures/1.png,3,2,")
    assert second.endswith(",0")


def test_a_report_is_of_one_model(command):
    result = command("evaluate", "a", "b", "--report", "report")
    assert result.status == 2
    assert "--report is of one model" in result.err


def test_a_broken_promise_is_told_with_exact_bounds(command, model, own, tmp_path):
    kept = command("evaluate", model.folder, "--data", own, "--max-error", 0.01, "--json", "--quiet")
    promise = json.loads(kept.out)["promise"]
    assert promise["accepted"] == 500 - json.loads(kept.out)["refused"].get("uncertain", 0)
    assert promise["bounds"][0] <= promise["wrong"] / promise["accepted"] <= promise["bounds"][1]
    assert "tenfold: promise " in kept.err
    wrong = tmp_path / "wrong.csv"
    rows = [line.split(",", 1) for line in own.read_text().splitlines()]
    shifted = [rows[0], *([str((int(label) + 1) % 10), rest] for label, rest in rows[1:])]
    wrong.write_text("\n".join(",".join(row) for row in shifted) + "\n")
    broken = command("evaluate", model.folder, "--data", wrong, "--max-error", 0.01, "--json", "--quiet")
    assert json.loads(broken.out)["promise"]["broken"]
    assert "tenfold: PROMISE BROKEN: " in broken.err
