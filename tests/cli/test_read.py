"""`tenfold read` as a user types it."""

import csv
import json
import subprocess
import sys

import pandas as pd
import pytest
from PIL import Image


def test_a_folder_becomes_a_table(command, scans, ids, tmp_path):
    result = command(
        "read", scans, "--digits", 9, "--csv", "out.csv", "--parquet", "out.parquet", "--json", "--max-error", 0.1
    )
    assert result.status == 0
    assert [json.loads(line)["text"] for line in result.out.splitlines()] == list(ids)
    assert "3 numbers: 3 accepted, 0 for review" in result.err
    with (tmp_path / "out.csv").open(newline="") as stream:
        assert [row["text"] for row in csv.DictReader(stream)] == list(ids)
    assert list(pd.read_parquet(tmp_path / "out.parquet")["text"]) == list(ids)


def test_excel_keeps_zeros_before_a_number(command, scans, ids, tmp_path):
    assert command("read", scans, "--excel", "--csv", "out.csv", "--table", "table.csv").status == 0
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8-sig") as stream:
        assert [row["text"] for row in csv.DictReader(stream)] == [f'="{text}"' for text in ids]
    assert (tmp_path / "table.csv").read_text(encoding="utf-8-sig").startswith(f'"=""{ids[0]}"""')


def test_numbers_stand_under_one_another(command, scans, ids):
    (scans / "b.png").rename(scans / "with-a-longer-name.png")
    lines = command("read", "scans").out.splitlines()
    assert len({line.index(text) for line, text in zip(lines, ids, strict=True)}) == 1


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


def test_a_type_gives_values_and_refuses_what_is_none(command, scans, ids):
    result = command("read", scans, "--type", "integer max=500000000", "--json", "--max-error", 0.1)
    told = [json.loads(line) for line in result.out.splitlines()]
    assert [each["text"] for each in told] == list(ids)
    small = [int(text) <= 500000000 for text in ids]
    assert [each["value"] for each in told] == [
        int(text) if fits else None for text, fits in zip(ids, small, strict=True)
    ]
    assert [each["reason"] for each in told] == [None if fits else "out-of-range" for fits in small]
    assert command("read", scans, "--type", "amount decimals=2").out.count(f"{ids[0]}  {int(ids[0]) / 100}") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--grid", "nine"], "grid is rows x columns, as 9x9"),
        (["--unique"], "needs the list"),
        (["--list", "bad.csv"], "line 2: 12 stands there already"),
        (["--workers", "-1"], "at least 1 worker"),
        (["--excel"], "--excel goes with --csv or --table"),
        (["--type", "dates"], "kind is one of any, integer, decimal, amount, date, time, id, got 'dates'"),
        (["--type", "integer decimals=2"], "decimals belongs to decimal or amount"),
    ],
)
def test_wrong_usage_is_refused_in_words(command, scans, tmp_path, arguments, message):
    (tmp_path / "bad.csv").write_text("12\n12\n", encoding="utf-8")
    result = command("read", scans, *arguments)
    assert result.status == 2
    assert message in result.err
    assert "Traceback" not in result.err


def test_json_names_the_file_and_the_page_that_failed(command, scans):
    (scans / "c.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    result = command("read", scans / "c.pdf", "--json")
    told = json.loads(result.out)
    assert set(told) == {"file", "error"}
    assert told["file"] == str(scans / "c.pdf")


def test_json_names_the_page_of_a_file_that_is_not_the_form(command, scans):
    assert command("read", scans / "a.png", "--template", "form.toml").status == 0
    Image.new("L", (600, 800), 255).save(scans / "blank.png")
    result = command("read", scans / "blank.png", "--form", "form.toml", "--json")
    assert result.status == 1
    told = json.loads(result.out)
    assert (told["file"], told["page"]) == (str(scans / "blank.png"), 1)
    assert set(told) == {"file", "page", "error"}


def test_the_summary_counts_numbers_and_files_that_failed(command, scans):
    (scans / "c.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    result = command("read", scans, "--max-error", 0.1)
    assert result.err.splitlines()[-1] == "3 numbers: 3 accepted, 0 for review; 1 of 3 files not read to the end"


@pytest.mark.parametrize(
    ("option", "place"),
    [("--csv", "file/out.csv"), ("--parquet", "file/out"), ("--crops", "file"), ("--annotate", "file/pages")],
)
def test_what_cannot_be_written_is_refused_before_anything_is_read(command, scans, tmp_path, option, place):
    (tmp_path / "file").write_text("in the way")
    result = command("read", scans, option, place)
    assert result.status == 1
    assert f"{place} cannot be written" in result.err
    assert result.out == ""


def test_parquet_without_pyarrow_is_refused_before_anything_is_read(command, scans, tmp_path, monkeypatch):
    (tmp_path / "without" / "pyarrow").mkdir(parents=True)
    (tmp_path / "without" / "pyarrow" / "__init__.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "without"))
    result = command("read", scans, "--parquet", "out.parquet")
    assert (result.status, result.out) == (2, "")
    assert "Parquet needs pyarrow" in result.err


def test_a_template_replaces_a_form_only_when_told(command, scans, tmp_path):
    (tmp_path / "form.toml").write_text("mine")
    result = command("read", scans / "a.png", "--template", "form.toml")
    assert result.status == 2
    assert "--replace replaces it" in result.err
    assert (tmp_path / "form.toml").read_text() == "mine"
    assert command("read", scans / "a.png", "--template", "form.toml", "--replace").status == 0
    assert (tmp_path / "form.toml").read_text() != "mine"


def test_the_shipped_model_has_a_name(command, scans):
    assert command("read", scans, "--model", "shipped").out == command("read", scans).out


def test_what_was_read_until_a_run_breaks_off_is_kept(command, scans, tmp_path):
    script = (
        "import sys; from tenfold.read.tables import Numbers\n"
        "def fail(self, folder, first):\n    if first > 1: raise KeyboardInterrupt\n"
        "Numbers.save_crops = fail; sys.argv[0] = 'tenfold'; from tenfold.cli import main; main()"
    )
    arguments = ["read", str(scans), "--csv", "out.csv", "--parquet", "out.parquet", "--crops", "crops", "--quiet"]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 130
    assert "what was read until then is in" in done.stderr
    assert "out.csv.part" in done.stderr
    assert not (tmp_path / "out.csv").exists()
    with (tmp_path / "out.csv.part").open(newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 3
    assert len(pd.read_parquet(tmp_path / "out.parquet.part")) == 3


def test_a_name_that_is_no_utf8_and_one_that_is_a_formula_reach_the_tables(command, scans, tmp_path):
    (scans / "a.png").rename(scans / b"\xff.png".decode("utf-8", "surrogateescape"))
    (scans / "b.png").rename(tmp_path / "=b.png")
    result = command("read", scans, "=b.png", "--csv", "out.csv", "--parquet", "out.parquet")
    assert result.status == 0
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as stream:
        files = [row["file"] for row in csv.DictReader(stream)]
    assert files == [rf"{scans}/\udcff.png"] * 2 + ["'=b.png"]
    assert list(pd.read_parquet(tmp_path / "out.parquet")["file"]) == [rf"{scans}/\udcff.png"] * 2 + ["=b.png"]
