"""`tenfold predict` as a user types it."""

import csv
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tenfold.picture.decode import LIMIT
from tenfold.serve.wire.pictures import as_png


def test_json_has_the_digit_how_sure_and_how_it_was_prepared(command, model, pictures):
    result = command("predict", "pictures", "--model", model.folder, "--json")
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert [answer["file"] for answer in answers] == [f"pictures/{index}.png" for index in range(4)]
    assert [answer["digit"] for answer in answers] == ["7", "2", "1", "0"]
    assert set(answers[0]) == {"file", "digit", "probability", "probabilities", "accepted", "reason", "steps"}


@pytest.mark.parametrize("named", [[], ["--model", "shipped"]], ids=["without", "shipped"])
def test_the_shipped_model_is_the_default_and_has_a_name(command, pictures, named):
    assert command("predict", "pictures/0.png", *named).out.startswith("pictures/0.png  7  ")


def test_no_answer_is_called_certain(command, pictures):
    told = command("predict", "pictures").out
    assert ">99.99%" in told
    assert "100%" not in told


def test_a_bad_picture_is_named_and_the_others_are_still_read(command, model, pictures):
    (pictures / "1.png").write_bytes(b"broken")
    result = command(
        "predict", "pictures/0.png", "pictures/1.png", "none.png", "pictures/2.png", "--model", model.folder
    )
    assert result.status == 1
    assert [line.split()[:2] for line in result.out.splitlines()] == [["pictures/0.png", "7"], ["pictures/2.png", "1"]]
    assert "tenfold: pictures/1.png: not a picture" in result.err
    assert "tenfold: none.png: there is no such file\n" in result.err
    result = command("predict", "pictures/1.png", "pictures/0.png", "--model", model.folder, "--json")
    first, second = map(json.loads, result.out.splitlines())
    assert set(first) == {"file", "error"}
    assert second["digit"] == "7"


@pytest.mark.parametrize("verb", ["predict", "read"])
def test_a_file_that_fails_is_named_once(command, verb):
    assert "tenfold: none.png: there is no such file\n" in command(verb, "none.png").err
    [failed] = map(json.loads, command(verb, "none.png", "--json").out.splitlines())
    assert failed == {"file": "none.png", "error": "there is no such file"}


def test_the_help_names_the_limit_of_pixels_that_holds(command):
    assert f"{LIMIT // 1_000_000} million" in command("predict", "--help").out


def test_steps_are_drawn_into_a_folder(command, model, pictures, tmp_path):
    result = command("predict", "pictures", "none.png", "--steps", "steps", "--model", model.folder)
    assert result.status == 1
    drawn = sorted(file.name for file in (tmp_path / "steps").iterdir())
    assert drawn == [f"{index + 1:04}-{index}.png" for index in range(4)]


def test_the_most_pixels_of_a_picture_can_be_set(command, model, pictures):
    result = command("predict", "pictures/0.png", "--pixels", "783", "--model", model.folder)
    assert result.status == 1
    assert "too large: 28×28 pixels, and at most 783 are read" in result.err

    result = command("predict", "pictures/0.png", "--pixels", "0", "--model", model.folder)
    assert result.status == 2
    assert "must be at least 1, got 0" in result.err


def test_a_folder_becomes_a_table_by_one_process_or_by_several(command, model, pictures, tmp_path):
    (pictures / "1.png").write_bytes(b"broken")
    wanted = ["pictures", "--model", model.folder, "--quiet", "--csv", "out.csv", "--parquet", "out.parquet"]
    alone = command("predict", *wanted)
    told = (tmp_path / "out.csv").read_bytes()
    assert command("predict", *wanted, "--workers", 2) == alone
    assert (tmp_path / "out.csv").read_bytes() == told
    with (tmp_path / "out.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["file"], row["digit"], row["accepted"]) for row in rows] == [
        ("pictures/0.png", "7", "True"),
        ("pictures/2.png", "1", "True"),
        ("pictures/3.png", "0", "True"),
    ]
    assert list(pd.read_parquet(tmp_path / "out.parquet")["digit"]) == ["7", "1", "0"]
    assert alone.err.count("\n") == 1  # the picture that is broken


def test_answers_stand_under_one_another(command, mnist, tmp_path):
    for name in ("a.png", "longer.png"):
        Image.fromarray(mnist.x_test[0]).save(tmp_path / name)
    first, second = command("predict", "a.png", "longer.png").out.splitlines()
    assert (first[:14], second[:14]) == ("a.png       7 ", "longer.png  7 ")


def test_a_closed_pipe_is_no_error(model, pictures):
    command = f"{sys.executable} -m tenfold predict {pictures} --model {model.folder} --json | head -n 1"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_kaggles_test_csv_becomes_its_submission_by_one_command(command, mnist, tmp_path):
    header = ",".join(f"pixel{index}" for index in range(784))
    rows = [",".join(map(str, image.ravel())) for image in mnist.x_test[:4]]
    (tmp_path / "test.csv").write_text("\n".join([header, *rows]))
    result = command("predict", "--data", "test.csv", "--submission", "submission.csv")
    assert result.out == "submission.csv: 4 answers\n"
    assert (tmp_path / "submission.csv").read_text() == "ImageId,Label\n1,7\n2,2\n3,1\n4,0\n"
    assert command("predict", "--data", "test.csv").out.startswith("1  7  ")


def test_a_submission_keeps_the_numbers_of_its_rows(command, mnist, tmp_path):
    header = "id," + ",".join(f"pixel{index}" for index in range(784))
    (tmp_path / "test.csv").write_text(f"{header}\n61," + ",".join(map(str, mnist.x_test[0].ravel())))
    command("predict", "--data", "test.csv", "--submission", "out.csv")
    assert (tmp_path / "out.csv").read_text() == "id,label\n61,7\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected pictures, or --data"),
        (["a.png", "--data", "mnist"], "expected pictures, or --data"),
        (["a.png", "--submission", "s.csv"], "--submission goes with --data"),
        (["--data", "mnist", "--submission", "s.csv", "--csv", "c.csv"], "--submission is a table already"),
        (["a.png", "--workers", "-1"], "at least 1 worker"),
        (["--data", "mnist", "--steps", "steps"], "--steps and --pixels are for pictures"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(command, arguments, message):
    result = command("predict", *arguments)
    assert result.status == 2
    assert message in result.err


def test_a_broken_table_leaves_no_submission(command, tmp_path):
    (tmp_path / "test.csv").write_text("pixel0,pixel1\n1,2\n")
    assert command("predict", "--data", "test.csv", "--submission", "s.csv").status == 1
    assert not (tmp_path / "s.csv").exists()


def test_pictures_that_are_not_like_those_of_the_promise_are_told_as_one_run(command, tmp_path):
    folder = tmp_path / "noise"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for place in range(20):
        (folder / f"{place}.png").write_bytes(as_png(rng.integers(0, 256, (40, 40), np.uint8)))
    result = command("predict", "noise", "--max-error", 0.01)
    assert result.err.count("not calibrated for these 20 pictures") == 1
    assert "tenfold calibrate MODEL --data FOLDER" in result.err
    told = [line.split() for line in result.out.splitlines()]
    assert [words[1] for words in told] == ["–"] * 20
    assert {words[2].rstrip(",") for words in told} <= {"not-a-digit", "several-digits"}
