"""`tenfold doctor` as a user types it."""

import json

import tenfold


def test_what_is_wrong_and_what_to_do_is_told_in_words_and_as_json(command, mnist, tmp_path):
    tenfold.save_examples(255 - mnist.x_test[:100], mnist.y_test[:100], tmp_path / "own.npz")
    result = command("doctor", "own.npz")
    assert result.status == 1
    assert "own.npz: 1 thing is wrong" in result.out
    assert "✗ all of the images are dark ink on light paper" in result.out
    assert "→ MNIST has light ink" in result.out
    told = json.loads(command("doctor", "own.npz", "--json").out)
    assert (told["kind"], told["healthy"], told["faults"][0]["kind"]) == ("data", False, "inverted")


def test_healthy_things_end_well(command, pictures, model):
    result = command("doctor", "pictures/0.png", model.folder, model.folder / "model.onnx")
    assert result.status == 0, result.err
    assert result.out.count("nothing wrong was found") == 3
    assert "float32" in result.out or "uint8" in result.out


def test_training_warns_of_what_is_wrong_with_the_data(command, mnist, tmp_path):
    tenfold.save_examples(255 - mnist.x_test[:300], mnist.y_test[:300], tmp_path / "own.npz")
    result = command("train", "--data", "own.npz", "--epochs", 1, "--out", "m", "--quiet")
    assert result.err.startswith("warning: all of the images are dark ink on light paper")


def test_what_cannot_be_looked_at_is_one_line_and_the_others_are_still_answered(command, pictures):
    result = command("doctor", "none.png", "weights.pt", "pictures/0.png")
    assert result.status == 1
    first, second = result.err.splitlines()[:2]
    assert first.startswith("tenfold: none.png: expected a path or one of mnist")
    assert second.startswith("tenfold: weights.pt: a model is looked at as an ONNX file")
    assert "pictures/0.png: nothing wrong was found" in result.out
