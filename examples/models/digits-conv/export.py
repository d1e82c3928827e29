"""Trains the convolutional digit classifier, quantises it, measures it and writes its bundle."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from model import CLASSES, PIXEL_MAX, SIDE, Network, Split, load, train

from modchains_convert import InputSpec, evaluate
from modchains_convert.bundle import Accuracy, Draft, write
from modchains_convert.exact import Quantised, classified, quantise

DATASET = "scikit-learn digits (UCI optical recognition of handwritten digits), held-out fifth of each class"
VERSION = "1.0.0"


def card(network: Network, split: Split, float_correct: int, accuracy: Accuracy, epochs: int, seed: int) -> str:
    """The model's card."""
    parameters = sum(parameter.numel() for parameter in network.parameters())
    rows = {
        "Accuracy on held-out images": f"{accuracy.correct} of {accuracy.held_out} ({100 * accuracy.correct / accuracy.held_out:.2f} %)",
        "Before quantisation": f"{float_correct} of {accuracy.held_out}",
        "Form": "graph of 8-bit integers with exact sums; every element of it can be disputed",
        "Input": "64 bytes: 8 by 8 pixels, row by row, 0 (paper) to 16 (ink)",
        "Result": "the digit, then ten logits, as 32-bit little-endian integers",
        "Network": f"3x3 convolutions to 32, 64 and 128 channels, two max poolings, linear to 64 and to 10; {parameters:,} parameters",
        "Training": f"{len(split.training[1]):,} images moved by up to a pixel, {epochs} epochs, AdamW, seed {seed}",
    }
    table = "\n".join(f"| {name} | {text} |" for name, text in rows.items())
    return f"""# digits-conv {VERSION}

Recognises one handwritten digit.

| | |
|---|---|
{table}

## Data

Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak; UCI Machine Learning Repository), the 1,797 images that
scikit-learn distributes. The held-out images were used neither for training nor for calibrating the quantisation. The figure
was measured by evaluating this graph.

## Limits

Small centred digits on empty ground from 43 writers. Anything else gets an answer too, and a wrong one.
"""


def correct_of(quantised: Quantised, split: Split) -> int:
    """Held-out images that the graph recognises."""
    pixels, labels = split.held_out
    requests = (image.to(torch.uint8).numpy().tobytes() for image in pixels)
    answers = (int(evaluate.run(quantised.graph, request)[0, 0]) for request in requests)
    return sum(answer == label for answer, label in zip(answers, labels.tolist()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        help="digits.csv.gz of scikit-learn (`cargo xtask digits-data` prints its path)",
    )
    parser.add_argument("--output", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=40)
    arguments = parser.parse_args()
    # One thread: sums of floats depend on how many there are.
    torch.set_num_threads(1)
    split = load(arguments.data, arguments.seed)
    network = train(split, arguments.seed, arguments.epochs)
    images, labels = split.held_out
    float_correct = int((network(images).argmax(1) == labels).sum())
    program = torch.export.export(network, (torch.zeros(1, 1, SIDE, SIDE),))
    quantised = classified(quantise(program, InputSpec("u8", 0, PIXEL_MAX), split.training[0].split(1)))
    accuracy = Accuracy(DATASET, len(labels), correct_of(quantised, split))
    print(f"held out: {float_correct} of {len(labels)} right as floats, {accuracy.correct} as integers")
    text = card(network, split, float_correct, accuracy, arguments.epochs, arguments.seed)
    labels = tuple(str(digit) for digit in range(CLASSES))
    draft = Draft("digits-conv", VERSION, text, (1, SIDE, SIDE), labels, max(round(1 / quantised.step), 1), accuracy)
    print(f"graph root {write(arguments.output, quantised.graph, draft).hex()}, {len(quantised.graph.nodes)} nodes")


if __name__ == "__main__":
    main()
