import pytest

from tenfold.errors import FetchError
from tenfold.site import runtime as module
from tenfold.site.runtime import PACKAGE, RUNTIME, fetch_runtime


def test_the_files_are_those_that_were_pinned(runtime):
    assert {name: len(content) for name, content in runtime.items()} == {
        name: file.size for name, file in RUNTIME.items()
    }


def test_what_is_in_the_cache_is_not_fetched_again(runtime):
    assert fetch_runtime(offline=True) == runtime


def test_offline_says_how_to_do_it_by_hand(tmp_path, monkeypatch):
    monkeypatch.setenv("TENFOLD_HOME", str(tmp_path))
    with pytest.raises(FetchError, match=f"npm pack {PACKAGE}"):
        fetch_runtime(offline=True)


def test_a_file_that_was_changed_is_not_taken(runtime, tmp_path, monkeypatch):
    monkeypatch.setenv("TENFOLD_HOME", str(tmp_path))
    (tmp_path / PACKAGE).mkdir()
    for name, content in runtime.items():
        (tmp_path / PACKAGE / name).write_bytes(content[:-1] + b"x")
    with pytest.raises(FetchError, match="not on this machine"):
        fetch_runtime(offline=True)


def test_without_npm_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("TENFOLD_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FetchError, match=r"npm is not installed\. By hand"):
        fetch_runtime()
    assert module.cache_folder() == tmp_path
    assert not (tmp_path / PACKAGE).exists()
