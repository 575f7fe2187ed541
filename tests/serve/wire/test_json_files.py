"""Files in JSON are base64, alone or with a name."""

import base64
import json

import pytest

from tenfold.serve.options import Limits
from tenfold.serve.wire.json_files import files_of_json
from tenfold.serve.wire.problems import Problem


def test_files_come_alone_or_with_a_name_and_options_beside_them():
    body = b'{"pages": ["aGk=", "data:image/png;base64,aGk=", {"name": "a.png", "content": "aG k="}], "digits": 9}'
    files, others = files_of_json(body, "pages", Limits())
    assert files == [(None, b"hi"), (None, b"hi"), ("a.png", b"hi")]
    assert others == {"digits": 9}


@pytest.mark.parametrize(
    ("body", "type"),
    [
        (b"", "bad-request"),
        (b"[]", "bad-request"),
        (b"{}", "bad-request"),
        (b'{"pages": "aGk="}', "bad-request"),
        (b'{"pages": [7]}', "bad-request"),
        (b'{"pages": [{"name": 7, "content": "aGk="}]}', "bad-request"),
        (b'{"pages": ["%%"]}', "bad-request"),
        (b'{"pages": ["\\ud800"]}', "bad-request"),
        (b'{"pages": ["", ""]}', "too-large"),
        (b"[" * 100_000, "bad-request"),
    ],
)
def test_what_is_no_such_object_is_refused(body, type):
    with pytest.raises(Problem) as refused:
        files_of_json(body, "pages", Limits(files=1))
    assert refused.value.type == type


def test_the_api_reads_them(client, seven):
    picture = base64.b64encode(seven).decode()
    answer = client.post("/v1/digits", json={"pictures": [picture, {"name": "x.png", "content": picture}, "aGk="]})
    assert [each.get("digit") for each in answer.json()["digits"]] == ["7", "7", None]
    assert answer.json()["digits"][1]["file"] == "x.png"
    assert client.post("/v1/explain", json={"pictures": [picture]}).json()["digit"] == "7"
    answer = client.post("/v1/numbers", json={"pages": [picture], "digits": 1})
    assert [each["text"] for each in answer.json()["numbers"]] == ["7"]
    assert client.post("/v1/digits", json={"pictures": [picture], "digits": 9}).status_code == 400
    body = json.dumps({"pages": [picture], "dig\ud800its": 9})
    answer = client.post("/v1/numbers", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:tenfold:not-allowed")
