"""A network keeps to its own file and comes to an end, however its bytes are written."""

from contextlib import suppress

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from tenfold.errors import ModelError
from tenfold.model.folder import SHIPPED
from tenfold.model.onnx_wire import check_network_bytes


def network(nodes, initializers=()) -> onnx.ModelProto:
    images = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    answer = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    return helper.make_model(helper.make_graph(nodes, "g", [images], [answer], initializers))


def elsewhere() -> onnx.TensorProto:
    tensor = onnx.numpy_helper.from_array(np.ones(3, np.float32), "w")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../weights.bin")
    return tensor


@pytest.mark.parametrize("name", ["model.onnx", "lines.onnx"])
def test_the_networks_that_ship_pass(name):
    check_network_bytes((SHIPPED / name).read_bytes(), name)


def overlong(content: bytes) -> bytes:
    """Write the length of the key `location` with more bytes than it needs: protobuf allows that."""
    start = content.index(b"\n\x08location")
    inner = content[start - 1]
    assert content[start - 2] == 13 << 3 | 2
    return content[: start - 1] + bytes([inner + 1]) + b"\n\x88\x00location" + content[start + 10 :]


def test_weights_in_other_files_are_refused_wherever_they_are():
    plain = helper.make_node("Identity", ["w"], ["y"])
    constant = helper.make_node("Constant", [], ["y"], value=elsewhere())
    inner = helper.make_graph([constant], "inner", [], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])])
    branch = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    for made in (network([plain], [elsewhere()]), network([constant]), network([branch])):
        for content in (made.SerializeToString(), graph_again(made)):
            with pytest.raises(ModelError, match="here wants weights from other files"):
                check_network_bytes(content, "here")


def graph_again(made: onnx.ModelProto) -> bytes:
    """The same with its graph in two parts, which protobuf joins."""
    return made.SerializeToString() + onnx.ModelProto(graph=onnx.GraphProto(name="more")).SerializeToString()


def test_a_length_with_more_bytes_than_it_needs_hides_nothing():
    tensor = elsewhere()
    content = tensor.SerializeToString()
    longer = overlong(content)
    again = onnx.TensorProto.FromString(longer)
    assert again.external_data[0].value == "../weights.bin"
    model = network([helper.make_node("Identity", ["w"], ["y"])])
    body = model.graph.SerializeToString() + b"\x2a" + bytes([len(longer)]) + longer
    size = len(body)
    hidden = b"\x08\x08\x3a" + bytes([size & 0x7F | 0x80, size >> 7]) + body
    assert b"\n\x08location" not in hidden
    assert onnx.ModelProto.FromString(hidden).graph.initializer[0].external_data
    with pytest.raises(ModelError, match="wants weights from other files"):
        check_network_bytes(hidden, "here")


@pytest.mark.parametrize("kind", ["Loop", "Scan"])
def test_loops_are_refused(kind):
    with pytest.raises(ModelError, match=rf"has a loop \({kind}\)"):
        check_network_bytes(network([helper.make_node(kind, ["x"], ["y"])]).SerializeToString(), "here")


@given(st.binary(max_size=300))
def test_any_bytes_pass_or_are_refused(content):
    with suppress(ModelError):
        check_network_bytes(content, "here")
