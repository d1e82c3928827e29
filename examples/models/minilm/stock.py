"""The published model as libraries compute it, in 32-bit floats, to compare with; and sentences to compare on."""

from __future__ import annotations

from pathlib import Path

from model import EPSILON, HEADS, LAYERS, WIDTH
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

SENTENCES = [
    "Hello world.",
    "Yes",
    "a",
    "The cat sat on the mat.",
    "How do I reset my password?",
    "A man is eating food.",
    "A cheetah chases its prey across the savannah at great speed.",
    "Der schnelle braune Fuchs springt über den faulen Hund.",
    "def f(x): return x**2 + 3*x - 1  # a polynomial",
    "😀 emoji & <html> tags; 100% of $5.00?",
    "Who wrote the novel Nineteen Eighty-Four?",
    "Refund please, the item arrived broken and customer service does not answer.",
    "Programs are compiled ahead of time and run with a budget of compute units.",
    "A bonding curve prices a token by a formula of its supply; a buyer pays into a reserve and a seller is paid out of it.",
    "Photosynthesis converts light energy into chemical energy that is later released to fuel the organism's activities.",
    "In 1905 four papers changed physics: on the photoelectric effect, Brownian motion, special relativity and mass-energy.",
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness.",
    "The quick brown fox jumps over the lazy dog. " * 4,
    "The committee shall, within thirty days of the receipt of the notice, determine whether the evidence supports it. "
    * 4,
    "Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in my purse. " * 4,
]


def tokens(folder: Path, tokens_max: int) -> list[list[int]]:
    """Token ids of the sentences with those at both ends, cut to so many."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(tokens_max)
    return [tokenizer.encode(sentence).ids for sentence in SENTENCES]


class Stock:
    """Token ids to the embedding of length one, `[384]`."""

    def __init__(self, folder: Path) -> None:
        self.weights = load_file(folder / "model.safetensors")

    def __call__(self, ids: list[int]) -> Tensor:
        weights, n = self.weights, len(ids)
        x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.token_type_embeddings.weight"][0]
        x = self._norm(x + weights["embeddings.position_embeddings.weight"][:n], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{layer}.")
        return functional.normalize(x.mean(0), dim=0)

    def _layer(self, x: Tensor, path: str) -> Tensor:
        parts = (self._linear(x, f"{path}attention.self.{name}") for name in ("query", "key", "value"))
        heads = [part.view(1, -1, HEADS, WIDTH // HEADS).transpose(1, 2) for part in parts]
        context = functional.scaled_dot_product_attention(*heads).transpose(1, 2).reshape(-1, WIDTH)
        x = self._norm(self._linear(context, f"{path}attention.output.dense") + x, f"{path}attention.output.LayerNorm")
        y = functional.gelu(self._linear(x, f"{path}intermediate.dense"))
        return self._norm(self._linear(y, f"{path}output.dense") + x, f"{path}output.LayerNorm")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return functional.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return functional.layer_norm(x, (WIDTH,), self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], EPSILON)
