"""Many files are read one after another or at once; one that fails does not stop the others."""

import os
from pathlib import Path

import numpy as np
import pytest
from benchmarks.bombs import BOMBS
from PIL import Image
from sheets import Sheet

import tenfold
from tenfold.errors import OptionError
from tenfold.read.files import MANY, FailedPage, pages_of, read_files, workers_for
from tenfold.read.options import NumberOptions


@pytest.fixture(scope="module")
def model():
    return tenfold.load_model(threads=1)


@pytest.fixture
def files(mnist, tmp_path):
    sheet = Sheet(mnist.x_test, mnist.y_test)
    sheet.boxes("781528", 200, 150)
    page = Image.fromarray(sheet.page())
    page.save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    page.save(tmp_path / "c.tif", save_all=True, append_images=[Image.fromarray(np.full((300, 300), 255, np.uint8))])
    return [str(tmp_path / name) for name in ("a.png", "b.png", "c.tif")]


def texts(found):
    return [[row.readings[0].text for row in file.rows] for file in found]


def test_a_file_that_fails_does_not_stop_the_others(model, files):
    found = list(read_files(files, model, NumberOptions()))
    assert texts(found) == [["781528"], [], ["781528"]]
    assert [file.name for file in found] == files
    assert [len(file.pages) for file in found] == [1, 0, 2]
    assert [file.failed for file in found[::2]] == [(), ()]
    [failed] = found[1].failed
    assert failed == FailedPage(1, failed.error)
    assert "not a picture that can be opened" in failed.error


def test_rows_know_where_they_are_from(model, files):
    [found] = read_files(files[2:], model, NumberOptions())
    [row] = found.rows
    assert (row.file, row.page, row.row) == (files[2], 1, 0)


def test_several_processes_read_the_same(model, files):
    alone, beside = (texts(read_files(files, model, NumberOptions(), workers=count)) for count in (1, 2))
    assert alone == beside


def test_a_source_stands_in_for_a_file(model, files):
    content = Path(files[0]).read_bytes()
    [found] = read_files(["-"], model, NumberOptions(), sources={"-": content})
    assert texts([found]) == [["781528"]]
    beside = read_files(["-", *files], model, NumberOptions(), workers=2, sources={"-": content})
    assert texts(beside) == [["781528"], ["781528"], [], ["781528"]]
    assert pages_of(["-", *files], {"-": content}) == 1 + 1 + 1 + 2


def test_fewer_than_one_worker_are_refused(model, files):
    with pytest.raises(OptionError, match="at least 1 worker, got 0"):
        list(read_files(files, model, NumberOptions(), workers=0))


@pytest.mark.parametrize("sent", [False, True])
def test_pages_of_one_file_are_shared_out_and_told_in_their_order(model, files, tmp_path, sent):
    blank = Image.fromarray(np.full((60, 200), 250, np.uint8))
    blank.save(tmp_path / "five.tif", save_all=True, append_images=[blank, blank, Image.open(files[0]), blank])
    source = (tmp_path / "five.tif").read_bytes() if sent else tmp_path / "five.tif"
    done = []
    [found] = read_files(["-"], model, NumberOptions(), workers=2, sources={"-": source}, done=lambda: done.append(1))
    assert [len(rows) for rows in found.pages] == [0, 0, 0, 1, 0]
    assert found.rows[0].page == 4
    assert len(done) == 5


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_read_of_a_file_that_breaks_off_is_told(model, files, tmp_path, workers):
    content = Path(files[2]).read_bytes()
    (tmp_path / "short.tif").write_bytes(content[: len(content) * 3 // 5])
    [found] = read_files([str(tmp_path / "short.tif")], model, NumberOptions(), workers=workers)
    assert found.failed
    assert found.failed[0].page == len(found.pages) + 1


def test_other_processes_start_for_many_pages(files):
    assert workers_for(files, {}) == 1
    assert workers_for(files * MANY, {}) == workers_for([files[2]] * (MANY // 2), {}) == (os.cpu_count() or 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_is_refused_is_refused_once_however_many_pages_it_says_it_has(model, tmp_path, workers):
    (tmp_path / "many.tif").write_bytes(BOMBS["80,000 directories"]())
    names = [str(tmp_path / "many.tif")]
    done = []
    [found] = read_files(names, model, NumberOptions(), workers=workers, done=lambda: done.append(1))
    assert [failed.error for failed in found.failed] == ["the file has more than 10,000 pages: split it"]
    assert pages_of(names, {}) == 1
    assert len(done) <= 1
