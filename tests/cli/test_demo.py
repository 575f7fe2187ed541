"""`tenfold demo` as a user types it."""

import tenfold


def test_the_demo_goes_the_whole_way(command, tmp_path):
    result = command("demo", "--offline", COLUMNS="80")
    assert result.status == 0, result.err
    assert all(f"[{step}/4]" in result.out for step in range(1, 5))
    assert (tmp_path / "reports" / "tutorial" / "report.html").is_file()
    assert tenfold.load_model(tmp_path / "models" / "tutorial").info.scores["accuracy"] > 0.977
    assert "Try next" in result.out
    assert max(map(len, result.out.splitlines())) <= 100
