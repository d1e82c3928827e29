"""Functions of rows, and what is made of them: normalisation, softmax, variance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from ..errors import ConversionError
from ..program import Constant, Walk
from ..size import Size, product
from ..tensors import Tensors, Value
from .registry import converts

BATCH_NORM = "aten._native_batch_norm_legit_no_training.default"


def reduced(walk: Walk, op: str, a: Value, axes, **fields) -> Value:
    """A function of rows with the shape that the program says."""
    axes = list(range(len(a.shape))) if axes is None or axes == [] else [axes] if isinstance(axes, int) else list(axes)
    return walk.tensors.reshape(walk.tensors.reduce(op, a, axes, **fields), walk.shape)


@converts("sum.dim_IntList", "sum.default")
def sum_of(walk: Walk, a, axes=None, keepdim: bool = False, **_):
    return replace(of_squares(walk, a, "sum", "square_sum", axes), is_positive=a.is_positive)


@converts("mean.dim", "mean.default")
def mean(walk: Walk, a, axes=None, keepdim: bool = False, **_):
    return replace(of_squares(walk, a, "mean", "square_mean", axes), is_positive=a.is_positive)


def of_squares(walk: Walk, a: Value, op: str, of_squares: str, axes) -> Value:
    """A sum or mean; of the squares of a tensor where that is what is added, with one rounding in the place of two."""
    node = walk.tensors.graph.nodes[a.node]
    reader = walk.node.args[0]
    is_square = node.op == "mul" and node.inputs == (node.inputs[0],) * 2 and len(reader.users) == 1
    if is_square:
        return reduced(walk, of_squares, replace(a, node=node.inputs[0]), axes)
    return reduced(walk, op, a, axes)


@converts("amax.default")
def amax(walk: Walk, a, axes=None, keepdim: bool = False):
    return replace(reduced(walk, "row_max", a, axes), is_positive=a.is_positive)


@converts("amin.default")
def amin(walk: Walk, a, axes=None, keepdim: bool = False):
    negative = walk.tensors.constant("mul", a, -1.0)
    return walk.tensors.constant("mul", reduced(walk, "row_max", negative, axes), -1.0)


@converts("argmax.default")
def argmax(walk: Walk, a, axis=None, keepdim: bool = False):
    if axis is None:
        a, axis = walk.tensors.reshape(a, (total(a),)), 0
    return walk.tensors.reshape(top(walk, a, axis, 1), walk.shape)


def total(a: Value) -> Size:
    """How many elements a tensor has."""
    size = product(a.shape)
    if size is None:
        raise ConversionError("takes the largest of as many elements as grow with the square of n")
    return size


def top(walk: Walk, a: Value, axis: int, count: int) -> Value:
    """The places of the largest elements along an axis."""
    size = Size(count)
    axis %= len(a.shape)
    order = (*(other for other in a.order if other != axis), *([axis] if axis in a.order else []))
    node = walk.tensors.in_form(a, order, len(order) - (axis in order))
    node = walk.tensors.add("top_k", [node], walk.tensors.graph.nodes[node].rows, size, kind="int32", count=count)
    shape = (*a.shape[:axis], size, *a.shape[axis + 1 :])
    order = tuple(other for other in order if other != axis)
    return Value(node, shape, order + ((axis,) if count > 1 else ()))


@converts("topk.default")
def topk(walk: Walk, a, count, axis: int = -1, largest: bool = True, is_sorted: bool = True):
    if not largest:
        raise ConversionError("gives the smallest elements")
    count = count.fixed if isinstance(count, Size) else count
    return [None, top(walk, a, axis, count)]


@converts("softmax.int", "_softmax.default")
def softmax(walk: Walk, a, axis: int, *_):
    return softmax_of(walk.tensors, a, axis % len(a.shape))


def softmax_of(tensors: Tensors, a: Value, axis: int) -> Value:
    """The largest, the differences from it, their exponentials, the sum, the quotients."""
    order = (*(other for other in a.order if other != axis), *([axis] if axis in a.order else []))
    a = tensors.ordered(a, order)
    largest = tensors.reduce("row_max", a, [axis])
    powers = tensors.like(tensors.with_value("sub", a, largest), "exp")
    return replace(tensors.with_value("div", powers, tensors.reduce("sum", powers, [axis])), is_positive=True)


@converts("layer_norm.default")
def layer_norm(walk: Walk, a, shape, gain=None, bias=None, epsilon: float = 1e-5, *_):
    axes = list(range(len(a.shape) - len(shape), len(a.shape)))
    return scaled_and_moved(walk, normalised(walk.tensors, a, axes, epsilon), gain, bias, len(a.shape) - len(shape))


@converts("native_layer_norm.default")
def native_layer_norm(walk: Walk, a, shape, gain, bias, epsilon: float):
    return [layer_norm(walk, a, shape, gain, bias, epsilon)]


def normalised(tensors: Tensors, a: Value, axes: list[int], epsilon: float) -> Value:
    """Mean, difference from it, mean of its squares, plus epsilon, inverse square root, product."""
    inner = [axis for axis in a.order if axis in axes]
    a = tensors.ordered(a, (*(axis for axis in a.order if axis not in axes), *inner), len(a.order) - len(inner))
    centred = tensors.with_value("sub", a, tensors.reduce("mean", a, axes))
    variance = tensors.constant("add", tensors.reduce("square_mean", centred, axes), epsilon)
    return tensors.with_value("mul", centred, tensors.like(variance, "rsqrt"))


def scaled_and_moved(walk: Walk, value: Value, gain, bias, first: int) -> Value:
    """Times weights, plus weights, both along the axes from `first`."""
    for op, constant in (("mul", gain), ("add", bias)):
        if isinstance(constant, Constant):
            array = constant.array(walk.tensors.graph.sizes).astype(np.float32)
            array = array.reshape((1,) * first + array.shape + (1,) * (len(value.shape) - first - array.ndim))
            value = walk.tensors.with_weights(op, value, array, constant.name)
        elif constant is not None:
            raise ConversionError("the gain or bias of a normalisation is computed from the input")
    return value


@converts("group_norm.default")
def group_norm(walk: Walk, a, groups: int, gain=None, bias=None, epsilon: float = 1e-5, *_):
    batch, channels, *sides = a.shape
    groups = groups.fixed if isinstance(groups, Size) else groups
    split = (batch, Size(groups), Size(channels.fixed // groups), *sides)
    value = walk.tensors.reshape(a, split)
    value = normalised(walk.tensors, value, list(range(2, len(split))), epsilon)
    return scaled_and_moved(walk, walk.tensors.reshape(value, a.shape), gain, bias, 1)


@converts("_native_batch_norm_legit_no_training.default")
def batch_norm(walk: Walk, a, gain, bias, mean, variance, momentum, epsilon):
    """One factor and one summand for each channel, computed in doubles and rounded once."""
    factor, summand = folded_batch_norm(gain, bias, mean, variance, epsilon)
    name = mean.name.removesuffix(".running_mean")
    for op, part, kind in (("mul", factor, "scale"), ("add", summand, "shift")):
        array = part.float().numpy().reshape(1, -1, *[1] * (len(a.shape) - 2))
        a = walk.tensors.with_weights(op, a, array, f"{name}.{kind}")
    return [a]


def folded_batch_norm(gain, bias, mean, variance, epsilon) -> tuple[torch.Tensor, torch.Tensor]:
    """A normalisation with known mean and variance as a factor and a summand."""
    gain, bias, mean, variance = (
        None if part is None else part.at(0).detach().double() for part in (gain, bias, mean, variance)
    )
    factor = torch.rsqrt(variance + epsilon) * (1 if gain is None else gain)
    return factor, (0 if bias is None else bias) - mean * factor


@converts("var.correction", "var.dim")
def var(walk: Walk, a, axes=None, *_, correction=1, **__):
    axes = list(range(len(a.shape))) if axes is None else list(axes)
    count = 1
    for axis in axes:
        if not a.shape[axis].is_fixed:
            raise ConversionError("the variance along an axis that grows with n")
        count *= a.shape[axis].fixed
    tensors = walk.tensors
    centred = tensors.with_value("sub", a, tensors.reduce("mean", a, axes))
    correction = 1 if correction is None else correction
    if correction == 0:
        value = tensors.reduce("square_mean", centred, axes)
    else:
        value = tensors.constant("div", tensors.reduce("square_sum", centred, axes), count - correction)
    return tensors.reshape(value, walk.shape)


@converts("linalg_vector_norm.default")
def vector_norm(walk: Walk, a, order=2, axes=None, keepdim: bool = False, **_):
    if order != 2:
        raise ConversionError(f"the norm of order {order}; only the one of order 2 is supported")
    return replace(walk.tensors.like(reduced(walk, "square_sum", a, axes), "sqrt"), is_positive=True)
