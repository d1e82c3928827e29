"""Programs of floats as graphs of 8-bit integers (class `Exact`), by quantisation after training.

Symmetric, one scale for each tensor, since a node that requantises has one multiplier: a weight is `round(w 127 / max|w|)`, an
activation `round(a 127 / max|a|)` with the maximum over the calibration inputs, a bias is in units of its sums. What a sum is
multiplied with to become the next activation is a multiplier below 2^31 and a shift. Normalisation by known mean and
variance becomes part of the weights before it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import fx

from .errors import ConversionError, GraphError
from .graph import Graph
from .ops import image, rows, views
from .ops.elementwise import scalar
from .program import Constant, Walk, decomposed
from .rounded import make_input, output_node, silent
from .size import ONE, Size
from .spec import InputSpec
from .tensors import Tensors, Value

STEPS = 127
MULTIPLIER_BITS = 31
SHIFT_MAX = 62
# Bits that two scales keep where tensors of different scales are added: 127 times as much is far below 2^31.
SUMMAND_BITS = 16
CLAMPS = ("aten.relu.default", "aten.hardtanh.default", "aten.clamp.default")


@dataclass(frozen=True)
class Quantised:
    """A graph of integers."""

    graph: Graph
    # Real value of one step of its output.
    step: float


class IntegerWalk(Walk):
    """A walk that knows what the program's tensors reach."""

    def __init__(self, program, tensors: Tensors, report, reach: dict[str, tuple[float, float]]) -> None:
        super().__init__(program, tensors, HANDLERS, report)
        self.reach = reach

    def scale_of(self, node: fx.Node) -> float:
        """Real value of one step of an activation."""
        low, high = self.reach[node.name]
        return max(-low, high, 1e-30) / STEPS

    def is_output(self, node: fx.Node) -> bool:
        """Whether nothing but views stands between a tensor and the result."""
        return all(user.op == "output" or (str(user.target) in VIEWS and self.is_output(user)) for user in node.users)


def quantise(
    program: torch.export.ExportedProgram,
    spec: InputSpec,
    calibration: Iterable[torch.Tensor],
    report: Callable[[int, int], None] = silent,
) -> Quantised:
    """The graph of integers nearest to a program. `calibration` has inputs of the program, each a request as the model takes it.

    Raises `ConversionError` for whatever has no meaning in such a graph."""
    if spec.kind != "int8":
        raise ConversionError("a graph of 8-bit integers takes inputs of -128 to 127")
    program = decomposed(program)
    tensors = Tensors(Graph())
    walk = IntegerWalk(program, tensors, report, observe(program, calibration))
    value = walk.run(lambda node: integer_input(walk, spec, node))
    if not isinstance(value, Value):
        raise ConversionError("the result does not depend on the input")
    try:
        return Quantised(tensors.graph.keep(output_node(tensors, value)), value.scale or 1.0)
    except GraphError as error:
        raise ConversionError(str(error)) from None


def observe(
    program: torch.export.ExportedProgram, calibration: Iterable[torch.Tensor]
) -> dict[str, tuple[float, float]]:
    """The smallest and the largest element of every tensor of a program over some inputs, by its name."""
    reach: dict[str, tuple[float, float]] = {}

    class Observer(fx.Interpreter):
        def run_node(self, node: fx.Node):
            result = super().run_node(node)
            if isinstance(result, torch.Tensor) and result.is_floating_point() and result.numel() > 0:
                low, high = (float(end) for end in torch.aminmax(result))
                before = reach.get(node.name, (low, high))
                reach[node.name] = min(before[0], low), max(before[1], high)
            return result

    tensors = {**program.state_dict, **program.constants}
    observer = Observer(program.graph_module)
    with torch.no_grad():
        for given in calibration:
            specs = program.graph_signature.input_specs
            observer.run(*(given if entry.target is None else tensors[entry.target] for entry in specs))
    if not reach:
        raise ConversionError("there are no inputs to calibrate with")
    return reach


def integer_input(walk: IntegerWalk, spec: InputSpec, node: fx.Node) -> Value:
    """The input as integers, which stand for themselves."""
    value = make_input(walk, spec, node, keeps_integers=True)
    return replace(value, scale=1.0)


def factor(ratio: float) -> tuple[int, int]:
    """A multiplier and a shift for a factor: `multiplier / 2^shift`."""
    shift = MULTIPLIER_BITS - math.frexp(ratio)[1]
    shift = min(shift, SHIFT_MAX)
    multiplier = round(ratio * 2.0**shift) if shift > 0 else 0
    if multiplier >= 1 << MULTIPLIER_BITS:
        multiplier, shift = multiplier // 2, shift - 1
    if not (multiplier >= 1 and shift >= 1):
        raise ConversionError(f"the factor {ratio} between sums and activations cannot be expressed")
    return multiplier, shift


def activation(walk: IntegerWalk, sums: Value, step: float, node: fx.Node, low: float, high: float) -> Value:
    """Sums, of which one is worth `step`, as 8-bit integers that stand for the tensor `node`. `low` and `high` bound it."""
    scale = walk.scale_of(node)
    multiplier, shift = factor(step / scale)
    ends = [
        int(np.clip(round(end / scale), -STEPS, STEPS)) if math.isfinite(end) else int(math.copysign(STEPS, end))
        for end in (low, high)
    ]
    fields = {"multiplier": multiplier, "shift": shift, "min": ends[0], "max": ends[1]}
    value = walk.tensors.like(sums, "requantise", kind="int8", **fields)
    return replace(value, scale=scale, is_positive=ends[0] >= 0)


def only_user(node: fx.Node) -> fx.Node | None:
    """What reads a tensor, where only one operation does."""
    return next(iter(node.users)) if len(node.users) == 1 else None


def following_clamp(node: fx.Node) -> tuple[fx.Node, float, float]:
    """The clamp that alone reads a tensor, or the tensor itself, and its ends."""
    user = only_user(node)
    if user is None or str(user.target) not in CLAMPS:
        return node, -math.inf, math.inf
    if str(user.target) == "aten.relu.default":
        return user, 0.0, math.inf
    low, high = (*user.args[1:3], None, None)[:2]
    default = (-1.0, 1.0) if str(user.target) == "aten.hardtanh.default" else (-math.inf, math.inf)
    low, high = (end if number is None else float(number) for number, end in zip((low, high), default))
    return user, low, high


def layer(walk: IntegerWalk, filters: torch.Tensor, bias: torch.Tensor | None, name: str, sums: Callable) -> Value:
    """A layer of sums of products with what follows it: normalisation and clamp. `sums` makes the node of rows of weights and
    biases."""
    node = walk.node
    filters, bias, normalised = image.with_batch_norm(walk, filters, bias)
    last = normalised[-1] if normalised else node
    weight_step = max(float(filters.abs().max()), 1e-30) / STEPS
    integers = (filters / weight_step).round().to(torch.int8).reshape(len(filters), -1).numpy()
    operand = next(
        walk.values[part] for part in node.args if isinstance(part, fx.Node) and isinstance(walk.values[part], Value)
    )
    if walk.tensors.kind(operand) != "int8":
        raise ConversionError("reads sums that were not requantised")
    step = weight_step * operand.scale
    biases = (bias / step).round()
    if float(biases.abs().max()) >= 1 << 31:
        raise ConversionError("a bias does not fit 32 bits in units of its sums")
    value = replace(sums(integers, biases.to(torch.int32).numpy(), name), scale=step)
    end, low, high = following_clamp(last)
    if not (end is last and walk.is_output(last)):
        value = activation(walk, value, step, end, low, high)
    for known in (*normalised, end):
        walk.values[known] = [value] if normalised and known is normalised[0] else value
    return value


def linear(walk: IntegerWalk, a: Value, weights, bias=None):
    constant = require_weights(weights)
    sums = lambda integers, biases, name: walk.tensors.affine(a, integers, biases, name, kind="int32")
    return layer(walk, constant.at(0), None if bias is None else bias.at(0), name_of(constant), sums)


def addmm(walk: IntegerWalk, bias, a: Value, weights, beta: float = 1, alpha: float = 1):
    constant = require_weights(weights)
    sums = lambda integers, biases, name: walk.tensors.affine(a, integers, biases, name, kind="int32")
    return layer(walk, constant.at(0).T * alpha, bias.at(0) * beta, name_of(constant), sums)


def convolution(
    walk: IntegerWalk, a: Value, weights, bias, stride, padding, dilation, transposed: bool, _output_padding, groups
):
    constant = require_weights(weights)
    filters = constant.at(0)
    if transposed or filters.dim() != 4:
        raise ConversionError("only convolutions of images are supported")
    groups = groups.fixed if isinstance(groups, Size) else groups
    filters = image.dense(image.dilated(filters, image.pair(dilation)), groups)

    def sums(integers: np.ndarray, biases: np.ndarray, name: str) -> Value:
        windows = image.windows_of(walk.tensors, a, filters, stride, padding)
        return image.as_image(walk.tensors, walk.tensors.affine(windows, integers, biases, name, kind="int32"))

    return layer(walk, filters, None if bias is None else bias.at(0), name_of(constant), sums)


def require_weights(constant) -> Constant:
    """Weights, which must not depend on the input."""
    if not isinstance(constant, Constant):
        raise ConversionError("the weights are computed from the input")
    return constant


def name_of(constant: Constant) -> str:
    """The name of a layer's weights."""
    return constant.name.removesuffix(".weight")


def clamp(walk: IntegerWalk, a: Value, low=None, high=None):
    if str(walk.node.target) == "aten.relu.default" or (low == 0 and high is None):
        return a if a.is_positive else replace(walk.tensors.like(a, "relu"), is_positive=True)
    node, low, high = walk.node, *following_clamp(walk.node.args[0])[1:]
    return activation(walk, a, a.scale, node, low, high)


def add(walk: IntegerWalk, a, b, alpha: float = 1):
    """Both in units of a fraction of the result's step, added, requantised."""
    if not (isinstance(a, Value) and isinstance(b, Value)) or alpha != 1:
        raise ConversionError("only sums of two tensors that are computed from the input are supported")
    if a.shape != b.shape:
        raise ConversionError("tensors of different shapes are added")
    end, low, high = following_clamp(walk.node)
    step = walk.scale_of(end) / (1 << SUMMAND_BITS)
    parts = []
    for value in (a, b):
        times = round(value.scale / step)
        if not 1 <= times < 1 << 24:
            raise ConversionError(f"the scales {a.scale} and {b.scale} are too far apart")
        constant = {"constant": times}
        parts.append(walk.tensors.like(value, "mul", kind="int32", second=constant))
    value = walk.tensors.with_value("add", *parts, kind="int32")
    value = activation(walk, value, step, end, low, high)
    walk.values[end] = value
    return value


def average(walk: IntegerWalk, a: Value, axes) -> Value:
    """Sums along axes, requantised."""
    axes = [axis % len(a.shape) for axis in axes]
    count = math.prod(a.shape[axis].fixed for axis in axes)
    sums = walk.tensors.reduce("sum", a, axes, kind="int32")
    return activation(walk, sums, a.scale / count, walk.node, -math.inf, math.inf)


def mean(walk: IntegerWalk, a: Value, axes, keepdim: bool = False, **_):
    value = average(walk, a, axes)
    return walk.tensors.reshape(value, walk.shape)


def average_pool(
    walk: IntegerWalk,
    a: Value,
    kernel,
    stride=(),
    padding=0,
    ceil_mode: bool = False,
    counts_padding: bool = True,
    divisor=None,
):
    kernel = image.averaged_window(a, kernel, stride, padding, ceil_mode, counts_padding, divisor)
    node, down, across = image.unfold(walk.tensors, a, kernel, stride or kernel, padding, True)
    node = walk.tensors.add("sum", [node], walk.tensors.graph.nodes[node].rows, ONE, kind="int32")
    sums = image.image_of(node, a, down, across)
    return activation(walk, sums, a.scale / (kernel[0] * kernel[1]), walk.node, -math.inf, math.inf)


def adaptive_average_pool(walk: IntegerWalk, a: Value, size):
    wanted, sides = image.pair(size), image.a_sides(a)
    if any(side % count for side, count in zip(sides, wanted)):
        raise ConversionError(f"{sides} do not have {wanted} equal parts")
    if wanted == (1, 1):
        return average(walk, a, [2, 3])
    return average_pool(walk, a, [side // count for side, count in zip(sides, wanted)])


def cat(walk: IntegerWalk, parts, axis: int = 0):
    """Joined in the scale of the result."""
    if not all(isinstance(part, Value) for part in parts):
        raise ConversionError("a constant is joined with other tensors")
    parts = [activation(walk, part, part.scale, walk.node, -math.inf, math.inf) for part in parts]
    return walk.tensors.concat(parts, axis % len(parts[0].shape))


def scaled(walk: IntegerWalk, a: Value, b):
    """Times or over a positive number: only what a step is worth changes."""
    number = scalar(b) if isinstance(a, Value) else None
    if number is None or number <= 0:
        raise ConversionError("only factors that are one positive number are supported")
    is_product = "mul" in str(walk.node.target)
    return replace(a, scale=a.scale * number if is_product else a.scale / number)


def same(walk: IntegerWalk, a, *_, **__):
    return a


VIEWS = {
    f"aten.{name}": function
    for function, names in {
        views.view: "view.default _unsafe_view.default reshape.default unsqueeze.default squeeze.dim squeeze.dims flatten.using_ints",
        views.permute: "permute.default",
        views.transpose: "transpose.int",
        same: "clone.default contiguous.default alias.default detach.default dropout.default _to_copy.default",
    }.items()
    for name in names.split()
}
HANDLERS: dict[str, Callable] = VIEWS | {
    "aten.linear.default": linear,
    "aten.addmm.default": addmm,
    "aten.convolution.default": convolution,
    "aten.relu.default": clamp,
    "aten.hardtanh.default": clamp,
    "aten.clamp.default": clamp,
    "aten.add.Tensor": add,
    "aten.mul.Tensor": scaled,
    "aten.mul.Scalar": scaled,
    "aten.div.Tensor": scaled,
    "aten.div.Scalar": scaled,
    "aten.mean.dim": mean,
    "aten.max_pool2d.default": image.max_pool,
    "aten.avg_pool2d.default": average_pool,
    "aten.adaptive_avg_pool2d.default": adaptive_average_pool,
    "aten.slice.Tensor": views.slice_of,
    "aten.select.int": views.select,
    "aten.cat.default": cat,
    "aten.argmax.default": rows.argmax,
    "aten.topk.default": rows.topk,
}


def classified(quantised: Quantised) -> Quantised:
    """The same graph with the index of the largest logit in front of the logits, which are its last node."""
    graph = quantised.graph
    logits = len(graph.nodes) - 1
    last = graph.nodes[logits]
    if (last.kind, last.rows) != ("int32", ONE):
        raise ConversionError("the result is no row of sums, which logits are")
    tensors = Tensors(graph)
    index = tensors.add("top_k", [logits], ONE, ONE, kind="int32", count=1)
    both = tensors.add("concat_columns", [index, logits], ONE, last.columns.plus(ONE), kind="int32")
    return replace(quantised, graph=graph.keep(both))
