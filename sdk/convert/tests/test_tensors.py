"""Tensors of many axes in nodes of two."""

from __future__ import annotations

import itertools
import unittest

import numpy as np

from modchains_convert import evaluate
from modchains_convert.graph import Graph
from modchains_convert.rounded import output_node
from modchains_convert.size import Size, polynomial, product
from modchains_convert.tensors import Tensors, Value, axes_of


def of_shape(*sides: Size | int, sizes=(1, 1)) -> tuple[Tensors, Value]:
    """A graph whose input is a tensor."""
    shape = tuple(side if isinstance(side, Size) else Size(side) for side in sides)
    tensors = Tensors(Graph())
    order = axes_of(shape)
    rows, columns = tensors.form(shape, order, len(order) - 1)
    node = tensors.add("input", [], rows, columns, kind="int32", encoding="i32", low=0, high=1 << 30, sizes=list(sizes))
    return tensors, Value(node, shape, order)


def output(tensors: Tensors, value: Value, array: np.ndarray) -> np.ndarray:
    """What a tensor is for an input."""
    graph = tensors.graph.keep(output_node(tensors, value))
    return evaluate.run(graph, array.astype("<i4").tobytes())


class Places(unittest.TestCase):
    def test_every_permutation_of_five_axes(self) -> None:
        sides = (2, 3, 1, 4, 2)
        array = np.arange(np.prod(sides)).reshape(sides)
        for axes in itertools.permutations(range(5)):
            tensors, value = of_shape(*sides)
            actual = output(tensors, tensors.permute(value, axes), array)
            np.testing.assert_array_equal(actual.ravel(), array.transpose(axes).ravel(), str(axes))

    def test_six_axes_take_more_than_one_node(self) -> None:
        sides, axes = (2, 3, 2, 3, 2, 3), (5, 3, 1, 4, 2, 0)
        array = np.arange(np.prod(sides)).reshape(sides)
        tensors, value = of_shape(*sides)
        actual = output(tensors, tensors.permute(value, axes), array)
        np.testing.assert_array_equal(actual.ravel(), array.transpose(axes).ravel())
        self.assertGreater(sum(node.op == "permute" for node in tensors.graph.nodes), 1)

    def test_a_view_of_what_was_moved_takes_no_node(self) -> None:
        tensors, value = of_shape(4, 6, 2)
        moved = tensors.permute(value, [2, 0, 1])
        view = tensors.reshape(moved, (Size(2), Size(2), Size(2), Size(3), Size(2)))
        back = tensors.permute(tensors.reshape(view, moved.shape), [1, 2, 0])
        self.assertEqual((back.order, len(tensors.graph.nodes)), ((0, 1, 2), 1))

    def test_a_view_that_joins_axes_which_lie_apart_moves_them(self) -> None:
        array = np.arange(24).reshape(2, 3, 4)
        tensors, value = of_shape(2, 3, 4)
        joined = tensors.reshape(tensors.permute(value, [2, 1, 0]), (Size(12), Size(2)))
        np.testing.assert_array_equal(output(tensors, joined, array), array.transpose(2, 1, 0).reshape(12, 2))

    def test_slices_along_every_axis(self) -> None:
        array = np.arange(120).reshape(4, 5, 6)
        for axis, step in itertools.product(range(3), (1, 2)):
            tensors, value = of_shape(4, 5, 6)
            part = tensors.slice(value, axis, 1, Size(2), step)
            expected = array.take(range(1, 1 + 2 * step, step), axis)
            np.testing.assert_array_equal(output(tensors, part, array).ravel(), expected.ravel(), f"{axis} {step}")

    def test_joins_along_every_axis(self) -> None:
        array = np.arange(24).reshape(2, 3, 4)
        for axis, count in itertools.product(range(3), (2, 3, 5)):
            tensors, value = of_shape(2, 3, 4)
            joined = tensors.concat([value] * count, axis)
            expected = np.concatenate([array] * count, axis)
            np.testing.assert_array_equal(output(tensors, joined, array).ravel(), expected.ravel(), f"{axis} {count}")

    def test_rows_that_grow_are_joined_with_one(self) -> None:
        tensors, value = of_shape(Size(0, 1), 3, sizes=(1, 5))
        joined = tensors.concat([tensors.slice(value, 0, 0, Size(1)), value], 0)
        self.assertEqual(joined.shape[0], Size(1, 1))
        array = np.arange(12).reshape(4, 3)
        np.testing.assert_array_equal(output(tensors, joined, array), np.concatenate([array[:1], array]))


class Sizes(unittest.TestCase):
    def test_products_are_equal_when_they_are_for_every_n(self) -> None:
        n, more = Size(0, 1), Size(2, 3)
        self.assertEqual(polynomial([n, more]), polynomial([more, n, Size(1)]))
        self.assertEqual(polynomial([n, more]), (0, 2, 3))
        self.assertIsNone(product([n, more]))
        self.assertEqual(product([Size(4), more]), Size(8, 12))


if __name__ == "__main__":
    unittest.main()
