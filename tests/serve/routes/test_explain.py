import base64
from io import BytesIO

import numpy as np
from PIL import Image


def test_an_answer_is_explained(client, seven):
    headers = {"content-type": "image/png"}
    told = client.post("/v1/explain", content=seven, headers=headers).json()
    plain = client.post("/v1/digits?stages=true", content=seven, headers=headers).json()["digits"][0]
    assert {name: told[name] for name in ("digit", "accepted", "stages", "steps")} == {
        name: plain[name] for name in ("digit", "accepted", "stages", "steps")
    }
    assert np.shape(told["covered"]["falls"]) == (13, 13)
    assert Image.open(BytesIO(base64.b64decode(told["covered"]["picture"]))).size == (28, 28)
    assert client.post("/v1/explain", content=b"x", headers=headers).status_code == 422
    two = client.post("/v1/explain", files=[("a", ("a.png", seven)), ("b", ("b.png", seven))])
    assert two.status_code == 400
