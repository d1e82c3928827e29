"""Graphs as nodes of rows and columns, and the two files that hold one: `graph.json` and `weights.safetensors`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save

from . import check
from .errors import GraphError
from .size import Size

FORMAT = 2
GRAPH_FILE = "graph.json"
WEIGHTS_FILE = "weights.safetensors"
KINDS = ("float", "int8", "int32")
DTYPES = {"float": np.float32, "int8": np.int8, "int32": np.int32}


@dataclass(frozen=True)
class Node:
    """One node. `fields` are those of its operation, as they stand in `graph.json`."""

    op: str
    kind: str
    inputs: tuple[int, ...]
    rows: Size
    columns: Size
    weights: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As it stands in `graph.json`."""
        entry: dict[str, Any] = {"op": self.op, "kind": self.kind, "inputs": list(self.inputs)}
        entry |= {"rows": list(self.rows), "columns": list(self.columns)}
        if self.weights is not None:
            entry["weights"] = self.weights
        return entry | self.fields

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> Node:
        """From `graph.json`."""
        entry = dict(entry)
        op, kind, inputs = entry.pop("op"), entry.pop("kind"), tuple(entry.pop("inputs"))
        rows, columns, weights = Size(*entry.pop("rows")), Size(*entry.pop("columns")), entry.pop("weights", None)
        return cls(op, kind, inputs, rows, columns, weights, entry)


class Graph:
    """A graph on its way. Every node is checked as it is added; equal nodes are one."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.weights: dict[str, np.ndarray] = {}
        self._index_of: dict[str, int] = {}

    @property
    def sizes(self) -> tuple[int, int]:
        """The smallest and the largest n that an input may have."""
        return tuple(self.nodes[0].fields["sizes"])

    @property
    def is_exact(self) -> bool:
        """Whether all elements are integers."""
        return all(node.kind != "float" for node in self.nodes)

    def add(self, node: Node) -> int:
        """Adds a node unless there is the same, and returns its index.

        Raises `GraphError` when it breaks a rule."""
        key = json.dumps(node.to_json(), sort_keys=True)
        if key not in self._index_of:
            check.check_node(node, self.nodes, self.weights)
            self._index_of[key] = len(self.nodes)
            self.nodes.append(node)
        return self._index_of[key]

    def add_weights(self, name: str, rows: np.ndarray, bias: np.ndarray | None = None) -> str:
        """Adds rows of weights, with a bias for each where they are those of an affine node, and returns their name. It is
        `name`, with a number behind it where other weights have that name."""
        rows = canonical(rows)
        bias = None if bias is None else canonical(bias)
        for number in range(len(self.weights) + 1):
            chosen = name if number == 0 else f"{name}.{number}"
            present = self.weights.get(chosen), self.weights.get(bias_name(chosen))
            if same(present[0], rows) and same(present[1], bias):
                return chosen
            if present[0] is None and present[1] is None:
                break
        self.weights[chosen] = rows
        if bias is not None:
            self.weights[bias_name(chosen)] = bias
        return chosen

    def keep(self, output: int) -> Graph:
        """The graph of what `output` is computed from; it is the last node."""
        needed = {0, output}
        for index in range(output, 0, -1):
            if index in needed:
                needed.update(self.nodes[index].inputs)
        kept, place = Graph(), {}
        for index in sorted(needed):
            node = self.nodes[index]
            for name in filter(None, (node.weights, bias_name(node.weights or ""))):
                if name in self.weights:
                    kept.weights[name] = self.weights[name]
            inputs = tuple(place[read] for read in node.inputs)
            place[index] = kept.add(
                Node(node.op, node.kind, inputs, node.rows, node.columns, node.weights, node.fields)
            )
        check.check_whole(kept.nodes)
        return kept

    def to_json(self) -> str:
        """The text of `graph.json`, a line for each node."""
        lines = ",\n".join("  " + json.dumps(node.to_json()) for node in self.nodes)
        return f'{{"format": {FORMAT}, "nodes": [\n{lines}\n]}}\n'

    def save(self, folder: Path) -> None:
        """Writes both files."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / GRAPH_FILE).write_text(self.to_json())
        tensors = {name: np.ascontiguousarray(rows) for name, rows in self.weights.items()}
        (folder / WEIGHTS_FILE).write_bytes(save(tensors))

    @classmethod
    def load(cls, folder: Path) -> Graph:
        """Reads both files and checks them.

        Raises `GraphError` when they are not those of a graph."""
        document = json.loads((folder / GRAPH_FILE).read_text())
        if document.get("format") != FORMAT:
            raise GraphError(f"format {document.get('format')}, expected {FORMAT}")
        graph = cls()
        graph.weights = load_file(folder / WEIGHTS_FILE)
        used = set()
        for entry in document["nodes"]:
            node = Node.from_json(entry)
            used.update(name for name in (node.weights, bias_name(node.weights or "")) if name in graph.weights)
            check.check_node(node, graph.nodes, graph.weights)
            graph.nodes.append(node)
        check.check_whole(graph.nodes)
        if unused := sorted(set(graph.weights) - used):
            raise GraphError(f"no node reads the tensors {unused}")
        return graph


def bias_name(weights: str) -> str:
    """The tensor of the biases of an affine node's rows."""
    return f"{weights}.bias"


def canonical(array: np.ndarray) -> np.ndarray:
    """With zero in the place of every negative zero, which is no value."""
    return array + np.float32(0) if array.dtype == np.float32 else array


def same(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    """Whether both are equal in shape and bits, or missing."""
    if a is None or b is None:
        return a is b
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def word_of(value: float) -> str:
    """The pattern of a value as eight hexadecimal digits.

    Raises `GraphError` when no finite binary32 number is near."""
    rounded = canonical(np.array(value, dtype=np.float64).astype(np.float32))
    if not np.isfinite(rounded):
        raise GraphError(f"the constant {value} is no finite 32-bit float")
    return f"{int(rounded.view(np.uint32)):08x}"


def value_of(word: str) -> float:
    """The value of a pattern."""
    return float(np.array(int(word, 16), dtype=np.uint32).view(np.float32))
