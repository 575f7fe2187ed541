"""An explanation as a page."""

import re
from dataclasses import replace

import numpy as np
import pytest

from tenfold.errors import DataError
from tenfold.explain.page import explanation_page, write_explanation
from tenfold.explain.picture import explain_picture


@pytest.fixture(scope="module")
def explained(mnist):
    return explain_picture(255 - mnist.x_test[0], name="a < b/seven & more.png")


def test_the_page_shows_all_of_it_and_needs_no_other_file(explained):
    page = explanation_page(explained, version="1.2.3")
    for heading in ("Preparation", "What decides", "What would change it", "The digits most like it"):
        assert f"<h2>{heading}</h2>" in page
    assert "<strong>7</strong>" in page
    assert "seven &amp; more.png" in page
    assert page.count("<img ") == page.count('src="data:image/png;base64,') >= 17
    assert not re.search(r'(src|href)="(?!data:)', page)


def test_it_says_when_no_change_was_found_and_when_a_picture_is_blank(explained):
    assert "No change of half of the ink" in explanation_page(replace(explained, flip=None), version="1")
    blank = explanation_page(explain_picture(np.full((40, 40), 255, np.uint8)), version="1")
    assert "there is no ink on it" in blank
    assert "What decides" not in blank


def test_it_says_when_the_line_recogniser_changed_the_answer(explained):
    other = replace(explained, probabilities=np.eye(10, dtype=np.float32)[1])
    assert "The digit network alone reads 1" in explanation_page(other, version="1")


def test_it_is_written_whole_or_not_at_all(explained, tmp_path):
    write_explanation(tmp_path / "a.html", explained, version="1")
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    with pytest.raises(DataError):
        write_explanation(tmp_path / "a.html" / "b.html", explained, version="1")
