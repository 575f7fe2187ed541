"""What an ONNX file holds, read from its bytes before ONNX Runtime sees it: weights elsewhere, loops.

The file is protobuf, and the walk follows ONNX's own schema, so that no way to write the same thing is overlooked.

Source:
    https://protobuf.dev/programming-guides/encoding; https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 for the
    numbers of the fields.
"""

from collections.abc import Iterable, Iterator

from tenfold.errors import ModelError

__all__ = ["check_network_bytes", "nodes_of", "with_outputs"]

SCHEMA: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
"""The messages that may hold tensors or nodes, at any depth: for each field what it is."""

NODE_TYPE = 4
"""The field of a node that names what it does."""

LOOPS = {b"Loop", b"Scan", b"SequenceMap"}
"""Nodes that run others as often as they are told: a network of digits needs none."""

EXTERNAL_DATA, DATA_LOCATION = 13, 14
"""The fields of a tensor that say that its numbers lie in another file."""

MOST_PARTS = 1_000_000
"""Messages and fields of a file: the largest network here has some thousand."""

DEEPEST = 30
"""Graphs within graphs."""

GRAPH, NODE, OUTPUT = 7, 1, 12
"""The fields of a model's graph, of a graph's node and of a graph's output."""

GIVEN, GIVES = 1, 2
"""The fields of a node that name what it takes and what it gives; the first of an output is its name."""

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def check_network_bytes(content: bytes, source: str) -> None:
    """Check that a network keeps to its own file and comes to an end.

    Args:
        content: An ONNX file.
        source: What to call it in errors.

    Raises:
        ModelError: It wants weights from other files, has a loop, or is no ONNX file.
    """
    left = MOST_PARTS
    waiting = [("model", memoryview(content), 0)]
    try:
        while waiting:
            kind, message, depth = waiting.pop()
            for field, wire, value in _fields(message):
                left -= 1
                if left < 0 or depth > DEEPEST:
                    raise ModelError(f"{source} has more parts than a network here may have")
                if kind == "tensor" and (field == EXTERNAL_DATA or (field == DATA_LOCATION and value)):
                    raise ModelError(f"{source} wants weights from other files, which a model never may")
                if kind == "node" and field == NODE_TYPE and wire == BYTES and bytes(_part(value)) in LOOPS:
                    raise ModelError(f"{source} has a loop ({bytes(_part(value)).decode()}), which a model never may")
                child = SCHEMA[kind].get(field)
                if child and wire == BYTES:
                    waiting.append((child, _part(value), depth + 1))
    except ModelError:
        raise
    except (IndexError, ValueError) as error:
        raise ModelError(f"{source} is no network that ONNX Runtime can open: it is no ONNX file") from error


def nodes_of(content: bytes) -> list[tuple[str, list[str], list[str]]]:
    """Give the nodes of a network in the order in which they are computed.

    Args:
        content: An ONNX file that `check_network_bytes` has seen.

    Returns:
        Of each what it does, as `Conv`, the names of what it takes, and of what it gives.
    """
    graphs = [_part(value) for field, wire, value in _fields(memoryview(content)) if field == GRAPH and wire == BYTES]
    nodes = [_part(value) for graph in graphs for field, _, value in _fields(graph) if field == NODE]
    return [_node(node) for node in nodes]


def _node(message: memoryview) -> tuple[str, list[str], list[str]]:
    names: dict[int, list[str]] = {NODE_TYPE: [], GIVEN: [], GIVES: []}
    for field, wire, value in _fields(message):
        if field in names and wire == BYTES:
            names[field].append(bytes(_part(value)).decode())
    return "".join(names[NODE_TYPE]), names[GIVEN], names[GIVES]


def with_outputs(content: bytes, names: Iterable[str]) -> bytes:
    """Give a network that answers with more of what it computes.

    Args:
        content: An ONNX file.
        names: What nodes give, to be outputs too.

    Source:
        https://protobuf.dev/programming-guides/encoding, "Last One Wins": a message that comes twice is put together.
    """
    outputs = b"".join(_bytes_field(OUTPUT, _bytes_field(1, name.encode())) for name in names)
    return content + _bytes_field(GRAPH, outputs)


def _bytes_field(number: int, content: bytes) -> bytes:
    size, left = b"", len(content)
    while left > 0x7F:
        size += bytes([left & 0x7F | 0x80])
        left >>= 7
    return bytes([number << 3 | BYTES]) + size + bytes([left]) + content


def _part(value: int | memoryview) -> memoryview:
    if not isinstance(value, memoryview):
        raise ValueError("expected bytes")
    return value


def _fields(message: memoryview) -> Iterator[tuple[int, int, int | memoryview]]:
    """Give each field of a message: its number, its wire type, and its value; raises IndexError or ValueError."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        field, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, place = _varint(message, place)
            yield field, wire, value
            continue
        if wire == BYTES:
            size, place = _varint(message, place)
        elif wire in (FIXED64, FIXED32):
            size = 8 if wire == FIXED64 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if not field or size > len(message) - place:
            raise ValueError("a field beyond the end")
        yield field, wire, message[place : place + size]
        place += size


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """Read a number of any length up to ten bytes; those that are longer than they need be count as what they are."""
    value = 0
    for shift in range(0, 70, 7):
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & ((1 << 64) - 1), place
    raise ValueError("a number without end")
