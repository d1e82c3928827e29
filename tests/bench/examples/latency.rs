//! Measures the operator service on a running local network with the programs deployed: sets a model up, starts the
//! real `modchains-crank run`, asks requests in rounds, waits until all are final and prints the service's figures.
//!
//! ```text
//! cargo run --release -p modchains-bench --example latency -- --url http://127.0.0.1:8899 --bundle BUNDLE --crank BINARY
//! ```

use std::{
    path::{Path, PathBuf},
    process::{Child, Command},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use futures_util::future::try_join_all;
use modchains_sdk::{
    Keypair, Pubkey, Signer, address,
    bundle::{Bundle, BundleLimits},
    client::{Client, sign},
    core::licence::USE_PERSONAL,
    exchange::{
        instructions::{MarketOpenArgs, ModelRegisterArgs, ModelVersionPublishArgs},
        state::LaunchArgs,
    },
    instruction::{
        Token, exchange,
        oracle::{self, LicenceProof},
        token::wrap_sol,
        vault,
    },
    keys,
    oracle::{
        instructions::{OperatorRegisterArgs, RequestCreateArgs, ServiceOpenArgs},
        state::{RequestStatus, ServiceTerms},
    },
    vault::{instructions::VaultOpenArgs, state::VaultTerms},
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

const SOL: u64 = 1_000_000_000;
const FEE_ATOMS: u64 = 1_000_000;
const TIMEOUT: Duration = Duration::from_secs(60);
/// How much later than in the round before the service is killed.
const KILL_STEP: Duration = Duration::from_millis(12);

/// Measures the operator service on a local network.
#[derive(Parser)]
struct Arguments {
    /// JSON-RPC endpoint; it must give airdrops.
    #[arg(long, default_value = "http://127.0.0.1:8899")]
    url: String,
    /// Websocket endpoint; follows from the URL when not given.
    #[arg(long)]
    ws_url: Option<String>,
    /// Folder of the model bundle.
    #[arg(long)]
    bundle: PathBuf,
    /// The service's binary.
    #[arg(long)]
    crank: PathBuf,
    /// Requests asked at once in each round.
    #[arg(long, default_value_t = 20)]
    requests: u64,
    /// Number of rounds.
    #[arg(long, default_value_t = 5)]
    rounds: u64,
    /// Kill the service with SIGKILL in the middle of every round, each time a little later, and start it again.
    #[arg(long)]
    kill: bool,
}

struct Setup {
    client: Client,
    requester: Keypair,
    model: Pubkey,
    bundle: Bundle,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir()?;
    let operator = keys::generate(&folder.path().join("operator.json"))?;
    let setup = set_up(&arguments, &operator).await?;
    let stats = folder.path().join("stats.json");
    let mut service = start(&arguments, &setup, folder.path(), &stats).await?;
    for round in 0..arguments.rounds {
        let started = Instant::now();
        let asked = ask(&setup, arguments.requests, round * arguments.requests).await?;
        if arguments.kill {
            tokio::time::sleep(KILL_STEP * u32::try_from(round + 1)?).await;
            drop(service);
            service = start(&arguments, &setup, folder.path(), &stats).await?;
        }
        wait_until_final(&setup, asked).await?;
        println!("round {round}: {} requests final after {:.1?}", arguments.requests, started.elapsed());
    }
    let started = Instant::now();
    kill(Pid::from_raw(i32::try_from(service.0.id())?), Signal::SIGTERM)?;
    let status = service.0.wait()?;
    println!("the service ended with {status} after {:.1?}", started.elapsed());
    println!("{}", std::fs::read_to_string(&stats)?);
    ensure!(status.success(), "the service failed");
    Ok(())
}

/// The service's process, ended with this value.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

async fn set_up(arguments: &Arguments, operator: &Keypair) -> Result<Setup> {
    let client = Client::connect(&arguments.url).await?;
    let bundle = Bundle::open(&arguments.bundle.canonicalize()?, BundleLimits::default())?;
    let (creator, requester) = (Keypair::new(), Keypair::new());
    for key in [&creator, &requester, operator] {
        let signature = client.request_airdrop(&key.pubkey(), 1_000 * SOL).await?;
        while client.status(&signature).await?.is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let model = open_model(&client, &creator, &bundle).await?;
    let [create, transfer, sync] = wrap_sol(&operator.pubkey(), 200 * SOL);
    let args = OperatorRegisterArgs { bond_atoms: 100 * SOL, cooldown_max_seconds: u32::MAX };
    let register =
        oracle::operator_register(&operator.pubkey(), &address::oracle::service(&model), &Token::WRAPPED_SOL, args);
    client.send(&[create, transfer, sync, register], &[operator]).await?;
    client.send(&wrap_sol(&requester.pubkey(), 100 * SOL), &[&requester]).await?;
    Ok(Setup { client, requester, model, bundle })
}

async fn open_model(client: &Client, creator: &Keypair, bundle: &Bundle) -> Result<Pubkey> {
    let (authority, quote, name) = (creator.pubkey(), Token::WRAPPED_SOL, bundle.manifest().name.clone());
    let model = address::exchange::model(&authority, &name);
    let manifest = bundle.manifest();
    let uri = "https://example.org/model.json".to_owned();
    let register = ModelRegisterArgs { name, symbol: "DIGITS".to_owned(), uri: uri.clone(), image: String::new() };
    let publish = ModelVersionPublishArgs {
        manifest_sha256: bundle.manifest_sha256(),
        weights_sha256: bundle.weights_sha256(),
        graph_root: bundle.graph_root().unwrap_or_default(),
        benchmark: [0; 32],
        verification_class: 0,
        numeric_class: manifest.numeric_class as u8,
        parent: 0,
        uri,
    };
    let terms = ServiceTerms {
        fee_atoms: FEE_ATOMS,
        max_wait_min_seconds: 10,
        max_wait_max_seconds: 3_600,
        input_bytes_max: u16::try_from(manifest.input.bytes_max())?,
        output_bytes_max: u16::try_from(manifest.output.bytes())?,
        split: None,
    };
    let launch = LaunchArgs::default();
    let params = client.exchange_config().await?.value.params;
    let market = MarketOpenArgs { depth_atoms: 1_000_000_000_000_000, virtual_atoms: 30 * SOL, launch, params };
    let vault_terms = VaultTerms { cooldown_seconds: 60, stream_seconds: 600 };
    for instruction in [
        exchange::model_register(&authority, register),
        exchange::model_version_publish(&authority, &model, 1, publish),
        exchange::market_open(&authority, &model, &quote, market),
        vault::vault_open(&authority, &model, &quote, VaultOpenArgs { terms: Some(vault_terms) }),
        oracle::service_open(&authority, &model, 1, &quote, ServiceOpenArgs { terms }),
    ] {
        client.send(&[instruction], &[creator]).await?;
    }
    Ok(model)
}

/// Starts the service and waits until it is ready.
async fn start(arguments: &Arguments, setup: &Setup, folder: &Path, stats: &Path) -> Result<Service> {
    // Left by the run before; the first one is written when the service is ready.
    std::fs::remove_file(stats).ok();
    let mut service = Service(spawn(arguments, setup, folder, stats)?);
    let deadline = Instant::now() + TIMEOUT;
    while !stats.exists() {
        ensure!(service.0.try_wait()?.is_none(), "the service ended while it started");
        ensure!(Instant::now() < deadline, "the service did not start");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(service)
}

fn spawn(arguments: &Arguments, setup: &Setup, folder: &Path, stats: &Path) -> Result<Child> {
    let ws_url = arguments.ws_url.as_ref().map(|url| format!("ws_url = '{url}'\n")).unwrap_or_default();
    let config = format!(
        "rpc_url = '{}'\n{ws_url}keypair = '{folder}/operator.json'\njournal = '{folder}/journal.db'\n\
         exit_with_parent = true\n[[bundles]]\ndir = '{}'\nmodel = '{}'\n\
         [jobs]\ndistribute_interval_seconds = 5\n",
        arguments.url,
        setup.bundle.dir().display(),
        setup.model,
        folder = folder.display(),
    );
    let path = folder.join("crank.toml");
    std::fs::write(&path, config)?;
    let mut command = Command::new(&arguments.crank);
    command.arg("run").arg("--config").arg(&path).arg("--stats-file").arg(stats);
    command.spawn().with_context(|| format!("{} cannot be started", arguments.crank.display()))
}

/// Asks `requests` at once and returns their addresses.
async fn ask(setup: &Setup, requests: u64, first_nonce: u64) -> Result<Vec<Pubkey>> {
    let (blockhash, height) = setup.client.latest_blockhash().await?;
    let requester = setup.requester.pubkey();
    let service = address::oracle::service(&setup.model);
    let terms_counter = setup.client.service(&setup.model).await?.value.terms_counter;
    let mut addresses = Vec::new();
    let mut transactions = Vec::new();
    for nonce in first_nonce..first_nonce + requests {
        let spec = &setup.bundle.manifest().input;
        let input =
            (0..spec.bytes).map(|index| ((u64::from(index) + nonce) % (u64::from(spec.max.unwrap_or(255)) + 1)) as u8);
        let args = RequestCreateArgs {
            terms_counter,
            nonce,
            bump: 0,
            fee_max_atoms: FEE_ATOMS,
            content_fee_max_atoms: 0,
            tip_atoms: 0,
            value_at_risk_atoms: 0,
            max_wait_seconds: 600,
            uses: USE_PERSONAL,
            salt: [7; 16],
            input: input.collect(),
        };
        let (token, proof) = (Token::WRAPPED_SOL, LicenceProof::UNCOUNTED);
        let create = oracle::request_create(&requester, &setup.model, &token, proof, args);
        transactions.push(sign(&[create], &[&setup.requester], blockhash, height)?);
        addresses.push(address::oracle::request(&service, &requester, nonce).0);
    }
    try_join_all(transactions.iter().map(|signed| setup.client.send_signed(&signed.bytes))).await?;
    Ok(addresses)
}

async fn wait_until_final(setup: &Setup, addresses: Vec<Pubkey>) -> Result<()> {
    let deadline = Instant::now() + TIMEOUT;
    for address in addresses {
        loop {
            let request = setup.client.request(&address).await;
            if let Ok(request) = request
                && request.status() == Ok(RequestStatus::Finalized)
            {
                ensure!(request.output_matches(), "{address}: the output does not hash to what was committed");
                break;
            }
            ensure!(Instant::now() < deadline, "{address} is not final after {TIMEOUT:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    Ok(())
}
