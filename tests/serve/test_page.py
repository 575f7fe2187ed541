"""The whole page in Debian's Chromium: sizes, colours, keyboard, token, policy; screenshots in build/screenshots."""

import httpx
import pytest
from browser import SIZES, check_access, drop, shot, write, write_number
from playwright.sync_api import expect

from tenfold.draw.hands import DIGITS


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_light_and_dark_and_axe_finds_nothing_serious(open_page, address, seven, form, size, scheme):
    kept = httpx.post(f"{address}/v1/reviews", files={"picture": ("form-17.png", seven)}).json()
    page = open_page(size, color_scheme=scheme, bypass_csp=True)
    shot(page, f"draw-start-{size}-{scheme}")
    write(page, DIGITS[2]["looped foot"])
    expect(page.locator("#digit")).to_have_text("2")
    page.wait_for_function("document.getAnimations().length === 0")
    for view in ("draw", "read", "review"):
        page.goto(f"{address}/#{view}")
        expect(page.locator(f"main#{view}")).to_be_visible()
        if view == "draw":
            page.get_by_label("A whole number").check()
            page.keyboard.press("Escape")
            shot(page, f"draw-number-start-{size}-{scheme}")
            write_number(page, "2024", apart=0.45, scale=0.6)
            expect(page.locator("#digit")).to_have_text("2024")
            page.wait_for_function("document.getAnimations().length === 0")
            shot(page, f"draw-number-{size}-{scheme}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
            check_access(page)
            page.get_by_label("One digit").check()
            page.keyboard.press("Escape")
            write(page, DIGITS[2]["looped foot"])
            expect(page.locator("#digit")).to_have_text("2")
        if view == "read":
            shot(page, f"read-start-{size}-{scheme}")
            page.locator("#options summary").click()
            shot(page, f"read-options-{size}-{scheme}")
            check_access(page)
            page.locator("#options summary").click()
            drop(page, (form, "form-17.png"))
            expect(page.locator("#rows tr")).to_have_count(3)
        page.wait_for_function("document.getAnimations().length === 0")
        shot(page, f"{view}-{size}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
        check_access(page)
    httpx.put(f"{address}/v1/reviews/{kept['id']}", json={"label": "7"})


def test_everything_is_reached_by_keyboard(open_page):
    page = open_page()
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.hash"))
    assert reached[:8] == ["#draw", "#draw", "#read", "#forms", "#review", None, "sample", "picture"]


def test_the_token_is_asked_for_where_one_is_needed(chromium, serve, tmp_path):
    (tmp_path / "token").write_text("a-token-of-sixteen-signs")
    (tmp_path / "token").chmod(0o600)
    with serve(tmp_path, token_file=tmp_path / "token") as address:
        page = chromium.new_page()
        page.goto(address)
        page.locator("#token").fill("wrong-wrong-wrong-wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#access")).to_be_visible()
        page.locator("#token").fill("a-token-of-sixteen-signs")
        page.keyboard.press("Enter")
        write(page, DIGITS[0]["round"])
        expect(page.locator("#digit")).to_have_text("0")
        page.close()


def test_the_policy_of_the_page_keeps_other_code_and_other_servers_out(chromium, address):
    page = chromium.new_page()
    page.goto(address)
    kept_out = page.evaluate(
        """async () => {
            const kinds = new Set();
            addEventListener("securitypolicyviolation", (event) => kinds.add(event.effectiveDirective));
            try { document.body.innerHTML = "<img src=x onerror=alert(1)>"; } catch { kinds.add("markup"); }
            try { await fetch("http://127.0.0.1:1/"); } catch { kinds.add("fetch"); }
            const image = new Image();
            const tried = new Promise((resolve) => image.addEventListener("error", resolve));
            image.src = "http://127.0.0.1:1/x.png";
            await tried;
            return [...kinds].sort();
        }"""
    )
    assert kept_out == ["connect-src", "fetch", "img-src", "markup", "require-trusted-types-for"]
    page.close()
