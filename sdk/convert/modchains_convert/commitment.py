"""The root that stands for a graph on chain: `sdk/core/src/provable/record.rs` and `commitment`, written a second time."""

from __future__ import annotations

import struct
from hashlib import sha256

import numpy as np

from .check import PIECE_BYTES, depth
from .graph import KINDS, Graph, Node, bias_name

PIECE, LINK, END, NODE, RECORD, GRAPH = (bytes([domain]) for domain in (0x10, 0x11, 0x12, 0x13, 0x15, 0x16))
NOTHING = bytes(32)
CODES = {
    "input": 1, "reshape": 2, "permute": 3, "slice": 4, "concat_rows": 5, "concat_columns": 6, "unfold": 7, "embedding": 8,
    "relu": 16, "clamp": 17, "sqrt": 18, "rsqrt": 19, "exp": 20, "erf": 21, "tanh": 22, "requantise": 23, "round": 24,
    "convert": 25, "add": 32, "sub": 33, "mul": 34, "div": 35, "max": 36, "dot": 48, "affine": 49, "sum": 50, "mean": 51,
    "square_sum": 52, "square_mean": 53, "row_max": 54, "top_k": 55,
}  # fmt: skip
ENCODINGS = {"u8": 0, "i8": 1, "u16": 2, "i32": 3, "f32": 4}


def graph_root(graph: Graph) -> bytes:
    """The root of the tree over all records."""
    records = [sha256(RECORD + record(graph, node)).digest() for node in graph.nodes]
    return sha256(GRAPH + struct.pack("<I", len(records)) + tree_root(records)).digest()


def record(graph: Graph, node: Node) -> bytes:
    """A node as 96 bytes."""
    variant, parameters = _parameters(node)
    inputs = (*node.inputs, 0, 0, 0)[:3]
    head = struct.pack(
        "<4B7I", CODES[node.op], KINDS.index(node.kind), len(node.inputs), variant, *inputs, *node.rows, *node.columns
    )
    root = NOTHING if node.weights is None else weights_root(graph, node.weights)
    return head + root + struct.pack("<8I", *(int(word) % (1 << 32) for word in (*parameters, *[0] * 8)[:8]))


def _parameters(node: Node) -> tuple[int, list[int]]:
    """The variant and the words after the weights."""
    fields = {name: _word(entry) for name, entry in node.fields.items()}
    match node.op:
        case "input":
            return 0, [ENCODINGS[fields["encoding"]], fields["low"], fields["high"], *fields["sizes"]]
        case "permute":
            order = sum(dimension << 2 * place for place, dimension in enumerate(fields["order"]))
            return order, [part for side in fields["dimensions"] for part in side]
        case "slice":
            return 0, [*fields["start"], *fields["step"]]
        case "add" | "sub" | "mul" | "div" | "max":
            match fields["second"]:
                case "input":
                    return 0, []
                case "weights":
                    return 1, [fields["weight_rows"]]
                case constant:
                    return 2, [_word(constant["constant"])]
    order = {
        "unfold": ("channels", "height", "width", "kernel_height", "kernel_width", "stride", "padding", "by_channel"),
        "requantise": ("multiplier", "shift", "min", "max"),
        "clamp": ("low", "high"),
    }
    return 0, [fields[name] for name in order.get(node.op, tuple(fields))]


def _word(entry):
    """A pattern as an integer; anything else as it is."""
    is_pattern = isinstance(entry, str) and entry not in ENCODINGS and entry not in ("input", "weights")
    return int(entry, 16) if is_pattern else entry


def weights_root(graph: Graph, name: str) -> bytes:
    """The root of the tree over rows of weights with their biases."""
    rows = graph.weights[name]
    bias = graph.weights.get(bias_name(name), np.zeros(len(rows), dtype=rows.dtype))
    biases = bias.astype(bias.dtype if bias.dtype == np.float32 else np.int32).tobytes()
    leaves = [row_head(row.tobytes(), row.size, biases[4 * index : 4 * index + 4]) for index, row in enumerate(rows)]
    return tree_root(leaves)


def row_head(row: bytes, elements: int, bias: bytes) -> bytes:
    """The head of the list that a row is."""
    head = sha256(END + struct.pack("<I", elements) + bias).digest()
    for start in reversed(range(0, len(row), PIECE_BYTES)):
        piece = sha256(PIECE + row[start : start + PIECE_BYTES]).digest()
        head = sha256(LINK + piece + head).digest()
    return head


def tree_root(leaves: list[bytes]) -> bytes:
    """The root of a binary tree whose places after the last leaf hold zeros."""
    level, padding = leaves or [NOTHING], NOTHING
    for _ in range(depth(len(leaves))):
        level = level + [padding] * (len(level) % 2)
        level = [sha256(NODE + left + right).digest() for left, right in zip(level[::2], level[1::2])]
        padding = sha256(NODE + padding + padding).digest()
    return level[0]
