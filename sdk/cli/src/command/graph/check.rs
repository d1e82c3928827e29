use clap::Args;
use modchains_sdk::{bundle::ModelGraph, core::provable::check::Summary};

use super::folder::GraphArg;
use crate::{error::Result, output::Report};

/// Arguments of `graph check`.
#[derive(Debug, Args)]
#[command(after_long_help = "Refuses by the rules that an operator's service refuses by.

Examples:
  modchains graph check target/digits/digits-int8
  modchains graph check . --json | jq -r .root")]
pub struct CheckArgs {
    #[command(flatten)]
    graph: GraphArg,
}

impl CheckArgs {
    pub fn run(&self) -> Result<Report> {
        Ok(report(&self.graph.load()?))
    }
}

fn report(graph: &ModelGraph) -> Report {
    let checked = graph.graph();
    let Summary { nodes, sizes, reveals, evidence_pieces, .. } = *checked.summary();
    let last = nodes.saturating_sub(1);
    let bytes = |n| {
        let output = checked.tensor(last, n);
        let output = output.map_or(0, |tensor| tensor.elements().saturating_mul(tensor.kind.bytes() as u64));
        Report::new().number("size", n).number("input_bytes", checked.input_bytes(n)).number("output_bytes", output)
    };
    let ends = if sizes.min == sizes.max { vec![sizes.min] } else { vec![sizes.min, sizes.max] };
    Report::new()
        .text("root", hex::encode(graph.root()))
        .text("numeric_class", graph.numeric_class().name())
        .number("nodes", nodes)
        .number("reveals", reveals)
        .number("evidence_pieces", evidence_pieces)
        .table("sizes", &["size", "input_bytes", "output_bytes"], ends.into_iter().map(bytes).collect())
}
