"""Convolution and pooling: windows of an image, and functions of their rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from ..check import steps
from ..errors import ConversionError
from ..graph import word_of
from ..program import Constant, Walk
from ..size import ONE, Size
from ..tensors import Tensors, Value, axes_of
from .registry import converts
from .rows import BATCH_NORM, folded_batch_norm


def pair(entry) -> tuple[int, int]:
    """A parameter for both directions."""
    entry = list(entry) if isinstance(entry, list | tuple) and not isinstance(entry, Size) else [entry]
    parts = [part.fixed if isinstance(part, Size) else int(part) for part in entry]
    return (parts[0], parts[-1])


def unfold(
    tensors: Tensors, image: Value, kernel: tuple[int, int], stride, padding, by_channel: bool
) -> tuple[int, int, int]:
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
    fields = {
        "channels": channels,
        "height": height,
        "width": width,
        "kernel_height": kernel[0],
        "kernel_width": kernel[1],
    }
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
    if (
        tuple(weights.shape[2:]) == (1, 1)
        and pair(stride) == (1, 1)
        and pair(padding) == (0, 0)
        and image.shape[0] == ONE
    ):
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
    if transposed:
        raise ConversionError("transposed convolutions are not supported")
    name = weights.name.removesuffix(".weight")
    filters, biases, normalised = with_batch_norm(walk, weights.at(0), None if bias is None else bias.at(0))
    filters, biases = filters.float(), biases.float().numpy()
    value = filtered(walk.tensors, a, filters, biases, stride, padding, dilation, groups, name)
    value = walk.tensors.reshape(value, walk.shape)
    for known in normalised:
        walk.values[known] = [value] if known is normalised[0] else value
    return value


def with_batch_norm(
    walk: Walk, filters: torch.Tensor, bias: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor, list]:
    """The filters and biases of the current operation in doubles, times and plus what a normalisation by known mean and variance
    that alone reads it does, and the operations that this stands for."""
    filters = filters.detach().double()
    bias = torch.zeros(len(filters), dtype=torch.float64) if bias is None else bias.detach().double()
    user = next(iter(walk.node.users)) if len(walk.node.users) == 1 else None
    if user is None or str(user.target) != BATCH_NORM:
        return filters, bias, []
    constants = [None if part is None else walk.values[part] for part in user.args[1:5]]
    factor, summand = folded_batch_norm(*constants, user.args[6])
    results = [reader for reader in user.users if reader.args[1] == 0]
    return filters * factor.reshape(-1, *[1] * (filters.dim() - 1)), bias * factor + summand, [user, *results]


def filtered(
    tensors: Tensors, a: Value, filters: torch.Tensor, biases: np.ndarray, stride, padding, dilation, groups, name: str
) -> Value:
    """The filters over an image, or over a line."""
    groups = groups.fixed if isinstance(groups, Size) else groups
    if filters.dim() == 3:
        return one_dimensional(tensors, a, filters, biases, stride, padding, dilation, groups, name)
    filters = dilated(filters, pair(dilation))
    if groups > 1 and filters.shape[:2] == (groups, 1):
        return depthwise(tensors, a, filters, biases, stride, padding, name)
    filters = dense(filters, groups)
    rows = filters.reshape(len(filters), -1).numpy()
    if pair(stride) == (1, 1) and filters.shape[2:] == a_sides(a) and pair(padding) == (0, 0):
        # One window alone: the whole image is a row.
        row = tensors.reshape(tensors.in_order(a), (ONE, Size(rows.shape[1])))
        return tensors.affine(row, rows, biases, name)
    value = windows_of(tensors, a, filters, stride, padding)
    return as_image(tensors, tensors.affine(value, rows, biases, name))


def a_sides(a: Value) -> tuple[int, ...]:
    """Height and width of an image."""
    return tuple(side.fixed for side in a.shape[2:])


def depthwise(
    tensors: Tensors, a: Value, filters: torch.Tensor, biases: np.ndarray, stride, padding, name: str
) -> Value:
    """A filter for each channel: products of rows of the same channel, the filters being made a node."""
    channels, _, height, width = filters.shape
    node, down, across = unfold(tensors, a, (height, width), stride, padding, True)
    side = Size(channels), Size(height * width)
    zeros = tensors.add("slice", [node], *side, start=[0, 0], step=[1, 1])
    zeros = tensors.add("mul", [zeros], *side, second={"constant": word_of(0.0)})
    rows = tensors.constant_rows(zeros, filters.reshape(channels, -1).numpy(), name)
    sums = tensors.add("dot", [node, rows], tensors.graph.nodes[node].rows, ONE, groups=channels)
    value = image_of(sums, a, down, across)
    if biases.any():
        zeros = tensors.add("slice", [zeros], side[0], ONE, start=[0, 0], step=[1, 1])
        shift = tensors.constant_rows(zeros, biases.reshape(-1, 1), f"{name}.shift")
        value = tensors.with_value(
            "add", value, Value(shift, (ONE, side[0], ONE, ONE), axes_of((ONE, side[0], ONE, ONE)))
        )
    return replace(value, is_positive=False)


def one_dimensional(
    tensors: Tensors,
    a: Value,
    filters: torch.Tensor,
    biases: np.ndarray,
    stride,
    padding,
    dilation,
    groups: int,
    name: str,
):
    """A convolution along one side as one along the width of images of height one."""
    if pair(padding)[0] != 0:
        raise ConversionError("padding along one side alone is not supported")
    filters = dense(dilated(filters[:, :, None], (1, pair(dilation)[0])), groups)
    image = tensors.reshape(a, (*a.shape[:2], ONE, a.shape[2]))
    value = windows_of(tensors, image, filters, pair(stride)[0], 0)
    return as_image(tensors, tensors.affine(value, filters.reshape(len(filters), -1).numpy(), biases, name))


def require_whole(a: Value, kernel: tuple[int, int], stride, padding, ceil_mode: bool) -> None:
    """Refuses windows that reach beyond the padding, as rounding their number up can make them do."""
    step, pad = pair(stride)[0], pair(padding)[0]
    if ceil_mode and any((side + 2 * pad - window) % step for side, window in zip(a_sides(a), kernel)):
        raise ConversionError("the last windows reach beyond the image; choose sides that they divide")


@converts("max_pool2d.default")
def max_pool(walk: Walk, a, kernel, stride=(), padding=0, dilation=1, ceil_mode: bool = False):
    kernel = pair(kernel)
    if pair(dilation) != (1, 1):
        raise ConversionError("windows with gaps are not supported")
    require_whole(a, kernel, stride or kernel, padding, ceil_mode)
    if pair(padding) != (0, 0) and not a.is_positive:
        raise ConversionError("padded with zeros, but elements can be below zero: apply a relu first")
    return pool(walk, "row_max", a, kernel, stride or kernel, padding)


@converts("avg_pool2d.default")
def average_pool(
    walk: Walk, a, kernel, stride=(), padding=0, ceil_mode: bool = False, counts_padding: bool = True, divisor=None
):
    kernel = averaged_window(a, kernel, stride, padding, ceil_mode, counts_padding, divisor)
    return pool(walk, "mean", a, kernel, stride or kernel, padding)


def averaged_window(
    a: Value, kernel, stride, padding, ceil_mode: bool, counts_padding: bool, divisor
) -> tuple[int, int]:
    """The window of an average over all of its places; any other is refused."""
    if divisor is not None or (pair(padding) != (0, 0) and not counts_padding):
        raise ConversionError("only windows that count every place, padding included, are averaged")
    require_whole(a, pair(kernel), stride or pair(kernel), padding, ceil_mode)
    return pair(kernel)


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
