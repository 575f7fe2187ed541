"""Files are written whole or not at all, and a place that cannot be written is noticed before the work."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tenfold.errors import DataError, ModelError
from tenfold.files import (
    check_folder_writable,
    check_writable,
    content_of_file,
    growing,
    in_place_of,
    is_regular,
    opened,
    read_at_most,
)


def left_over(folder):
    return list(folder.glob(".*.part"))


def test_a_file_appears_whole(tmp_path):
    with in_place_of(tmp_path / "deep" / "file") as fresh:
        fresh.write_text("whole")
        assert not (tmp_path / "deep" / "file").exists()
    assert (tmp_path / "deep" / "file").read_text() == "whole"
    assert not left_over(tmp_path / "deep")


def test_what_fails_in_between_leaves_the_old_file(tmp_path):
    (tmp_path / "file").write_text("old")

    def write_half():
        with in_place_of(tmp_path / "file") as fresh:
            fresh.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        write_half()
    assert (tmp_path / "file").read_text() == "old"
    assert not left_over(tmp_path)


def test_a_writable_place_is_left_as_it_is(tmp_path):
    check_writable(tmp_path / "new" / "out.csv")
    (tmp_path / "old.csv").write_text("old")
    check_writable(tmp_path / "old.csv")
    assert (tmp_path / "old.csv").read_text() == "old"
    check_folder_writable(tmp_path / "more" / "crops")
    check_folder_writable(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["old.csv"]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"out\.csv cannot be written"):
        check_writable(tmp_path / "file" / "out.csv")
    with pytest.raises(ModelError, match="there is a folder of that name"):
        check_writable(tmp_path, ModelError)
    for folder in (tmp_path / "file", tmp_path / "file" / "crops"):
        with pytest.raises(DataError, match=f"{folder.name} cannot be written to"):
            check_folder_writable(folder)
    for folder in (tmp_path / "new", tmp_path):
        with pytest.raises(DataError, match="cannot be written"):
            check_writable(folder / ("a" * 300))
    assert not (tmp_path / "new").exists()


def test_reading_never_takes_more_than_one_byte_too_many(tmp_path):
    (tmp_path / "file").write_bytes(b"12345")
    with opened(tmp_path / "file") as stream:
        assert read_at_most(stream, 3) == b"1234"
    with opened(tmp_path / "file") as stream:
        assert read_at_most(stream, 9) == b"12345"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="none cannot be read: there is no such file"), opened(tmp_path / "none"):
        pass


def test_a_file_keeps_its_permissions_and_a_link_leads_where_it_did(tmp_path):
    (tmp_path / "secret.csv").write_text("old")
    (tmp_path / "secret.csv").chmod(0o600)
    (tmp_path / "link.csv").symlink_to("secret.csv")
    for way in (in_place_of, growing):
        with way(tmp_path / "link.csv") as fresh:
            fresh.write_text(f"by {way.__name__}")
        assert (tmp_path / "link.csv").is_symlink()
        assert (tmp_path / "secret.csv").read_text() == f"by {way.__name__}"
        assert stat.S_IMODE((tmp_path / "secret.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize("way", [in_place_of, growing])
def test_devices_and_pipes_are_written_to_and_stay(tmp_path, way):
    check_writable(Path(os.devnull))
    with way(Path(os.devnull)) as fresh:
        fresh.write_text("gone")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    check_writable(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    with way(pipe) as fresh:
        fresh.write_text("through the pipe")
    reader.join()
    assert got == ["through the pipe"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_standard_output_may_be_named_by_its_path(tmp_path):
    code = "import sys; from pathlib import Path; from tenfold.files import *; check_writable(Path('/dev/stdout'))\n"
    code += "with growing(Path('/dev/stdout')) as fresh: fresh.write_text('rows')"
    with (tmp_path / "out").open("wb") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "rows"


def test_what_grows_is_kept_where_it_broke_off(tmp_path):
    (tmp_path / "out.csv").write_text("old")

    def write_half():
        with growing(tmp_path / "out.csv") as fresh:
            fresh.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert (tmp_path / "out.csv").read_text() == "old"
    assert (tmp_path / "out.csv.part").read_text() == "half"
    with growing(tmp_path / "out.csv") as fresh:
        fresh.write_text("whole")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert (tmp_path / "out.csv").read_text() == "whole"


def test_only_what_has_an_end_is_read(tmp_path):
    with pytest.raises(DataError, match="expected a file, got a device"):
        content_of_file(Path("/dev/zero"))
    with pytest.raises(DataError, match="at most 9 bytes are read"):
        content_of_file(Path(__file__), 9)
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(b"1" * 10))
    writer.start()
    assert content_of_file(tmp_path / "pipe", 10) == b"1" * 10
    writer.join()
    assert not is_regular(tmp_path / "pipe")
    with pytest.raises(DataError, match="got a device or a pipe"), opened(tmp_path / "pipe"):
        pass
