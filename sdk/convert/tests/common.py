"""What the tests share."""

from __future__ import annotations

import numpy as np
import torch

from modchains_convert import Graph, InputSpec, convert, evaluate

SIZES = (1, 8)


class Function(torch.nn.Module):
    """A module of a function and of the tensors that it reads beside its input."""

    def __init__(self, function, **tensors: torch.Tensor) -> None:
        super().__init__()
        self.function = function
        for name, tensor in tensors.items():
            self.register_buffer(name, tensor)

    def forward(self, x):
        return self.function(self, x)


def export(module, example: torch.Tensor, growing: int | None = None) -> torch.export.ExportedProgram:
    """The program of a module; the axis `growing` of its input has n places."""
    if not isinstance(module, torch.nn.Module):
        module = Function(lambda _, x, function=module: function(x))
    shapes = None if growing is None else {growing: torch.export.Dim("n", min=SIZES[0], max=SIZES[1])}
    names = ({"x": shapes} if isinstance(module, Function) else (shapes,)) if shapes else None
    return torch.export.export(module.eval(), (example,), dynamic_shapes=names)


def floats(sizes: tuple[int, int] = (1, 1)) -> InputSpec:
    """Requests of 32-bit floats."""
    return InputSpec("f32", -1e6, 1e6, sizes)


def request(x: torch.Tensor) -> bytes:
    """A tensor as the bytes of a request."""
    return x.numpy().astype("<f4" if x.is_floating_point() else "<u2").tobytes()


def assert_computes(case, graph: Graph, module, x: torch.Tensor, tolerance: float = 2e-6) -> None:
    """Fails unless a graph gives what a module does."""
    expected = module(x).detach().double().numpy()
    actual = evaluate.run(graph, request(x)).astype(np.float64).reshape(expected.shape)
    limit = tolerance * max(1.0, float(np.abs(expected).max()))
    case.assertLessEqual(float(np.abs(actual - expected).max()), limit)


def converted(module, x: torch.Tensor, growing: int | None = None, spec: InputSpec | None = None) -> Graph:
    """The graph of a module."""
    return convert(export(module, x, growing), spec or floats((1, 1) if growing is None else SIZES))
