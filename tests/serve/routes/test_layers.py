"""`POST /v1/layers` shows what each layer sees, and what is answered with a patch covered."""

import base64
from io import BytesIO

import numpy as np
import pytest
from PIL import Image


def opened(picture):
    return np.asarray(Image.open(BytesIO(base64.b64decode(picture))))


def ask(client, picture, query=""):
    return client.post(f"/v1/layers{query}", content=picture, headers={"content-type": "image/png"})


def test_each_layer_is_shown_and_a_patch_covered(client, seven):
    plain = ask(client, seven).json()
    assert np.argmax(plain["probabilities"]) == 7
    assert plain["covered"] is None
    assert {each["kind"] for each in plain["layers"]} <= {"convolution", "dense"}
    assert all(opened(each["picture"]).max() == 255 for each in plain["layers"])
    covered = ask(client, seven, "?cover=0,0,28").json()
    assert covered["probabilities"] == plain["probabilities"]
    assert covered["covered"] != covered["probabilities"]
    assert opened(covered["image"]).max() == 0
    assert opened(plain["image"]).shape == (28, 28)


@pytest.mark.parametrize("cover", ["1,2", "a,b,c", "-1,0,3", "1,2,300"])
def test_a_wrong_patch_is_refused(client, seven, cover):
    assert ask(client, seven, f"?cover={cover}").status_code == 422


def test_what_is_no_picture_is_refused_in_words(client, seven):
    answer = ask(client, b"no picture")
    assert answer.status_code == 422
    assert "detail" in answer.json()
    two = client.post("/v1/layers", files=[("a", ("a.png", seven)), ("b", ("b.png", seven))])
    assert two.status_code == 400


def test_a_model_of_other_classes_is_looked_into_too(serve, tmp_path, letters, seven):
    import httpx

    with serve(tmp_path, model=letters) as address:
        answer = httpx.post(f"{address}/v1/layers", content=seven, headers={"content-type": "image/png"}, timeout=60)
    assert [(each["kind"], each["shape"]) for each in answer.json()["layers"]] == [("dense", [32])]
