"""What is wrong with a model folder."""

from dataclasses import replace

import pytest

import tenfold
from tenfold.doctor.models import find_model_faults, model_facts
from tenfold.model.description import Epoch
from tenfold.model.saving import save_again


def test_healthy_models_have_none(model):
    assert find_model_faults(model) == []
    assert find_model_faults(tenfold.load_model()) == []


def test_facts_say_what_it_rests_on(model):
    told = " ".join(model_facts(model))
    assert "learned from 60,000 images of mnist" in told
    assert "known digits" in told


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ([(0.5, 0.9, 0.4), (0.1, 0.99, 0.9)], "its validation loss was 0.4 and rose to 0.9"),
        ([(0.5, 0.9, 0.4), (0.1, 1.0, 0.45)], "10% more of the training images"),
    ],
)
def test_overfitting_is_told(model, tmp_path, history, said):
    epochs = tuple(
        Epoch(number, 1.0, 0.1, {"loss": loss, "accuracy": right}, {"loss": held_out, "accuracy": 0.895})
        for number, (loss, right, held_out) in enumerate(history, 1)
    )
    worse = save_again(model, tmp_path / "m", replace(model.info, history=epochs))
    [fault] = find_model_faults(worse)
    assert fault.kind == "overfitted"
    assert said in fault.told


@pytest.mark.parametrize(
    ("change", "kind"),
    [(lambda images: 255 - images, "inverted"), (lambda images: images.swapaxes(1, 2).copy(), "transposed")],
    ids=["inverted", "transposed"],
)
def test_a_model_of_spoiled_images_is_told(mnist, tmp_path, change, kind):
    tenfold.save_examples(change(mnist.x_train[:5000]), mnist.y_train[:5000], tmp_path / "data.npz")
    run = tenfold.train_model(tmp_path / "data.npz", tmp_path / "m", tenfold.recipe("fast"))
    [fault] = find_model_faults(tenfold.load_model(run.folder))
    assert fault.kind == kind
