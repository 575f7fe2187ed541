"""Words, numbers and lines of a page are told apart, and which way up it lies."""

import numpy as np
import pytest
from sheets import Sheet

from tenfold.draw.fonts import print_text
from tenfold.page.ink_kinds import CELL, InkKinds, Kind, ink_kinds, look_at
from tenfold.page.paper import even_out

LINES = range(100, 400, 60)
NUMBERS = (500, 640)


@pytest.fixture(scope="module")
def page(mnist):
    """Five lines of print, and below them a row of boxes and a free number."""
    sheet = Sheet(mnist.x_test, mnist.y_test, 900, 800)
    sheet.boxes("781528", 120, NUMBERS[0])
    sheet.row("2718", 120, NUMBERS[1], 60)
    page = sheet.page()
    for y in LINES:
        ink = print_text("Whoever fills this in must write one digit in each box", "DejaVuSerif.ttf", 26).ink
        page[y : y + ink.shape[0], 60 : 60 + ink.shape[1]] -= (0.8 * ink).astype(np.uint8)
    return page


def test_words_are_told_from_numbers_and_lines(page):
    kinds = ink_kinds(even_out(page)).kinds
    assert kinds.shape == (len(Kind), 100, 112)
    assert np.allclose(kinds.sum(axis=0), 1, atol=1e-3)
    best = kinds.argmax(axis=0)
    above, below = best[: 420 // CELL], best[440 // CELL :]
    assert (above == Kind.WORDS).sum() > 20 * (above == Kind.NUMBERS).sum()
    assert (below == Kind.NUMBERS).sum() > 20 * (below == Kind.WORDS).sum()
    assert (below == Kind.LINES).any()


@pytest.mark.parametrize("turns", range(4))
def test_a_page_is_cleared_of_its_words_whichever_way_up_it_lies(page, turns):
    paper, lies = look_at(np.ascontiguousarray(np.rot90(page, turns)))
    assert lies == turns
    before, after = even_out(page), paper.turned_back(turns)
    assert after.mask[:430].sum() < 0.05 * before.mask[:430].sum()
    assert after.mask[450:].sum() > 0.99 * before.mask[450:].sum()


def test_words_are_kept_for_a_model_that_reads_them(page):
    paper, lies = look_at(page, words=True)
    assert lies == 0
    assert np.array_equal(paper.dark, even_out(page).dark)


def test_of_a_blank_page_nobody_knows_how_it_lies():
    paper, lies = look_at(np.full((700, 500), 240, np.uint8))
    assert lies is None
    assert not paper.mask.any()


def test_a_page_lies_as_most_of_its_words_say():
    kinds, turns = np.zeros((4, 5, 5), np.float32), np.full((4, 5, 5), -9.0, np.float32)
    beside = np.zeros((5, 5), np.int64), np.zeros((5, 5), np.bool_)
    kinds[Kind.WORDS], turns[2], turns[1] = 1.0, -0.1, -1.9
    assert InkKinds(kinds, turns, *beside).lies is None
    assert InkKinds(np.tile(kinds, 3), np.tile(turns, 3), *(np.tile(each, 3) for each in beside)).lies == 2
