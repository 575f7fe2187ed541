"""Training goes on from a model: what it knew stays, and new classes are learned sooner."""

import numpy as np
import pytest
import torch

import tenfold
from tenfold import DigitClassifier
from tenfold.draw.pen import draw_hand
from tenfold.errors import DataError, ModelError, OptionError
from tenfold.learn.fitting import FittedRecipe
from tenfold.learn.starting import start_from

DIGITS = tuple("0123456789")


def test_corrections_are_learned_beside_what_the_model_knew(model, mnist, tmp_path):
    random = np.random.default_rng(0)
    ones = draw_hand(1, "widest flag", 100, random)
    tenfold.save_examples(ones[:20], np.ones(20, np.int64), tmp_path / "corrections")
    before = (model(ones[20:]).argmax(1) == 1).mean()
    run = tenfold.train_model(tmp_path / "corrections", tmp_path / "corrected", start=model.folder)
    corrected = tenfold.load_model(run.folder)
    assert (corrected(ones[20:]).argmax(1) == 1).mean() > max(0.9, before)
    assert (corrected(mnist.x_test).argmax(1) == mnist.y_test).mean() > 0.97
    assert (run.known.data, run.known.n) == ("mnist", 2000)
    assert run.known.accuracy > run.known.before - 0.02
    assert run.validation.n == 4
    assert corrected.info.data["start"]["name"] == "tutorial"


def test_new_classes_get_a_new_last_layer_and_known_ones_keep_their_weights(model):
    labels = np.repeat([0, 1, 2], 5)
    begun = start_from(model, labels, ("7", "x", "3"), FittedRecipe(), keep=True)
    assert begun.classes == ("7", "x", "3")
    assert begun.start.beside is None
    new = begun.start.network[-1].weight
    assert new.shape[0] == 3
    from tenfold.learn.export import load_network

    old = load_network(model)[-1].weight
    assert torch.equal(new[0], old[7])
    assert torch.equal(new[2], old[3])


def test_fewer_digits_are_classes_of_their_own_for_the_estimator(model, mnist):
    three = mnist.y_train[:600] < 3
    images, labels = mnist.x_train[:600][three], mnist.y_train[:600][three]
    classifier = DigitClassifier(start=model.folder).fit(images, labels)
    assert classifier.classes_.tolist() == [0, 1, 2]
    test = mnist.y_test < 3
    assert classifier.score(mnist.x_test[test], mnist.y_test[test]) > 0.97


def test_the_model_decides_what_the_network_is(model):
    with pytest.raises(OptionError, match="the network is that of the model to go on from: leave out hidden"):
        start_from(model, np.zeros(9, np.int64), DIGITS, FittedRecipe(changes={"hidden": (7,)}), keep=True)


def test_what_is_no_start_is_refused(model, mnist, tmp_path):
    tenfold.save_examples(mnist.x_train[:9], np.zeros(9, np.int64), tmp_path / "letters.npz", classes=("a", "b"))
    with pytest.raises(ModelError, match="no model at"):
        tenfold.train_model(tmp_path / "letters.npz", tmp_path / "out", start=tmp_path / "nothing")
    with pytest.raises(DataError, match="at least two classes"):
        tenfold.train_model(tmp_path / "letters.npz", tmp_path / "out", start=model.folder)
    assert not (tmp_path / "out").exists()
