use clap::Args;
use modchains_sdk::{
    bundle::GraphCost,
    rent::{DISPUTE_BYTES, GRAPH_BYTES, graph_bytes_max},
};

use super::folder::GraphArg;
use crate::{amount::Amount, error::Result, output::Report};

/// Bytes that every account pays rent for besides its own.
const OVERHEAD_BYTES: u64 = 128;

/// Arguments of `graph cost`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "All figures are the most that the largest input takes. A move of a dispute is a transaction. Rents are of accounts: that of
a dispute comes back when it is settled, that of a graph when it is closed, and what registering takes beyond it when it is sealed.

Examples:
  modchains graph cost target/digits/digits-int8
  modchains graph cost . --lamports-per-byte 696"
)]
pub struct CostArgs {
    #[command(flatten)]
    graph: GraphArg,
    /// What a cluster takes for a byte of an account.
    #[arg(long, value_name = "LAMPORTS", default_value_t = 6_960)]
    lamports_per_byte: u32,
}

impl CostArgs {
    pub fn run(&self) -> Result<Report> {
        let graph = self.graph.load()?;
        let nodes = graph.records().len() as u32;
        let GraphCost { multiply_adds, trace_bytes, weight_bytes, operator_moves, challenger_moves } = graph.cost();
        let rent = |bytes: usize| {
            let bytes = OVERHEAD_BYTES.saturating_add(bytes as u64);
            Amount::sol(bytes.saturating_mul(self.lamports_per_byte.into()))
        };
        Ok(Report::new()
            .number("nodes", nodes)
            .number("multiply_adds", multiply_adds)
            .number("trace_bytes", trace_bytes)
            .number("weight_bytes", weight_bytes)
            .number("operator_moves", operator_moves)
            .number("challenger_moves", challenger_moves)
            .amount("graph_rent", rent(GRAPH_BYTES), "SOL")
            .amount("graph_rent_while_registered", rent(graph_bytes_max(nodes)), "SOL")
            .amount("dispute_rent", rent(DISPUTE_BYTES), "SOL"))
    }
}
