"""Convolution and pooling: windows of an image, and functions of their rows."""

from __future__ import annotations

import numpy as np
import torch

from ..check import steps
from ..errors import ConversionError
from ..program import Constant, Walk
from ..size import ONE, Size
from ..tensors import Tensors, Value, axes_of
from .registry import converts


def pair(entry) -> tuple[int, int]:
    """A parameter for both directions."""
    entry = list(entry) if isinstance(entry, list | tuple) and not isinstance(entry, Size) else [entry]
    parts = [part.fixed if isinstance(part, Size) else int(part) for part in entry]
    return (parts[0], parts[-1])


def unfold(tensors: Tensors, image: Value, kernel: tuple[int, int], stride, padding, by_channel: bool) -> tuple[int, int, int]:
    """The node of the windows of an image [1, channels, height, width], and how many there are along both sides."""
    if len(image.shape) != 4 or image.shape[0] != ONE:
        raise ConversionError("an image has the shape [1, channels, height, width]: a graph answers one request")
    if not all(side.is_fixed for side in image.shape):
        raise ConversionError("the size of an image depends on n")
    (stride, other), (pad, other_pad) = pair(stride), pair(padding)
    if stride != other or pad != other_pad:
        raise ConversionError("steps or paddings differ along height and width")
    channels, height, width = (side.fixed for side in image.shape[1:])
    if pad >= min(kernel) and pad > 0:
        raise ConversionError(f"the padding {pad} is not below the window {kernel}")
    down, across = steps(height, kernel[0], stride, pad), steps(width, kernel[1], stride, pad)
    area = kernel[0] * kernel[1]
    rows, columns = (channels * down * across, area) if by_channel else (down * across, channels * area)
    node = tensors.in_order(image).node
    fields = {"channels": channels, "height": height, "width": width, "kernel_height": kernel[0], "kernel_width": kernel[1]}
    fields |= {"stride": stride, "padding": pad, "by_channel": by_channel}
    return tensors.add("unfold", [node], Size(rows), Size(columns), kind=tensors.kind(image), **fields), down, across


def dilated(weights: torch.Tensor, dilation: tuple[int, int]) -> torch.Tensor:
    """The same filter with zeros between its elements."""
    if dilation == (1, 1):
        return weights
    sides = [(side - 1) * step + 1 for side, step in zip(weights.shape[2:], dilation)]
    spread = torch.zeros(*weights.shape[:2], *sides, dtype=weights.dtype)
    spread[:, :, :: dilation[0], :: dilation[1]] = weights
    return spread


def dense(weights: torch.Tensor, groups: int) -> torch.Tensor:
    """The same filter over all channels, with zeros for those that its group does not read."""
    if groups == 1:
        return weights
    outputs, inputs = weights.shape[0] // groups, weights.shape[1]
    whole = torch.zeros(weights.shape[0], inputs * groups, *weights.shape[2:], dtype=weights.dtype)
    for group in range(groups):
        part = slice(group * outputs, (group + 1) * outputs)
        whole[part, group * inputs : (group + 1) * inputs] = weights[part]
    return whole


def windows_of(tensors: Tensors, image: Value, weights: torch.Tensor, stride, padding) -> Value:
    """What each row of a filter is multiplied with: [down, across, inputs]. A filter of one element needs no windows."""
    if tuple(weights.shape[2:]) == (1, 1) and pair(stride) == (1, 1) and pair(padding) == (0, 0) and image.shape[0] == ONE:
        moved = tensors.permute(image, [0, 2, 3, 1])
        return tensors.reshape(moved, moved.shape[1:])
    node, down, across = unfold(tensors, image, tuple(weights.shape[2:]), stride, padding, False)
    shape = (Size(down), Size(across), tensors.graph.nodes[node].columns)
    return Value(node, shape, axes_of(shape), image.is_positive, image.scale)


def as_image(tensors: Tensors, value: Value) -> Value:
    """[down, across, channels] as [1, channels, down, across]."""
    return tensors.permute(tensors.reshape(value, (ONE, *value.shape)), [0, 3, 1, 2])


@converts("convolution.default")
def convolution(walk: Walk, a, weights, bias, stride, padding, dilation, transposed: bool, output_padding, groups):
    if not isinstance(a, Value) or not isinstance(weights, Constant):
        raise ConversionError("the filter is computed from the input")
    tensors, filters = walk.tensors, weights.at(0).detach()
    groups = groups.fixed if isinstance(groups, Size) else groups
    if transposed:
        raise ConversionError("transposed convolutions are not supported")
    if filters.dim() == 3:
        return one_dimensional(walk, a, weights, bias, stride, padding, dilation, groups)
    filters = dilated(filters, pair(dilation))
    name = weights.name.removesuffix(".weight")
    biases = np.zeros(len(filters), np.float32) if bias is None else bias.at(0).detach().float().numpy()
    if groups > 1 and filters.shape[:2] == (groups, 1):
        return depthwise(tensors, a, filters.float(), biases, stride, padding, name)
    filters = dense(filters, groups)
    rows = filters.reshape(len(filters), -1).float().numpy()
    if pair(stride) == (1, 1) and filters.shape[2:] == a_sides(a) and pair(padding) == (0, 0):
        # One window alone: the whole image is a row.
        row = tensors.reshape(tensors.in_order(a), (ONE, Size(rows.shape[1])))
        value = tensors.affine(row, rows, biases, name)
        return tensors.reshape(value, walk.shape)
    value = windows_of(tensors, a, filters, stride, padding)
    return as_image(tensors, tensors.affine(value, rows, biases, name))


def a_sides(a: Value) -> tuple[int, ...]:
    """Height and width of an image."""
    return tuple(side.fixed for side in a.shape[2:])


def depthwise(tensors: Tensors, a: Value, filters: torch.Tensor, biases: np.ndarray, stride, padding, name: str) -> Value:
    """A filter for each channel: products with windows of all channels, each rounded, and their sums."""
    channels, _, height, width = filters.shape
    node, down, across = unfold(tensors, a, (height, width), stride, padding, False)
    shape = (Size(down), Size(across), Size(channels), Size(height * width))
    windows = Value(node, shape, axes_of(shape))
    products = tensors.with_weights("mul", windows, filters.reshape(1, 1, channels, -1).numpy(), name)
    sums = tensors.reshape(tensors.reduce("sum", products, [3]), shape[:3])
    if biases.any():
        sums = tensors.with_weights("add", tensors.ordered(sums, sums.order, len(sums.order) - 1), biases.reshape(1, 1, -1), f"{name}.shift")
    return as_image(tensors, sums)


def one_dimensional(walk: Walk, a: Value, weights, bias, stride, padding, dilation, groups: int) -> Value:
    """A convolution along one side as one along the width of images of height one."""
    tensors = walk.tensors
    filters = dense(dilated(weights.at(0).detach()[:, :, None], (1, pair(dilation)[0])), groups)
    if pair(padding)[0] != 0:
        raise ConversionError("padding along one side alone is not supported")
    name = weights.name.removesuffix(".weight")
    biases = np.zeros(len(filters), np.float32) if bias is None else bias.at(0).detach().float().numpy()
    image = tensors.reshape(a, (*a.shape[:2], ONE, a.shape[2]))
    value = windows_of(tensors, image, filters, pair(stride)[0], 0)
    value = tensors.affine(value, filters.reshape(len(filters), -1).float().numpy(), biases, name)
    return tensors.reshape(as_image(tensors, value), walk.shape)


@converts("max_pool2d.default")
def max_pool(walk: Walk, a, kernel, stride=(), padding=0, dilation=1, ceil_mode: bool = False):
    kernel = pair(kernel)
    if pair(dilation) != (1, 1) or ceil_mode:
        raise ConversionError("windows with gaps, or that reach beyond the padding, are not supported")
    if pair(padding) != (0, 0) and not a.is_positive:
        raise ConversionError("padded with zeros, but elements can be below zero: apply a relu first")
    return pool(walk, "row_max", a, kernel, stride or kernel, padding)


@converts("avg_pool2d.default")
def average_pool(walk: Walk, a, kernel, stride=(), padding=0, ceil_mode: bool = False, counts_padding: bool = True, divisor=None):
    if ceil_mode or divisor is not None or (pair(padding) != (0, 0) and not counts_padding):
        raise ConversionError("only windows that count every place, padding included, are averaged")
    kernel = pair(kernel)
    return pool(walk, "mean", a, kernel, stride or kernel, padding)


@converts("adaptive_avg_pool2d.default")
def adaptive_average_pool(walk: Walk, a, size):
    wanted, sides = pair(size), a_sides(a)
    if any(side % count for side, count in zip(sides, wanted)):
        raise ConversionError(f"{sides} do not have {wanted} equal parts")
    if wanted == (1, 1):
        return walk.tensors.reduce("mean", a, [2, 3])
    kernel = tuple(side // count for side, count in zip(sides, wanted))
    return pool(walk, "mean", a, kernel, kernel, 0)


def pool(walk: Walk, op: str, a: Value, kernel: tuple[int, int], stride, padding) -> Value:
    """A function of the windows of each channel."""
    tensors = walk.tensors
    node, down, across = unfold(tensors, a, kernel, stride, padding, True)
    node = tensors.add(op, [node], tensors.graph.nodes[node].rows, ONE, kind=tensors.kind(a))
    return image_of(node, a, down, across)


def image_of(node: int, a: Value, down: int, across: int) -> Value:
    """The image whose elements are functions of the windows of each channel."""
    shape = (ONE, a.shape[1], Size(down), Size(across))
    return Value(node, shape, axes_of(shape), a.is_positive, a.scale)
