"""Functions of one and of two elements."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch

from ..errors import ConversionError
from ..graph import word_of
from ..program import Constant, Walk
from ..size import ONE, Size
from ..tensors import Nearest, Value
from .registry import converts

LARGEST = float(np.finfo(np.float32).max)


def scalar(operand: object) -> float | None:
    """The number that an operand is everywhere; none when it is not one number."""
    if isinstance(operand, Size) and operand.is_fixed:
        return float(operand.fixed)
    if isinstance(operand, int | float):
        return float(operand)
    if isinstance(operand, Constant) and not operand.depends_on_n:
        tensor = operand.at(0)
        if tensor.numel() > 0 and bool((tensor == tensor.flatten()[0]).all()):
            return float(tensor.flatten()[0])
    return None


def unary(walk: Walk, op: str, value: Value, **fields) -> Value:
    """A function of one element."""
    return walk.tensors.like(value, op, **fields)


def binary(walk: Walk, op: str, a: object, b: object) -> Value:
    """A function of two elements with broadcasting; at least one operand is a value."""
    number = scalar(b)
    if isinstance(a, Value) and number is not None and grows(a.shape, walk.shape) is False:
        return walk.tensors.constant(op, a, number)
    a, b = (broadcast(walk, operand) for operand in (a, b))
    is_whole = isinstance(a, Value) and all(mine == side for mine, side in zip(a.shape, walk.shape))
    if not is_whole:
        return swapped(walk, op, a, b)
    if isinstance(b, Constant):
        return walk.tensors.with_weights(op, a, weights(walk, b), b.name)
    return walk.tensors.with_value(op, a, b)


def grows(shape: tuple[Size, ...], whole: tuple[Size, ...]) -> bool:
    """Whether a tensor must be repeated to have a shape."""
    return tuple(side for side in shape if side != ONE) != tuple(side for side in whole if side != ONE)


def broadcast(walk: Walk, operand: object) -> object:
    """An operand with as many axes as the result has."""
    rank = len(walk.shape)
    if isinstance(operand, Value):
        missing = rank - len(operand.shape)
        return walk.tensors.reshape(operand, (ONE,) * missing + operand.shape)
    return operand


def weights(walk: Walk, constant: Constant) -> np.ndarray:
    """A constant as 32-bit floats with as many axes as the result has."""
    array = constant.array(walk.tensors.graph.sizes).astype(np.float32)
    if not np.isfinite(array).all():
        raise ConversionError(
            "a constant holds an infinity or no number; masks of minus infinity are not part of a graph"
        )
    return array.reshape((1,) * (len(walk.shape) - array.ndim) + array.shape)


def swapped(walk: Walk, op: str, a: object, b: object) -> Value:
    """The same function where the second operand has the shape of the result."""
    if not isinstance(b, Value) or any(mine != side for mine, side in zip(b.shape, walk.shape)):
        raise ConversionError("neither operand has the shape of the result")
    if op in ("add", "mul", "max"):
        return binary(walk, op, b, a)
    if op == "sub":
        # Rounding is the same on both sides of zero.
        return walk.tensors.constant("mul", binary(walk, "sub", b, a), -1.0)
    # Every value times zero is zero, so this repeats the dividend.
    nothing = walk.tensors.constant("mul", b, 0.0)
    return walk.tensors.with_value(op, binary(walk, "add", nothing, a), b)


@converts("add.Tensor", "add.Scalar")
def add(walk: Walk, a, b, alpha: float = 1):
    return binary(walk, "add", a, scaled(walk, b, alpha))


@converts("sub.Tensor", "sub.Scalar")
def sub(walk: Walk, a, b, alpha: float = 1):
    return binary(walk, "sub", a, scaled(walk, b, alpha))


@converts("rsub.Scalar", "rsub.Tensor")
def rsub(walk: Walk, a, b, alpha: float = 1):
    return binary(walk, "sub", b, scaled(walk, a, alpha))


def scaled(walk: Walk, operand, factor: float):
    """An operand times a number."""
    if factor == 1:
        return operand
    if isinstance(operand, Value):
        return walk.tensors.constant("mul", operand, factor)
    if isinstance(operand, Constant):
        return Constant(lambda n: operand.at(n) * factor, operand.depends_on_n, operand.name)
    return scalar(operand) * factor


@converts("mul.Tensor", "mul.Scalar")
def mul(walk: Walk, a, b):
    if scalar(b) == 1 and not grows(a.shape, walk.shape):
        return a
    return binary(walk, "mul", a, b)


@converts("div.Tensor", "div.Scalar")
def div(walk: Walk, a, b):
    return binary(walk, "div", a, b)


@converts("maximum.default")
def maximum(walk: Walk, a, b):
    return binary(walk, "max", a, b)


@converts("minimum.default")
def minimum(walk: Walk, a, b):
    negative = [scaled(walk, operand, -1.0) for operand in (a, b)]
    return walk.tensors.constant("mul", binary(walk, "max", *negative), -1.0)


@converts("neg.default")
def neg(walk: Walk, a):
    return walk.tensors.constant("mul", a, -1.0)


@converts("abs.default")
def absolute(walk: Walk, a):
    return replace(walk.tensors.with_value("max", a, neg(walk, a)), is_positive=True)


@converts("sqrt.default")
def sqrt(walk: Walk, a):
    return replace(unary(walk, "sqrt", a), is_positive=True)


@converts("rsqrt.default")
def rsqrt(walk: Walk, a):
    return replace(unary(walk, "rsqrt", a), is_positive=True)


@converts("exp.default")
def exp(walk: Walk, a):
    return replace(unary(walk, "exp", a), is_positive=True)


@converts("erf.default")
def erf(walk: Walk, a):
    return unary(walk, "erf", a)


@converts("tanh.default")
def tanh(walk: Walk, a):
    return unary(walk, "tanh", a)


@converts("relu.default")
def relu(walk: Walk, a):
    return a if a.is_positive else replace(unary(walk, "relu", a), is_positive=True)


@converts("reciprocal.default")
def reciprocal(walk: Walk, a):
    one = walk.tensors.constant("add", walk.tensors.constant("mul", a, 0.0), 1.0)
    return walk.tensors.with_value("div", one, a)


@converts("sigmoid.default")
def sigmoid(walk: Walk, a):
    """`(tanh(a / 2) + 1) / 2`, which is the same function and cannot overflow."""
    half = unary(walk, "tanh", walk.tensors.constant("mul", a, 0.5))
    value = walk.tensors.constant("mul", walk.tensors.constant("add", half, 1.0), 0.5)
    return replace(value, is_positive=True)


@converts("silu.default")
def silu(walk: Walk, a):
    return walk.tensors.with_value("mul", a, sigmoid(walk, a))


@converts("gelu.default")
def gelu(walk: Walk, a, approximate: str = "none"):
    """`erf` or `tanh` of a multiple, plus 1, times a, times 1/2."""
    tensors = walk.tensors
    if approximate == "none":
        inner = unary(walk, "erf", tensors.constant("mul", a, math.sqrt(0.5)))
    else:
        cube = tensors.with_value("mul", tensors.with_value("mul", a, a), a)
        inner = tensors.with_value("add", tensors.constant("mul", cube, 0.044715), a)
        inner = unary(walk, "tanh", tensors.constant("mul", inner, math.sqrt(2 / math.pi)))
    product = tensors.with_value("mul", tensors.constant("add", inner, 1.0), a)
    return tensors.constant("mul", product, 0.5)


@converts("clamp.default", "hardtanh.default")
def clamp(walk: Walk, a, low=None, high=None):
    if isinstance(a, Nearest):
        if (scalar(low), scalar(high)) != (-128.0, 127.0):
            raise ConversionError("rounded numbers can be clamped to -128 and 127 alone, as they become 8-bit integers")
        return a
    if str(walk.node.target) == "aten.hardtanh.default":
        low, high = (-1.0 if low is None else low), (1.0 if high is None else high)
    if low is not None and scalar(low) == 0 and high is None:
        return relu(walk, a)
    ends = [-LARGEST if low is None else scalar(low), LARGEST if high is None else scalar(high)]
    if None in ends:
        raise ConversionError("the ends are not numbers")
    low, high = (float(np.clip(end, -LARGEST, LARGEST)) for end in ends)
    value = unary(walk, "clamp", a, low=word_of(low), high=word_of(high))
    return replace(value, is_positive=low >= 0)


@converts("leaky_relu.default")
def leaky_relu(walk: Walk, a, slope: float = 0.01):
    if not 0 <= slope <= 1:
        raise ConversionError(f"the slope {slope} is not between 0 and 1")
    return walk.tensors.with_value("max", a, walk.tensors.constant("mul", a, slope))


@converts("elu.default")
def elu(walk: Walk, a, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0):
    """`max(a, 0) + alpha (exp(min(a, 0)) - 1)`."""
    tensors = walk.tensors
    below = unary(walk, "clamp", tensors.constant("mul", a, input_scale), low=word_of(-LARGEST), high=word_of(0.0))
    below = tensors.constant("mul", tensors.constant("sub", unary(walk, "exp", below), 1.0), alpha)
    value = tensors.with_value("add", below, relu(walk, a))
    return value if scale == 1 else tensors.constant("mul", value, scale)


@converts("pow.Tensor_Scalar")
def power(walk: Walk, a, exponent):
    number = scalar(exponent)
    match number:
        case 0.5:
            return sqrt(walk, a)
        case -0.5:
            return rsqrt(walk, a)
        case -1.0:
            return reciprocal(walk, a)
        case 1.0:
            return a
        case 2.0 | 3.0 | 4.0:
            value = square = replace(walk.tensors.with_value("mul", a, a), is_positive=True)
            if number != 2.0:
                value = walk.tensors.with_value("mul", square, a if number == 3.0 else square)
            return value
    raise ConversionError(f"the exponent {exponent} is none of -1, -1/2, 1/2, 1, 2, 3, 4")


@converts("round.default")
def nearest(walk: Walk, a):
    return Nearest(a)


@converts("_to_copy.default", "to.dtype")
def to_copy(walk: Walk, a, dtype: torch.dtype | None = None, **_):
    if isinstance(a, Nearest):
        if dtype != torch.int8:
            raise ConversionError(f"rounded numbers become {dtype}, a graph rounds to torch.int8 alone")
        return unary(walk, "round", a.value, kind="int8")
    is_integer = walk.tensors.kind(a) != "float"
    wants_float = dtype is None or dtype.is_floating_point
    if is_integer and wants_float:
        return replace(unary(walk, "convert", a, kind="float"), is_positive=a.is_positive)
    if is_integer != wants_float:
        return a
    raise ConversionError(f"floats become {dtype}: round and clamp them to -128 and 127 first, and take torch.int8")
