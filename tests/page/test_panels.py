"""Light numbers on dark panels become dark ones on paper; frames, bold digits and edges stay as they are."""

import cv2
import numpy as np
import pytest

from tenfold.page.panels import without_panels

LIGHT = 240


def page_with(draw):
    page = np.full((300, 500), LIGHT, np.uint8)
    draw(page)
    return cv2.GaussianBlur(page, (0, 0), 0.8)


def panel(page, field=30, ink=220, turn=0.0):
    corners = cv2.boxPoints(((250, 150), (260, 80), turn)).astype(np.int32)
    cv2.fillPoly(page, [corners], field)
    cv2.putText(page, "4816", (170, 170), 0, 2, ink, 6)


@pytest.mark.parametrize("turn", [0.0, 6.0])
@pytest.mark.parametrize("field", [10, 90])
def test_a_panel_becomes_paper_with_dark_ink(field, turn):
    page = page_with(lambda page: panel(page, field, turn=turn))
    turned = without_panels(page, LIGHT)
    assert np.median(turned[115:185, 130:370]) >= LIGHT - 3
    written = page_with(lambda page: panel(page, LIGHT, LIGHT - (220 - field), turn))
    assert np.abs(turned.astype(int) - written).mean() < 3


def frame(page):
    cv2.rectangle(page, (100, 100), (400, 200), 20, 12)


def bold_digit(page):
    cv2.rectangle(page, (200, 80), (270, 190), 20, 22)


def edge(page):
    page[:, :200] = 30
    page[100:140, 50:150] = 220


def bar(page):
    page[100:140, 100:400] = 20


@pytest.mark.parametrize(
    "draw", [frame, bold_digit, edge, bar, lambda page: cv2.putText(page, "88", (90, 200), 0, 5, 20, 20)]
)
def test_what_is_no_panel_stays(draw):
    page = page_with(draw)
    assert without_panels(page, LIGHT) is page
