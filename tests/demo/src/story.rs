//! The whole path, in order.

use std::{path::Path, sync::Arc, time::Instant};

use anyhow::{Context, Result, ensure};
use indicatif::MultiProgress;
use modchains_migrations::{
    config::Config,
    context::{Context as Migration, ProgramKeys},
    steps::Step,
};
use modchains_sdk::{Signer, client::Client, without_secrets};

use crate::{
    cost::Costs,
    inference,
    listing::{self, Listing},
    market,
    options::Options,
    processes::{self, Network, Process},
    progress::{done, step},
    report,
    wallets::{Setup, Wallets},
    weeks,
};

/// Windows short enough to watch. Everything else is what a public cluster would get.
const SHORT_WINDOWS: &str = include_str!("../../short-windows.toml");

/// Tells the story; every process it starts ends with it.
pub async fn tell(options: &Options) -> Result<()> {
    let started = Instant::now();
    std::fs::create_dir_all(&options.output).with_context(|| format!("creating {}", options.output.display()))?;
    let output = options.output.canonicalize()?;
    let on = options.url.as_deref().map_or_else(|| "an embedded local network".to_owned(), without_secrets);
    println!("ModChains, the whole path on {on}");
    let (_network_process, network) = network(options, &output).await?;
    let mut setup = connect(&network).await?;
    let wallets = step("people with airdropped SOL", async {
        let wallets = Wallets::new(&output.join("keys"), options.administrator.as_deref())?;
        for (_, person) in wallets.members() {
            setup.airdrop(&person.pubkey(), 100).await?;
        }
        Ok((wallets, format!("{} people, 100 SOL each", 6)))
    })
    .await?;
    migrate(&setup, &wallets, options).await?;
    let models = step("train and export the model", train(options, &output)).await?;
    let listing = Listing::new(&wallets, &models)?;
    market::list(&mut setup, &wallets, &listing).await?;
    let trades = market::trade(&mut setup, &wallets, &listing).await?;
    let outcome = inference::serve(&mut setup, &wallets, &listing, &network, options, &output).await?;
    let moved = market::wait_for_sync(&mut setup, &listing, trades.price_after_trades).await?;
    market::pay_out(&mut setup, &wallets, &listing).await?;
    let statistics = inference::stop(outcome.crank, &output).await?;
    let weeks = weeks::simulate(&options.programs).await?;
    let found = report::Found { trades, sync: moved, answers: outcome.answers, weeks, crank: statistics };
    let report = report::Report::collect(&mut setup, &wallets, &listing, found);
    let report = step("read everything back from the chain", async {
        let report = report.await?;
        let found = format!("{} transactions", report.transactions);
        Ok((report, found))
    })
    .await?;
    report.write(&output, started.elapsed())?;
    report.print(&output)
}

async fn network(options: &Options, output: &Path) -> Result<(Option<Process>, Network)> {
    if let Some(url) = &options.url {
        return Ok((None, Network { rpc_url: url.clone(), ws_url: None }));
    }
    let program = options.localnet.as_deref();
    let program = program.context("no local network: set MODCHAINS_LOCALNET, as `make demo` does, or pass --url")?;
    let (process, network) = step("start the local network", async {
        let (process, network) = processes::start_network(program, options.slot_ms, output).await?;
        let found = network.rpc_url.clone();
        Ok(((process, network), found))
    })
    .await?;
    Ok((Some(process), network))
}

async fn connect(network: &Network) -> Result<Setup> {
    let client = Client::connect(&network.rpc_url).await?;
    Ok(Setup { client, costs: Costs::default() })
}

async fn migrate(setup: &Setup, wallets: &Wallets, options: &Options) -> Result<()> {
    let context = Migration {
        client: Arc::new(Client::connect(setup.client.url().secret_url()).await?),
        authority: wallets.admin.insecure_clone(),
        program_folder: options.programs.clone(),
        program_keys: ProgramKeys::Public,
        config: toml::from_str::<Config>(SHORT_WINDOWS).context("the demo's configuration")?,
        compute_price_max: None,
        progress: MultiProgress::new(),
    };
    for step in Step::ALL {
        let started = Instant::now();
        let report = step.run(&context).await.with_context(|| format!("migration {}", step.number()))?;
        ensure!(report.outcome.done, "migration {} is not done: {}", report.number, report.outcome.notes.join("; "));
        let found = match report.outcome.programs.len() {
            0 => "done".to_owned(),
            count => format!("{count} programs, equal to the local files"),
        };
        done(&format!("migration {} {}", report.number, report.name), &found, started.elapsed());
    }
    Ok(())
}

async fn train(options: &Options, output: &Path) -> Result<(std::path::PathBuf, String)> {
    let models = output.join("models");
    if models.exists() {
        std::fs::remove_dir_all(&models)?;
    }
    let (data, out, seed) = (options.digits.to_string_lossy(), models.to_string_lossy(), options.seed.to_string());
    let arguments = ["--data", &*data, "--out", &*out, "--seed", &*seed];
    Process::start("training", &processes::sibling("modchains-digits")?, &arguments, output)?.finish().await?;
    let card = listing::accuracy(&models.join("digits-int8"))?;
    let found = format!("{} of {} held-out digits right", card.correct, card.held_out);
    Ok((models, found))
}
