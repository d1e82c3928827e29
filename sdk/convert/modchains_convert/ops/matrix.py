"""Products of matrices, and attention."""

from __future__ import annotations

import math

import numpy as np
import torch

from ..errors import ConversionError
from ..program import Constant, Walk
from ..size import ONE, product
from ..tensors import Tensors, Value
from .elementwise import add as add_tensors
from .elementwise import scaled
from .registry import converts
from .rows import softmax_of

# What a mask adds to scores that do not count: far below all others, and finite.
HIDDEN = -(2.0**126)


@converts("linear.default")
def linear(walk: Walk, a, weights, bias=None):
    if not isinstance(a, Value) or not isinstance(weights, Constant):
        raise ConversionError("the weights are computed from the input")
    return affine(walk, a, weights.at(0), None if bias is None else bias.at(0), weights.name)


def affine(walk: Walk, a: Value, weights: torch.Tensor, bias: torch.Tensor | None, name: str) -> Value:
    """Rows times rows of weights, with biases of zero where there are none."""
    rows = weights.detach().numpy().astype(np.float32)
    biases = np.zeros(len(rows), dtype=np.float32) if bias is None else bias.detach().numpy().astype(np.float32)
    return walk.tensors.affine(a, rows, biases, name.removesuffix(".weight"))


@converts("addmm.default")
def addmm(walk: Walk, bias, a, b, beta: float = 1, alpha: float = 1):
    if isinstance(b, Constant) and isinstance(bias, Constant) and isinstance(a, Value):
        columns = bias.at(0)
        if columns.dim() == 1 or columns.shape[0] == 1:
            return affine(walk, a, b.at(0).T * alpha, columns.flatten() * beta, b.name)
    return add_tensors(walk, scaled(walk, matmul(walk, a, b), alpha), scaled(walk, bias, beta))


@converts("mm.default", "bmm.default", "matmul.default")
def matmul(walk: Walk, a, b):
    tensors = walk.tensors
    if isinstance(b, Constant):
        matrix = b.at(0)
        if b.depends_on_n:
            raise ConversionError("multiplies with weights that depend on n")
        if matrix.dim() == 1:
            return tensors.reshape(affine(walk, a, matrix[None], None, b.name), walk.shape)
        if matrix.numel() != matrix.shape[-1] * matrix.shape[-2]:
            raise ConversionError("multiplies with another matrix of weights for each part of a batch")
        rows = matrix.reshape(matrix.shape[-2:]).T
        return tensors.reshape(affine(walk, a, rows, None, b.name), walk.shape)
    if isinstance(a, Constant):
        matrix = a.at(0)
        if a.depends_on_n or matrix.dim() != 2 or len(b.shape) < 2:
            raise ConversionError("multiplies weights with a tensor in a way that is not supported")
        return swap_last(tensors, affine(walk, swap_last(tensors, b), matrix, None, a.name))
    rank = max(len(a.shape), len(b.shape), 2)
    if len(a.shape) == 1 or len(b.shape) == 1:
        raise ConversionError("multiplies vectors that are computed from the input; make them matrices of one row")
    a, b = (tensors.reshape(value, (ONE,) * (rank - len(value.shape)) + value.shape) for value in (a, b))
    return product_of(tensors, a, swap_last(tensors, b))


def product_of(tensors: Tensors, a: Value, b: Value) -> Value:
    """`a b^T` for `[..., m, k]` and `[..., p, k]`. A batch that only one of them has is part of its rows."""
    batch = range(len(a.shape) - 2)
    shared = [axis for axis in batch if a.shape[axis] == b.shape[axis] and a.shape[axis] != ONE]
    mine = [axis for axis in batch if b.shape[axis] == ONE and a.shape[axis] != ONE]
    others = [axis for axis in batch if a.shape[axis] == ONE and b.shape[axis] != ONE]
    if any(axis in shared for axis in batch if a.shape[axis] != b.shape[axis]) or (mine and others):
        raise ConversionError("the batches of both matrices do not go together")
    if others:
        return swap_last(tensors, product_of(tensors, b, a))
    if not mine:
        return tensors.dot(a, b, batch)
    order = [*shared, *mine, len(a.shape) - 2, len(a.shape) - 1]
    rest = [axis for axis in batch if axis not in (*shared, *mine)]
    moved = tensors.permute(a, [*rest, *order])
    whole = tensors.permute(b, [*rest, *order])
    count, rows = len(rest) + len(shared), moved.shape[len(rest) + len(shared) : -1]
    joined = product(rows)
    if joined is None:
        raise ConversionError("a batch that grows with n has matrices that grow with n")
    flat = tensors.reshape(moved, (*moved.shape[:count], joined, moved.shape[-1]))
    second = tensors.reshape(whole, (*whole.shape[:count], *whole.shape[-2:]))
    result = tensors.dot(flat, second, range(count))
    result = tensors.reshape(result, (*moved.shape[:-1], whole.shape[-2]))
    axes = [*rest, *order]
    return tensors.permute(result, [axes.index(axis) for axis in range(len(axes))])


def swap_last(tensors: Tensors, value: Value) -> Value:
    """With the last two axes exchanged."""
    rank = len(value.shape)
    return tensors.permute(value, [*range(rank - 2), rank - 1, rank - 2])


@converts("baddbmm.default")
def baddbmm(walk: Walk, addend, a, b, beta: float = 1, alpha: float = 1):
    result = scaled(walk, matmul(walk, a, b), alpha)
    return result if beta == 0 else add_tensors(walk, result, scaled(walk, addend, beta))


@converts("scaled_dot_product_attention.default")
def attention(walk: Walk, query, key, value, mask=None, dropout=0.0, is_causal=False, scale=None, enable_gqa=False):
    """Products of queries and keys, times the scale, plus the mask, softmax along keys, products with values."""
    tensors = walk.tensors
    if enable_gqa:
        raise ConversionError("grouped queries are not supported")
    width = query.shape[-1].fixed
    scores = product_of(tensors, query, key)
    scores = tensors.constant("mul", scores, 1 / math.sqrt(width) if scale is None else scale)
    if is_causal:
        rows, columns = scores.shape[-2:]
        mask = Constant(lambda n: torch.ones(rows.at(n), columns.at(n)).tril().bool(), not rows.is_fixed, walk.name)
    if mask is not None:
        scores = masked(walk, scores, mask)
    weights = softmax_of(tensors, scores, len(scores.shape) - 1)
    return product_of(tensors, weights, swap_last(tensors, value))


def masked(walk: Walk, scores: Value, mask) -> Value:
    """Scores plus a mask. What it takes out counts as so far below the rest that its exponential is zero."""
    if isinstance(mask, Value):
        return walk.tensors.with_value("add", scores, mask)
    array = mask.array(walk.tensors.graph.sizes)
    array = np.where(array, 0.0, HIDDEN) if array.dtype == bool else np.maximum(array, HIDDEN)
    if not np.isfinite(array).all():
        raise ConversionError("a mask holds no numbers")
    if (array == HIDDEN).all(axis=-1).any():
        raise ConversionError("a mask takes all places out")
    if not array.any():
        return scores
    if not scores.shape[-1].is_fixed:
        raise ConversionError(
            "a mask along an axis that grows with n is not supported: give the model no padding, or export it for one size"
        )
    array = array.reshape((1,) * (len(scores.shape) - array.ndim) + array.shape).astype(np.float32)
    return walk.tensors.with_weights("add", scores, array, mask.name)
