"""`tenfold read` and `tenfold predict` on a cluster give the rows of one machine, each once, whoever is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from pyarrow import parquet
from sheets import Sheet

from tenfold.errors import OptionError
from tenfold.read.reader import Reader
from tenfold.scale.cluster import connected
from tenfold.scale.reading import read_on_cluster
from tenfold.scale.results import Counts
from tenfold.scale.stores import children, put

PATIENT = 600
"""Seconds that a command may take, on a machine that others use too."""


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.fixture
def scans(mnist, tmp_path):
    """Five pages in a PDF, one of them empty, a picture, and a broken PDF."""
    folder = tmp_path / "scans"
    folder.mkdir()
    pages = []
    for number in ("781528", "402135", None, "990017", "123456"):
        sheet = Sheet(mnist.x_test, mnist.y_test)
        if number:
            sheet.boxes(number, 200, 150)
        pages.append(Image.fromarray(sheet.page()))
    pages[0].save(folder / "five.pdf", save_all=True, append_images=pages[1:])
    pages[1].save(folder / "one.png")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    return folder


def test_pages_on_a_cluster_are_those_of_the_plain_command(command, cluster, scans, tmp_path):
    plain = command("read", "scans", "--digits", 6, "--parquet", "plain.parquet", timeout=PATIENT)
    there = ("read", "scans", "--digits", 6, "--cluster", cluster.address, "--out", "results", "--json")
    result = command(*there, timeout=PATIENT)
    assert (result.status, plain.status) == (1, 1), result.err
    told = {"out": "results", "inputs": 7, "failed": 1, "rows": 7, "answers": 5, "before": 0}
    assert json.loads(result.out) == told
    assert "results: 7 pages in, 7 out, 5 numbers; 1 failed: their rows have the column error" in result.err
    found, alone = (parquet.read_table(tmp_path / name) for name in ("results", "plain.parquet"))
    assert [*found.schema][:-1] == [*alone.schema]
    read = [row for row in found.to_pylist() if row["text"] is not None]
    assert read == [{**row, "error": None} for row in alone.to_pylist()]
    assert found["file"].to_pylist() == ["scans/broken.pdf", *["scans/five.pdf"] * 5, "scans/one.png"]

    (scans / "later.png").write_bytes((scans / "one.png").read_bytes())
    again = command(*there, timeout=PATIENT)
    assert json.loads(again.out) == told | {"before": 7}
    other = command(*there[:2], "--digits", 5, *there[4:], timeout=PATIENT)
    assert (other.status, "results holds another run: its digits was 6, now it is 5" in other.err) == (2, True)


def test_pictures_from_a_store_that_fails_come_back_to_it(cluster, bucket, store, pictures, reader):
    place = f"{bucket}/pictures"
    for path in sorted(pictures.rglob("*.png"))[:60]:
        put(f"{place}/{path.relative_to(pictures)}", path.read_bytes())
    refused = store.refused
    with connected(cluster.address):
        done = read_on_cluster([place], f"{bucket}/digits", cluster=cluster.address, reader=reader, lot=10)
    assert done.counts == Counts(60, 0, 60, 60)
    assert store.refused > refused
    names = [name for name, is_folder in children(f"{bucket}/digits") if not is_folder]
    assert len(names) == 6


def test_a_killed_driver_goes_on_where_it_was(command, cluster, pictures, reader, tmp_path):
    results = tmp_path / "results"
    run = "from tenfold.scale.reading import read_on_cluster as r; from tenfold.read.reader import Reader"
    run += f"; r([{str(pictures)!r}], {str(results)!r}, cluster={cluster.address!r}, reader=Reader(), lot=5)"
    driver = subprocess.Popen([sys.executable, "-c", run], cwd=Path.cwd())
    while len(list(results.glob("0*.parquet"))) < 4 and driver.poll() is None:
        time.sleep(0.02)
    os.kill(driver.pid, signal.SIGKILL)
    driver.wait()
    written = {path: path.stat().st_mtime_ns for path in results.glob("0*.parquet")}
    with connected(cluster.address):
        done = read_on_cluster([str(pictures)], str(results), cluster=cluster.address, reader=reader, lot=50)
    assert done.before >= 20
    assert done.counts == Counts(200, 2, 200, 198)
    assert {path: path.stat().st_mtime_ns for path in written} == written
    names = parquet.read_table(results)["file"].to_pylist()
    assert names == sorted(map(str, pictures.rglob("*.png")), key=Path)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"workers": -1}, "from 0 on"), ({"lot": -1}, "from 0 on"), ({"results": "scans/results"}, "lies in scans")],
)
def test_what_is_not_allowed_is_refused_before_a_cluster_is_asked(reader, scans, monkeypatch, options, message):
    monkeypatch.chdir(scans.parent)
    results = options.pop("results", "results")
    with pytest.raises(OptionError, match=message):
        read_on_cluster(["scans"], results, cluster="local", reader=reader, **options)


def test_each_number_once_cannot_be_decided_apart(reader):
    with pytest.raises(OptionError, match="unique"):
        read_on_cluster(["x"], "y", cluster="local", reader=reader, numbers=reader.options(known=["12"], unique=True))
