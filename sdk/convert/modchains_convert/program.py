"""Walks an exported program: what is computed from weights alone stays a tensor, what is computed from the input becomes nodes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch.export.graph_signature import InputKind

from .errors import ConversionError, GraphError
from .size import Size
from .tensors import Nearest, Tensors, Value

# Operations that say more than what they decompose into.
KEPT = [
    "aten.linear.default", "aten.matmul.default", "aten.scaled_dot_product_attention.default", "aten.layer_norm.default",
    "aten.group_norm.default", "aten.softmax.int", "aten.max_pool2d.default", "aten.adaptive_avg_pool2d.default",
    "aten.silu.default", "aten.embedding.default",
]  # fmt: skip
# Prefixes of a constant that are compared one by one; a larger range of sizes is refused where a constant depends on n.
SIZES_COMPARED_MAX = 4096


class Constant:
    """A tensor that is computed from weights alone, and perhaps from n."""

    def __init__(self, at: Callable[[int], torch.Tensor], depends_on_n: bool, name: str) -> None:
        self._at = at
        self._known: dict[int, torch.Tensor] = {}
        self.depends_on_n = depends_on_n
        self.name = name

    def at(self, n: int) -> torch.Tensor:
        """Its value for an input of size n."""
        n = n if self.depends_on_n else 0
        if n not in self._known:
            self._known = {n: self._at(n)}
        return self._known[n]

    def array(self, sizes: tuple[int, int]) -> np.ndarray:
        """Its value for the largest input, of which all others must be the first places along each axis.

        Raises `ConversionError` when they are not."""
        largest = self.at(sizes[1]).detach()
        if self.depends_on_n:
            if sizes[1] - sizes[0] > SIZES_COMPARED_MAX:
                raise ConversionError(
                    f"a constant depends on n, which may only have {SIZES_COMPARED_MAX} values for that"
                )
            for n in range(*sizes):
                smaller = self.at(n).detach()
                if not torch.equal(smaller, largest[tuple(slice(side) for side in smaller.shape)]):
                    raise ConversionError("a constant has other values for other n, not only more of them")
        return largest.numpy()


def decomposed(program: torch.export.ExportedProgram) -> torch.export.ExportedProgram:
    """The program in core operations, but for those in `KEPT`."""
    table = torch.export.default_decompositions()
    for operation in list(table):
        if str(operation) in KEPT:
            del table[operation]
    return program.run_decompositions(table)


class Walk:
    """One pass over a program's operations. `handlers` has a function for each operation that reads the input; it takes the
    walk, the operation's arguments and its name in the model."""

    def __init__(
        self,
        program: torch.export.ExportedProgram,
        tensors: Tensors,
        handlers: dict[str, Callable],
        report: Callable[[int, int], None],
    ) -> None:
        self.program = program
        self.tensors = tensors
        self.handlers = handlers
        self.report = report
        self.values: dict[torch.fx.Node, Any] = {}
        self.node: torch.fx.Node | None = None

    def run(self, make_input: Callable[[torch.fx.Node], Value]) -> Any:
        """What the program gives: one value. `make_input` makes that of its one input."""
        nodes = list(self.program.graph.nodes)
        self._constants(nodes, make_input)
        for place, node in enumerate(nodes):
            self.report(place + 1, len(nodes))
            if node.op == "call_function" and node not in self.values:
                self.values[node] = self._call(node)
            elif node.op == "output":
                (results,) = node.args
                if len(results) != 1:
                    raise ConversionError(
                        f"the model gives {len(results)} results, a graph gives one: return one tensor"
                    )
                return self.values[results[0]]
            elif node.op not in ("placeholder", "call_function"):
                raise ConversionError(f"{node.op} {node.target} has no meaning in a graph{place_of(node)}")
        raise ConversionError("the program has no output")

    def _constants(self, nodes: Iterable[torch.fx.Node], make_input: Callable[[torch.fx.Node], Value]) -> None:
        program, signature = self.program, self.program.graph_signature
        tensors = {**program.state_dict, **program.constants}
        inputs = []
        for node, spec in zip(nodes, signature.input_specs):
            if spec.kind == InputKind.USER_INPUT:
                inputs.append(node)
                continue
            tensor = tensors[spec.target]
            self.values[node] = Constant(lambda n, tensor=tensor: tensor, False, spec.target)
        if len(inputs) != 1:
            names = [node.name for node in inputs]
            raise ConversionError(
                f"the model takes {len(inputs)} inputs {names}, a graph takes one: wrap it in a module that does"
            )
        self.values[inputs[0]] = make_input(inputs[0])

    def _call(self, node: torch.fx.Node) -> Any:
        self.node = node
        value = node.meta.get("val")
        if isinstance(value, torch.SymInt | torch.SymFloat | torch.SymBool | int | float):
            return self.size(value)
        if str(node.target).startswith(("aten._assert", "aten.sym_constrain")):
            return None
        try:
            args = torch.fx.node.map_arg(node.args, lambda read: self.values[read])
            kwargs = torch.fx.node.map_arg(node.kwargs, lambda read: self.values[read])
            if not any(has_value(entry) for entry in (*args, *kwargs.values())):
                return self._constant(node, args, kwargs)
            if node.target is operator.getitem:
                return args[0][args[1]]
            handler = self.handlers.get(str(node.target))
            if handler is None:
                raise ConversionError("this operation is not supported")
            return handler(self, *args, **kwargs)
        except (ConversionError, GraphError, NotImplementedError) as error:
            raise ConversionError(f"{node.target}: {error}{place_of(node)}") from None

    def _constant(self, node: torch.fx.Node, args: tuple, kwargs: dict) -> Constant:
        parts = list(flat((*args, *kwargs.values())))
        depends = any(isinstance(part, Size) and not part.is_fixed for part in parts)
        depends = depends or any(isinstance(part, Constant) and part.depends_on_n for part in parts)

        def at(n: int) -> torch.Tensor:
            def known(entry):
                return entry.at(n) if isinstance(entry, Constant | Size) else entry

            with torch.no_grad():
                return node.target(*mapped(args, known), **mapped(kwargs, known))

        names = [part.name for part in parts if isinstance(part, Constant)]
        return Constant(at, depends, names[0] if names else node.name)

    def size(self, value: Any) -> Any:
        """A number of the program as a size."""
        if not isinstance(value, torch.SymInt):
            return Size(value) if isinstance(value, int) and not isinstance(value, bool) else value
        return self.sizes([value])[0]

    def sizes(self, shape: Iterable[Any]) -> tuple[Size, ...]:
        """A shape of the program as sizes.

        Raises `ConversionError` when one is not `fixed + per * n`."""
        return tuple(linear(side) for side in shape)

    @property
    def shape(self) -> tuple[Size, ...]:
        """The shape of what the current operation gives."""
        return self.sizes(self.node.meta["val"].shape)

    @property
    def name(self) -> str:
        """The module that the current operation belongs to, for tensors that have no name of their own."""
        stack = self.node.meta.get("nn_module_stack") or {}
        path = [path for path, _ in stack.values()][-1:] or [""]
        return ".".join(filter(None, (path[0].removeprefix("L['self'].").replace("L['self']", ""), self.node.name)))


def linear(side: Any) -> Size:
    """A side as `fixed + per * n`."""
    if not isinstance(side, torch.SymInt):
        return Size(int(side))
    expression = side.node.expr
    symbols = list(expression.free_symbols)
    if not symbols:
        return Size(int(expression))
    polynomial = expression.as_poly(*symbols)
    if len(symbols) == 1 and polynomial is not None and polynomial.degree() == 1:
        per, fixed = (int(part) for part in polynomial.all_coeffs())
        if fixed >= 0 and per > 0:
            return Size(fixed, per)
    raise ConversionError(f"the size {expression} is not of the form fixed + per * n")


def flat(entry: Any) -> Iterable[Any]:
    """What lists, tuples and dictionaries hold, one after the other. A size is no tuple here."""
    if isinstance(entry, dict):
        entry = list(entry.values())
    if isinstance(entry, list | tuple) and not isinstance(entry, Size):
        for part in entry:
            yield from flat(part)
    else:
        yield entry


def mapped(entry: Any, change: Callable) -> Any:
    """The same lists, tuples and dictionaries of changed entries."""
    if isinstance(entry, dict):
        return {name: mapped(part, change) for name, part in entry.items()}
    if isinstance(entry, list | tuple) and not isinstance(entry, Size):
        parts = [mapped(part, change) for part in entry]
        return parts if isinstance(entry, list) else tuple(parts)
    return change(entry)


def has_value(entry: Any) -> bool:
    """Whether anything in it is computed from the input."""
    return any(isinstance(part, Value | Nearest) for part in flat(entry))


def place_of(node: torch.fx.Node) -> str:
    """Where in the model an operation stands, as the end of a sentence."""
    stack = node.meta.get("nn_module_stack") or {}
    modules = [
        f"{path or 'the model'} ({getattr(kind, '__name__', str(kind).rsplit('.', 1)[-1])})"
        for path, kind in stack.values()
    ]
    lines = [line.strip() for line in (node.meta.get("stack_trace") or "").strip().splitlines()]
    code = lines[-1] if lines else ""
    module = f"; in {modules[-1]}" if modules else ""
    return f"{module}" + (f", at `{code}`" if code else "")
