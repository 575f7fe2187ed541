"""The API described on a page of the server's own files."""

import httpx
from browser import check_access, shot
from playwright.sync_api import expect


def test_every_route_is_shown_with_what_it_takes_and_answers(open_page, address):
    paths = httpx.get(f"{address}/openapi.json").json()["paths"]
    assert httpx.get(f"{address}/docs", follow_redirects=True).status_code == 200
    for size, scheme in (("phone", "light"), ("desk", "dark"), ("wide", "light")):
        page = open_page(size, path="docs/", color_scheme=scheme)
        expect(page.locator(".route")).to_have_count(sum(len(operations) for operations in paths.values()))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
        check_access(page)
        shot(page, f"docs-{size}-{scheme}")
    shown = page.locator("#routes").inner_text()
    assert all(path in shown for path in paths)
    assert '"probability": 0.62' in shown


def test_it_is_reached_from_the_page(open_page):
    page = open_page()
    page.get_by_role("link", name="The API of this server").click()
    expect(page.locator("h1")).to_have_text("API")
