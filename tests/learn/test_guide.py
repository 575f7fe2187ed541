"""The figures of the recipes are those that are published."""

import json
from pathlib import Path

import pytest

from tenfold.learn.guide import GUIDE
from tenfold.learn.recipes import RECIPES
from tenfold.model.folder import SHIPPED

PAGE = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text(encoding="utf-8")


def rows_of(name):
    """The rows of a recipe in the tables of accuracy: cells as text."""
    section = PAGE.split("\n## Accuracy\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split("|") for line in section.splitlines() if line.startswith(f"| `{name}`")]
    return [[cell.strip() for cell in row] for row in rows]


def test_every_recipe_has_its_figures():
    assert list(GUIDE) == list(RECIPES)


@pytest.mark.parametrize("name", [name for name in GUIDE if name not in {"reader", "few"}])
def test_they_are_those_of_the_page_of_benchmarks(name):
    figures = GUIDE[name]
    accuracy, files = rows_of(name)
    assert accuracy[2:4] == [str(figures.seeds), f"{figures.accuracy:.3%} ± {figures.deviation:.2%}"]
    assert accuracy[-1] == str(figures.seconds)
    assert files[1] == f"{figures.weights:,}"


def test_those_of_the_reader_are_those_of_the_model_that_ships():
    figures, made = GUIDE["reader"], json.loads((SHIPPED / "model.json").read_text())
    assert figures.accuracy == made["scores"]["accuracy"]
    assert figures.weights == made["parameters"]
    assert figures.seconds == round(sum(epoch["seconds"] for epoch in made["history"]))
