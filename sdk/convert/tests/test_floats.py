"""Graphs of floats compute what their programs do, whatever n is, and refuse what they cannot."""

from __future__ import annotations

import unittest

import torch
from common import SIZES, Function, assert_computes, converted
from torch import nn
from torch.nn import functional

from modchains_convert import ConversionError, InputSpec

torch.manual_seed(7)
torch.set_num_threads(1)

ELEMENTWISE = {
    "sums and products with numbers": lambda x: (x + 1.5) * -0.25 - x / 3.0,
    "a number less a tensor": lambda x: 2.0 - x,
    "a number over a tensor": lambda x: 1.0 / (x.abs() + 1),
    "exponentials": lambda x: torch.exp(x * 0.1) + torch.tanh(x) + torch.erf(x),
    "roots": lambda x: torch.sqrt(x.abs()) + torch.rsqrt(x.abs() + 1),
    "powers": lambda x: x**2 + x**3 + x**4 + (x.abs() + 1) ** 0.5 + (x.abs() + 1) ** -0.5 + (x.abs() + 1) ** -1,
    "activations": lambda x: (
        functional.gelu(x) + functional.gelu(x, approximate="tanh") + functional.silu(x) + torch.sigmoid(x)
    ),
    "piecewise activations": lambda x: (
        functional.relu6(x) + functional.leaky_relu(x) + functional.elu(x) + functional.hardswish(x)
    ),
    "ends": lambda x: x.clamp(-0.5, 0.5) + x.clamp(min=0) + x.clamp(max=0.25),
    "extremes of two": lambda x: torch.maximum(x, x * 0.5) + torch.minimum(x, x * 0.5),
    "columns that are repeated": lambda x: (
        x - x.mean(-1, keepdim=True) + x.amax(-1, keepdim=True) * x.amin(-1, keepdim=True)
    ),
    "rows that are repeated": lambda x: x / x.abs().sum(0, keepdim=True),
    "a column over a tensor": lambda x: x.sum(-1, keepdim=True) / (x.abs() + 1),
    "softmax along both axes": lambda x: torch.softmax(x, -1) + torch.softmax(x, 0),
    "norms": lambda x: functional.normalize(x, dim=-1) + x.pow(2).mean(-1, keepdim=True) + x.norm(dim=-1, keepdim=True),
    "variance along a fixed axis": lambda x: (
        x / torch.sqrt(x.var(-1, keepdim=True) + x.var(-1, keepdim=True, unbiased=False) + 1)
    ),
}
MAPS = {
    "a reshape of what was transposed": lambda x: x.view(-1, 3, 4).transpose(0, 1).reshape(-1, 2) * 2,
    "parts of columns": lambda x: torch.cat([x[:, 3:9], x[:, ::2], x[:, -1:]], 1),
    "parts of rows": lambda x: torch.cat([x[:1], x, x[:1]], 0).mean(0),
    "four parts that are joined": lambda x: torch.cat(x.split(3, dim=1)[::-1], 1),
    "stacked": lambda x: torch.stack([x, x * 2], 1).sum(1),
    "one row of all": lambda x: x[0] * 2,
    "axes that come and go": lambda x: x.unsqueeze(0).unsqueeze(2).squeeze(2).permute(2, 1, 0).squeeze(2).T,
}


class Floats(unittest.TestCase):
    def check(self, cases: dict) -> None:
        for name, function in cases.items():
            with self.subTest(name):
                module = Function(lambda _, x, function=function: function(x))
                graph = converted(module, torch.randn(5, 12), 0)
                for n in SIZES:
                    assert_computes(self, graph, module, torch.randn(n, 12))

    def test_functions_of_elements_and_rows(self) -> None:
        self.check(ELEMENTWISE)

    def test_places(self) -> None:
        self.check(MAPS)

    def test_weights_of_every_shape(self) -> None:
        shapes = {"row": (12,), "column for each row": (8, 1), "one for each": (8, 12), "one": (1,)}
        for name, shape in shapes.items():
            with self.subTest(name):
                many = len(shape) == 2
                module = Function(
                    lambda self, x, many=many: self.w[: x.shape[0]] * x if many else self.w - x, w=torch.randn(shape)
                )
                graph = converted(module, torch.randn(5, 12), 0)
                for n in SIZES:
                    assert_computes(self, graph, module, torch.randn(n, 12))

    def test_matrices(self) -> None:
        cases = {
            "weights on the right": lambda self, x: x @ self.w,
            "weights on the left": lambda self, x: self.w @ x.transpose(0, 1),
            "both from the input": lambda self, x: (x @ x.T) @ x,
            "in groups": lambda self, x: x.view(-1, 3, 4).transpose(0, 1) @ x.view(-1, 3, 4).permute(1, 2, 0),
            "a batch of one of them": lambda self, x: x.view(-1, 3, 4).transpose(0, 1) @ x[:, :4].T,
            "weights, then a sum": lambda self, x: torch.addmm(self.b, x, self.w),
        }
        for name, function in cases.items():
            with self.subTest(name):
                module = Function(function, w=torch.randn(12, 12), b=torch.randn(12))
                graph = converted(module, torch.randn(5, 12), 0)
                for n in SIZES:
                    assert_computes(self, graph, module, torch.randn(n, 12), 1e-5)

    def test_layers_of_sequences(self) -> None:
        cases = {
            "attention": nn.TransformerEncoderLayer(12, 3, 24, batch_first=True, activation="gelu"),
            "normalised first": nn.TransformerEncoderLayer(12, 3, 24, batch_first=True, norm_first=True),
        }
        for name, layer in cases.items():
            with self.subTest(name):
                module = Function(lambda self, x: self.layer(x))
                module.layer = layer.eval()
                graph = converted(module, torch.randn(1, 5, 12), 1)
                for n in SIZES:
                    assert_computes(self, graph, module, torch.randn(1, n, 12), 1e-5)

    def test_tables_are_looked_up_by_requests(self) -> None:
        module = Function(lambda self, x: self.words(x) + self.places(torch.arange(x.shape[0])))
        module.words, module.places = nn.Embedding(50, 6), nn.Embedding(8, 6)
        graph = converted(module, torch.arange(5), 0, InputSpec("u16", 0, 49, SIZES))
        self.assertEqual([node.op for node in graph.nodes], ["input", "embedding", "add"])
        for n in SIZES:
            assert_computes(self, graph, module, torch.randint(0, 50, (n,)))

    def test_images(self) -> None:
        cases = {
            "convolution": nn.Conv2d(4, 6, 3, padding=1),
            "steps": nn.Conv2d(4, 6, 3, stride=2),
            "a window that is no square": nn.Conv2d(4, 6, (1, 3)),
            "one element": nn.Conv2d(4, 6, 1),
            "groups": nn.Conv2d(4, 6, 3, groups=2),
            "a filter for each channel": nn.Conv2d(4, 4, 3, padding=1, groups=4),
            "gaps": nn.Conv2d(4, 6, 3, dilation=2),
            "the whole image": nn.Conv2d(4, 6, 8),
            "normalised": nn.Sequential(nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 4, 3)),
            "normalised alone": nn.BatchNorm2d(4),
            "in groups of channels": nn.GroupNorm(2, 4),
            "pooled": nn.Sequential(nn.MaxPool2d(2), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
            "padded and pooled": nn.Sequential(nn.ReLU(), nn.MaxPool2d(3, 2, 1)),
            "padding that counts": nn.AvgPool2d(3, 1, 1),
        }
        for name, layer in cases.items():
            with self.subTest(name):
                for norm in [part for part in layer.modules() if isinstance(part, nn.BatchNorm2d)]:
                    norm.running_mean, norm.running_var = (
                        torch.randn_like(norm.running_mean),
                        torch.rand_like(norm.running_var) + 0.5,
                    )
                layer.eval()
                x = torch.randn(1, 4, 8, 8)
                assert_computes(self, converted(layer, x), layer, x, 1e-5)

    def test_pixels_become_floats(self) -> None:
        module = Function(lambda _, x: x / 255)
        graph = converted(module, torch.zeros(1, 4), None, InputSpec("u8", 0, 255))
        self.assertEqual([node.op for node in graph.nodes], ["input", "convert", "div"])

    def test_long_rows_are_reduced_in_parts(self) -> None:
        module = Function(lambda _, x: x.mean((1, 2, 3), keepdim=True) + x.amax((1, 2, 3), keepdim=True))
        x = torch.randn(1, 4, 64, 64)
        assert_computes(self, converted(module, x), module, x)

    def test_masks_of_a_fixed_size(self) -> None:
        module = Function(lambda _, x: functional.scaled_dot_product_attention(x, x, x, is_causal=True))
        x = torch.randn(1, 2, 6, 4)
        assert_computes(self, converted(module, x), module, x)


class Refusals(unittest.TestCase):
    def test_what_has_no_meaning_in_a_graph_is_named(self) -> None:
        cases = {
            "aten.sin.default: this operation is not supported; in the model (Function), at `": lambda x: torch.sin(x),
            "depends on n": lambda x: x[-1:],
            "infinity": lambda x: x + torch.tensor([float("inf")] + [0.0] * 11),
            "aten.gt.Scalar: this operation": lambda x: torch.where(x > 0, x, -x),
            "the exponent": lambda x: x.abs() ** 1.3,
            "2 results": lambda x: (x, x * 2),
            "does not depend on the input": lambda x: torch.ones(3),
            "floats become": lambda x: x.to(torch.int32),
            "clamped to -128 and 127": lambda x: x.round().clamp(-5, 5).to(torch.int8),
        }
        for message, function in cases.items():
            with self.subTest(message), self.assertRaises(ConversionError) as raised:
                converted(Function(lambda _, x, function=function: function(x)), torch.randn(5, 12), 0)
            self.assertIn(message, str(raised.exception))

    def test_images_that_windows_do_not_fit(self) -> None:
        x = torch.randn(1, 4, 8, 8)
        for message, layer in {
            "differ along height and width": nn.Conv2d(4, 4, 3, padding=(1, 0)),
            "not below the window": nn.Conv2d(4, 4, 1, padding=1),
            "apply a relu first": nn.MaxPool2d(3, 2, 1),
            "beyond the image": nn.MaxPool2d(3, 2, ceil_mode=True),
            "transposed": nn.ConvTranspose2d(4, 4, 3),
        }.items():
            with self.subTest(message), self.assertRaisesRegex(ConversionError, message):
                converted(layer, x)

    def test_requests_that_do_not_go_with_the_program(self) -> None:
        with self.assertRaisesRegex(ConversionError, "encoding"):
            InputSpec("u4", 0, 1)
        with self.assertRaisesRegex(ConversionError, "range"):
            InputSpec("u8", -1, 1)
        with self.assertRaisesRegex(ConversionError, "carries floats"):
            converted(Function(lambda _, x: x * 2), torch.arange(4))


if __name__ == "__main__":
    unittest.main()
