"""The site in a browser: it reads as Python does, without a server and without a network."""

import json

import numpy as np
import papers
import pytest
from benchmarks.site import compared, drawings, read_in, serving
from browser import check_access, drop, shot, write
from PIL import Image
from playwright.sync_api import expect

import tenfold
from tenfold.draw.hands import DIGITS

KINDS = (
    *(papers.phone_photo, papers.faint_pencil, papers.squared_paper, papers.ruled_paper, papers.in_a_box),
    *(papers.cut_from_form, papers.with_neighbours, papers.screenshot, papers.canvas, papers.marker),
    *(papers.fine_pen, papers.tiny, papers.faint_small, papers.colour_pen, papers.church_record),
)


def ready(page):
    expect(page.locator("#bars li")).to_have_count(10)
    expect(page.locator("#state")).to_have_text("Works offline")
    return page


def test_drawings_are_prepared_and_read_as_in_python(open_site):
    found = compared(ready(open_site()), drawings(30))
    assert found["same answer"] == found["n"]
    assert found["equal"] >= 0.9 * found["n"]
    assert found["largest difference"] <= 2


def test_pictures_on_any_paper_are_prepared_and_read_as_in_python(open_site, mnist):
    rng = np.random.default_rng(3)
    pictures = [kind(mnist.x_train[rng.integers(60_000)], rng) for kind in KINDS]
    found = compared(ready(open_site()), pictures)
    assert found["same answer"] == found["n"]
    assert found["equal"] >= 0.9 * found["n"]
    assert found["largest difference"] <= 8


def test_what_is_blank_framed_large_or_transparent_is_as_in_python(open_site, mnist):
    sheet = np.full((1000, 700), 255, np.uint8)
    sheet[200:760, 100:660] -= np.kron(mnist.x_test[0], np.ones((20, 20), np.uint8))
    clear = np.zeros((200, 200, 4), np.uint8)
    clear[40:160, 90:110, 3] = 255
    pictures = [np.full((90, 60), 200, np.uint8), mnist.x_test[1], 255 - mnist.x_test[2], sheet, clear]
    page = ready(open_site())
    reader = tenfold.Reader()
    for picture, found in zip(pictures, read_in(page, pictures), strict=True):
        prepared = reader.prepare(Image.fromarray(picture))
        assert np.abs(np.array(found["image"]).reshape(28, 28) - prepared.image.astype(int)).max() <= 1
        assert found["steps"] == list(prepared.steps)
    assert read_in(page, pictures[:1])[0]["digit"] is None


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desk", "dark"), ("wide", "light")])
def test_drawing_is_answered_and_looks_right(open_site, size, scheme):
    page = ready(open_site(size, color_scheme=scheme))
    shot(page, f"site-{size}-{scheme}-empty")
    write(page, next(iter(DIGITS[5].values())))
    expect(page.locator("#digit")).to_have_text("5")
    expect(page.locator("#stages li").last).to_contain_text("28×28")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    check_access(page)
    shot(page, f"site-{size}-{scheme}")
    page.click("#clear")
    expect(page.locator("#digit")).to_have_text("")


def test_every_sample_is_read_as_what_it_is(open_site):
    page = ready(open_site())
    for digit in range(10):
        page.evaluate(f"Math.random = () => {digit / 10 + 0.05}")
        page.click("#sample")
        expect(page.locator("#digit")).to_have_text(str(digit))
        expect(page.locator("#verdict")).to_have_attribute("data-state", "accepted")


def test_a_picture_takes_the_place_of_the_drawing(open_site, mnist, tmp_path):
    page = ready(open_site())
    paper = 255 - np.kron(np.pad(mnist.x_test[0], 8), np.ones((6, 6), np.uint8))
    Image.fromarray(paper).save(tmp_path / "seven.png")
    drop(page, ((tmp_path / "seven.png").read_bytes(), "seven.png"))
    expect(page.locator("#digit")).to_have_text("7")
    expect(page.locator("#shown")).to_be_visible()
    shot(page, "site-picture")
    page.click("#clear")
    expect(page.locator("#shown")).to_be_hidden()
    drop(page, (b"no picture", "letter.txt"))
    expect(page.locator("#words")).to_contain_text("cannot open that as a picture")


def test_after_the_first_visit_no_network_is_needed(chromium, site):
    context = chromium.new_context()
    page = context.new_page()
    with serving(site) as address:
        page.goto(address)
        ready(page)
    page.reload()  # the server is gone
    ready(page)
    page.click("#sample")
    expect(page.locator("#verdict")).to_have_attribute("data-state", "accepted")
    context.close()


def test_the_policy_lets_nothing_in_from_elsewhere(open_site):
    page = ready(open_site())
    policy = page.locator("meta[http-equiv]").get_attribute("content")
    assert policy.startswith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';")
    assert "unsafe-inline" not in policy


def test_other_classes_and_calibrations_are_read_too(chromium, files, tmp_path):
    from tenfold.site.build import write_site

    about = json.loads(files["site.json"]) | {"classes": list("ABCDEFGHIJ"), "sharper": 0.5}
    write_site({**files, "site.json": json.dumps(about).encode()}, tmp_path / "site")
    with serving(tmp_path / "site") as address:
        page = chromium.new_page()
        page.goto(address)
        ready(page)
        assert [each["digit"] for each in read_in(page, drawings(3))] == ["A"] * 3
        page.close()
