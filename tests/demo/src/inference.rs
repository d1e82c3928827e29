//! The crank, and twenty questions.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use modchains_sdk::{
    Signer, address,
    core::licence::USE_PERSONAL,
    decode::FetchedRequest,
    instruction::oracle::{self, LicenceProof},
    oracle::{
        instructions::{OperatorRegisterArgs, RequestCreateArgs},
        state::RequestStatus,
    },
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    listing::{FEE_ATOMS, Listing, bytes},
    market::QUOTE,
    options::Options,
    processes::{Network, Process, sibling},
    progress::{bar, done, step},
    wallets::{SOL, Setup, Wallets},
};

const ANSWER_TIMEOUT: Duration = Duration::from_secs(300);
const POLL: Duration = Duration::from_millis(100);

/// How the questions were answered.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Answers {
    /// Asked.
    pub asked: usize,
    /// Answered with the right digit.
    pub correct: usize,
    /// All results final after this many seconds.
    pub seconds: f64,
}

/// Answers, and the crank that is still at work.
pub struct Outcome {
    /// How the questions were answered.
    pub answers: Answers,
    /// The crank.
    pub crank: Process,
}

/// Starts the crank as a process of its own, asks, and waits until every result is final.
pub async fn serve(
    setup: &mut Setup,
    wallets: &Wallets,
    listing: &Listing,
    network: &Network,
    options: &Options,
    output: &Path,
) -> Result<Outcome> {
    let mut crank = step("bond the operator, start its crank", async {
        setup.wrap(&wallets.operator, 20).await?;
        let register = oracle::operator_register(
            &wallets.operator.pubkey(),
            &address::oracle::service(&listing.model),
            &QUOTE,
            OperatorRegisterArgs { bond_atoms: 10 * SOL, cooldown_max_seconds: u32::MAX },
        );
        setup.send("operator_register", &[register], &[&wallets.operator]).await?;
        Ok((start_crank(listing, network, output)?, "10 SOL of bond".to_owned()))
    })
    .await?;
    setup.wrap(&wallets.requester, 10).await?;
    let started = std::time::Instant::now();
    let asked = usize::from(options.requests).min(listing.questions.len());
    ask(setup, wallets, listing, asked).await?;
    let finals = wait_until_final(setup, listing, &mut crank, asked).await?;
    let correct = finals.iter().filter(|request| is_right(request, listing)).count();
    let answers = Answers { asked, correct, seconds: started.elapsed().as_secs_f64() };
    done("the crank answers, results are final", &format!("{correct} of {asked} digits right"), started.elapsed());
    Ok(Outcome { answers, crank })
}

fn start_crank(listing: &Listing, network: &Network, output: &Path) -> Result<Process> {
    let journal = output.join("crank.db");
    for suffix in ["", "-wal", "-shm"] {
        let path = output.join(format!("crank.db{suffix}"));
        if path.exists() {
            std::fs::remove_file(path)?;
        }
    }
    let config = toml::toml! {
        exit_with_parent = true
        [worker]
        processes = 1
        threads = 1
        [chain]
        poll_interval_ms = 200
        [jobs]
        distribute_fees = false
        [log]
        format = "text"
    };
    let mut config = config;
    let mut set = |key: &str, value: String| config.insert(key.to_owned(), toml::Value::String(value));
    set("rpc_url", network.rpc_url.clone());
    if let Some(url) = &network.ws_url {
        set("ws_url", url.clone());
    }
    set("keypair", output.join("keys/operator.json").to_string_lossy().into_owned());
    set("journal", journal.to_string_lossy().into_owned());
    let mut bundle = toml::Table::new();
    bundle.insert("dir".to_owned(), toml::Value::String(listing.bundle.to_string_lossy().into_owned()));
    bundle.insert("model".to_owned(), toml::Value::String(listing.model.to_string()));
    config.insert("bundles".to_owned(), toml::Value::Array(vec![toml::Value::Table(bundle)]));
    let path = output.join("crank.toml");
    std::fs::write(&path, toml::to_string(&config)?)?;
    let (config, stats) = (path.to_string_lossy(), output.join("crank-stats.json"));
    let arguments = ["run", "--config", &*config, "--stats-file", &*stats.to_string_lossy()];
    Process::start("crank", &sibling("modchains-crank")?, &arguments, output)
}

async fn ask(setup: &mut Setup, wallets: &Wallets, listing: &Listing, count: usize) -> Result<()> {
    let progress = bar("ask for held-out digits", count as u64);
    let terms_counter = setup.client.service(&listing.model).await?.value.terms_counter;
    let mut sent = Vec::new();
    for (nonce, question) in (0_u64..).zip(&listing.questions).take(count) {
        let mut salt = [0; 16];
        salt.copy_from_slice(
            &Sha256::digest([&nonce.to_le_bytes()[..], &wallets.requester.pubkey().to_bytes()].concat())[..16],
        );
        let args = RequestCreateArgs {
            terms_counter,
            nonce,
            bump: 0,
            fee_max_atoms: FEE_ATOMS,
            content_fee_max_atoms: 0,
            tip_atoms: 0,
            value_at_risk_atoms: 0,
            max_wait_seconds: 300,
            uses: USE_PERSONAL,
            salt,
            input: bytes(&question.input)?,
        };
        let (requester, proof) = (wallets.requester.pubkey(), LicenceProof::UNCOUNTED);
        let create = oracle::request_create(&requester, &listing.model, &QUOTE, proof, args);
        let signed = setup.client.sign(&[create], &[&wallets.requester]).await?;
        setup.client.send_signed(&signed.bytes).await?;
        sent.push(signed);
    }
    for signed in sent {
        setup.client.confirm(&signed).await?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(())
}

async fn wait_until_final(
    setup: &Setup,
    listing: &Listing,
    crank: &mut Process,
    asked: usize,
) -> Result<Vec<FetchedRequest>> {
    let progress = bar("answers that are final", asked as u64);
    let service = address::oracle::service(&listing.model);
    let (mut counted, mut deadline) = (0, tokio::time::Instant::now() + ANSWER_TIMEOUT);
    loop {
        let finals = setup.client.requests(&service, Some(RequestStatus::Finalized)).await?;
        progress.set_position(finals.len() as u64);
        if finals.len() > counted {
            (counted, deadline) = (finals.len(), tokio::time::Instant::now() + ANSWER_TIMEOUT);
        }
        if finals.len() >= asked {
            progress.finish_and_clear();
            return Ok(finals);
        }
        crank.require_running()?;
        ensure!(
            tokio::time::Instant::now() < deadline,
            "{counted} of {asked} answers are final, and no further one within {} s; see crank.log",
            ANSWER_TIMEOUT.as_secs()
        );
        tokio::time::sleep(POLL).await;
    }
}

/// Whether the posted class is the digit that a person wrote.
fn is_right(request: &FetchedRequest, listing: &Listing) -> bool {
    let question = usize::try_from(request.request.value.nonce).ok().and_then(|index| listing.questions.get(index));
    question.is_some_and(|question| request.output.first() == Some(&question.label)) && request.output_matches()
}

/// Stops the crank as an operator would and reads its statistics.
pub async fn stop(crank: Process, output: &Path) -> Result<serde_json::Value> {
    step("stop the crank", async {
        crank.stop().await?;
        let text = std::fs::read_to_string(output.join("crank-stats.json")).context("the crank wrote no statistics")?;
        Ok((serde_json::from_str(&text)?, "it ended cleanly".to_owned()))
    })
    .await
}
