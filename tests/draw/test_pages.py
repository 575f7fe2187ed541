import numpy as np
import pytest
from PIL import Image

from tenfold.draw.pages import DRAW, PAGE_HEIGHT, PAGE_KINDS, PAGE_WIDTH, draw_page, draw_pages, main
from tenfold.draw.sheets import DigitGlyphs, Sheet

WHOLE_PAGES = list(DRAW)


@pytest.fixture(scope="module")
def glyphs(mnist):
    return DigitGlyphs(mnist.x_test, mnist.y_test)


def inside(quad, height: int, width: int, margin: float) -> tuple[slice, slice]:
    """The pixels of an upright quad and of a margin, in its heights, around it."""
    (left, top), (right, bottom) = quad[0], quad[2]
    around = margin * (bottom - top)
    return (
        slice(max(0, round(top - around)), min(height, round(bottom + around))),
        slice(max(0, round(left - around)), min(width, round(right + around))),
    )


@pytest.mark.parametrize("kind", WHOLE_PAGES)
def test_labels_lie_where_the_ink_is(glyphs, kind):
    sheet = Sheet.blank(PAGE_HEIGHT, PAGE_WIDTH, np.random.default_rng(3))
    DRAW[kind](sheet, glyphs, sheet.rng)
    everything = sheet.written.sum()
    assert everything > 0
    for number in sheet.numbers:
        place = sheet.written[inside(number.quad, *sheet.written.shape, 0)]
        assert (place.sum() > 0) == (set(number.text) != {"_"})
        sheet.written[inside(number.quad, *sheet.written.shape, 0.15)] = 0
    assert sheet.written.sum() < 0.01 * everything


@pytest.mark.parametrize(("kind", "length"), [("boxes", {9}), ("combs", {9}), ("grid", {9}), ("pairs", {2})])
def test_numbers_have_a_digit_or_a_blank_for_each_box(glyphs, kind, length):
    page = draw_page(glyphs, kind, 0, faults=False)
    assert {len(number.text) for number in page.numbers} == length
    assert set("".join(number.text for number in page.numbers)) <= set("0123456789_")


@pytest.mark.parametrize("kind", PAGE_KINDS)
def test_the_same_seed_draws_the_same_page_and_another_seed_another(glyphs, kind):
    first, again, other = (draw_page(glyphs, kind, seed, faults=False) for seed in (7, 7, 8))
    assert np.array_equal(first.grey, again.grey)
    assert first.numbers == again.numbers
    assert first.kind == kind
    assert first.numbers != other.numbers


@pytest.mark.parametrize("kind", WHOLE_PAGES)
def test_without_faults_a_page_is_a_clean_scan(glyphs, kind):
    page = draw_page(glyphs, kind, 1, faults=False)
    assert page.grey.shape == (PAGE_HEIGHT, PAGE_WIDTH)
    paper = page.grey.max()
    assert paper >= 225
    assert (page.grey == paper).mean() > 0.8
    for number in page.numbers:
        (left, top), (right, upper), (_, bottom), _ = number.quad
        assert top == upper < bottom
        assert left < right


def test_faults_change_the_paper_and_move_the_numbers_but_not_what_is_written(glyphs):
    page, again, clean = (draw_page(glyphs, "boxes", 1, faults=faults) for faults in (True, True, False))
    assert np.array_equal(page.grey, again.grey)
    assert page.grey.shape == clean.grey.shape
    assert (page.grey == page.grey.max()).mean() < 0.5
    assert [number.text for number in page.numbers] == [number.text for number in clean.numbers]
    assert all(one.quad != other.quad for one, other in zip(page.numbers, clean.numbers, strict=True))


def test_pages_come_with_one_seed_after_another(glyphs):
    pages = list(draw_pages(glyphs, "cells", 3, seed=5))
    assert [page.numbers for page in pages] == [draw_page(glyphs, "cells", seed).numbers for seed in (5, 6, 7)]


def test_the_command_writes_pages_and_their_labels(tmp_path, capsys):
    main(kind="cells", count=2, seed=3, out=tmp_path / "pages")
    lines = (tmp_path / "pages" / "labels.csv").read_text().splitlines()
    assert capsys.readouterr().out.strip() == str(tmp_path / "pages")
    assert lines[0] == "file,row,text"
    assert [line.split(",")[:2] for line in lines[1:]] == [["cells-0003.png", "0"], ["cells-0004.png", "0"]]
    with Image.open(tmp_path / "pages" / "cells-0003.png") as picture:
        assert picture.mode == "L"
