"""The site is built without a warning, no broken link, no public name without text, and its first page reads."""

import contextlib
import os
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from benchmarks.site import serving
from browser import running_chromium, shot
from guide.__main__ import READER, add_reader, assemble, build
from playwright.sync_api import expect

from tenfold.errors import FetchError

PAGES = {"index", "tutorial", "misread", "numbers", "troubleshooting", "reference/commands", "reference/python"}
LOOKED_AT = (("index", 360, "dark"), ("tutorial", 1280, "light"), ("misread", 360, "light"))
"""Pages that axe looks at, in a window of this width; of each kind of content one, for it takes seconds a page."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if not os.environ.get("CI"):
        pytest.importorskip("furo")
        pytest.importorskip("myst_parser")
    folder = tmp_path_factory.mktemp("guide")
    assemble(folder / "pages")
    with contextlib.suppress(FetchError):  # without npm, or without its registry, there is no reader
        add_reader(folder / "pages", folder / "site")
    assert build(folder / "pages", folder / "site") == 0
    return folder / "site"


def test_the_site_asks_no_other_site_for_anything(site):
    pages = list(site.rglob("*.html"))
    assert {f"{page}.html" for page in PAGES} <= {page.relative_to(site).as_posix() for page in pages}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert 'src="http' not in text, page
        assert '<link rel="stylesheet" href="http' not in text, page


def test_the_first_page_reads_what_is_drawn_on_it(site):
    with serving(site) as address, running_chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(address)
        frame = page.locator("iframe")
        if not (site / READER).is_dir():
            expect(frame).to_have_count(0)
            return
        reader = frame.content_frame
        expect(reader.locator("#bars li")).to_have_count(10)
        reader.get_by_role("button", name="Try one").click()
        expect(reader.locator("#digit")).to_have_text(re.compile("[0-9]"))
        shot(page, "guide-first-page")


def test_nobody_is_kept_out_and_nothing_is_wider_than_a_phone(site):
    with running_chromium() as browser:
        for name, width, scheme in LOOKED_AT:
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page.goto((site / f"{name}.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            found = Axe().run(page).response["violations"]
            assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == [], name
