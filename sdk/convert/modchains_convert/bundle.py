"""Bundles: a folder with the manifest `model.toml`, the card, the graph and its weights, as `sdk/rust/src/bundle` reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .check import BYTES
from .commitment import graph_root
from .errors import GraphError
from .evaluate import ENCODINGS
from .graph import GRAPH_FILE, WEIGHTS_FILE, Graph

MANIFEST_FORMAT = 1
MANIFEST_FILE = "model.toml"
CARD_FILE = "CARD.md"


@dataclass(frozen=True)
class Accuracy:
    """What was measured on held-out inputs, by the graph itself."""

    dataset: str
    held_out: int
    correct: int


@dataclass(frozen=True)
class Draft:
    """What a bundle says beside its graph."""

    name: str
    version: str
    card: str
    # Shape of one input; where inputs have units, for example tokens, of one unit.
    shape: tuple[int, ...]
    # Names of the classes, where results are the index of the largest logit and the logits.
    labels: tuple[str, ...] = ()
    # Steps of a logit in one unit.
    steps_per_unit: int | None = None
    accuracy: Accuracy | None = None


def write(folder: Path, graph: Graph, draft: Draft) -> bytes:
    """Writes a bundle, files of the same names replaced, and returns the root of its graph."""
    graph.save(folder)
    (folder / CARD_FILE).write_text(draft.card)
    root = graph_root(graph)
    tables = [
        ("", {
            "format": MANIFEST_FORMAT, "name": draft.name, "version": draft.version,
            "numeric_class": "exact" if graph.is_exact else "rounded", "card": CARD_FILE, "graph_root": root.hex(),
        }),
        ("[input]", input_table(graph, draft)),
        ("[output]", output_table(graph, draft)),
    ]  # fmt: skip
    if accuracy := draft.accuracy:
        tables.append(
            ("[accuracy]", {"dataset": accuracy.dataset, "held_out": accuracy.held_out, "correct": accuracy.correct})
        )
    for name in (CARD_FILE, GRAPH_FILE, WEIGHTS_FILE):
        contents = (folder / name).read_bytes()
        tables.append(("[[files]]", {"path": name, "sha256": sha256(contents).hexdigest(), "bytes": len(contents)}))
    (folder / MANIFEST_FILE).write_text("\n".join(table_text(*table) for table in tables))
    return root


def input_table(graph: Graph, draft: Draft) -> dict:
    """What one request carries."""
    first = graph.nodes[0]
    # One of the two is the same for every input, or the graph would not have been accepted.
    fixed = first.rows.fixed * first.columns.fixed
    per = first.rows.per * first.columns.fixed + first.rows.fixed * first.columns.per
    if fixed and per:
        raise GraphError("inputs have a fixed part beside their units")
    encoding = first.fields["encoding"]
    width = int(ENCODINGS[encoding][-1])
    table = {"shape": list(draft.shape), "dtype": encoding, "bytes": (per or fixed) * width}
    if per:
        table["units"] = list(graph.sizes)
    if encoding.startswith("u"):
        table["max"] = first.fields["high"]
    return table


def output_table(graph: Graph, draft: Draft) -> dict:
    """What one result carries."""
    last = graph.nodes[-1]
    if not (last.rows.is_fixed and last.columns.is_fixed):
        raise GraphError("the size of a result depends on that of the input")
    size = last.rows.fixed * last.columns.fixed * BYTES[last.kind]
    if not draft.labels:
        return {"rule": "tensor", "bytes": size, "kind": last.kind}
    table = {"rule": "class-logits-i32", "bytes": size}
    if draft.steps_per_unit:
        table["steps_per_unit"] = draft.steps_per_unit
    return table | {"labels": list(draft.labels)}


def table_text(head: str, entries: dict) -> str:
    """A table of TOML, whose strings, numbers and lists are those of JSON."""
    lines = [head] if head else []
    return "\n".join([*lines, *(f"{name} = {json.dumps(entry)}" for name, entry in entries.items())]) + "\n"
