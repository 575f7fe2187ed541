import pytest
import torch
from torch import nn

from tenfold.errors import ModelError
from tenfold.learn.export import golden_images, load_network, save_trained
from tenfold.learn.recipes import recipe
from tenfold.learn.training import train

DIGITS = tuple("0123456789")


def save(trained, few, folder):
    images, labels = few
    data = {"name": "few", "n": len(images), "sha256": ""}
    golden = golden_images(images, labels, len(DIGITS))
    return save_trained(folder, trained, name="few", classes=DIGITS, data=data, golden=golden)


@pytest.mark.parametrize(
    "changes", [{"hidden": (16,)}, {"network": "convolutional"}, {"network": "deep"}, {"ensemble": 2}, {"views": 5}]
)
def test_a_network_comes_back_with_its_weights(few, tmp_path, changes):
    trained = train(*few, recipe("tutorial", epochs=1, **changes))
    network = load_network(save(trained, few, tmp_path / "model"))
    expected = trained.network.state_dict()
    assert all(torch.equal(weight, expected[name]) for name, weight in network.state_dict().items())


def test_weights_that_are_not_finite_are_never_saved(few, tmp_path):
    trained = train(*few, recipe("tutorial", epochs=1))
    with torch.no_grad():
        trained.network[4].bias[3] = float("inf")
    with pytest.raises(ModelError, match=r"weight 4\.bias of few is not finite; no model was written"):
        save(trained, few, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_module_of_ones_own_predicts_from_disk_but_only_its_author_can_make_it(few, tmp_path):
    own = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.LogSigmoid())
    trained = train(*few, recipe("tutorial", epochs=1), network=own)
    model = save(trained, few, tmp_path / "model")
    assert abs(model(few[0]) - trained.classifier()(few[0])).max() < 1e-5
    with pytest.raises(ModelError, match="a module of your own"):
        load_network(model)


def test_a_class_without_an_image_does_no_harm(few, tmp_path):
    images, labels = few
    without = labels != 3
    trained = train(images[without], labels[without], recipe("tutorial", epochs=1))
    assert save(trained, (images[without], labels[without]), tmp_path / "model")(images[:5]).shape == (5, 10)
