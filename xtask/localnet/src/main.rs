//! `modchains-localnet`: a Solana network in one process, for development and tests.
//!
//! It serves JSON-RPC and websockets on loopback, runs Agave's program runtime, and keeps its clock at wall
//! time. Nothing is fetched from any other network and no account is funded in advance: ask for lamports with
//! `requestAirdrop`. State lives in memory and is gone when the process ends.

mod network;
mod supervisor;

use std::{net::IpAddr, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result, ensure};
use clap::Parser;

use crate::network::{Network, NetworkConfig};

/// Starts a local Solana network and serves it until SIGTERM, SIGINT or SIGHUP.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// Loopback address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Port of the JSON-RPC server; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    rpc_port: u16,
    /// Port of the websocket server; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    ws_port: u16,
    /// Milliseconds per slot. A blockhash lives for 150 slots, so 100 ms gives a transaction 15 seconds.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(10..=1_000))]
    slot_ms: u64,
    /// Writes `{"rpc_url", "ws_url", "pid"}` to this file once the network answers; removed at the end.
    #[arg(long, value_name = "PATH")]
    state_file: Option<PathBuf>,
    /// Ends when the process that started this one has ended.
    #[arg(long)]
    exit_with_parent: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("modchains-localnet: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<()> {
    ensure!(
        args.host.is_loopback(),
        "--host {} is not a loopback address: this network has no access control",
        args.host
    );
    // Taken before the slow start, so that a parent that dies meanwhile is noticed.
    let parent = args.exit_with_parent.then(std::os::unix::process::parent_id);
    let stop_requested = supervisor::stop_requested(parent)?;

    let config = NetworkConfig {
        host: args.host,
        rpc_port: args.rpc_port,
        ws_port: args.ws_port,
        slot: Duration::from_millis(args.slot_ms),
    };
    let network = tokio::task::spawn_blocking(move || Network::start(&config))
        .await
        .context("the starting thread ended early")??;
    if let Some(path) = &args.state_file {
        supervisor::write_state(path, network.rpc_url(), network.ws_url())?;
    }
    println!("ready: rpc {} websocket {} pid {}", network.rpc_url(), network.ws_url(), std::process::id());

    let reason = tokio::select! {
        reason = stop_requested => reason,
        () = network.ended() => supervisor::StopReason::NetworkEnded,
    };
    if let Some(path) = &args.state_file {
        supervisor::remove_state(path)?;
    }
    ensure!(reason != supervisor::StopReason::NetworkEnded, "the network ended by itself");
    tokio::task::spawn_blocking(move || network.stop()).await.context("the stopping thread ended early")?
}
