"""The page of a model of letters, which reads no numbers."""

import re

import httpx
import pytest
from browser import check_access, shot, write
from playwright.sync_api import expect

from tenfold.draw.hands import DIGITS


@pytest.fixture(scope="module")
def address(serve, letters, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("store"), model=letters) as found:
        yield found


def test_bars_keys_and_words_are_those_of_the_models_classes(open_page, address):
    page = open_page(bypass_csp=True)
    expect(page.locator("#invitation")).to_have_text("Draw a character")
    assert page.locator("#bars li").all_inner_texts() == list("ABCDE")
    write(page, next(iter(DIGITS[2].values())))
    expect(page.locator("#digit")).to_have_text(re.compile("^[A-E]$"))
    expect(page.locator("#words")).to_contain_text("“")
    shot(page, "draw-letters")
    check_access(page)
    keys = page.locator("#keys button").all_inner_texts()
    assert keys == [*"ABCDE", "No character", "Keep for review"]
    page.get_by_role("button", name="It is a D").click()
    expect(page.locator("#kept")).to_contain_text("The next training can learn from it")
    assert httpx.get(f"{address}/v1/reviews/export.csv").text.splitlines()[-1].split(",")[7] == "D"


def test_nothing_is_offered_that_needs_numbers(open_page):
    page = open_page(path="#read")
    expect(page.locator("main#draw")).to_be_visible()
    expect(page.locator("#draw .kinds")).to_be_hidden()
    expect(page.locator("nav a[href='#read']")).to_be_hidden()


def test_a_review_takes_the_models_classes(open_page, address, seven):
    httpx.post(f"{address}/v1/reviews", files={"picture": ("a.png", seven)})
    page = open_page(path="#review")
    expect(page.locator("#label")).to_be_focused()
    expect(page.locator("#label")).to_have_attribute("inputmode", "text")
    page.keyboard.type("7xB")
    expect(page.locator("#label")).to_have_value("B")
    page.keyboard.press("Enter")
    expect(page.locator("#empty")).to_be_visible()
    assert httpx.get(f"{address}/v1/reviews/export.csv").text.splitlines()[-1].split(",")[7] == "B"
