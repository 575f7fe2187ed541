"""The README shows no figure that a benchmark did not write into the docs, and none of sets that can't be handed on."""

import re
from pathlib import Path

import pytest
from guide.snippets import parts_of

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
WRITTEN = ("benchmarks.md", "model-card.md")
"""Pages that `benchmarks.report` writes."""

NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")


def rows():
    """The rows of the README's table of figures: what it is, what was measured, the command."""
    table = re.findall(r"^\| (.+) \| (.+) \| `(benchmarks\..+)` \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(table) > 5
    return table


def figures(text):
    return {each.replace(",", "") for each in NUMBER.findall(text)}


def written():
    return {float(each) for page in WRITTEN for each in figures((ROOT / "docs" / page).read_text(encoding="utf-8"))}


def is_one_of(figure, known):
    decimals = len(figure.partition(".")[2])
    return any(round(each, decimals) == float(figure) for each in known)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:40])
def test_each_figure_of_the_readme_stands_in_the_page_of_results_too(row):
    known = written()
    minutes = {*re.findall(r"([\d.]+) min", row[1])}
    assert all(is_one_of(each, {seconds / 60 for seconds in known}) for each in minutes), row
    assert [each for each in figures(row[1]) - minutes if not is_one_of(each, known)] == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:40])
def test_each_figure_of_the_readme_has_a_command_that_the_page_of_results_has_too(row):
    module = row[2].split()[0]
    assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
    assert f"`python -m {module}" in (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert "--sets" not in row[2]  # anyone can run it


def test_the_readme_is_short_and_has_its_parts():
    kinds = [part.kind for part in parts_of(README)]
    assert kinds.count("python") == 1
    assert len(re.findall(r"^!\[", README.read_text(encoding="utf-8"), re.MULTILINE)) == 1
    assert len(README.read_text(encoding="utf-8").split()) < 1300
