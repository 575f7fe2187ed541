"""`tenfold read` as a user types it."""

import csv
import json

import pandas as pd
import pytest
from PIL import Image
from sheets import Sheet

IDS = ("781528989", "402135667", "990017284")


@pytest.fixture
def scans(mnist, tmp_path):
    """A folder of two scans with three numbers, and a file that is none."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for name, ids in {"a": IDS[:2], "b": IDS[2:]}.items():
        sheet = Sheet(mnist.x_test, mnist.y_test)
        for place, number in enumerate(ids):
            sheet.boxes(number, 200, 200 + 300 * place)
        Image.fromarray(sheet.page()).save(folder / f"{name}.png")
    return folder


def test_a_folder_becomes_a_table(command, scans, tmp_path):
    result = command("read", scans, "--digits", 9, "--csv", "out.csv", "--parquet", "out.parquet", "--json")
    assert result.status == 0
    assert [json.loads(line)["text"] for line in result.out.splitlines()] == list(IDS)
    assert "3 numbers: 3 accepted, 0 for review" in result.err
    with (tmp_path / "out.csv").open(newline="") as stream:
        assert [row["text"] for row in csv.DictReader(stream)] == list(IDS)
    assert list(pd.read_parquet(tmp_path / "out.parquet")["text"]) == list(IDS)


def test_a_page_that_fails_is_told_and_the_others_go_on(command, scans):
    (scans / "c.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    result = command("read", scans)
    assert result.status == 1
    assert len(result.out.splitlines()) == 3
    assert "c.pdf: the PDF cannot be opened" in result.err
    assert "Traceback" not in result.err


def test_several_processes_answer_as_one_does(command, scans):
    assert command("read", scans, "--workers", 2).out == command("read", scans).out


def test_a_blank_page_is_told(command, tmp_path):
    Image.new("L", (600, 800), 255).save(tmp_path / "blank.png")
    result = command("read", "blank.png")
    assert (result.status, result.out) == (0, "")
    assert "blank.png, page 1: no numbers were found" in result.err
    assert "0 numbers" in result.err


def test_review_gets_crops_and_pages_are_annotated(command, scans, tmp_path):
    (tmp_path / "ids.txt").write_text("781528989\n402135667\n", encoding="utf-8")
    result = command("read", scans, "--list", "ids.txt", "--unique", "--crops", "crops", "--annotate", "pages")
    assert "3 numbers: 2 accepted, 1 for review" in result.err
    assert "not-on-list" in result.out
    [crop] = (tmp_path / "crops").iterdir()
    with Image.open(crop) as picture:
        assert picture.width > 500
    assert len(list((tmp_path / "pages").iterdir())) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--grid", "nine"], "--grid is rows x columns, as 9x9"),
        (["--unique"], "needs the list"),
        (["--list", "bad.csv"], "line 2: 12 stands there already"),
        (["--workers", "-1"], "at least 1 worker"),
    ],
)
def test_wrong_usage_is_refused_in_words(command, scans, tmp_path, arguments, message):
    (tmp_path / "bad.csv").write_text("12\n12\n", encoding="utf-8")
    result = command("read", scans, *arguments)
    assert result.status == 2
    assert message in result.err
    assert "Traceback" not in result.err
