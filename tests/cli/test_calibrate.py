"""`tenfold calibrate` as a user types it."""

import json

import pytest

import tenfold


@pytest.fixture
def forms(scans, ids):
    """The scans as labelled pages."""
    rows = [("a.png", ids[0]), ("a.png", ids[1]), ("b.png", ids[2])]
    (scans / "labels.csv").write_text("file,text\n" + "".join(f"{file},{text}\n" for file, text in rows))
    return scans


def test_promises_are_made_on_own_pictures_or_the_reason_is_told(command, model, own, tmp_path):
    result = command("calibrate", model.folder, "--data", own, "--split", "train", "--out", "calibrated")
    assert result.status == 0, result.err
    assert "own.csv: 500 images" in result.out
    assert "no promise: it takes at least 2,995 images" in result.out
    assert result.out.endswith("model: calibrated\n")
    assert tenfold.load_model(tmp_path / "calibrated").info.calibration["data"]["n"] == 500


def test_nothing_to_calibrate_on_is_wrong_usage(command, model):
    result = command("calibrate", model.folder)
    assert result.status == 2
    assert "--data" in result.err


def test_pictures_and_pages_are_told_in_one_shape(command, own, forms):
    result = command("calibrate", "shipped", "--data", own, "--pages", forms, "--out", "mine", "--json", "--quiet")
    assert (result.status, result.err) == (0, "")
    told = json.loads(result.out)
    assert told["model"] == "mine"
    kinds = told["numbers"]
    assert kinds["boxes"]["n"] == 3
    for promises in (told["promises"], kinds["boxes"]["promises"]):
        assert isinstance(promises, list)
        assert all(set(each) == {"max_error", "accepted"} for each in promises)


def test_promises_about_numbers_that_fall_are_told(command, own):
    told = command("calibrate", "shipped", "--data", own, "--out", "mine")
    assert told.status == 0, told.err
    assert "promises about whole numbers rested on its old probabilities and were dropped" in told.out
    again = command("calibrate", "mine", "--data", own, "--out", "again")
    assert "were dropped" not in again.out
