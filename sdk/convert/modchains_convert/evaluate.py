"""What a graph computes, in doubles and 64-bit integers, node by node, by the definitions of `docs/numerics.md`.

Doubles round sums on the way, so an element of a float graph can differ from the right one where that lies within some
`2^-50` of a midpoint. It is for comparisons with a model, not for disputes."""

from __future__ import annotations

from math import erf

import numpy as np

from . import check
from .graph import Graph, Node, bias_name
from .size import Size

INT32 = np.iinfo(np.int32)
MAX = float(np.finfo(np.float32).max)
ENCODINGS = {"u8": "<u1", "i8": "<i1", "u16": "<u2", "i32": "<i4", "f32": "<f4"}
_erf = np.vectorize(erf, otypes=[np.float64])


def run(graph: Graph, request: bytes) -> np.ndarray:
    """The output for the bytes of a request: rows of columns in float32, int8 or int32."""
    return trace(graph, request)[-1]


def trace(graph: Graph, request: bytes) -> list[np.ndarray]:
    """The outputs of all nodes."""
    n = size_of(graph, request)
    outputs: list[np.ndarray] = []
    for node in graph.nodes:
        shape = node.rows.at(n), node.columns.at(n)
        inputs = [outputs[read] for read in node.inputs]
        with np.errstate(all="ignore"):
            result = _input(node, request) if node.op == "input" else _evaluate(graph, node, inputs, shape, n)
        outputs.append(_stored(node.kind, result).reshape(shape))
    return outputs


def size_of(graph: Graph, request: bytes) -> int:
    """The declared size n of a request; the smallest where the size of the input is fixed.

    Raises `ValueError` when the graph takes no input of that length."""
    node = graph.nodes[0]
    width = np.dtype(ENCODINGS[node.fields["encoding"]]).itemsize
    smallest, largest = graph.sizes
    at = lambda n: node.rows.at(n) * node.columns.at(n) * width
    for n in range(smallest, largest + 1):
        if at(n) == len(request):
            return n
    raise ValueError(f"the input has {len(request)} bytes, the graph takes {at(smallest)} to {at(largest)}")


def _stored(kind: str, result: np.ndarray) -> np.ndarray:
    """Rounded to an element: the nearest one there is."""
    if kind == "float":
        return np.clip(result, -MAX, MAX).astype(np.float32) + np.float32(0)
    return result.astype(np.int8 if kind == "int8" else np.int32)


def _input(node: Node, request: bytes) -> np.ndarray:
    low, high = (check.value(node.kind, node.fields[end]) for end in ("low", "high"))
    return np.clip(np.frombuffer(request, ENCODINGS[node.fields["encoding"]]).astype(np.float64), low, high)


def _evaluate(graph: Graph, node: Node, inputs: list[np.ndarray], shape: tuple[int, int], n: int) -> np.ndarray:
    if node.op in check.MAPS:
        return _map(node, inputs, shape, n)
    wide = [array.astype(np.float64 if array.dtype == np.float32 else np.int64) for array in inputs]
    if node.op == "embedding":
        table = graph.weights[node.weights]
        return table[np.clip(inputs[0][:, 0], 0, len(table) - 1)]
    if node.op in check.UNARY:
        return _unary(node, wide[0])
    if node.op in check.BINARY:
        return _binary(graph, node, wide, shape)
    return _reduce(graph, node, wide, shape)


def _map(node: Node, inputs: list[np.ndarray], shape: tuple[int, int], n: int) -> np.ndarray:
    first, fields = inputs[0], node.fields
    match node.op:
        case "permute":
            sides = [Size(*side).at(n) for side in fields["dimensions"]]
            return first.reshape(sides).transpose(fields["order"])
        case "slice":
            (row, column), (row_step, column_step) = fields["start"], fields["step"]
            return first[row::row_step, column::column_step][: shape[0], : shape[1]]
        case "concat_rows" | "concat_columns":
            return np.concatenate(inputs, axis=0 if node.op == "concat_rows" else 1)
        case "unfold":
            return _unfold(first, fields)
    return first


def _unfold(image: np.ndarray, fields: dict) -> np.ndarray:
    names = ("channels", "height", "width", "kernel_height", "kernel_width", "stride", "padding")
    channels, height, width, kernel_height, kernel_width, stride, padding = (fields[name] for name in names)
    image = np.pad(image.reshape(channels, height, width), ((0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(image, (kernel_height, kernel_width), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    if fields["by_channel"]:
        return windows.reshape(-1, kernel_height * kernel_width)
    down, across = windows.shape[1:3]
    return windows.transpose(1, 2, 0, 3, 4).reshape(down * across, -1)


def _unary(node: Node, a: np.ndarray) -> np.ndarray:
    fields = node.fields
    match node.op:
        case "relu":
            return np.maximum(a, 0)
        case "clamp":
            ends = [check.value(node.kind, fields[end]) for end in ("low", "high")]
            return np.minimum(np.maximum(a, ends[0]), ends[1])
        case "sqrt":
            return np.where(a < 0, 0, np.sqrt(np.maximum(a, 0)))
        case "rsqrt":
            return np.where(a < 0, 0, np.where(a == 0, MAX, 1 / np.sqrt(np.maximum(a, 0))))
        case "exp":
            return np.exp(np.minimum(a, 128))
        case "erf":
            return _erf(a)
        case "tanh":
            return np.tanh(a)
        case "requantise":
            shift = fields["shift"]
            # Below 2^62 + 2^61.
            scaled = (a * fields["multiplier"] + (1 << (shift - 1))) >> shift
            return np.clip(scaled, fields["min"], fields["max"])
        case "round":
            return np.clip(np.rint(a), -128, 127)
    return a


def _binary(graph: Graph, node: Node, inputs: list[np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    a, second = inputs[0], node.fields["second"]
    if second == "input":
        b = inputs[1]
    elif second == "weights":
        b = graph.weights[node.weights][: shape[0]].astype(a.dtype)
    else:
        b = np.array(check.value(node.kind, second["constant"]), dtype=a.dtype)
    match node.op:
        case "add":
            result = a + b
        case "sub":
            result = a - b
        case "mul":
            result = a * b
        case "div":
            result = np.where(b == 0, 0, a / np.where(b == 0, 1, b))
        case _:
            result = np.maximum(a, b)
    return result if node.kind == "float" else np.clip(result, INT32.min, INT32.max)


def _reduce(graph: Graph, node: Node, inputs: list[np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    a = inputs[0]
    match node.op:
        case "affine":
            weights, bias = (graph.weights[name].astype(a.dtype) for name in (node.weights, bias_name(node.weights)))
            result = a @ weights.T + bias
        case "dot":
            groups = node.fields["groups"]
            first, second = (array.reshape(groups, -1, a.shape[1]) for array in inputs)
            result = (first @ second.transpose(0, 2, 1)).reshape(shape)
        case "sum":
            result = a.sum(axis=1)
        case "mean":
            result = a.sum(axis=1) / a.shape[1]
        case "square_sum":
            result = (a * a).sum(axis=1)
        case "square_mean":
            result = (a * a).sum(axis=1) / a.shape[1]
        case "row_max":
            return a.max(axis=1)
        case _:
            # Of equal elements the lowest place first.
            return np.argsort(-a, axis=1, kind="stable")[:, : node.fields["count"]]
    return result if node.kind == "float" else np.clip(result, INT32.min, INT32.max)
