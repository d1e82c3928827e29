use clap::Args;
use modchains_sdk::{
    address,
    instruction::disputes::{GraphProgress, graph_registration},
    rent::{GRAPH_BYTES, graph_bytes_max},
};

use super::folder::GraphArg;
use crate::{
    amount::Amount,
    connection::{Connection, bar},
    error::{CliError, Result},
    output::Report,
};

/// Arguments of `graph register`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The program reads every node, nine in a transaction, and refuses what this command refuses. Stopped at any point, it goes on
where it was when it is run again. Requests name the graph, so it stays for 120 days after its registrar begins to close it.

Examples:
  modchains graph register target/digits/digits-int8"
)]
pub struct RegisterArgs {
    #[command(flatten)]
    graph: GraphArg,
}

impl RegisterArgs {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let graph = self.graph.load()?;
        let signer = connection.signer()?;
        let registrar = signer.pubkey();
        let address = address::disputes::graph(&graph.root(), &registrar);
        let progress = connection.client.graph_progress(&address).await?;
        let transactions = graph_registration(&registrar, graph.root(), graph.records(), progress);
        if progress == GraphProgress::Sealed {
            let what = format!("the graph is registered already, at {address}");
            return Err(CliError::unfit(what, "name it when you open or configure a service"));
        }
        let nodes = graph.records().len() as u32;
        let rent = connection.rent_lamports(&[GRAPH_BYTES]).await?;
        let rent_at_most = connection.rent_lamports(&[graph_bytes_max(nodes)]).await?;
        let fees = connection.fee_lamports_max()?.saturating_mul(transactions.len() as u64);
        let report = Report::new()
            .text("graph", address)
            .text("root", hex::encode(graph.root()))
            .text("numeric_class", graph.numeric_class().name())
            .number("nodes", nodes)
            .number("transactions", transactions.len() as u64)
            .amount("rent", Amount::sol(rent), "SOL")
            .amount("rent_until_it_is_sealed", Amount::sol(rent_at_most), "SOL")
            .amount("network_fees_at_most", Amount::sol(fees), "SOL");
        let consent = connection.confirm(&report)?;
        let bar = bar("Registering", transactions.len());
        let mut last = None;
        for transaction in transactions {
            last = Some(connection.send_agreed("Registering", &[transaction], signer, &consent).await?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(last.iter().fold(report, Report::receipt))
    }
}
