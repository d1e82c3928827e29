"""Graphs of 8-bit integers are near to their programs, and only as large as sums stay exact."""

from __future__ import annotations

import unittest

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from modchains_convert import ConversionError, InputSpec, evaluate
from modchains_convert.exact import classified, factor, quantise

torch.manual_seed(7)
torch.set_num_threads(1)
SPEC = InputSpec("i8", -127, 127)


class Block(nn.Module):
    """Two ways that are added, normalised filters, both kinds of pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.third = (
            nn.Conv2d(3, 8, 3, padding=1),
            nn.Conv2d(8, 8, 3, padding=1),
            nn.Conv2d(8, 8, 1),
        )
        self.norm, self.output = nn.BatchNorm2d(8), nn.Linear(32, 4)

    def forward(self, x):
        x = functional.relu(self.norm(self.first(x / 127)))
        x = functional.relu(self.second(x) + self.third(x))
        x = functional.avg_pool2d(functional.max_pool2d(x, 2), 2)
        return self.output(torch.cat([x, x], 1)[:, :8].flatten(1))


def inputs(shape: tuple[int, ...], count: int) -> list[torch.Tensor]:
    """Requests."""
    generator = torch.Generator().manual_seed(7)
    return [torch.randint(-127, 128, shape, generator=generator).float() for _ in range(count)]


class Exact(unittest.TestCase):
    def test_a_network_with_two_ways_is_near_to_its_program(self) -> None:
        network, samples = Block().eval(), inputs((1, 3, 8, 8), 32)
        quantised = quantise(torch.export.export(network, (samples[0],)), SPEC, samples)
        self.assertTrue(quantised.graph.is_exact)
        for x in samples[:8]:
            expected = network(x).detach().numpy().ravel()
            actual = evaluate.run(quantised.graph, x.numpy().astype(np.int8).tobytes()).ravel() * quantised.step
            self.assertLess(np.abs(actual - expected).max(), 0.05 * np.abs(expected).max())

    def test_the_class_stands_before_the_logits(self) -> None:
        network, samples = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 4)).eval(), inputs((1, 6), 8)
        graph = classified(quantise(torch.export.export(network, (samples[0],)), SPEC, samples)).graph
        for x in samples:
            index, *logits = evaluate.run(graph, x.numpy().astype(np.int8).tobytes()).ravel().tolist()
            self.assertEqual(index, int(np.argmax(logits)))

    def test_factors_are_near_and_in_range(self) -> None:
        for ratio in (1e-9, 0.003, 0.5, 1.0, 1.5, 1e6):
            multiplier, shift = factor(ratio)
            self.assertTrue(1 <= multiplier < 1 << 31 and 1 <= shift <= 62)
            self.assertAlmostEqual(multiplier / 2**shift / ratio, 1.0, places=6)
        for ratio in (1e-30, 1e12):
            with self.assertRaises(ConversionError):
                factor(ratio)

    def test_sums_that_could_leave_exact_floats_are_refused(self) -> None:
        network = nn.Linear(2000, 2, bias=False)
        nn.init.ones_(network.weight)
        samples = inputs((1, 2000), 1)
        with self.assertRaisesRegex(ConversionError, "must stay below 16777216"):
            quantise(torch.export.export(network, (samples[0],)), SPEC, samples)

    def test_what_integers_cannot_do_is_named(self) -> None:
        samples = inputs((1, 6), 2)
        program = torch.export.export(nn.Sequential(nn.Linear(6, 5), nn.Tanh()).eval(), (samples[0],))
        with self.assertRaisesRegex(
            ConversionError, r"aten.tanh.default: this operation is not supported; in 1 \(Tanh\)"
        ):
            quantise(program, SPEC, samples)
        with self.assertRaisesRegex(ConversionError, "no inputs to calibrate"):
            quantise(program, SPEC, [])
        with self.assertRaisesRegex(ConversionError, "-128 to 127"):
            quantise(program, InputSpec("u8", 0, 255), samples)


if __name__ == "__main__":
    unittest.main()
