"""What is written is read again, and what breaks a rule is refused."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import tomllib
import unittest
from pathlib import Path

import numpy as np
import torch
from common import converted, export
from safetensors.numpy import load_file, save
from torch import nn

from modchains_convert import Graph, GraphError
from modchains_convert.__main__ import main
from modchains_convert.commitment import graph_root
from modchains_convert.graph import GRAPH_FILE, WEIGHTS_FILE, value_of, word_of

torch.manual_seed(7)


class Files(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.module = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 4)).eval()

    def save(self) -> Graph:
        graph = converted(self.module, torch.randn(1, 6))
        graph.save(self.folder)
        return graph

    def test_what_is_written_is_read_again(self) -> None:
        graph = self.save()
        again = Graph.load(self.folder)
        self.assertEqual(again.to_json(), graph.to_json())
        self.assertEqual(graph_root(again), graph_root(graph))

    def test_every_weight_counts_in_the_root(self) -> None:
        graph = self.save()
        root = graph_root(graph)
        for name in graph.weights:
            graph.weights[name].reshape(-1)[-1] += 1
            self.assertNotEqual(graph_root(graph), root, name)
            graph.weights[name].reshape(-1)[-1] -= 1

    def test_files_that_break_a_rule_are_refused(self) -> None:
        self.save()
        document, tensors = json.loads((self.folder / GRAPH_FILE).read_text()), load_file(self.folder / WEIGHTS_FILE)
        changes = {
            "format 1": lambda nodes, _: None,
            "fields": lambda nodes, _: nodes[2].update(groups=1),
            "not before it": lambda nodes, _: nodes[1].update(inputs=[1]),
            "wrong rows or columns": lambda nodes, _: nodes[1].update(rows=[2, 0]),
            "no tensor": lambda nodes, _: nodes[1].update(weights="other"),
            "no node reads": lambda _, tensors: tensors.update(more=np.zeros((1, 1), np.float32)),
            "negative zero": lambda _, tensors: tensors.update({"0": np.full((5, 6), -0.0, np.float32)}),
            "infinity": lambda _, tensors: tensors.update({"0": np.full((5, 6), np.inf, np.float32)}),
            "no such biases": lambda _, tensors: tensors.pop("0.bias"),
        }
        for message, change in changes.items():
            with self.subTest(message):
                changed, more = json.loads(json.dumps(document)), dict(tensors)
                changed["format"] = 1 if message == "format 1" else changed["format"]
                change(changed["nodes"], more)
                (self.folder / GRAPH_FILE).write_text(json.dumps(changed))
                (self.folder / WEIGHTS_FILE).write_bytes(save(more))
                with self.assertRaisesRegex(GraphError, message):
                    Graph.load(self.folder)

    def test_words_are_patterns(self) -> None:
        self.assertEqual([word_of(number) for number in (0.5, -0.0, 1e-12)], ["3f000000", "00000000", "2b8cbccc"])
        self.assertEqual(value_of("3f000000"), 0.5)
        with self.assertRaises(GraphError):
            word_of(1e39)


class Commands(Files):
    def run_command(self, *arguments: object) -> tuple[int, str, str]:
        out, error = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            status = main([str(argument) for argument in arguments])
        return status, out.getvalue(), error.getvalue()

    def test_a_program_becomes_a_bundle_of_each_class(self) -> None:
        program, card, samples = (self.folder / name for name in ("program.pt2", "card.md", "samples.npy"))
        torch.export.save(export(self.module, torch.zeros(1, 6)), program)
        card.write_text("# small\n")
        np.save(samples, np.random.default_rng(7).integers(-127, 128, (8, 6)))
        common = ["--shape", 6, "--name", "small", "--card", card]
        for command, more, expected in (
            ("convert", ["--encoding", "f32"], {"rule": "tensor", "bytes": 16, "kind": "float"}),
            ("quantise", ["--encoding", "i8", "--low", -127, "--calibration", samples, "--labels", *"abcd"], None),
        ):
            output = self.folder / command
            status, text, error = self.run_command(command, program, output, *common, *more)
            self.assertEqual((status, error), (0, ""))
            manifest = tomllib.loads((output / "model.toml").read_text())
            self.assertIn(f"root {manifest['graph_root']}", text)
            self.assertEqual(manifest["numeric_class"], "rounded" if command == "convert" else "exact")
            if expected:
                self.assertEqual(manifest["output"], expected)
            else:
                self.assertEqual((manifest["output"]["bytes"], manifest["output"]["labels"]), (20, list("abcd")))
            status, checked, _ = self.run_command("check", output)
            self.assertEqual((status, manifest["graph_root"] in checked), (0, True))

    def test_a_refusal_is_one_line(self) -> None:
        status, _, error = self.run_command("check", self.folder / "nothing")
        self.assertEqual((status, error.startswith("error: "), error.count("\n")), (1, True, 1))


if __name__ == "__main__":
    unittest.main()
