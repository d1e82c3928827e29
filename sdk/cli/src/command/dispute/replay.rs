use clap::Args;
use modchains_sdk::{
    bundle::ModelGraph,
    core::{provable::Tensor, request::RequestStatus},
    decode::FetchedRequest,
    dispute::Computed,
    disputes::state::Graph,
    hash::sha256,
};
use serde_json::json;

use super::own::{BundleArg, Own};
use crate::{
    argument::RequestArg,
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

/// Arguments of `replay`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Fetches the bundle, compares every hash of it with the chain, and computes the answer again, element
by element, by the arithmetic that decides disputes. An operator that is bound to a trace is compared with all of it, any
other with its output alone: which node differs first shows when the operator reveals its trace."
)]
pub struct ReplayArgs {
    #[command(flatten)]
    request: RequestArg,
    #[command(flatten)]
    bundle: BundleArg,
    /// Challenge the result when it is wrong. Asks first, as everything that sends does.
    #[arg(long)]
    challenge: bool,
}

/// How a posted result compares with what the graph computes.
struct Comparison {
    /// The first byte of the output that differs, by the element in which it lies.
    first: Option<Difference>,
    /// Whether the trace to which the operator is bound is the right one; none while there is none.
    is_trace_right: Option<bool>,
}

/// An element of the last node that is not what it must be.
struct Difference {
    node: u32,
    row: u32,
    column: u32,
    posted: u32,
    right: u32,
}

impl ReplayArgs {
    /// Computes the answer again.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let address = self.request.address(connection).await?;
        let request = connection.client.request(&address).await?;
        if request.output.is_empty() {
            return Err(CliError::unfit("the request has no result", "wait for one"));
        }
        let Own { graph, computed } = self.bundle.compute(connection, &request).await?;
        require_graph(connection, &request, &graph).await?;
        let comparison = compare(&request, &graph, &computed).ok_or_else(graph_other)?;
        let is_match = comparison.first.is_none() && comparison.is_trace_right != Some(false);
        let report = details(&address, &request, &comparison, is_match);
        let is_posted = request.status() == Ok(RequestStatus::Posted);
        if is_match || !self.challenge || !is_posted {
            let report = report.flag("can_be_challenged", !is_match && is_posted);
            return Ok(report);
        }
        let dispute = connection.open_dispute(&address).await?;
        Ok(report.text("dispute", dispute))
    }
}

fn graph_other() -> CliError {
    CliError::unfit("the bundle's graph is not the one that decides this request", "get the bundle of its version")
}

async fn require_graph(connection: &Connection, request: &FetchedRequest, graph: &ModelGraph) -> Result<()> {
    let on_chain = connection.client.state::<Graph>(&request.request.value.graph).await?;
    if on_chain.value.root == graph.root() { Ok(()) } else { Err(graph_other()) }
}

fn compare(request: &FetchedRequest, graph: &ModelGraph, computed: &Computed) -> Option<Comparison> {
    let graph = graph.graph();
    let node = graph.summary().nodes.checked_sub(1)?;
    let tensor = graph.tensor(node, computed.size)?;
    let right = computed.output(&graph)?;
    let bound = request.request.value.trace_root;
    let is_trace_right = (bound != [0; 32]).then(|| computed.tree(&graph).is_some_and(|tree| tree.root() == bound));
    Some(Comparison { first: first_difference(node, &tensor, &request.output, &right), is_trace_right })
}

fn first_difference(node: u32, tensor: &Tensor, posted: &[u8], right: &[u8]) -> Option<Difference> {
    let Tensor { kind, columns, .. } = *tensor;
    // A result of another length is refused when it is posted.
    let place = posted.iter().zip(right).position(|(posted, right)| posted != right)? / kind.bytes();
    let columns = columns.max(1) as usize;
    Some(Difference {
        node,
        row: u32::try_from(place / columns).ok()?,
        column: u32::try_from(place % columns).ok()?,
        posted: kind.word(posted, place),
        right: kind.word(right, place),
    })
}

fn details(
    address: &modchains_sdk::Pubkey,
    request: &FetchedRequest,
    comparison: &Comparison,
    is_match: bool,
) -> Report {
    let report = Report::new()
        .text("request", address)
        .text("bundle_manifest_sha256", hex::encode(request.request.value.version_manifest_sha256))
        .text("output_sha256", hex::encode(sha256(&[&request.output])))
        .flag("match", is_match);
    let trace = match comparison.is_trace_right {
        None => "the operator is bound to none yet",
        Some(true) => "right",
        Some(false) => "wrong",
    };
    let report = report.value("trace", trace.to_owned(), json!(comparison.is_trace_right));
    let Some(Difference { node, row, column, posted, right }) = &comparison.first else {
        return report.value("first_difference", "-".to_owned(), json!(null));
    };
    let text = format!("node {node}, row {row}, column {column}: posted {posted:08x}, must be {right:08x}");
    report.value(
        "first_difference",
        text,
        json!({
            "node": node, "row": row, "column": column,
            "posted": format!("{posted:08x}"), "right": format!("{right:08x}"),
        }),
    )
}
