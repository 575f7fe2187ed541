"""One process reads what one machine would, row by row, and writes it as a part."""

import dataclasses
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from PIL import Image
from pyarrow import parquet
from sheets import Sheet

from tenfold.read.digits import Look
from tenfold.read.pictures import read_pictures, row_of
from tenfold.read.reader import Reader
from tenfold.scale.inputs import Span
from tenfold.scale.results import Counts
from tenfold.scale.worker import Task, Worker, model_files, model_hash


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.fixture
def task(reader, tmp_path):
    (tmp_path / "results").mkdir()
    folder = reader.model.folder
    return Task(str(tmp_path / "results"), str(tmp_path), folder, model_hash(folder))


@pytest.fixture
def pages(mnist, tmp_path):
    """A PDF of three pages, the second of which is empty; a picture of a page; and files that are none."""
    sheets = []
    for number in ("781528", None, "402135"):
        sheet = Sheet(mnist.x_test, mnist.y_test)
        if number:
            sheet.boxes(number, 200, 150)
        sheets.append(Image.fromarray(sheet.page()))
    sheets[0].save(tmp_path / "three.pdf", save_all=True, append_images=sheets[1:])
    sheets[2].save(tmp_path / "one.png")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    return ("three.pdf", "one.png", "broken.pdf", "missing.png")


def read(task, first, spans, **options):
    done = Worker(task, {}).read(first, spans, **options)
    [part] = Path(task.results).glob(f"{first:012}-*.parquet")
    return done, parquet.read_table(part).to_pylist()


def test_digits_are_those_of_one_machine(task, reader, pictures):
    names = sorted(str(path) for path in pictures.rglob("*.png"))[60:160]
    done, rows = read(task, 60, [Span(name) for name in names])
    alone = list(read_pictures(names, reader, None))
    expected = [
        {**row_of(each.name, each.look.digit), "error": None}
        if isinstance(each.look, Look)
        else {"file": each.name, "digit": None, "probability": None, "accepted": None, "reason": None}
        | {"error": each.error}
        for each in alone
    ]
    assert rows == expected
    assert done.counts == Counts(100, 1, 100, 99)


def test_what_is_promised_is_checked_as_on_one_machine(task, tmp_path):
    strict = Reader(max_error=0.01)
    rng = np.random.default_rng(0)
    names = [f"{number:02}.png" for number in range(20)]
    for name in names:
        Image.fromarray(rng.integers(0, 256, (40, 40), np.uint8)).save(tmp_path / name)
    done, rows = read(dataclasses.replace(task, max_error=0.01), 0, [Span(name) for name in names])
    digits, told = strict.checked([strict.look([strict.prepare(str(tmp_path / name))])[0] for name in names])
    assert [row["reason"] for row in rows] == [digit.reason for digit in digits]
    assert done.told == tuple(told)
    assert "not calibrated for these 20 pictures" in told[0]


def test_numbers_are_those_of_one_machine_and_every_page_has_a_row(task, reader, pages, tmp_path):
    options = reader.options(digits=6)
    spans = [Span("three.pdf", 0, 3), *(Span(name) for name in pages[1:])]
    done, rows = read(dataclasses.replace(task, numbers=options), 0, spans)
    alone = reader.numbers([str(tmp_path / name) for name in pages[:2]], digits=6)
    expected = [{**row, "file": Path(row["file"]).name, "error": None} for row in alone.rows()]
    assert [row for row in rows if row["text"] is not None] == expected
    assert [(row["file"], row["page"], row["text"]) for row in rows[:4]] == [
        *(("three.pdf", 1, "781528"), ("three.pdf", 2, None), ("three.pdf", 3, "402135"), ("one.png", 1, "402135"))
    ]
    assert [row["error"].split(":")[0] for row in rows[4:]] == ["the PDF cannot be opened", "there is no such file"]
    assert done.counts == Counts(6, 2, 6, 3)


def test_pages_of_one_file_may_be_read_apart(task, reader, pages):
    task = dataclasses.replace(task, numbers=reader.options(digits=6))
    worker = Worker(task, {})
    worker.read(0, [Span("three.pdf", 0, 2)])
    worker.read(2, [Span("three.pdf", 2, 3)])
    assert parquet.read_table(task.results)["text"].to_pylist() == ["781528", None, "402135"]


def test_rows_of_a_parquet_file_are_pictures(task, pages, tmp_path, reader):
    content = (tmp_path / "one.png").read_bytes(), (tmp_path / "three.pdf").read_bytes()
    table = pyarrow.table({"scan": [content[0], None, content[1], b"none"], "name": list("abcd")})
    parquet.write_table(table, tmp_path / "scans.parquet", row_group_size=2)
    task = dataclasses.replace(task, numbers=reader.options(digits=6))
    worker = Worker(task, {})
    for first in (3, 0, 1):  # in any order
        worker.read(first, [Span("scans.parquet", first, first + (2 if first == 1 else 1))])
    rows = parquet.read_table(task.results).to_pylist()
    assert [(row["file"], row["page"], row["text"]) for row in rows] == [
        *(("scans.parquet#0", 1, "402135"), ("scans.parquet#1", 1, None)),
        *(("scans.parquet#2", page, text) for page, text in ((1, "781528"), (2, None), (3, "402135"))),
        ("scans.parquet#3", 1, None),
    ]
    assert [bool(row["error"]) for row in rows] == [False, True, False, False, False, True]


def test_a_parquet_file_that_is_damaged_costs_its_own_rows_only(task, tmp_path, mnist):
    Image.fromarray(mnist.x_test[0]).save(tmp_path / "seven.png")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 and nothing more PAR1")
    done, rows = read(task, 0, [Span("bad.parquet"), Span("seven.png")])
    assert "the Parquet file cannot be read" in rows[0]["error"]
    assert (rows[1]["digit"], done.counts.failed) == ("7", 1)


def test_inputs_that_ended_their_process_are_told_and_not_read(task, tmp_path):
    done, rows = read(task, 7, [Span("deadly.png")], guilty="reading it ended the process")
    assert [(row["file"], row["error"]) for row in rows] == [("deadly.png", "reading it ended the process")]
    assert done.counts == Counts(1, 1, 1, 0)


def test_a_machine_without_the_model_is_given_it(task, shipped_copy, tmp_path, monkeypatch):
    (shipped_copy / "model.json").write_bytes((shipped_copy / "model.json").read_bytes() + b"\n")  # another hash
    there = dataclasses.replace(task, model=tmp_path / "not here", model_hash=model_hash(shipped_copy))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for _ in range(2):
        assert Worker(there, model_files(shipped_copy)).ready()
    [written] = tmp_path.glob("tenfold-*")
    assert model_files(written) == model_files(shipped_copy)
