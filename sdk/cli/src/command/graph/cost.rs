use clap::Args;
use modchains_sdk::bundle::GraphCost;

use super::folder::GraphArg;
use crate::{error::Result, output::Report};

/// Arguments of `graph cost`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "All figures are the most that the largest input takes. A move of a dispute is a transaction; disputes are not on chain yet.

Examples:
  modchains graph cost target/digits/digits-int8"
)]
pub struct CostArgs {
    #[command(flatten)]
    graph: GraphArg,
}

impl CostArgs {
    pub fn run(&self) -> Result<Report> {
        let graph = self.graph.load()?;
        let GraphCost { multiply_adds, trace_bytes, weight_bytes, operator_moves, challenger_moves } = graph.cost();
        Ok(Report::new()
            .number("nodes", graph.records().len() as u64)
            .number("multiply_adds", multiply_adds)
            .number("trace_bytes", trace_bytes)
            .number("weight_bytes", weight_bytes)
            .number("operator_moves", operator_moves)
            .number("challenger_moves", challenger_moves))
    }
}
