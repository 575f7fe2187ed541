import csv
import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tenfold
from tenfold.errors import DataError, OptionError
from tenfold.serve.alike import waiting_alike
from tenfold.serve.store import NewReview, ReviewStore, export

NOBODY = 65534
IMAGES = np.full((1, 28, 28), 7, np.uint8)
CLASSES = tuple("0123456789")


@pytest.fixture(scope="module")
def postgresql():
    """A PostgreSQL server of its own at a socket in an empty folder."""
    found = shutil.which("initdb") or next(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
    if found is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    binaries, folder = Path(found).parent, Path(tempfile.mkdtemp(prefix="tenfold-postgresql-"))
    own: list[str] = []
    if os.getuid() == 0:  # PostgreSQL refuses to be root, and nobody else enters pytest's own folders
        own = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        os.chown(folder, NOBODY, NOBODY)

    def run(*command: object) -> None:
        done = subprocess.run([*own, *map(str, command)], capture_output=True, text=True, check=False, cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr

    data = folder / "data"
    run(binaries / "initdb", "--pgdata", data, "--username", "tenfold", "--auth", "trust", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
    run(binaries / "pg_ctl", "--pgdata", data, "--wait", "--log", folder / "log", "--options", options, "start")
    yield f"postgresql://tenfold@/postgres?host={folder}"
    run(binaries / "pg_ctl", "--pgdata", data, "--wait", "--mode", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    place = str(tmp_path / "review.db") if request.param == "sqlite" else request.getfixturevalue("postgresql")
    made = ReviewStore(place)
    yield made
    made.close()


def add(store, **changes):
    values = {"crop": b"png", "images": IMAGES, "guess": "7", "probability": 0.6, "reason": "uncertain", "model": "m"}
    [review] = store.add(NewReview(**{**values, **changes}))
    return review


def test_what_is_kept_waits_is_decided_and_is_exported(store, tmp_path):
    before, labelled = store.left(), len(store.examples(CLASSES)[1])
    first, second = add(store, name="a.png"), add(store, name="=1+1")
    known = add(store, label="3", images=np.full((1, 28, 28), 3, np.uint8))
    assert store.left() == before + 2
    assert [review.id for review in store.waiting(after=first.id - 1)] == [first.id, second.id]
    assert store.crop(first.id) == b"png"

    assert store.decide(first.id, "1").label == "1"
    assert store.decide(second.id, "_").decided is not None
    assert store.decide(10**6, "1") is None
    assert store.crop(10**6) is None
    assert store.left() == before
    two = add(store, guess="49", images=np.stack([*IMAGES, *IMAGES]), label="4_")
    add(store, guess="49", images=np.stack([*IMAGES, *IMAGES]), label="490")
    add(store, guess="_", images=np.zeros((1, 28, 28), np.uint8), label="5")

    images, digits = store.examples(CLASSES)
    assert digits[labelled:] == ["1", "3", "4"]
    assert images[labelled + 1, 0, 0] == 3
    rows = list(csv.DictReader(io.StringIO(store.as_csv())))
    assert {row["name"] for row in rows} >= {"a.png", "'=1+1"}
    assert [row["label"] for row in rows if int(row["id"]) in {known.id, two.id}] == ["3", "4_"]

    assert export(store, tmp_path / "mine", CLASSES) == len(digits)
    assert len(tenfold.load_examples(tmp_path / "mine", "train").images) == len(digits)
    assert export(store, tmp_path / "mine.csv", CLASSES) == len(rows)


def test_of_several_all_are_kept_or_none(store):
    before = store.left()
    good = NewReview(b"png", IMAGES, "7", 0.6, "uncertain", "m")
    with pytest.raises(DataError):
        store.add(good, replace(good, model=None))
    assert (store.left(), store.add()) == (before, [])
    assert [review.guess for review in store.add(good, replace(good, guess="8"))] == ["7", "8"]
    assert store.left() == before + 2


def test_many_may_write_at_once(store):
    before = store.left()
    threads = [threading.Thread(target=lambda: [add(store) for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.left() == before + 40


def test_tables_of_an_earlier_version_are_brought_up_to_date_by_whoever_comes_first(store):
    number = add(store, crop=b"earlier", guess="4711", alternatives=(("4711", 0.6), ("4111", 0.3))).id
    binary = "BLOB" if store._engine.dialect.name == "sqlite" else "BYTEA"
    with store._engine.begin() as connection:
        for command in (
            "DROP INDEX IF EXISTS ix_tenfold_reviews_digest",
            "ALTER TABLE tenfold_reviews DROP COLUMN alternatives",
            "ALTER TABLE tenfold_reviews DROP COLUMN digest",
            f"ALTER TABLE tenfold_reviews ADD COLUMN crop {binary}",
            f"ALTER TABLE tenfold_reviews ADD COLUMN images {binary}",
            "UPDATE tenfold_reviews SET crop = pictures.crop, images = pictures.images "
            "FROM tenfold_pictures AS pictures WHERE pictures.review = tenfold_reviews.id",
            "DROP TABLE tenfold_pictures",
        ):
            connection.exec_driver_sql(command)
    place = store._engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    stores = [ReviewStore(place) for _ in range(4)]
    with ThreadPoolExecutor(len(stores)) as threads:
        assert set(threads.map(lambda each: each.crop(number), stores)) == {b"earlier"}
    older = next(each for each in waiting_alike(stores[0], 50).reviews if each.review.id == number)
    assert (older.review.guess, older.like, older.duplicate_of) == ("4711", "one reading", None)
    assert stores[0].crop(add(stores[1], crop=b"new").id) == b"new"
    for each in stores:
        each.close()


def test_text_stays_text(store):
    name = "<script>alert(1)</script>'; DROP TABLE tenfold_reviews; --"
    review = add(store, name=name)
    assert store.decide(review.id, None).name == name


def test_what_was_acknowledged_survives_a_killed_process(store, request):
    place = store._engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    before = store.left()
    code = (
        "import sys, numpy\n"
        "from tenfold.serve.store import NewReview, ReviewStore\n"
        "store = ReviewStore(sys.argv[1])\n"
        "while True:\n"
        "    new = NewReview(crop=b'x' * 5000, images=numpy.zeros((1, 28, 28), numpy.uint8), guess='7',"
        " probability=1, reason=None, model='m')\n"
        "    print(*[kept.id for kept in store.add(new, new)], flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, place], stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline() for _ in range(25)]
        process.kill()
        lines += process.stdout.readlines()
    acknowledged = [int(number) for line in lines if line.endswith("\n") for number in line.split()]
    assert len(acknowledged) >= 50
    assert (store.left() - before) % 2 == 0, "half of what belongs together was kept"
    assert store.left() >= before + len(acknowledged)
    assert all(store.crop(number) == b"x" * 5000 for number in acknowledged)


def test_the_file_is_made_with_the_first_review(tmp_path):
    store = ReviewStore(str(tmp_path / "review.db"))
    assert (store.left(), store.waiting(), store.crop(1), store.decide(1, "1")) == (0, [], None, None)
    assert list(store.everything()) == []
    assert not list(tmp_path.iterdir())
    add(store)
    assert (tmp_path / "review.db").is_file()
    store.close()


def test_what_was_said_comes_out_in_the_classes_of_the_model(tmp_path):
    store = ReviewStore(str(tmp_path / "review.db"))
    two = np.stack([*IMAGES, *IMAGES])
    for images, label in ((IMAGES, "B"), (IMAGES, "cat"), (IMAGES, "BA"), (two, "AB"), (two, "A7"), (IMAGES, "_")):
        add(store, images=images, label=label)
    assert store.examples(("A", "B", "cat"))[1] == ["B", "cat", "A", "B", "A"]
    assert export(store, tmp_path / "mine", ("A", "B", "cat")) == 5
    assert tenfold.load_examples(tmp_path / "mine", "train").classes == ("A", "B", "cat")
    store.close()


def test_the_file_is_its_owners_alone(tmp_path):
    store = ReviewStore(str(tmp_path / "review.db"))
    add(store)
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name
    store.close()


@pytest.mark.parametrize("place", ["folder", "file/review.db", "broken.db", "postgresql://nobody@/none?host=/nowhere"])
def test_a_store_that_cannot_be_used_is_refused_at_the_start(tmp_path, place):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "broken.db").write_bytes(b"no database" * 1000)
    store = ReviewStore(place if "://" in place else str(tmp_path / place))
    with pytest.raises(OptionError, match="--store: "):
        store.check()
    store.close()


def test_a_store_that_can_be_used_is_not_made_by_the_check(tmp_path):
    store = ReviewStore(str(tmp_path / "review.db"))
    store.check()
    assert not list(tmp_path.iterdir())
    add(store)
    store.check()
    assert store.left() == 1
    store.close()


def test_a_locked_file_lets_all_wait_at_once_and_not_one_after_another(tmp_path, monkeypatch):
    monkeypatch.setattr("tenfold.serve.database.BUSY_SECONDS", 1)
    other = sqlite3.connect(tmp_path / "review.db", isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("BEGIN EXCLUSIVE")
    store = ReviewStore(str(tmp_path / "review.db"))
    waiting, failed = threading.Barrier(7, timeout=60), []

    def post():
        waiting.wait()
        with pytest.raises(DataError):
            add(store)
        failed.append(1)

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    waiting.wait()
    for thread in threads:
        thread.join()
    other.execute("ROLLBACK")
    assert len(failed) == 6
    assert add(store).id == 1
    store.close()
    other.close()
