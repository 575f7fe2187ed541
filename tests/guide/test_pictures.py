"""The pictures of docs/images are those that the code draws, and show what their page says."""

from pathlib import Path

import numpy as np
import pytest
from guide.pictures import PICTURES, draw_all, misread_cases
from guide.screens import SCREENS
from PIL import Image

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"


def test_each_picture_of_the_guide_is_made_by_code():
    drawn = {file.name for file in IMAGES.iterdir()} - {*PICTURES, *SCREENS}
    benchmarks = "".join(file.read_text() for file in (ROOT / "benchmarks").glob("*.py"))
    assert all(name.removeprefix("benchmark-").removesuffix(".png") in benchmarks for name in drawn)
    assert all(name.startswith("benchmark-") for name in drawn)


@pytest.mark.parametrize("name", PICTURES)
def test_the_pictures_are_those_that_the_code_draws(name, mnist, tmp_path):
    draw_all(tmp_path, [name])
    with Image.open(tmp_path / name) as fresh, Image.open(IMAGES / name) as kept:
        assert fresh.size == kept.size
        difference = np.abs(np.asarray(fresh.convert("L"), np.int16) - np.asarray(kept.convert("L"), np.int16))
    assert difference.mean() < 4  # letters may be drawn otherwise on another machine


def test_each_case_is_misread_when_shrunk_and_not_when_prepared():
    for case in misread_cases():
        assert case.naive != case.truth
        assert case.answer == (case.truth if len(case.truth) == 1 else "several-digits")
