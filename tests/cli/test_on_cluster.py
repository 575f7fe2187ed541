"""What does not go with a cluster is said before one is started."""

import os
import sys

import pytest


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["read", "x.png", "--cluster", "local"], "name it with --out"),
        (["read", "x.png", "--out", "results"], "--out goes with --cluster"),
        (["read", "x.png", "--cluster", "local", "--out", "r", "--crops", "c"], "--crops does not go with --cluster"),
        (["predict", "x.png", "--cluster", "local", "--out", "r", "--csv", "c"], "--csv does not go with --cluster"),
        (["predict", "x.png", "--cluster", "nearby", "--out", "r"], "--cluster is local, auto, or the HOST:PORT"),
    ],
)
def test_wrong_usage_is_told(command, arguments, message):
    result = command(*arguments)
    assert (result.status, message in result.err) == (2, True), result.err


@pytest.mark.parametrize("verb", ["read", "predict"])
def test_without_ray_the_line_that_installs_it_is_told(command, tmp_path, verb):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['ray'] = None")
    result = command(
        verb, "x.png", "--cluster", "local", "--out", "results", PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path])
    )
    assert result.status == 2
    assert 'pip install "tenfold[scale]"' in result.err
