"""Forms on the page: made of an empty page, named, typed, tried, kept, and read as."""

from io import BytesIO

import httpx
import pytest
from browser import SIZES, check_access, drop, shot
from PIL import Image
from playwright.sync_api import expect
from sheets import Sheet

IDS = ("781528989", "402135667")


def sheet(mnist, numbers):
    page = Sheet(mnist.x_test, mnist.y_test, height=500)
    for place, number in enumerate(numbers):
        page.boxes(number, 200, 120 + 180 * place)
    stream = BytesIO()
    Image.fromarray(page.page(1.5)).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def empty(mnist):
    return sheet(mnist, ("_________", "_________"))


@pytest.fixture(scope="module")
def filled(mnist):
    return sheet(mnist, IDS)


def test_a_form_is_made_named_typed_tried_kept_and_read_as(open_page, address, empty, filled):
    page = open_page(path="#forms", bypass_csp=True)
    drop(page, (empty, "invoice.png"))
    expect(page.locator("#form-told")).to_contain_text("2 fields found")
    expect(page.locator(".region")).to_have_count(2)
    expect(page.locator("#form-name")).to_have_value("invoice")
    names = page.get_by_label("Name of the field")
    names.nth(0).fill("customer")
    names.nth(1).fill("order")
    page.get_by_label("Type of the field").nth(0).fill("date order=DMY")
    page.keyboard.press("Tab")
    page.locator("#filled-form").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": filled})
    expect(page.locator("#tried-on")).to_have_text("Read on a.png.")
    expect(page.locator(".tried b")).to_have_text(list(IDS))
    expect(page.locator(".tried").first).to_contain_text("not a date")
    page.get_by_label("Type of the field").nth(0).fill("id")
    page.get_by_label("Type of the field").nth(0).blur()
    expect(page.locator(".tried").first).not_to_contain_text("not a date")
    for dark in ("light", "dark"):
        page.emulate_media(color_scheme=dark)
        for width, height in SIZES.values():
            page.set_viewport_size({"width": width, "height": height})
            shot(page, f"forms-{width}-{dark}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
        check_access(page)
    page.locator("#keep-form button").click()
    expect(page.locator("#form-told")).to_contain_text("invoice is kept")
    fields = httpx.get(f"{address}/v1/forms/invoice").json()["form"]["field"]
    assert [(each["name"], each.get("type")) for each in fields] == [("customer", "id"), ("order", None)]

    page.locator("nav a[href='#read']").click()
    page.locator("#options summary").click()
    page.locator("#as-form").select_option("invoice")
    drop(page, (filled, "b.png"))
    expect(page.locator("#told")).to_contain_text("2 numbers on b.png")
    expect(page.locator("#column-place")).to_have_text("Field")
    assert page.locator("#rows td:first-child").all_inner_texts() == ["customer", "order"]
    shot(page, "read-as-form")
    page.locator("nav a[href='#forms']").click()
    page.get_by_label("Delete the form invoice").click()
    expect(page.locator("#kept-forms li")).to_have_count(0)
    page.close()


def test_a_field_is_drawn_moved_by_keys_and_removed(open_page, address, empty):
    page = open_page(path="#forms", bypass_csp=True)
    drop(page, (empty, "empty.png"))
    expect(page.locator(".region")).to_have_count(2)
    box = page.locator("#form-canvas").bounding_box()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.7 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.8 * box["height"], steps=4)
    page.mouse.up()
    expect(page.locator(".region")).to_have_count(3)
    expect(page.get_by_label("Name of the field").nth(2)).to_be_focused()
    page.keyboard.type("total")
    page.keyboard.press("Tab")
    mark = page.locator(".region").nth(2)
    before = mark.bounding_box()
    assert before["width"] == pytest.approx(0.3 * box["width"], abs=4)
    mark.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    after = mark.bounding_box()
    assert after["x"] > before["x"]
    assert after["height"] > before["height"]
    page.locator("#form-name").fill("drawn")
    page.locator("#keep-form button").click()
    expect(page.locator("#form-told")).to_contain_text("drawn is kept")
    assert httpx.get(f"{address}/v1/forms/drawn").json()["form"]["field"][2]["name"] == "total"
    mark.focus()
    page.keyboard.press("Delete")
    expect(page.locator(".region")).to_have_count(2)

    page = open_page(path="#forms")
    page.get_by_label("Open the form drawn").click()
    expect(page.locator(".region")).to_have_count(3)
    page.get_by_label("Type of the field").nth(2).fill("nonsense")
    page.locator("#keep-form button").click()
    expect(page.locator("#form-told")).to_contain_text("field 'total', type")
    httpx.delete(f"{address}/v1/forms/drawn")


def test_the_sample_is_tried_at_once(open_page):
    page = open_page("phone", path="#forms")
    shot(page, "forms-phone-empty")
    check_access(page)
    page.locator("#sample-form").click()
    expect(page.locator("#form-told")).to_contain_text("3 fields found")
    expect(page.locator("#tried-on")).to_have_text("Read on sample.png.")
    expect(page.locator(".tried canvas")).to_have_count(3)
    shot(page, "forms-phone-sample")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    check_access(page)
