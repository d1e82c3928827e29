"""Which graphs are accepted: the rules of `sdk/core/src/provable/check`, written a second time so that a graph is refused
where it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .errors import GraphError
from .size import ONE, Size, polynomial

if TYPE_CHECKING:
    from .graph import Node

NODES_MAX = 1 << 14
ELEMENTS_MAX = 1 << 28
COLUMNS_PER_REDUCTION_MAX = 1 << 14
EVIDENCE_PIECES_MAX = 128
REVEALS_MAX = 12
MULTIPLY_ADDS_MAX = 1 << 38
TRACE_BYTES_MAX = 1 << 32
PIECE_BYTES = 384
TOP_MAX = 8
INPUTS_MAX = 3
# A sum of products of 8-bit integers below this in size is exact in binary32.
INT8_SUM_LIMIT = 1 << 24

BYTES = {"float": 4, "int8": 1, "int32": 4}
ENCODINGS = ("u8", "i8", "u16", "i32", "f32")
MAPS = ("reshape", "permute", "slice", "concat_rows", "concat_columns", "unfold")
VALUE_UNARY = ("sqrt", "rsqrt", "exp", "erf", "tanh")
UNARY = ("relu", "clamp", *VALUE_UNARY, "requantise", "round", "convert")
BINARY = ("add", "sub", "mul", "div", "max")
REDUCE = ("dot", "affine", "sum", "mean", "square_sum", "square_mean", "row_max", "top_k")
OPS = ("input", *MAPS, "embedding", *UNARY, *BINARY, *REDUCE)
FIELDS = {
    "input": {"encoding", "low", "high", "sizes"},
    "permute": {"dimensions", "order"},
    "slice": {"start", "step"},
    "unfold": {"channels", "height", "width", "kernel_height", "kernel_width", "stride", "padding", "by_channel"},
    "embedding": {"table_rows"},
    "clamp": {"low", "high"},
    "requantise": {"multiplier", "shift", "min", "max"},
    "dot": {"groups"},
    "top_k": {"count"},
}


def require(is_kept: bool, problem: str) -> None:
    if not is_kept:
        raise GraphError(problem)


def check_node(node: Node, earlier: list[Node], weights: dict[str, np.ndarray]) -> None:
    """Checks one node that comes after `earlier`.

    Raises `GraphError` with the rule that it breaks."""
    try:
        _check(node, earlier, weights)
    except GraphError as error:
        raise GraphError(f"node {len(earlier)} ({node.op}): {error}") from None


def _check(node: Node, earlier: list[Node], weights: dict[str, np.ndarray]) -> None:
    require(node.op in OPS, "unknown operation")
    require((node.op == "input") == (not earlier), "the first node and no other takes the input")
    require(all(0 <= read < len(earlier) for read in node.inputs), "reads a node that is not before it")
    expected = FIELDS.get(node.op, set())
    if node.op in BINARY:
        expected = {"second", "weight_rows"} if node.fields.get("second") == "weights" else {"second"}
    require(set(node.fields) == expected, f"has the fields {sorted(node.fields)}, expected {sorted(expected)}")
    smallest, largest = sizes = tuple((earlier[0] if earlier else node).fields["sizes"])
    require(1 <= smallest <= largest, "sizes out of range")
    for side in (node.rows, node.columns):
        require(side.at(smallest) > 0, "has no row or no column for the smallest input")
    require(node.rows.at(largest) * node.columns.at(largest) <= ELEMENTS_MAX, "too many elements")
    inputs = [earlier[read] for read in node.inputs]
    low, high = input_counts(node)
    require(low <= len(inputs) <= high, f"{len(inputs)} inputs do not fit the operation")
    needs_weights = node.op in ("embedding", "affine") or node.fields.get("second") == "weights"
    require(needs_weights == (node.weights is not None), "weights are missing, or there must be none")
    if node.op == "input":
        _check_input(node)
    elif node.op in MAPS:
        _check_map(node, inputs, sizes)
    elif node.op == "embedding":
        require(inputs[0].kind != "float", "is not indexed by integers")
        require(inputs[0].columns == ONE and node.rows == inputs[0].rows and node.columns.is_fixed, "wrong shape")
    elif node.op in UNARY:
        _check_unary(node, inputs[0])
    elif node.op in BINARY:
        _check_binary(node, inputs, largest)
    else:
        _check_reduce(node, inputs, sizes)
    if node.weights is not None:
        _check_weights(node, inputs, weights)


def input_counts(node: Node) -> tuple[int, int]:
    """How few and how many inputs a node may have."""
    if node.op == "input":
        return 0, 0
    if node.op in ("concat_rows", "concat_columns"):
        return 1, INPUTS_MAX
    return (2, 2) if node.op == "dot" or node.fields.get("second") == "input" else (1, 1)


def _check_input(node: Node) -> None:
    encoding, low, high = (node.fields[name] for name in ("encoding", "low", "high"))
    require(encoding in ENCODINGS, "unknown encoding")
    require((encoding == "f32") == (node.kind == "float"), "encoding and kind do not go together")
    _check_ends(node.kind, low, high)


def _check_ends(kind: str, low: int | str, high: int | str) -> None:
    ends = [value(kind, end) for end in (low, high)]
    require(ends[0] <= ends[1], "the lower end is above the upper one")


def value(kind: str, word: int | str) -> float | int:
    """The element that a constant of a node is."""
    from .graph import value_of

    if kind == "float":
        require(isinstance(word, str) and len(word) == 8, f"{word!r} is no pattern of eight hexadecimal digits")
        element = value_of(word)
        require(np.isfinite(element) and word != "80000000", f"{word} is no value")
        return element
    require(isinstance(word, int), f"{word!r} is no integer")
    bits = 7 if kind == "int8" else 31
    require(-(1 << bits) <= word < 1 << bits, f"{word} is no element of {kind}")
    return word


def _check_map(node: Node, inputs: list[Node], sizes: tuple[int, int]) -> None:
    require(all(read.kind == node.kind for read in inputs), "changes the kind of elements")
    first, fields = inputs[0], node.fields
    elements = polynomial([first.rows, first.columns])
    output = polynomial([node.rows, node.columns])
    if node.op == "reshape":
        is_shape = elements == output
    elif node.op == "permute":
        dimensions = [Size(*side) for side in fields["dimensions"]]
        require(len(dimensions) == 4 and sorted(fields["order"]) == [0, 1, 2, 3], "no permutation of four dimensions")
        is_shape = elements == output == polynomial(dimensions)
    elif node.op == "slice":
        require(min(fields["step"]) > 0 and min(fields["start"]) >= 0, "steps are at least 1, starts at least 0")
        sides = zip((first.rows, first.columns), (node.rows, node.columns), fields["start"], fields["step"])
        is_shape = all(
            (count.at(n) - 1) * step + start < side.at(n) for side, count, start, step in sides for n in sizes
        )
    elif node.op == "unfold":
        is_image = elements == (fields["channels"] * fields["height"] * fields["width"],)
        is_shape = is_image and [node.rows, node.columns] == [Size(side) for side in windows(fields)]
    else:
        along, across = ("rows", "columns") if node.op == "concat_rows" else ("columns", "rows")
        total = Size(0)
        for read in inputs:
            total = total.plus(getattr(read, along))
        is_shape = total == getattr(node, along)
        is_shape = is_shape and all(getattr(read, across) == getattr(node, across) for read in inputs)
    require(is_shape, f"gives other rows and columns than {node.rows} and {node.columns}")


def steps(side: int, kernel: int, stride: int, padding: int) -> int:
    """How often a window fits along a side."""
    return (side + 2 * padding - kernel) // stride + 1


def windows(fields: dict) -> tuple[int, int]:
    """Rows and columns of the windows of images."""
    sides = [fields[name] for name in ("channels", "height", "width", "kernel_height", "kernel_width", "stride")]
    channels, height, width, kernel_height, kernel_width, stride = sides
    padding = fields["padding"]
    require(min(sides) > 0, "a side is zero")
    require(0 <= padding < min(kernel_height, kernel_width), "the padding is not below the window")
    down, across = (steps(*side, stride, padding) for side in ((height, kernel_height), (width, kernel_width)))
    require(down > 0 and across > 0, "the window is larger than the image")
    area = kernel_height * kernel_width
    by_channel = fields["by_channel"]
    return (channels * down * across, area) if by_channel else (down * across, channels * area)


def _check_unary(node: Node, first: Node) -> None:
    kinds = (first.kind, node.kind)
    if node.op in ("relu", "clamp"):
        is_kind = first.kind == node.kind
    elif node.op in VALUE_UNARY:
        is_kind = kinds == ("float", "float")
    elif node.op == "requantise":
        is_kind = first.kind != "float" and node.kind == "int8"
    else:
        is_kind = kinds == ("float", "int8") if node.op == "round" else first.kind != "float" and node.kind == "float"
    require(is_kind, f"does not take {kinds[0]} and give {kinds[1]}")
    if node.op == "clamp":
        _check_ends(first.kind, node.fields["low"], node.fields["high"])
    if node.op == "requantise":
        low, high = value("int8", node.fields["min"]), value("int8", node.fields["max"])
        in_range = 1 <= node.fields["multiplier"] < 1 << 31 and 1 <= node.fields["shift"] <= 62
        require(in_range and low <= high, "a parameter is out of range")
    require((first.rows, first.columns) == (node.rows, node.columns), "changes the shape")


def _check_binary(node: Node, inputs: list[Node], largest: int) -> None:
    first, second = inputs[0], node.fields["second"]
    is_float = node.kind == "float"
    is_kind = all((read.kind == "float") == is_float for read in inputs)
    require(is_kind and (is_float or (node.kind == "int32" and node.op != "div")), "does not take or give these kinds")
    require((first.rows, first.columns) == (node.rows, node.columns), "the first input has another shape")
    if second == "input":
        sides = ((inputs[1].rows, node.rows), (inputs[1].columns, node.columns))
        require(all(side in (whole, ONE) for side, whole in sides), "the second input does not go with the first")
    elif second == "weights":
        rows = node.fields["weight_rows"]
        require(
            node.columns.is_fixed and (rows == 1 or node.rows.at(largest) <= rows), "weights do not go with the input"
        )
    else:
        require(isinstance(second, dict) and set(second) == {"constant"}, "the second operand is unknown")
        value(node.kind, second["constant"])


def _check_reduce(node: Node, inputs: list[Node], sizes: tuple[int, int]) -> None:
    first, fields = inputs[0], node.fields
    terms = first.columns.at(sizes[1])
    require(
        terms <= COLUMNS_PER_REDUCTION_MAX, f"reduces {terms} columns, at most {COLUMNS_PER_REDUCTION_MAX} are exact"
    )
    kinds = (first.kind, node.kind)
    allowed = {
        "dot": [("float", "float"), ("int8", "int32")],
        "sum": [("float", "float"), ("int8", "int32"), ("int32", "int32")],
        "mean": [("float", "float")],
        "row_max": [(kind, kind) for kind in BYTES],
        "top_k": [(kind, "int32") for kind in BYTES],
    }
    alike = {"affine": "dot", "square_sum": "dot", "square_mean": "mean"}
    require(kinds in allowed[alike.get(node.op, node.op)], f"does not take {kinds[0]} and give {kinds[1]}")
    if node.op == "dot":
        second, groups = inputs[1], fields["groups"]
        require(second.kind == first.kind and groups > 0, "a parameter is out of range")
        is_whole = all(part % groups == 0 for read in inputs for part in read.rows)
        grouped = Size(second.rows.fixed // groups, second.rows.per // groups)
        is_shape = is_whole and node.columns == grouped and first.columns == second.columns
    elif node.op == "affine":
        is_shape = first.columns.is_fixed and node.columns.is_fixed
    elif node.op == "top_k":
        require(1 <= fields["count"] <= TOP_MAX, "a parameter is out of range")
        is_shape = node.columns == Size(fields["count"]) and first.columns.at(sizes[0]) >= fields["count"]
    else:
        is_shape = node.columns == ONE
    require(is_shape and node.rows == first.rows, "wrong rows or columns")
    evidence = len(inputs + [None] * (node.op == "affine")) * pieces(first.kind, terms)
    require(
        evidence <= EVIDENCE_PIECES_MAX,
        f"an element needs {evidence} pieces of evidence, at most {EVIDENCE_PIECES_MAX} are allowed",
    )


def _check_weights(node: Node, inputs: list[Node], weights: dict[str, np.ndarray]) -> None:
    rows = weights.get(node.weights)
    require(rows is not None, f"there is no tensor {node.weights}")
    if node.op == "affine":
        kind, shape = inputs[0].kind, (node.columns.fixed, inputs[0].columns.fixed)
    else:
        kind, shape = node.kind, (node.fields.get("table_rows", node.fields.get("weight_rows")), node.columns.fixed)
    dtype = {"float": np.float32, "int8": np.int8, "int32": np.int32}[kind]
    require(
        rows.shape == shape and rows.dtype == dtype,
        f"{node.weights} is {rows.dtype} {rows.shape}, expected {kind} {shape}",
    )
    _check_values(node.weights, rows)
    bias = weights.get(f"{node.weights}.bias")
    if node.op == "affine":
        expected = np.float32 if kind == "float" else np.int32
        require(
            bias is not None and bias.shape == shape[:1] and bias.dtype == expected,
            f"{node.weights} has no such biases",
        )
        _check_values(f"{node.weights}.bias", bias)
        if kind == "int8":
            reach = np.abs(rows.astype(np.int64)).sum(axis=1) * 128 + np.abs(bias.astype(np.int64))
            require(
                int(reach.max()) < INT8_SUM_LIMIT, f"a sum can reach {reach.max()}, it must stay below {INT8_SUM_LIMIT}"
            )


def _check_values(name: str, array: np.ndarray) -> None:
    if array.dtype == np.float32:
        is_value = np.isfinite(array).all() and not (np.signbit(array) & (array == 0)).any()
        require(bool(is_value), f"{name} holds an infinity, no number, or the negative zero")


def pieces(kind: str, columns: int) -> int:
    """Pieces in a row of so many elements."""
    return -(-columns // (PIECE_BYTES // BYTES[kind]))


def depth(leaves: int) -> int:
    """Levels of a tree above its leaves."""
    return max(leaves - 1, 0).bit_length()


def check_whole(nodes: list[Node]) -> dict[str, int]:
    """Checks what all nodes cost together for the largest input, and returns it by name.

    Raises `GraphError` when it is too much."""
    require(0 < len(nodes) <= NODES_MAX, f"{len(nodes)} nodes, at most {NODES_MAX} are allowed")
    largest = nodes[0].fields["sizes"][1]
    terms, trace_bytes, reveals = 0, 0, 0
    for node in nodes:
        rows, columns = node.rows.at(largest), node.columns.at(largest)
        reduced = nodes[node.inputs[0]].columns.at(largest) if node.op in REDUCE else 1
        terms += rows * columns * reduced
        trace_bytes += rows * columns * BYTES[node.kind]
        reveals = max(reveals, -(-depth(rows) // 4) + -(-pieces(node.kind, columns) // 16))
    reveals += -(-depth(len(nodes)) // 4)
    require(
        terms <= MULTIPLY_ADDS_MAX, f"{terms} multiplications and additions, at most {MULTIPLY_ADDS_MAX} are allowed"
    )
    require(trace_bytes <= TRACE_BYTES_MAX, f"{trace_bytes} bytes of outputs, at most {TRACE_BYTES_MAX} are allowed")
    require(reveals <= REVEALS_MAX, f"{reveals} reveals to a piece, at most {REVEALS_MAX} are allowed")
    return {"nodes": len(nodes), "multiply_adds": terms, "trace_bytes": trace_bytes, "reveals": reveals}
