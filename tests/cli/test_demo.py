"""`tenfold demo` as a user types it."""

import sys

import tenfold


def test_the_demo_goes_the_whole_way(command, tmp_path):
    result = command("demo", "--offline", COLUMNS="80", PATH="/usr/bin:/bin")
    assert result.status == 0, result.err
    assert all(f"[{step}/4]" in result.out for step in range(1, 5))
    assert (tmp_path / "reports" / "tutorial" / "report.html").is_file()
    assert tenfold.load_model(tmp_path / "models" / "tutorial").info.scores["accuracy"] > 0.977
    told = "  source " if sys.prefix != sys.base_prefix else ""  # in a virtual environment that is not active
    assert f"Try next:\n{told}" in result.out
    assert max(map(len, result.out.splitlines())) <= 100
