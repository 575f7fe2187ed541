"""What a release tries in empty environments works in this one; the environments themselves take too long here."""

import re
from pathlib import Path

import pytest
from release.environments import EXTRAS, find_pythons
from release.trial import TRIALS, read_with_a_list, train_a_model

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_every_extra_is_tried():
    table = PROJECT.read_text().partition("[project.optional-dependencies]\n")[2].partition("\n[")[0]
    assert set(re.findall(r"^(\w+) = \[", table, re.MULTILINE)) == TRIALS.keys()
    assert {part for extra in EXTRAS for part in extra.split(",") if part} == TRIALS.keys()


def test_the_running_python_is_found():
    assert find_pythons()


@pytest.mark.parametrize("trial", [read_with_a_list, train_a_model])
def test_trials_go_through(trial, tmp_path):
    trial(tmp_path)
