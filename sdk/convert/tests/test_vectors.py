"""The committed graphs, which the Rust loader and interpreter are tested with, are what this package reads and computes."""

from __future__ import annotations

import json
import unittest

from vectors import FOLDER

from modchains_convert import Graph, evaluate
from modchains_convert.commitment import graph_root


class Vectors(unittest.TestCase):
    def test_committed_graphs_have_their_roots_and_results(self) -> None:
        folders = sorted(path for path in FOLDER.iterdir() if path.is_dir())
        self.assertEqual([folder.name for folder in folders], ["integers", "picture", "places", "sentence"])
        for folder in folders:
            with self.subTest(folder.name):
                graph, expected = Graph.load(folder), json.loads((folder / "cases.json").read_text())
                self.assertEqual(graph_root(graph).hex(), expected["root"])
                for case in expected["cases"]:
                    result = evaluate.run(graph, bytes.fromhex(case["input"]))
                    self.assertEqual(result.tobytes().hex(), case["output"])


if __name__ == "__main__":
    unittest.main()
