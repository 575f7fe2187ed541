"""The model learns from corrections over HTTP and on the page, and goes back."""

import httpx
import numpy as np
import pytest
from browser import check_access, shot
from playwright.sync_api import expect

from tenfold.draw.pen import draw_hand
from tenfold.serve.wire.pictures import as_png


@pytest.fixture(scope="module")
def address(model, serve, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("store"), model=model.folder) as found:
        yield found


def test_it_is_refused_with_too_few_and_learned_and_undone(client, open_page, address):
    state = client.get("/v1/adaptation").json()
    assert state == {"offered": True, "corrections": 0, "fewest": 5, "adapted": None}
    refused = client.post("/v1/adaptation")
    assert refused.status_code == 422
    assert "at least 5 labelled pictures to adapt to, got 0" in refused.json()["detail"]
    page = open_page(path="#review")
    expect(page.locator("#empty")).to_be_visible()
    expect(page.locator("#adapt")).to_be_hidden()

    for image in draw_hand(1, "widest flag", 12, np.random.default_rng(0)):
        sent = {"picture": ("one.png", as_png(image))}
        assert client.post("/v1/reviews", files=sent, data={"label": "1"}).status_code == 201
    page = open_page(path="#review")
    expect(page.locator("#learned")).to_have_text("12 digits looked at and labelled.")
    page.get_by_role("button", name="Let the model learn from them").click()
    expect(page.locator("#learned")).to_contain_text(
        "The model has learned from 12 digits. Of others like them it reads"
    )
    expect(page.locator("#learn")).to_be_hidden()
    check_access(page)
    shot(page, "review-learned")
    assert client.get("/v1/adaptation").json()["adapted"] == 12
    page.get_by_role("button", name="Back to the model before").click()
    expect(page.locator("#learned")).to_have_text("12 digits looked at and labelled.")
    assert httpx.get(f"{address}/v1/adaptation").json()["adapted"] is None
