"""ONNX and PyTorch give the same answers, for every layer and on all of the test set."""

import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from tenfold.learn import networks
from tenfold.learn.line_network import lines_to_onnx, network
from tenfold.learn.networks import ACTIVATIONS, PLACES, Ensemble, Normalise, Residual, convolutional, deep, dense
from tenfold.learn.onnx_graph import LAYERS as GRAPH_LAYERS
from tenfold.learn.onnx_graph import Graph, to_onnx
from tenfold.learn.quantize import to_int8


def answers(content: bytes, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(["probabilities", "features"], {"images": images})


def close(network: nn.Sequential, images: np.ndarray, temperature: float = 1.0) -> None:
    with torch.inference_mode():
        logits = network.eval()(torch.from_numpy(images))
        expected = (logits / temperature).softmax(1).numpy()
        features = network[:-1](torch.from_numpy(images)) if isinstance(network[-1], nn.Linear) else logits
    probabilities, given = answers(to_onnx(network, temperature), images)
    assert np.abs(probabilities - expected).max() <= 1e-5
    assert np.abs(given - features.numpy()).max() <= 1e-4 * max(1, float(features.abs().max()))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("make", [dense, convolutional, deep])
def test_every_network_with_every_activation(make, activation, random_images):
    torch.manual_seed(0)
    close(make(activation=activation, classes=10), random_images, temperature=0.7)


def test_an_ensemble_is_one_graph(random_images):
    torch.manual_seed(0)
    members = [dense((16,), classes=10), convolutional((4, 8), (8,), classes=10), dense((), classes=10)]
    ensemble = Ensemble(members).eval()
    images = torch.from_numpy(random_images)
    with torch.inference_mode():
        expected = (ensemble(images) / 1.5).softmax(1).numpy()
        features = torch.cat([member[:-1](images) for member in members], 1).numpy()
    probabilities, given = answers(to_onnx(ensemble, 1.5), random_images)
    assert np.abs(probabilities - expected).max() <= 1e-5
    assert np.abs(given - features).max() <= 1e-4


@pytest.mark.parametrize("count", [5, 9])
def test_moves_are_part_of_the_graph(count, random_images):
    torch.manual_seed(0)
    network = networks.TestTimeAugmentation(deep((4, 6, 6, 8), classes=10), count).eval()
    images = torch.from_numpy(random_images)
    with torch.inference_mode():
        expected = (network(images) / 0.8).softmax(1).numpy()
        moved = [torch.roll(F.pad(images, (1,) * 4), place, (1, 2))[:, 1:-1, 1:-1] for place in PLACES[:count]]
        each = torch.stack([nn.Sequential(*network)(image).softmax(1) for image in moved])
    assert np.allclose(network(images).softmax(1).detach(), each.mean(0), atol=1e-6)
    probabilities, features = answers(to_onnx(network, 0.8), random_images)
    assert np.abs(probabilities - expected).max() <= 1e-5
    assert features.shape == (len(images), 8)
    both = Ensemble([network, dense((4,), classes=10)]).eval()
    with torch.inference_mode():
        expected = both(images).softmax(1).numpy()
    assert np.abs(answers(to_onnx(both), random_images)[0] - expected).max() <= 1e-5


def test_a_logit_beyond_the_classes_becomes_the_out_of_distribution_score(random_images):
    torch.manual_seed(0)
    network = convolutional((4, 8), (8,), classes=11).eval()
    with torch.inference_mode():
        logits = network(torch.from_numpy(random_images))
    session = onnxruntime.InferenceSession(to_onnx(network, 0.7, 10), providers=["CPUExecutionProvider"])
    probabilities, scores = session.run(["probabilities", "out_of_distribution"], {"images": random_images})
    assert np.abs(probabilities - (logits[:, :10] / 0.7).softmax(1).numpy()).max() <= 1e-5
    assert np.abs(scores - logits.softmax(1)[:, 10].numpy()).max() <= 1e-5


LAYERS = {
    "strided convolution": nn.Conv2d(1, 4, 3, stride=2, padding=1, bias=False),
    "dilated convolution": nn.Conv2d(1, 4, 3, dilation=2),
    "same convolution": nn.Conv2d(1, 4, 5, padding="same"),
    "even same convolution": nn.Conv2d(1, 4, 4, padding="same"),
    "valid convolution": nn.Conv2d(1, 4, (3, 5), padding="valid"),
    "grouped convolution": nn.Conv2d(1, 4, 3, groups=1),
    "pool": nn.MaxPool2d(3, stride=2, padding=1),
    "ceiled pool": nn.MaxPool2d(3, stride=2, ceil_mode=True),
    "circular convolution": nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular"),
    "batch norm without weights": nn.BatchNorm2d(1, affine=False),
    "batch norm": nn.BatchNorm2d(1),
    "dropout": nn.Dropout(0.5),
    "residual block": Residual(1, (1, 5)),
    "transposed convolution": nn.ConvTranspose2d(1, 2, 3, stride=2, padding=1, output_padding=1),
}


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning")
@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_every_layer_with_its_options(layer, random_images):
    torch.manual_seed(0)
    body = nn.Sequential(Normalise(), layer, nn.Flatten())
    width = body.eval()(torch.zeros(1, 28, 28, dtype=torch.uint8)).shape[1]
    close(nn.Sequential(*body, nn.Linear(width, 10)), random_images)


class Own(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.linear = nn.Conv2d(1, 2, 3, stride=3), nn.Linear(162, 10)

    def forward(self, x):
        return self.linear(self.convolution(x).relu().flatten(1))


def test_the_graph_writes_residual_blocks_and_doubled_columns_as_pytorch_computes_them():
    torch.manual_seed(0)
    net = nn.Sequential(Residual(3), nn.ConvTranspose2d(3, 2, (1, 2), (1, 2))).eval()
    graph = Graph("values")
    for layer in net:
        GRAPH_LAYERS[type(layer)](graph, layer)
    graph.add("Identity", result="answers")
    floats = onnx.TensorProto.FLOAT
    content = graph.content({"values": (floats, ["n", 3, 4, "w"])}, {"answers": (floats, ["n", 2, 4, None])})
    values = torch.randn(2, 3, 4, 7)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    [answers] = session.run(["answers"], {"values": values.numpy()})
    assert answers.shape == (2, 2, 4, 14)
    assert np.allclose(answers, net(values).detach().numpy(), atol=1e-5)


def test_a_module_of_ones_own_goes_through_pytorchs_exporter(random_images, capfd):
    torch.manual_seed(0)
    network = nn.Sequential(Normalise(), Own())
    close(network, random_images)
    close(network, random_images[:1], temperature=2.0)
    assert capfd.readouterr() == ("", "")


def test_the_graph_reads_like_the_list():
    model = onnx.load_from_string(to_onnx(dense(classes=10)))
    assert [node.op_type for node in model.graph.node] == [
        *["Cast", "Mul", "Unsqueeze", "Flatten", "Gemm", "Relu", "Gemm", "Relu", "Gemm"],
        *["Mul", "Softmax", "Concat"],
    ]
    assert not any(tensor.external_data for tensor in model.graph.initializer)


def test_on_all_of_the_test_set_within_a_hundred_thousandth(model, mnist):
    from tenfold.learn.export import load_network

    temperature = model.info.calibration["temperature"]
    with torch.inference_mode():
        logits = load_network(model)(torch.from_numpy(mnist.x_test))
    assert np.abs(model(mnist.x_test) - (logits / temperature).softmax(1).numpy()).max() <= 1e-5


def versions(content: bytes) -> tuple[dict[str, int], int]:
    model = onnx.load_from_string(content)
    return {opset.domain: opset.version for opset in model.opset_import}, model.ir_version


GRAPHS = {
    "dense": lambda: to_onnx(dense(classes=10)),
    "convolutional": lambda: to_onnx(convolutional((4, 8), (8,), classes=10).eval()),
    "deep": lambda: to_onnx(deep((4, 6, 6, 8), classes=10).eval()),
    "with outliers": lambda: to_onnx(deep((4, 6, 6, 8), classes=11).eval(), 1.0, 10),
    "ensemble": lambda: to_onnx(Ensemble([dense((4,), classes=10), dense((), classes=10)])),
    "test-time augmentation": lambda: to_onnx(networks.TestTimeAugmentation(deep((4, 6, 6, 8), classes=10), 5).eval()),
    "lines": lambda: lines_to_onnx(network(10).eval()),
    **{name: lambda name=name: to_onnx(dense(activation=name, classes=10)) for name in ("silu", "tanh", "sigmoid")},
}
"""Graphs that ONNX of the year 2020 can say."""


@pytest.mark.parametrize("make", GRAPHS.values(), ids=GRAPHS)
def test_a_graph_asks_for_no_newer_runtime_than_it_needs(make):
    assert versions(make()) == ({"": 13}, 7)


@pytest.mark.parametrize("count", [1, 5])
def test_gelu_needs_the_opset_that_has_it(count, random_images):
    network = dense((8,), "gelu", classes=10)
    content = to_onnx((networks.TestTimeAugmentation(network, count) if count > 1 else network).eval())
    assert versions(content) == ({"": 20}, 9)
    assert answers(content, random_images)[0].shape == (64, 10)


def test_a_module_of_ones_own_has_the_oldest_versions_that_pytorch_writes():
    assert versions(to_onnx(nn.Sequential(Normalise(), Own()).eval())) == ({"": 18}, 8)


OLD_RUNTIME = ("onnxruntime==1.17.3", "numpy==1.26.4")
"""An ONNX Runtime of spring 2024 that refuses IR version 10, with the NumPy it was built for."""

ANSWERING = """
import sys, numpy, onnxruntime
for number in range(int(sys.argv[1])):
    given = numpy.load(f"{number}.given.npy")
    session = onnxruntime.InferenceSession(f"{number}.onnx", providers=["CPUExecutionProvider"])
    [answers] = session.run([session.get_outputs()[0].name], {session.get_inputs()[0].name: given})
    numpy.save(f"{number}.answers.npy", answers)
"""


@pytest.fixture(scope="module")
def old_runtime(tmp_path_factory) -> list[str]:
    """A Python with an older ONNX Runtime, in an environment of its own."""
    folder = tmp_path_factory.mktemp("old-runtime")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*install, "--target", folder, *OLD_RUNTIME], check=True)
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r})\n{ANSWERING}"]


def test_an_older_runtime_gives_the_same_answers(old_runtime, random_images, tmp_path):
    torch.manual_seed(0)
    contents = [make() for make in GRAPHS.values()]
    contents += [to_onnx(nn.Sequential(Normalise(), Own()).eval())]
    contents += [to_int8(contents[2], random_images, precise=precise) for precise in (True, False)]
    lines = np.random.default_rng(0).integers(0, 256, (4, 48, 80), dtype=np.uint8)
    for number, content in enumerate(contents):
        (tmp_path / f"{number}.onnx").write_bytes(content)
        given = lines if b"columns" in content else random_images
        np.save(tmp_path / f"{number}.given.npy", given)
    subprocess.run([*old_runtime, str(len(contents))], cwd=tmp_path, check=True)
    for number, content in enumerate(contents):
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        given = np.load(tmp_path / f"{number}.given.npy")
        expected = session.run([session.get_outputs()[0].name], {session.get_inputs()[0].name: given})[0]
        allowed = 1e-2 if b"QuantizeLinear" in content else 1e-4  # a rounding apart is a step of int8
        assert np.abs(np.load(tmp_path / f"{number}.answers.npy") - expected).max() <= allowed
