import pytest
import torch
from torch import nn

from tenfold.learn.networks import (
    ACTIVATIONS,
    Normalise,
    Residual,
    architecture,
    build,
    convolutional,
    deep,
    dense,
    normalised,
)
from tenfold.learn.recipes import TrainingOptions


def kinds(network: nn.Sequential) -> list[str]:
    return [type(layer).__name__ for layer in network]


def test_the_founding_network_reads_like_its_picture():
    network = dense(classes=10)
    assert kinds(network) == ["Normalise", "Flatten", "Linear", "ReLU", "Linear", "ReLU", "Linear"]
    assert [layer.out_features for layer in network if isinstance(layer, nn.Linear)] == [128, 128, 10]


def test_no_hidden_layer_leaves_a_linear_classifier():
    assert kinds(dense(hidden=(), classes=10)) == ["Normalise", "Flatten", "Linear"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("make", [dense, convolutional, deep])
def test_networks_go_from_images_to_logits(make, activation):
    logits = make(activation=activation, classes=7)(torch.zeros(3, 28, 28, dtype=torch.uint8))
    assert logits.shape == (3, 7)


def test_normalisation_is_the_first_layer_and_scales_to_one():
    images = torch.tensor([0, 51, 255], dtype=torch.uint8).expand(28, 28, 3).permute(2, 0, 1)
    scaled = Normalise()(images)
    assert scaled.shape == (3, 1, 28, 28)
    assert scaled[:, 0, 0, 0].tolist() == pytest.approx([0, 0.2, 1])
    for make in (dense, convolutional, deep):
        assert isinstance(make(classes=10)[0], Normalise)


@pytest.mark.parametrize("options", [TrainingOptions(hidden=(32, 16)), TrainingOptions(network="convolutional")])
def test_a_network_is_made_again_of_its_description(options):
    description = architecture(options, 10)
    assert str(build(description)) == str(build(description))
    assert build(description)[-1].out_features == 10


def test_a_module_of_ones_own_gets_the_normalisation_before_it():
    own = nn.Linear(784, 10)
    assert kinds(normalised(own)) == ["Normalise", "Linear"]
    assert kinds(normalised(nn.Sequential(nn.Flatten(), own))) == ["Normalise", "Flatten", "Linear"]
    ready = dense(classes=10)
    assert normalised(ready) is ready


@pytest.mark.parametrize("channels", [(8,), (8, 16), (4, 8, 16)])
def test_a_convolutional_network_has_a_block_per_number_of_filters(channels):
    network = convolutional(channels=channels, hidden=(12,), classes=10)
    assert [layer.out_channels for layer in network if isinstance(layer, nn.Conv2d)] == list(channels)
    assert network(torch.zeros(2, 28, 28, dtype=torch.uint8)).shape == (2, 10)


@pytest.mark.parametrize("channels", [(8,), (8, 12, 4), (12, 16, 16, 16), (4, 6, 6, 8, 8), (4, 5, 6, 7, 8, 9)])
def test_a_deep_network_has_a_convolution_per_number_and_weighs_the_places(channels):
    network = deep(channels, classes=10)
    convolutions = [layer for layer in network if isinstance(layer, nn.Conv2d)]
    assert [layer.out_channels for layer in convolutions] == [*channels, channels[-1]]
    assert convolutions[-1].kernel_size == ((7, 7) if len(channels) > 3 else (14, 14))
    assert [layer.stride for layer in convolutions].count((2, 2)) == 1
    maps = torch.rand(2, channels[-1], *convolutions[-1].kernel_size)
    assert torch.allclose(convolutions[-1](maps).flatten(1), maps.mean((2, 3)), atol=1e-6)


def test_an_ensemble_gives_the_logits_of_the_mean():
    torch.manual_seed(0)
    member = architecture(TrainingOptions(ensemble=3, hidden=(8,)), 10)
    ensemble = build({"network": "ensemble", "members": 3, "member": member})
    images = torch.randint(0, 256, (5, 28, 28), dtype=torch.uint8)
    each = torch.stack([member(images).softmax(1) for member in ensemble.members])
    assert torch.allclose(ensemble(images).softmax(1), each.mean(0), atol=1e-6)


@pytest.mark.parametrize("kernel", [(3, 3), (1, 5)])
def test_a_residual_block_adds_to_what_it_is_given_and_keeps_its_shape(kernel):
    torch.manual_seed(0)
    block, values = Residual(4, kernel).eval(), torch.randn(2, 4, 6, 9)
    assert torch.allclose(block(values), torch.relu(values + block.body(values)))
    nn.init.zeros_(block.body[-1].weight)
    assert torch.equal(block(values), torch.relu(values))
