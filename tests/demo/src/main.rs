//! `make demo`: the whole path on a local network, with a table, a chart and a report at the end.
//!
//! A network, a crank and a trainer run as processes of their own; everything else is the client library talking
//! JSON-RPC. No cheat code of the local network is used, so `--url` puts any cluster with an airdrop in its place.

mod chart;
mod cost;
mod inference;
mod listing;
mod market;
mod options;
mod processes;
mod progress;
mod report;
mod story;
mod wallets;
mod weeks;

use std::process::ExitCode;

use clap::Parser;

use crate::options::Options;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    // Whichever ends first; dropping the story ends its processes.
    let outcome = tokio::select! {
        outcome = story::tell(&options) => outcome,
        stopped = tokio::signal::ctrl_c() => match stopped {
            Ok(()) => Err(anyhow::anyhow!("stopped by Ctrl-C; its processes have ended")),
            Err(error) => Err(error.into()),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ndemo failed: {}", modchains_sdk::causes(error.as_ref()));
            eprintln!("logs are in {}", options.output.display());
            ExitCode::FAILURE
        }
    }
}
