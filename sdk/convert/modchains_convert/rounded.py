"""Programs of floats as graphs of correctly rounded values (class `Rounded`)."""

from __future__ import annotations

from collections.abc import Callable

import torch

from .errors import ConversionError, GraphError
from .graph import Graph, word_of
from .ops import HANDLERS
from .program import Walk, decomposed
from .size import ONE, product
from .spec import InputSpec
from .tensors import Tensors, Value, axes_of


def silent(done: int, total: int) -> None:
    """Reports no progress."""


def convert(
    program: torch.export.ExportedProgram, spec: InputSpec, report: Callable[[int, int], None] = silent
) -> Graph:
    """The graph that computes what a program does, with one rounding for each operation.

    Raises `ConversionError` for whatever has no meaning in a graph."""
    program = decomposed(program)
    tensors = Tensors(Graph())
    walk = Walk(program, tensors, HANDLERS, report)
    value = walk.run(lambda node: make_input(walk, spec, node))
    if not isinstance(value, Value):
        raise ConversionError(
            "the result does not depend on the input, or is a rounded number that is not converted to torch.int8"
        )
    try:
        return tensors.graph.keep(output_node(tensors, value))
    except GraphError as error:
        raise ConversionError(str(error)) from None


def make_input(walk: Walk, spec: InputSpec, node: torch.fx.Node, keeps_integers: bool = False) -> Value:
    """The first node, and its conversion where the program takes floats and a request carries integers that are not kept."""
    shape = walk.sizes(node.meta["val"].shape)
    total = product(shape)
    if total is None:
        raise ConversionError("the elements of an input grow with the square of n")
    tensors = walk.tensors
    wants_float = node.meta["val"].dtype.is_floating_point
    order = axes_of(shape)
    # Indices stand one in a row, as a table reads them; anything else in rows along the last axis.
    split = len(order) if not wants_float or not order or not shape[order[-1]].is_fixed else len(order) - 1
    rows, columns = tensors.form(shape, order, split)
    kind = "float" if spec.encoding == "f32" else spec.kind
    if kind == "float" and not wants_float:
        raise ConversionError(f"the program takes {node.meta['val'].dtype}, a request of f32 carries floats")
    low, high = (word_of(end) if kind == "float" else int(end) for end in (spec.low, spec.high))
    sizes = list(spec.sizes)
    first = tensors.add("input", [], rows, columns, kind=kind, encoding=spec.encoding, low=low, high=high, sizes=sizes)
    value = Value(first, shape, order, spec.low >= 0)
    if kind != "float" and wants_float and not keeps_integers:
        value = Value(tensors.like(value, "convert", kind="float").node, shape, order, spec.low >= 0)
    return value


def output_node(tensors: Tensors, value: Value) -> int:
    """The node of a result, in rows along its last axis."""
    value = tensors.in_order(value)
    node = tensors.graph.nodes[value.node]
    last = value.shape[-1] if value.shape else ONE
    rows = product(value.shape[:-1])
    if rows is None or (node.rows, node.columns) == (rows, last):
        return value.node
    return tensors.add("reshape", [value.node], rows, last, kind=node.kind)
