"""The same elements in other places."""

from __future__ import annotations

import numpy as np

from ..errors import ConversionError
from ..program import Constant, Walk
from ..size import ONE, Size
from ..tensors import Value, axes_of
from .elementwise import binary, grows
from .registry import converts

# Functions of two elements, of which one may be repeated.
REPEATING = {
    f"aten.{name}"
    for name in ("add.Tensor", "sub.Tensor", "mul.Tensor", "div.Tensor", "maximum.default", "minimum.default")
}


@converts(
    "clone.default", "contiguous.default", "alias.default", "detach.default", "dropout.default", "lift_fresh_copy.default",
    "native_dropout.default",
)  # fmt: skip
def same(walk: Walk, a, *_, **__):
    return a


@converts(
    "view.default", "_unsafe_view.default", "reshape.default", "unsqueeze.default", "squeeze.dim", "squeeze.dims",
    "squeeze.default", "flatten.using_ints", "unflatten.int",
)  # fmt: skip
def view(walk: Walk, a, *_):
    return walk.tensors.reshape(a, walk.shape)


@converts("permute.default")
def permute(walk: Walk, a, axes):
    return walk.tensors.permute(a, [axis % len(a.shape) for axis in axes])


@converts("transpose.int")
def transpose(walk: Walk, a, first, second):
    axes = list(range(len(a.shape)))
    axes[first], axes[second] = axes[second], axes[first]
    return walk.tensors.permute(a, axes)


@converts("t.default")
def matrix_transpose(walk: Walk, a):
    return transpose(walk, a, 0, 1) if len(a.shape) == 2 else a


@converts("expand.default")
def expand(walk: Walk, a, *_, **__):
    """The tensor as it is: what only reads it to repeat it does that by itself."""
    if grows(a.shape, walk.shape):
        if any(str(user.target) not in REPEATING for user in walk.node.users):
            raise ConversionError(
                "a tensor is repeated along an axis for an operation that is no function of two elements"
            )
        return walk.tensors.reshape(a, (ONE,) * (len(walk.shape) - len(a.shape)) + a.shape)
    return walk.tensors.reshape(a, walk.shape)


@converts("constant_pad_nd.default")
def pad(walk: Walk, a, sides, *_):
    if any(sides):
        raise ConversionError("padding that is not part of a convolution or pooling is not supported")
    return a


@converts("slice.Tensor")
def slice_of(walk: Walk, a, axis: int = 0, start=None, end=None, step: int = 1):
    start = start.fixed if isinstance(start, Size) and start.is_fixed else start or 0
    if isinstance(start, Size):
        raise ConversionError(f"starts at {start}, which depends on n")
    if start < 0:
        side = a.shape[axis]
        if not side.is_fixed:
            raise ConversionError(f"starts {-start} places before an end that depends on n")
        start = max(start + side.fixed, 0)
    return walk.tensors.slice(a, axis % len(a.shape), start, walk.shape[axis], step)


@converts("select.int")
def select(walk: Walk, a, axis: int, index):
    axis %= len(a.shape)
    index = index.fixed if isinstance(index, Size) else index
    if index < 0:
        if not a.shape[axis].is_fixed:
            raise ConversionError(f"selects place {index} from an end that depends on n")
        index += a.shape[axis].fixed
    part = walk.tensors.slice(a, axis, index, ONE)
    return walk.tensors.reshape(part, walk.shape)


@converts("split_with_sizes.default", "split.Tensor", "chunk.default", "unbind.int")
def split(walk: Walk, a, size, axis: int = 0):
    parts, start = [], 0
    if str(walk.node.target) == "aten.unbind.int":
        axis = size
    axis %= len(a.shape)
    for result in walk.node.meta["val"]:
        shape = walk.sizes(result.shape)
        side = shape[axis] if len(shape) == len(a.shape) else ONE
        if start is None:
            raise ConversionError("a part begins at a place that depends on n")
        parts.append(walk.tensors.reshape(walk.tensors.slice(a, axis, start, side), shape))
        start = start + side.fixed if side.is_fixed else None
    return parts


@converts("cat.default")
def cat(walk: Walk, parts, axis: int = 0):
    values = [part for part in parts if isinstance(part, Value)]
    axis %= len(values[0].shape)
    parts = [part if isinstance(part, Value) else constant(walk, part, axis, values) for part in parts]
    return walk.tensors.concat(parts, axis)


def constant(walk: Walk, part: Constant, axis: int, values: list[Value]) -> Value:
    """A constant as a node: weights added to zero times as many places of one of the values."""
    array = part.array(walk.tensors.graph.sizes).astype(np.float32)
    if part.depends_on_n:
        raise ConversionError("a constant that depends on n is joined with other tensors")
    for value in values:
        side = value.shape[axis]
        if min(side.at(n) for n in walk.tensors.graph.sizes) >= array.shape[axis]:
            like = walk.tensors.slice(value, axis, 0, Size(array.shape[axis]))
            nothing = walk.tensors.constant("mul", like, 0.0)
            return walk.tensors.with_weights("add", nothing, array, part.name)
    raise ConversionError("a constant is joined with tensors that are smaller than it")


@converts("stack.default")
def stack(walk: Walk, parts, axis: int = 0):
    shape = tuple(ONE if place == axis % len(walk.shape) else side for place, side in enumerate(walk.shape))
    parts = [walk.tensors.reshape(part, shape) for part in parts]
    return walk.tensors.concat(parts, axis % len(shape))


@converts("embedding.default")
def embedding(walk: Walk, table, index, *_):
    """Rows of a table. An index that is made of weights alone never comes here."""
    if isinstance(table, Value) or isinstance(index, Constant):
        raise ConversionError("a table that is computed from the input is looked up")
    array = table.array(walk.tensors.graph.sizes).astype(np.float32)
    tensors = walk.tensors
    index = tensors.in_order(index)
    rows = tensors.in_form(index, index.order, len(index.order))
    name = tensors.graph.add_weights(table.name, array)
    side = tensors.graph.nodes[rows].rows
    node = tensors.add("embedding", [rows], side, Size(array.shape[1]), weights=name, table_rows=len(array))
    shape = (*index.shape, Size(array.shape[1]))
    return Value(node, shape, axes_of(shape))


@converts("where.self")
def where(walk: Walk, condition, a, b):
    """A choice that is made by weights alone: a and b times ones and zeros, added. Both are finite."""
    chosen = Constant(lambda n: condition.at(n).float(), condition.depends_on_n, walk.name)
    other = Constant(lambda n: 1 - condition.at(n).float(), condition.depends_on_n, walk.name)
    parts = [
        Constant(lambda n, s=side, m=mask: s.at(n) * m.at(n), mask.depends_on_n or side.depends_on_n, walk.name)
        if isinstance(side, Constant)
        else binary(walk, "mul", side, mask)
        for side, mask in ((a, chosen), (b, other))
    ]
    return binary(walk, "add", *parts)
