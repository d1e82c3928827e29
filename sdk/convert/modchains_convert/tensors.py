"""Tensors of a model as outputs of nodes, which have rows and columns alone.

A tensor's elements lie in its node one after the other, in the order of its axes that `order` says, the first one slowest. So
a reshape or a permutation costs no node until something needs the elements in another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from . import check
from .errors import ConversionError
from .graph import Graph, Node, word_of
from .size import ONE, Size, polynomial, product, text

# What a function of rows becomes of functions of parts of rows of one length.
PARTS = {"sum": "sum", "mean": "mean", "row_max": "row_max", "square_sum": "sum", "square_mean": "mean"}
# A permutation has as many.
BLOCK_DIMENSIONS = 4


@dataclass(frozen=True)
class Value:
    """The output of a node as a tensor of a model."""

    node: int
    shape: tuple[Size, ...]
    # Axes other than those of size one, as they lie in the node.
    order: tuple[int, ...]
    # Whether no element is below zero, whatever the input.
    is_positive: bool = False
    # Real value of one step, where elements are integers that stand for real numbers.
    scale: float | None = None

    @property
    def is_in_order(self) -> bool:
        """Whether its elements lie as its axes do."""
        return list(self.order) == sorted(self.order)


@dataclass(frozen=True)
class Nearest:
    """The whole numbers nearest to a tensor: only the conversion to 8-bit integers, which clamps, makes a node of it."""

    value: Value


def axes_of(shape: Sequence[Size]) -> tuple[int, ...]:
    """The axes that are not of size one."""
    return tuple(axis for axis, size in enumerate(shape) if size != ONE)


class Tensors:
    """Builds a graph from operations on tensors."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    # What nodes are.

    def rows(self, value: Value) -> Size:
        """Rows of its node."""
        return self.graph.nodes[value.node].rows

    def columns(self, value: Value) -> Size:
        """Columns of its node."""
        return self.graph.nodes[value.node].columns

    def kind(self, value: Value) -> str:
        """What its elements are."""
        return self.graph.nodes[value.node].kind

    def add(
        self, op: str, inputs: Sequence[int], rows: Size, columns: Size, *, kind="float", weights=None, **fields
    ) -> int:
        """Adds a node."""
        return self.graph.add(Node(op, kind, tuple(inputs), rows, columns, weights, fields))

    def like(self, value: Value, op: str, *, inputs: Sequence[int] = (), kind=None, weights=None, **fields) -> Value:
        """A node with the shape of `value`'s, which is its first input."""
        nodes = (value.node, *inputs)
        kind = kind or self.kind(value)
        node = self.add(op, nodes, self.rows(value), self.columns(value), kind=kind, weights=weights, **fields)
        return replace(value, node=node, is_positive=False)

    # Where elements lie.

    def in_form(self, value: Value, order: Sequence[int], split: int) -> int:
        """The node that holds the elements in `order`, the first `split` of its axes in rows and the others in columns."""
        return self._placed(value, tuple(order), *self.form(value.shape, order, split))

    def _placed(self, value: Value, order: tuple[int, ...], rows: Size, columns: Size) -> int:
        if order != value.order:
            return self._permuted(value, order, rows, columns)
        if (self.rows(value), self.columns(value)) == (rows, columns):
            return value.node
        return self.add("reshape", [value.node], rows, columns, kind=self.kind(value))

    def form(self, shape: Sequence[Size], order: Sequence[int], split: int) -> tuple[Size, Size]:
        """Rows and columns of that node."""
        sides = [product(shape[axis] for axis in part) for part in (order[:split], order[split:])]
        if None in sides:
            raise ConversionError(f"a tensor {text(shape)} needs rows or columns that grow with the square of n")
        return tuple(sides)

    def ordered(self, value: Value, order: Sequence[int], split: int | None = None) -> Value:
        """The same tensor in a node that holds it in another order."""
        if tuple(order) == value.order and split is None:
            return value
        split = max(len(order) - 1, 0) if split is None else split
        return replace(value, node=self.in_form(value, order, split), order=tuple(order))

    def in_order(self, value: Value) -> Value:
        """The same tensor with its elements as its axes are."""
        return value if value.is_in_order else self.ordered(value, sorted(value.order))

    def _permuted(self, value: Value, order: tuple[int, ...], rows: Size, columns: Size) -> int:
        """The node with the axes in another order: one permutation where four blocks of axes suffice, else one for each
        block that moves."""
        kind, node = self.kind(value), value.node
        runs = _runs(value.order, order)
        if len(runs) <= BLOCK_DIMENSIONS:
            wanted = sorted(range(len(runs)), key=lambda run: order.index(runs[run][0]))
            return self._block(node, value.shape, runs, wanted, rows, columns, kind)
        present = list(value.order)
        for place in range(len(order)):
            start = present.index(order[place])
            if start == place:
                continue
            end = start + 1
            while end < len(present) and present[end] == order[place + end - start]:
                end += 1
            runs = [present[:place], present[place:start], present[start:end], present[end:]]
            present = runs[0] + runs[2] + runs[1] + runs[3]
            sides = (rows, columns) if tuple(present) == order else self.form(value.shape, present, len(present) - 1)
            node = self._block(node, value.shape, runs, [0, 2, 1, 3], *sides, kind)
        return node

    def _block(self, node: int, shape: Sequence[Size], runs, order, rows: Size, columns: Size, kind: str) -> int:
        sides = [product(shape[axis] for axis in run) for run in runs]
        if None in sides:
            raise ConversionError("a permutation would need a dimension that grows with the square of n")
        missing = BLOCK_DIMENSIONS - len(runs)
        dimensions = [list(side) for side in [ONE] * missing + sides]
        order = [*range(missing), *(missing + run for run in order)]
        return self.add("permute", [node], rows, columns, kind=kind, dimensions=dimensions, order=order)

    # Views.

    def permute(self, value: Value, axes: Sequence[int]) -> Value:
        """Axis i of the result is axis `axes[i]`."""
        shape = tuple(value.shape[axis] for axis in axes)
        return replace(value, shape=shape, order=tuple(axes.index(axis) for axis in value.order))

    def reshape(self, value: Value, shape: Sequence[Size]) -> Value:
        """The same elements with other axes."""
        shape = tuple(shape)
        if polynomial(value.shape) != polynomial(shape):
            raise ConversionError(f"{text(value.shape)} does not become {text(shape)}")
        order = _reshaped(value, shape)
        if order is None:
            order = axes_of(shape)
            sides = self.form(shape, order, max(len(order) - 1, 0))
            value = replace(value, node=self._placed(value, tuple(sorted(value.order)), *sides))
        return replace(value, shape=shape, order=order)

    # Parts of tensors.

    def slice(self, value: Value, axis: int, start: int, size: Size, step: int = 1) -> Value:
        """Every `step`-th place of an axis from `start`."""
        shape = value.shape[:axis] + (size,) + value.shape[axis + 1 :]
        if size == value.shape[axis]:
            return value
        # The axis is the last of the rows where it is the first of all, else it is the first of the columns.
        place = value.order.index(axis)
        inner = product(value.shape[other] for other in value.order[place + 1 :])
        if place == 0:
            node, starts, steps, split = self.in_form(value, value.order, 1), (start, 0), (step, 1), 1
        else:
            if inner is None or not inner.is_fixed or (inner != ONE and step != 1):
                order = (axis, *(other for other in value.order if other != axis))
                return self.slice(self.ordered(value, order, 1), axis, start, size, step)
            node, split = self.in_form(value, value.order, place), place
            starts, steps = (0, start * inner.fixed), (1, step)
        rows, columns = self.form(shape, value.order, split)
        kind = self.kind(value)
        node = self.add("slice", [node], rows, columns, kind=kind, start=list(starts), step=list(steps))
        order = tuple(other for other in value.order if shape[other] != ONE)
        return replace(value, node=node, shape=shape, order=order)

    def concat(self, values: Sequence[Value], axis: int) -> Value:
        """Tensors one after the other along an axis."""
        if len(values) == 1:
            return values[0]
        while len(values) > 3:
            values = [self.concat(values[:3], axis), *values[3:]]
        kinds = {self.kind(value) for value in values}
        if len(kinds) > 1 or len({value.scale for value in values}) > 1:
            raise ConversionError(f"tensors of different kinds or scales are joined: {sorted(kinds)}")
        total = Size(0)
        for value in values:
            total = total.plus(value.shape[axis])
        shape = (*values[0].shape[:axis], total, *values[0].shape[axis + 1 :])
        order = axes_of(shape)
        split = order.index(axis)
        outer = self.form(shape, order, split)[0]
        by_rows = outer == ONE
        nodes = []
        for value in values:
            lacking = axes_of(value.shape)
            # Where the joined axis is of size one it lies nowhere; its place is where the others put it.
            place = sum(other < axis for other in lacking) + (by_rows and axis in lacking)
            nodes.append(self.in_form(value, lacking, place))
        rows, columns = self.form(shape, order, split + by_rows)
        node = self.add("concat_rows" if by_rows else "concat_columns", nodes, rows, columns, kind=kinds.pop())
        return Value(node, shape, order, all(value.is_positive for value in values), values[0].scale)

    # Two operands.

    def constant(self, op: str, value: Value, number: float) -> Value:
        """A function of two elements, of which the second is a number."""
        return self.like(value, op, second={"constant": word_of(number)})

    def with_value(self, op: str, a: Value, b: Value, *, kind: str | None = None) -> Value:
        """A function of two elements, where every axis of `b` has the size of `a`'s or one."""
        kind = kind or self.kind(a)
        mine = [axis for axis in a.order if axis in b.order]
        if not mine:
            return self.like(a, op, inputs=[self.in_form(b, (), 0)], kind=kind, second="input")
        if len(mine) == len(a.order):
            second = self._placed(b, a.order, self.rows(a), self.columns(a))
            return self.like(a, op, inputs=[second], kind=kind, second="input")
        rest = [axis for axis in a.order if axis not in b.order]
        order, count = list(a.order), len(mine)
        if set(order[:count]) == set(mine) and self._is_linear(a.shape, order, count):
            split, side = count, 0
        elif set(order[-count:] if count else []) == set(mine) and self._is_linear(a.shape, order, len(rest)):
            split, side = len(rest), 1
        else:
            order, split, side = mine + rest, count, 0
        a = replace(a, node=self.in_form(a, order, split), order=tuple(order))
        part = order[:split] if side == 0 else order[split:]
        second = self.in_form(b, part, len(part) if side == 0 else 0)
        return self.like(a, op, inputs=[second], kind=kind, second="input")

    def _is_linear(self, shape: Sequence[Size], order: Sequence[int], split: int) -> bool:
        return all(product(shape[axis] for axis in part) is not None for part in (order[:split], order[split:]))

    def with_weights(self, op: str, value: Value, array: np.ndarray, name: str, *, kind: str | None = None) -> Value:
        """A function of two elements, the second of which are weights. `array` has `value`'s axes; along those that grow with n it
        has one place, or as many as there are for the largest input."""
        moving = tuple(axis for axis in value.order if not value.shape[axis].is_fixed)
        rows = self._weight_rows(value, array)
        if not self.columns(value).is_fixed or (moving and len(rows) > 1):
            # What grows with n comes first, so that no row's weights depend on n.
            value = self.ordered(value, (*moving, *(axis for axis in value.order if axis not in moving)), len(moving))
            rows = self._weight_rows(value, array)
            if len(rows) > 1 and len(moving) > 1:
                raise ConversionError("weights differ along two axes that grow with n")
        name = self.graph.add_weights(name, rows)
        return self.like(value, op, kind=kind, weights=name, second="weights", weight_rows=len(rows))

    def _weight_rows(self, value: Value, array: np.ndarray) -> np.ndarray:
        """What goes with each row of a node for the largest input, or the one row that goes with all."""
        largest = self.graph.sizes[1]
        full = np.broadcast_to(array, [size.at(largest) for size in value.shape])
        rows = full.transpose(*value.order, *(axis for axis in range(full.ndim) if axis not in value.order))
        rows = np.ascontiguousarray(rows).reshape(self.rows(value).at(largest), self.columns(value).at(largest))
        return rows[:1] if (rows == rows[0]).all() else rows

    # Rows.

    def reduce(self, op: str, value: Value, axes: Sequence[int], *, kind: str | None = None) -> Value:
        """A function of rows that are made of `axes`, which stay with size one. Rows too long for one element's evidence are
        reduced along the last axis first, and then what is left."""
        axes = sorted(axis % len(value.shape) for axis in axes)
        total = product(value.shape[axis] for axis in axes)
        if op in PARTS and len(axes) > 1 and (total is None or total.at(self.graph.sizes[1]) > self._row_max(value)):
            return self.reduce(PARTS[op], self.reduce(op, value, axes[-1:], kind=kind), axes[:-1])
        shape = tuple(ONE if axis in axes else size for axis, size in enumerate(value.shape))
        inner = tuple(axis for axis in value.order if axis in axes)
        outer = tuple(axis for axis in value.order if axis not in axes)
        node = self.in_form(value, outer + inner, len(outer))
        node = self.add(op, [node], self.graph.nodes[node].rows, ONE, kind=kind or self.kind(value))
        return Value(node, shape, outer)

    def _row_max(self, value: Value) -> int:
        """Columns of the longest row of one operand that an element may be computed from."""
        evidence = check.EVIDENCE_PIECES_MAX * check.PIECE_BYTES // check.BYTES[self.kind(value)]
        return min(evidence, check.COLUMNS_PER_REDUCTION_MAX)

    def constant_rows(self, zeros: int, array: np.ndarray, name: str, *, kind: str = "float") -> int:
        """Weights as a node: added to zeros, of which some node has as many rows and columns."""
        name = self.graph.add_weights(name, np.ascontiguousarray(array))
        rows, columns = (Size(side) for side in array.shape)
        return self.add(
            "add", [zeros], rows, columns, kind=kind, weights=name, second="weights", weight_rows=len(array)
        )

    def affine(self, value: Value, weights: np.ndarray, bias: np.ndarray, name: str, *, kind: str = "float") -> Value:
        """Each row along the last axis times rows of weights, which have biases."""
        last = len(value.shape) - 1
        order = (*(axis for axis in value.order if axis != last), *([last] if last in value.order else []))
        split = len(order) - (last in order)
        node = self.in_form(value, order, split)
        name = self.graph.add_weights(name, np.ascontiguousarray(weights), bias)
        outputs = Size(len(weights))
        node = self.add("affine", [node], self.graph.nodes[node].rows, outputs, kind=kind, weights=name)
        shape = (*value.shape[:-1], outputs)
        return Value(node, shape, (*order[:split], *([last] if outputs != ONE else [])))

    def dot(self, a: Value, b: Value, groups: Sequence[int], *, kind: str = "float") -> Value:
        """Products of rows along the last axis: `[*groups, m, k]` and `[*groups, p, k]` give `[*groups, m, p]`."""
        rank, nodes = len(a.shape), []
        for value in (a, b):
            order = axes_of(value.shape)
            nodes.append(self.in_form(value, order, len(order) - (value.shape[-1] != ONE)))
        count = product(a.shape[axis] for axis in groups)
        if count is None or not count.is_fixed:
            raise ConversionError(
                f"matrices are multiplied in {text(a.shape[axis] for axis in groups)} groups; n cannot be one"
            )
        shape = (*a.shape[:-1], b.shape[-2])
        node = self.add("dot", nodes, self.graph.nodes[nodes[0]].rows, b.shape[rank - 2], kind=kind, groups=count.fixed)
        return Value(node, shape, axes_of(shape))


def _runs(present: tuple[int, ...], order: tuple[int, ...]) -> list[list[int]]:
    """Axes that stay beside each other, in the order in which they lie."""
    runs: list[list[int]] = []
    for axis in present:
        if runs and order.index(axis) == order.index(runs[-1][-1]) + 1:
            runs[-1].append(axis)
        else:
            runs.append([axis])
    return runs


def _reshaped(value: Value, shape: tuple[Size, ...]) -> tuple[int, ...] | None:
    """The order of other axes over the same elements; none when they must lie otherwise for that."""
    before, after = [list(axes_of(sizes)) for sizes in (value.shape, shape)]
    groups: dict[int, list[int]] = {}
    while before and after:
        left, right = [before.pop(0)], [after.pop(0)]
        while True:
            mine, other = polynomial(value.shape[axis] for axis in left), polynomial(shape[axis] for axis in right)
            if mine == other:
                break
            grows = before if _is_below(mine, other) else after
            if not grows:
                return None
            (left if grows is before else right).append(grows.pop(0))
        start = value.order.index(left[0])
        if list(value.order[start : start + len(left)]) != left:
            return None
        groups[start] = right
    return tuple(axis for start in sorted(groups) for axis in groups[start])


def _is_below(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """Which of two products is taken further: the one of the lower degree, or the smaller."""
    return (len(a), a[::-1]) < (len(b), b[::-1])
