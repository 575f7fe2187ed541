"""The site is built without a warning: no broken link, no page that no other names, no public name without text."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from guide.__main__ import assemble, build
from playwright.sync_api import sync_playwright

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
    assert build(folder / "pages", folder / "site") == 0
    return folder / "site"


def test_the_site_asks_no_other_site_for_anything(site):
    pages = list(site.rglob("*.html"))
    assert {f"{page}.html" for page in PAGES} <= {page.relative_to(site).as_posix() for page in pages}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert 'src="http' not in text, page
        assert '<link rel="stylesheet" href="http' not in text, page


def test_nobody_is_kept_out_and_nothing_is_wider_than_a_phone(site):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, width, scheme in LOOKED_AT:
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page.goto((site / f"{name}.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            found = Axe().run(page).response["violations"]
            assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == [], name
        browser.close()
