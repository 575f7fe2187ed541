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
    assert set(told) == {"model", "pictures", "numbers", "numbers_dropped"}
    assert told["numbers_dropped"] is False
    kinds = told["numbers"]
    assert kinds["boxes"]["n"] == 3
    for promises in (told["pictures"]["promises"], kinds["boxes"]["promises"]):
        assert isinstance(promises, list)
        assert all(set(each) == {"max_error", "accepted"} for each in promises)


def test_what_was_not_calibrated_is_null(command, own, forms):
    pictures = json.loads(command("calibrate", "shipped", "--data", own, "--out", "one", "--json", "--quiet").out)
    assert (pictures["numbers"], pictures["numbers_dropped"]) == (None, True)
    pages = json.loads(command("calibrate", "one", "--pages", forms, "--out", "two", "--json", "--quiet").out)
    assert (pages["pictures"], pages["numbers_dropped"]) == (None, False)
    assert set(pages) == set(pictures)


@pytest.mark.parametrize(("known", "error"), [(None, "labels.csv"), ("none.txt", "none.txt")])
def test_pages_and_lists_are_opened_before_anything_is_written(command, own, forms, known, error, tmp_path):
    if not known:
        (forms / "labels.csv").unlink()
    given = ["--known", known] if known else []
    result = command("calibrate", "shipped", "--data", own, "--pages", forms, *given, "--out", "mine")
    assert result.status != 0
    assert error in result.err
    assert not (tmp_path / "mine").exists()


def test_a_list_without_pages_is_wrong_usage(command, own, tmp_path):
    result = command("calibrate", "shipped", "--data", own, "--known", "ids.txt", "--out", "mine")
    assert result.status == 2
    assert "--known goes with --pages" in result.err
    assert not (tmp_path / "mine").exists()


def test_promises_about_numbers_that_fall_are_told(command, own):
    told = command("calibrate", "shipped", "--data", own, "--out", "mine")
    assert told.status == 0, told.err
    assert "promises about whole numbers rested on its old probabilities and were dropped" in told.out
    again = command("calibrate", "mine", "--data", own, "--out", "again")
    assert "were dropped" not in again.out
