"""all-MiniLM-L6-v2 as a plain module: token ids to a sentence's embedding as 384 8-bit integers."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

VOCABULARY = 30_522
WIDTH = 384
HEADS = 12
LAYERS = 6
INNER = 1_536
POSITIONS = 512
EPSILON = 1e-12
# A unit vector's elements are below one, so the nearest multiples of 1/127 fit 8 bits.
STEPS_PER_UNIT = 127.0


class Layer(nn.Module):
    """One block of attention and one of two linear maps, each added to its input and normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.output = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.attention_norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        """`[n, 384]` to `[n, 384]`."""
        query, key, value = (
            part(x).view(-1, HEADS, WIDTH // HEADS).transpose(0, 1) for part in (self.query, self.key, self.value)
        )
        # The queries' weights carry the factor 1 / sqrt(32).
        weights = functional.softmax(query @ key.transpose(1, 2), dim=-1)
        context = (weights @ value).transpose(0, 1).reshape(-1, WIDTH)
        x = self.attention_norm(self.output(context) + x)
        y = self.inner(x)
        # GELU but for its factor 1/2, which the weights after it carry.
        y = (torch.erf(y * math.sqrt(0.5)) + 1) * y
        return self.norm(self.outer(y) + x)


class MiniLM(nn.Module):
    """Token ids `[n]`, with those of the tokenizer at both ends, to the mean of the last layer's rows divided by its length."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        # Positions, and the type of the first of two texts, which is the only one.
        self.positions = nn.Parameter(torch.zeros(POSITIONS, WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def embed(self, tokens: Tensor) -> Tensor:
        """The embedding, `[1, 384]`, of length one."""
        x = self.norm(self.words(tokens) + self.positions[: tokens.shape[0]])
        for layer in self.layers:
            x = layer(x)
        mean = x.mean(0, keepdim=True)
        return mean / mean.pow(2).sum(1, keepdim=True).sqrt()

    def forward(self, tokens: Tensor) -> Tensor:
        """The embedding in steps of 1/127."""
        return (self.embed(tokens) * STEPS_PER_UNIT).round().clamp(-128, 127).to(torch.int8)


def load(folder: Path) -> MiniLM:
    """The model with the published weights. What does not depend on the tokens is computed here: positions plus type, rounded once;
    the queries' weights over sqrt(32), rounded once; the weights after GELU over 2, which is exact."""
    published = load_file(folder / "model.safetensors")
    names = {
        "attention.self.query": "query", "attention.self.key": "key", "attention.self.value": "value",
        "attention.output.dense": "output", "attention.output.LayerNorm": "attention_norm",
        "intermediate.dense": "inner", "output.dense": "outer", "output.LayerNorm": "norm",
    }  # fmt: skip
    state = {"words.weight": published["embeddings.word_embeddings.weight"]}
    state["positions"] = (
        published["embeddings.position_embeddings.weight"] + published["embeddings.token_type_embeddings.weight"][0]
    )
    for part in ("weight", "bias"):
        state[f"norm.{part}"] = published[f"embeddings.LayerNorm.{part}"]
        for layer in range(LAYERS):
            for theirs, ours in names.items():
                tensor = published[f"encoder.layer.{layer}.{theirs}.{part}"]
                if ours == "query":
                    tensor = (tensor.double() / math.sqrt(WIDTH // HEADS)).float()
                if (ours, part) == ("outer", "weight"):
                    tensor = tensor / 2
                state[f"layers.{layer}.{ours}.{part}"] = tensor
    model = MiniLM()
    model.load_state_dict(state)
    return model.eval()
