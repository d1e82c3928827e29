"""The command line: `python -m modchains_convert convert|quantise|check`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

from . import ConversionError, Graph, GraphError, InputSpec, bundle, check, convert
from .commitment import graph_root
from .exact import classified, quantise
from .spec import RANGES


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
    except (ConversionError, GraphError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """What the command line takes."""
    top = argparse.ArgumentParser(
        prog="python -m modchains_convert", description="Turns exported PyTorch programs into provable graphs."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("convert", run_convert, "a graph of correctly rounded floats (class rounded)"),
        ("quantise", run_quantise, "a graph of 8-bit integers (class exact)"),
    ):
        command = commands.add_parser(name, help=f"writes the bundle of {text}")
        command.set_defaults(run=run)
        command.add_argument("program", type=Path, help="file written by torch.export.save")
        command.add_argument("output", type=Path, help="folder of the bundle")
        command.add_argument(
            "--encoding", choices=RANGES, required=True, help="how an element of a request lies in its bytes"
        )
        command.add_argument("--low", type=float, help="elements below count as this; the smallest by default")
        command.add_argument("--high", type=float, help="elements above count as this; the largest by default")
        command.add_argument(
            "--shape", type=int, nargs="+", required=True, help="shape of one input, or of one unit of it, for people"
        )
        command.add_argument("--name", required=True, help="a-z, 0-9 and -, at most 64")
        command.add_argument("--version", default="1.0.0")
        command.add_argument("--card", type=Path, required=True, help="the model's card, in Markdown")
        command.add_argument(
            "--labels", nargs="+", default=[], help="names of the classes, where the result is a class and logits"
        )
        if name == "convert":
            command.add_argument(
                "--sizes", type=int, nargs=2, default=(1, 1), metavar=("MIN", "MAX"), help="smallest and largest n"
            )
        else:
            command.add_argument(
                "--calibration", type=Path, required=True, help=".npy of inputs of the program, one after the other"
            )
    command = commands.add_parser("check", help="says what a graph costs and what root it has")
    command.set_defaults(run=run_check)
    command.add_argument("folder", type=Path, help="folder with graph.json and weights.safetensors")
    return top


def run_convert(options: argparse.Namespace) -> None:
    """`convert`."""
    if options.labels:
        raise ConversionError("labels belong to graphs of integers, whose result is a class and logits")
    graph = convert(torch.export.load(options.program), spec_of(options, tuple(options.sizes)), progress)
    write(options, graph)


def run_quantise(options: argparse.Namespace) -> None:
    """`quantise`."""
    calibration = torch.from_numpy(np.load(options.calibration)).float()
    quantised = quantise(torch.export.load(options.program), spec_of(options, (1, 1)), calibration.split(1), progress)
    if options.labels:
        quantised = classified(quantised)
    print(f"one step of the result is worth {quantised.step:.9g}")
    write(options, quantised.graph, max(round(1 / quantised.step), 1))


def run_check(options: argparse.Namespace) -> None:
    """`check`."""
    report(Graph.load(options.folder))


def spec_of(options: argparse.Namespace, sizes: tuple[int, int]) -> InputSpec:
    """What a request carries, by the options."""
    least, most = RANGES[options.encoding]
    low = least if options.low is None else options.low
    return InputSpec(options.encoding, low, most if options.high is None else options.high, sizes)


def write(options: argparse.Namespace, graph: Graph, steps_per_unit: int | None = None) -> None:
    """Writes the bundle and says what the graph costs."""
    labels = tuple(options.labels)
    draft = bundle.Draft(
        options.name, options.version, options.card.read_text(), tuple(options.shape), labels, steps_per_unit
    )
    bundle.write(options.output, graph, draft)
    report(graph)
    print(f"written to {options.output}; `modchains graph check` reads it as operators do")


def report(graph: Graph) -> None:
    """What a graph costs for the largest input."""
    cost = check.check_whole(graph.nodes)
    print(
        f"class {'exact' if graph.is_exact else 'rounded'}, {cost['nodes']} nodes, n from {graph.sizes[0]} to {graph.sizes[1]}"
    )
    print(
        f"{cost['multiply_adds']:,} multiplications, {cost['trace_bytes']:,} bytes of outputs, {cost['reveals']} reveals to a piece"
    )
    print(f"root {graph_root(graph).hex()}")


def progress(done: int, total: int) -> None:
    """How many operations of the program are done, on one line of a terminal."""
    if sys.stderr.isatty():
        print(f"\roperation {done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
