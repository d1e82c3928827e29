"""A convolutional network for the handwritten digits that scikit-learn distributes, and how it is trained."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

SIDE = 8
PIXEL_MAX = 16
CLASSES = 10
# One image of this many goes to the held-out part.
HELD_OUT_EVERY = 5


class Network(nn.Module):
    """Three convolutions, two poolings, two linear maps: `[1, 1, 8, 8]` pixels of 0 to 16 to ten logits."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.third = (
            nn.Conv2d(1, 32, 3, padding=1),
            nn.Conv2d(32, 64, 3, padding=1),
            nn.Conv2d(64, 128, 3, padding=1),
        )
        self.first_norm, self.second_norm, self.third_norm = nn.BatchNorm2d(32), nn.BatchNorm2d(64), nn.BatchNorm2d(128)
        self.hidden, self.output = nn.Linear(128 * 2 * 2, 64), nn.Linear(64, CLASSES)

    def forward(self, pixels: Tensor) -> Tensor:
        x = pixels / PIXEL_MAX
        x = functional.relu(self.first_norm(self.first(x)))
        x = functional.max_pool2d(functional.relu(self.second_norm(self.second(x))), 2)
        x = functional.max_pool2d(functional.relu(self.third_norm(self.third(x))), 2)
        return self.output(functional.relu(self.hidden(x.flatten(1))))


@dataclass(frozen=True)
class Split:
    """Images `[count, 1, 8, 8]` and their digits: those to learn from, and those to measure with."""

    training: tuple[Tensor, Tensor]
    held_out: tuple[Tensor, Tensor]


def load(path: Path, seed: int) -> Split:
    """Reads `digits.csv.gz` and holds a fifth of each class back, chosen by the seed."""
    with gzip.open(path, "rt") as file:
        rows = torch.tensor([[int(entry) for entry in row] for row in csv.reader(file)])
    images, labels = rows[:, :-1].float().view(-1, 1, SIDE, SIDE), rows[:, -1]
    generator = torch.Generator().manual_seed(seed)
    held_out = torch.zeros(len(labels), dtype=torch.bool)
    for label in range(CLASSES):
        members = (labels == label).nonzero().flatten()
        members = members[torch.randperm(len(members), generator=generator)]
        held_out[members[: -(-len(members) // HELD_OUT_EVERY)]] = True
    return Split((images[~held_out], labels[~held_out]), (images[held_out], labels[held_out]))


def train(split: Split, seed: int, epochs: int, report=print) -> Network:
    """A network trained on images that are moved by up to one pixel. The same seed gives the same network on the same machine."""
    torch.manual_seed(seed)
    network = Network()
    images, labels = split.training
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=epochs * -(-len(labels) // 64))
    for epoch in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(labels)).split(64):
            down, across = torch.randint(-1, 2, (2,)).tolist()
            moved = functional.pad(images[batch], (1, 1, 1, 1)).roll((down, across), (2, 3))[:, :, 1:-1, 1:-1]
            loss = functional.cross_entropy(network(moved), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(batch)
        report(f"epoch {epoch + 1} of {epochs}: loss {total / len(labels):.4f}")
    return network.eval()
