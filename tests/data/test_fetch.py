"""Fetching, against a web server on this machine and the real pip."""

import errno
import gzip
import hashlib
import os
import signal
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tenfold.data.fetch import LEFTOVER_SECONDS, cache_folder, fetch, fetch_dataset
from tenfold.data.sources import Archive, LocalFolder, Mirror
from tenfold.errors import DataError, FetchError


def with_sources(dataset, *sources):
    return replace(dataset, sources=sources)


def assert_whole(folder, raw_files):
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "SHA256SUMS"} == raw_files


def kept_hashes(folder):
    return {line.split()[1]: line.split()[0] for line in (folder / "SHA256SUMS").read_text().splitlines()}


class TestCacheFolder:
    def test_tenfold_home_comes_first_then_xdg_then_the_home_folder(self, monkeypatch):
        monkeypatch.setenv("TENFOLD_HOME", "/a")
        monkeypatch.setenv("XDG_CACHE_HOME", "/b")
        assert cache_folder() == Path("/a")
        monkeypatch.delenv("TENFOLD_HOME")
        assert cache_folder() == Path("/b/tenfold")
        monkeypatch.delenv("XDG_CACHE_HOME")
        assert cache_folder() == Path.home() / ".cache" / "tenfold"

    def test_a_tilde_is_the_home_folder(self, monkeypatch):
        monkeypatch.setenv("TENFOLD_HOME", "~/digits")
        assert cache_folder() == Path.home() / "digits"


class TestHashOfTheArchive:
    """Data sets for which only the hash of what is published is known."""

    def test_the_archive_is_verified_and_the_hashes_of_its_content_are_recorded(
        self, web, packed_dataset, raw_files, home
    ):
        web.publish(packed_dataset, raw_files)
        folder = fetch_dataset(with_sources(packed_dataset, Mirror(web.address)))
        assert_whole(folder, raw_files)
        assert kept_hashes(folder) == {name: hashlib.sha256(content).hexdigest() for name, content in raw_files.items()}
        fetch_dataset(packed_dataset, offline=True)

    def test_another_archive_is_refused(self, web, packed_dataset, raw_files, home):
        web.publish(packed_dataset, raw_files | {"train-images": raw_files["test-images"]})
        with pytest.raises(FetchError, match="hash of downloaded file"):
            fetch_dataset(with_sources(packed_dataset, Mirror(web.address)))

    def test_a_file_that_is_changed_afterwards_is_fetched_again(self, web, packed_dataset, raw_files, home):
        web.publish(packed_dataset, raw_files)
        row = with_sources(packed_dataset, Mirror(web.address))
        folder = fetch_dataset(row)
        (folder / "test-labels").write_bytes(b"?")
        fetch_dataset(row)
        assert_whole(folder, raw_files)
        assert len(web.asked) == 5

    def test_an_unpacked_copy_without_a_known_hash_is_not_trusted(self, packed_dataset, raw_files, home, tmp_path):
        for name, content in raw_files.items():
            (tmp_path / name).write_bytes(content)
        with pytest.raises(FetchError, match=r"there is no train-images\.gz"):
            fetch_dataset(with_sources(packed_dataset, LocalFolder(str(tmp_path))))

    def test_one_zip_can_hold_all_the_files(self, web, dataset, raw_files, home, zip_of):
        content = zip_of({f"gzip/{name}.gz": gzip.compress(raw) for name, raw in raw_files.items()})
        archive = Archive("all.zip", hashlib.sha256(content).hexdigest(), member="gzip/{}.gz")
        files = tuple(replace(file, sha256=None, packed=archive) for file in dataset.files)
        web.answers["/all.zip"] = content
        row = replace(dataset, files=files, sources=(Mirror(web.address),))
        assert_whole(fetch_dataset(row), raw_files)
        assert web.asked == ["/all.zip"]


class TestCache:
    def test_a_damaged_file_is_fetched_again(self, web, dataset, raw_files, home):
        web.publish(dataset, raw_files)
        row = with_sources(dataset, Mirror(web.address))
        folder = fetch_dataset(row)
        damaged = bytearray(raw_files["train-images"])
        damaged[100] ^= 1
        (folder / "train-images").write_bytes(damaged)
        fetch_dataset(row)
        assert_whole(folder, raw_files)
        assert len(web.asked) == 5

    def test_a_folder_that_cannot_be_made_is_told(self, dataset, tmp_path, monkeypatch):
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("TENFOLD_HOME", str(tmp_path / "file"))
        with pytest.raises(FetchError, match="tiny cannot be kept in .* set TENFOLD_HOME to a folder that can be"):
            fetch_dataset(dataset)

    def test_a_full_disk_is_told_at_once(self, web, dataset, raw_files, home, monkeypatch):
        def refuse(_descriptor):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", refuse)
        web.publish(dataset, raw_files)
        with pytest.raises(FetchError, match="No space left on device; it takes 1 MB"):
            fetch_dataset(with_sources(dataset, Mirror(web.address), Mirror(web.address)))
        assert len(web.asked) == 1
        assert list((home / "tiny").iterdir()) == []

    def test_old_leftovers_are_cleared_and_new_ones_are_not(self, web, dataset, raw_files, home):
        folder = home / "tiny"
        old, new, old_folder = folder / ".a.part", folder / ".b.part", folder / ".c.part"
        old_folder.mkdir(parents=True)
        for path in (old, new, old_folder / "download"):
            path.write_bytes(b"half")
        for path in (old, old_folder):
            os.utime(path, (0, new.stat().st_mtime - LEFTOVER_SECONDS - 9))
        web.publish(dataset, raw_files)
        fetch_dataset(with_sources(dataset, Mirror(web.address)))
        assert new.exists()
        assert not old.exists()
        assert not old_folder.exists()

    def test_files_can_be_read_by_the_group_as_the_umask_says(self, web, dataset, raw_files, home):
        web.publish(dataset, raw_files)
        folder = fetch_dataset(with_sources(dataset, Mirror(web.address)))
        umask = os.umask(0)
        os.umask(umask)
        assert stat.S_IMODE((folder / "train-images").stat().st_mode) == 0o666 & ~umask

    def test_an_unknown_name_is_refused(self):
        with pytest.raises(DataError, match="expected a data set of mnist, fashion-mnist.*'letters'"):
            fetch("letters")


CHILD = """
import pickle, sys
from tenfold.data.fetch import fetch_dataset
{before}
fetch_dataset(pickle.loads(sys.stdin.buffer.read()))
"""


def start_fetching(dataset, before=""):
    import pickle

    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(before=before)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    child.stdin.write(pickle.dumps(dataset))
    child.stdin.close()
    return child


class TestProcesses:
    def test_two_at_once_leave_whole_files(self, web, dataset, raw_files, home):
        web.publish(dataset, raw_files)
        content = web.answers["/train-images.gz"]
        both = threading.Barrier(2, timeout=30)

        def wait_for_both(handler):
            both.wait()
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)

        web.answers["/train-images.gz"] = wait_for_both
        children = [start_fetching(with_sources(dataset, Mirror(web.address))) for _ in range(2)]
        assert [child.wait(30) for child in children] == [0, 0]
        for child in children:
            child.stdout.close()
        assert_whole(home / "tiny", raw_files)

    def test_one_that_is_killed_while_writing_leaves_no_file(self, web, dataset, raw_files, home):
        stop_before_renaming = """
import os, time
def stop(_):
    print("written", flush=True)
    sys.stdin.close()
    time.sleep(60)
os.fsync = stop
"""
        web.publish(dataset, raw_files)
        row = with_sources(dataset, Mirror(web.address))
        child = start_fetching(row, stop_before_renaming)
        assert child.stdout.readline() == b"written\n"
        child.send_signal(signal.SIGKILL)
        child.wait(30)
        child.stdout.close()
        folder = home / "tiny"
        assert all(path.name.endswith(".part") for path in folder.iterdir())
        fetch_dataset(row)
        assert {name: (folder / name).read_bytes() for name in raw_files} == raw_files
