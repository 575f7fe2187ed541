import base64
import json
from io import BytesIO

import pytest
from PIL import Image

from tenfold import Reader


def test_one_picture_as_the_body_is_read_as_the_reader_reads_it(client, seven):
    answer = client.post("/v1/digits", content=seven, headers={"content-type": "image/png"})
    assert answer.status_code == 200
    (digit,) = answer.json()["digits"]
    assert digit["digit"] == "7"
    expected = json.loads(json.dumps(Reader().digit(seven).to_dict()))
    assert digit.pop("probabilities") == pytest.approx(expected.pop("probabilities"), abs=1e-5)
    assert digit.pop("probability") == pytest.approx(expected.pop("probability"), abs=1e-5)
    assert digit == {"file": None, **expected}


def test_several_are_answered_in_their_order_and_a_broken_one_has_its_error(client, seven, mnist):
    one = BytesIO()
    Image.fromarray(mnist.x_test[2]).save(one, "PNG")
    files = [("pictures", ("a.png", seven)), ("pictures", ("b.png", b"broken")), ("more", ("c.png", one.getvalue()))]
    answers = client.post("/v1/digits", files=files).json()["digits"]
    assert [answer["file"] for answer in answers] == ["a.png", "b.png", "c.png"]
    assert [answer.get("digit") for answer in answers] == ["7", None, "1"]
    assert set(answers[1]) == {"file", "error"}


def test_where_none_can_be_read_the_answer_is_a_problem(client):
    for answer in (
        client.post("/v1/digits", content=b"broken", headers={"content-type": "image/png"}),
        client.post("/v1/digits", files={"pictures": ("a.png", b"broken")}),
    ):
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"].startswith("not a picture that can be opened")


def test_what_the_picture_looked_like_on_the_way_is_told_on_demand(client, seven):
    answer = client.post("/v1/digits?stages=true", content=seven, headers={"content-type": "image/png"})
    stages = answer.json()["digits"][0]["stages"]
    assert [stages[0]["name"], stages[-1]["name"]] == ["picture", "28×28"]
    sizes = [Image.open(BytesIO(base64.b64decode(stage["picture"]))).size for stage in stages]
    assert [sizes[0], sizes[-1]] == [(200, 280), (28, 28)]


def test_a_blank_picture_is_refused_with_a_reason(client):
    blank = BytesIO()
    Image.new("L", (200, 200), 255).save(blank, "PNG")
    answer = client.post("/v1/digits", content=blank.getvalue(), headers={"content-type": "image/png"})
    assert (answer.json()["digits"][0]["accepted"], answer.json()["digits"][0]["reason"]) == (False, "blank")


def test_a_request_may_ask_for_a_smaller_error(client, seven):
    headers = {"content-type": "image/png"}
    assert client.post("/v1/digits?max_error=0.01", content=seven, headers=headers).status_code == 200
    too_small = client.post("/v1/digits?max_error=0.0000001", content=seven, headers=headers)
    assert too_small.status_code == 422
    assert "labelled images" in too_small.json()["detail"]
    assert client.post("/v1/digits?max_error=2", content=seven, headers=headers).status_code == 422
