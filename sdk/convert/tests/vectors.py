"""Writes the converted graphs that the Rust loader and interpreter are tested with: `sdk/rust/tests/graphs/converted`.

Each folder has the two files of a graph and `cases.json`: its root, and what it gives for some requests by `evaluate`, which
was compared with PyTorch before. `test_vectors.py` holds the committed ones to that."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from common import SIZES, Function, export, floats, request
from test_exact import SPEC, Block, inputs
from torch import Tensor, nn
from torch.nn import functional

from modchains_convert import Graph, InputSpec, convert, evaluate
from modchains_convert.commitment import graph_root
from modchains_convert.exact import classified, quantise

FOLDER = Path(__file__).parents[2] / "rust/tests/graphs/converted"
WORDS = 40


class Sentence(nn.Module):
    """A small encoder of sentences: tokens to a unit vector in steps of 1/127."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, 12), nn.Embedding(SIZES[1], 12)
        self.layer = nn.TransformerEncoderLayer(12, 3, 24, batch_first=True, activation="gelu")

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.words(tokens) + self.places(torch.arange(tokens.shape[0]))
        mean = self.layer(x[None])[0].mean(0, keepdim=True)
        return (functional.normalize(mean) * 127).round().clamp(-128, 127).to(torch.int8)


class Picture(nn.Module):
    """Every kind of filter and of pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8)
        self.each, self.one, self.groups = (
            nn.Conv2d(8, 8, 3, padding=1, groups=8),
            nn.Conv2d(8, 12, 1),
            nn.GroupNorm(3, 12),
        )
        self.output = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(functional.relu(self.norm(self.first(x))), 3, 2, 1)
        x = functional.silu(self.groups(self.one(self.each(x))))
        return torch.softmax(self.output(functional.avg_pool2d(x, 2).mean((2, 3))), 1)


def places(self: Function, x: Tensor) -> Tensor:
    """Parts of `[n, 12]` in other places, roots and quotients."""
    x = torch.cat([x[:1] * self.w, x, x[:1]], 0)
    x = torch.cat([x[:, ::3], torch.sqrt(x[:, 4:8].abs()), torch.rsqrt(x[:, 2:4].abs() + 1), torch.tanh(x[:, :2])], 1)
    x = x.view(-1, 3, 4).permute(1, 2, 0)
    return (x / (x.amax(2, keepdim=True) + 2)).clamp(-3, 3).sum(2) - 1 / (x.pow(2).mean(2) + 1)


def graphs() -> Iterable[tuple[str, nn.Module | None, Graph, list[Tensor]]]:
    """Name, program, graph and requests of each."""
    torch.manual_seed(7)
    torch.set_num_threads(1)
    sentence = Sentence().eval()
    spec = InputSpec("u16", 0, WORDS - 1, SIZES)
    graph = convert(export(sentence, torch.arange(5), 0), spec)
    yield "sentence", sentence, graph, [torch.randint(0, WORDS, (n,)) for n in range(SIZES[0], SIZES[1] + 1)]
    picture = Picture()
    picture.norm.running_mean, picture.norm.running_var = torch.randn(8), torch.rand(8) + 0.5
    picture.eval()
    yield (
        "picture",
        picture,
        convert(export(picture, torch.randn(1, 3, 16, 16)), floats()),
        [torch.randn(1, 3, 16, 16) for _ in range(4)],
    )
    module = Function(places, w=torch.randn(12))
    graph = convert(export(module, torch.randn(5, 12), 0), floats(SIZES))
    yield "places", module, graph, [torch.randn(n, 12) for n in range(SIZES[0], SIZES[1] + 1)]
    block, samples = Block().eval(), inputs((1, 3, 8, 8), 32)
    quantised = classified(quantise(torch.export.export(block, (samples[0],)), SPEC, samples))
    yield "integers", None, quantised.graph, [sample.to(torch.int8) for sample in samples[:8]]


def cases(graph: Graph, requests: list[Tensor]) -> dict:
    """What `cases.json` says."""
    bytes_of = [x.numpy().tobytes() if x.dtype == torch.int8 else request(x) for x in requests]
    results = [evaluate.run(graph, given) for given in bytes_of]
    pairs = [{"input": given.hex(), "output": result.tobytes().hex()} for given, result in zip(bytes_of, results)]
    return {"root": graph_root(graph).hex(), "cases": pairs}


def main() -> None:
    for name, module, graph, requests in graphs():
        for x in requests if module else []:
            expected = module(x).detach().double().numpy().ravel()
            actual = evaluate.run(graph, request(x)).astype(np.float64).ravel()
            if not np.allclose(actual, expected, atol=1e-5):
                raise SystemExit(f"{name}: differs from PyTorch by {np.abs(actual - expected).max()}")
        graph.save(FOLDER / name)
        (FOLDER / name / "cases.json").write_text(json.dumps(cases(graph, requests), indent=1) + "\n")
        print(name, len(graph.nodes), "nodes", sorted({node.op for node in graph.nodes}))


if __name__ == "__main__":
    main()
