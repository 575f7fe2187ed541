"""`/v1/audit`: a sample of what was accepted is said again, unseen."""

import csv
import io

import httpx
import pytest


@pytest.fixture(scope="module")
def audited(tmp_path_factory, serve):
    store = tmp_path_factory.mktemp("audited")
    with serve(store, audit=1.0) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def test_accepted_answers_are_shown_blind_and_their_promise_is_audited(audited, seven, form):
    answer = audited.post("/v1/digits", content=seven, headers={"content-type": "image/png"}).json()
    assert answer["promised"] == 0.02
    assert answer["digits"][0]["accepted"]
    known = b"781528989\n402135667\n990017284"
    page = audited.post("/v1/numbers", files={"page": ("form.png", form), "known": ("ids.csv", known)}).json()
    assert page["promised"] == {"list": 0.02}
    taken = [number["text"] for number in page["numbers"] if number["accepted"]]
    assert taken
    waiting = audited.get("/v1/reviews").json()["reviews"]
    assert len(waiting) == 1 + len(taken)
    assert {review["reason"] for review in waiting} == {"audit"}
    assert {review["guess"] for review in waiting} == {None}

    said = audited.put(f"/v1/reviews/{waiting[0]['id']}", json={"label": "7"}).json()
    assert said["guess"] is None
    audited.put(f"/v1/reviews/{waiting[1]['id']}", json={"label": "1"})
    found = {each["kind"]: each for each in audited.get("/v1/audit").json()["promises"]}
    assert (found["digits"]["n"], found["digits"]["wrong"], found["digits"]["state"]) == (1, 0, "kept")
    assert (found["list"]["n"], found["list"]["wrong"]) == (1, 1)
    assert 'tenfold_audit_answers{kind="digits",promise="0.02",state="audited"} 1.0' in audited.get("/metrics").text
    rows = csv.DictReader(io.StringIO(audited.get("/v1/reviews/export.csv").text))
    assert next(row["guess"] for row in rows) == "7", "whoever exports sees what was read"


def test_nothing_is_sampled_unless_asked_for(client, seven):
    before = client.get("/v1/reviews").json()["left"]
    client.post("/v1/digits", content=seven, headers={"content-type": "image/png"})
    assert client.get("/v1/reviews").json()["left"] == before
    assert client.get("/v1/audit").json() == {"share": 0.0, "promises": []}
