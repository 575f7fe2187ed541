"""`tenfold adapt` as a user types it."""

import json

import numpy as np
import pytest

import tenfold
from tenfold.draw.pen import draw_hand


@pytest.fixture
def hand(tmp_path):
    """Ones with the widest flag, and a few zeros."""
    random = np.random.default_rng(0)
    images = np.concatenate([draw_hand(1, "widest flag", 20, random), draw_hand(0, "oval", 5, random)])
    tenfold.save_examples(images, np.repeat([1, 0], [20, 5]), tmp_path / "hand.npz")
    return tmp_path / "hand.npz"


def test_a_model_is_adapted_and_says_what_it_kept(command, model_copy, hand, tmp_path):
    result = command("adapt", model_copy, "--data", hand, "--out", "mine")
    assert result.status == 0, result.err
    assert "of 25 read right, each asked of a model that did not learn from it" in result.out
    assert "what it knew: mnist: " in result.out
    assert "tenfold calibrate mine --data" in result.out
    assert "model: mine" in result.out
    told = json.loads(command("adapt", model_copy, "--data", hand, "--out", "mine", "--json").out)
    assert told["own"]["accuracy"] >= told["own"]["before"]
    assert tenfold.load_model(tmp_path / "mine").info.data["adapted"]["n"] == 25


def test_bad_input_is_one_line_and_nothing_is_written(command, model_copy, tmp_path):
    (tmp_path / "numbers").mkdir()
    (tmp_path / "numbers" / "labels.csv").write_text("file,text\nnone.png,12\n")
    result = command("adapt", "shipped", "--data", "numbers", "--out", "mine")
    assert (result.status, result.out) == (1, "")
    assert "labels.csv, line 2: there is no file 'none.png'" in result.err
    missing = command("adapt", model_copy, "--data", "nothing", "--out", "mine")
    assert missing.status == 1
    assert "there is no 'nothing'" in missing.err
    assert not (tmp_path / "mine").exists()
