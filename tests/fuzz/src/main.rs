//! The fuzzer's command line.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};
use modchains_fuzz::{
    failure::Failure,
    laws,
    mutant::{self, Mutant},
    replay::{self, Sequence},
    run::{Settings, run},
    setup::Setup,
};
use modchains_test_seed::SEED;
use modchains_tests::{chain::Chain, idl::root};

#[derive(Debug, Parser)]
#[command(about = "Random people do random things to the compiled programs, and everything that must hold is checked")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fuzzes the programs in target/deploy. Fails when a law is broken, and writes the shortened sequence to a file.
    Run(RunArgs),
    /// Does a written sequence again, step by step.
    Replay {
        /// The sequence.
        file: PathBuf,
    },
    /// Compiles mutants of the programs and fuzzes each until its bug is found. Fails when one is not.
    Mutants {
        /// Transactions to send for each mutant before it counts as not found.
        #[arg(long, default_value_t = 300_000)]
        steps: u64,
        /// Every choice follows from it.
        #[arg(long, default_value_t = SEED)]
        seed: u64,
        /// Names of the mutants; all when none is named.
        names: Vec<String>,
    },
    /// Lists the laws.
    Laws,
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Every choice follows from it.
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Transactions to send.
    #[arg(long, default_value_t = 100_000)]
    steps: u64,
    /// Stops after so many seconds.
    #[arg(long)]
    seconds: Option<u64>,
    /// Steps of one episode.
    #[arg(long, default_value_t = Settings::EPISODE_STEPS)]
    episode: usize,
    /// Threads; all cores when not given.
    #[arg(long)]
    workers: Option<usize>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// Seconds to spend on shortening a failing sequence.
    #[arg(long, default_value_t = 60)]
    shorten: u64,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(args) => fuzz(&args),
        Command::Replay { file } => replay_file(&file),
        Command::Mutants { steps, seed, names } => mutants(steps, seed, &names),
        Command::Laws => {
            laws::all().iter().for_each(|law| println!("{}: {}", law.name, law.sentence));
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn fuzz(args: &RunArgs) -> Result<()> {
    let setup = Setup::new(Chain::new());
    let settings = Settings {
        seed: args.seed,
        transactions: args.steps,
        episode_steps: args.episode,
        time_limit: args.seconds.map(Duration::from_secs),
        workers: args.workers.unwrap_or_else(Settings::all_cores),
    };
    let report = run(&setup, &settings);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report.json())?);
    } else {
        println!("{}", report.text());
    }
    match &report.failure {
        None => Ok(()),
        Some(failure) => fail(&setup, failure, None, Duration::from_secs(args.shorten)),
    }
}

/// Shortens a failing sequence, prints it, writes it to a file and fails.
fn fail(setup: &Setup, failure: &Failure, mutant: Option<String>, limit: Duration) -> Result<()> {
    let sequence = Sequence::shortened(setup, failure, mutant, limit);
    let path = root().join(format!("target/fuzz/{}-{}-{}.json", sequence.law, failure.seed, failure.episode));
    sequence.write(&path)?;
    print_steps(&sequence);
    bail!(
        "{} (seed {}, episode {}, step {}): {} {}\nthe sequence lies in {}; `cargo run -p modchains-fuzz -- replay` does it \
         again",
        sequence.law,
        failure.seed,
        failure.episode,
        failure.steps.len(),
        failure.broken.sentence,
        sequence.detail,
        path.display(),
    )
}

fn print_steps(sequence: &Sequence) {
    for (index, step) in sequence.steps.iter().enumerate() {
        eprintln!("{:>4} {}: {}", index + 1, step.action, step.what);
    }
}

fn replay_file(file: &Path) -> Result<()> {
    let mut sequence = Sequence::read(file)?;
    let setup = match &sequence.mutant {
        None => Setup::new(Chain::new()),
        Some(name) => Setup::new(mutant::chain(&Mutant::named(name)?)?),
    };
    let broken = replay::again(&setup, &mut sequence.steps);
    print_steps(&sequence);
    match broken {
        None => {
            println!("every law holds");
            Ok(())
        }
        Some(broken) => bail!("{}: {} {}", broken.law, broken.sentence, broken.detail),
    }
}

fn mutants(steps: u64, seed: u64, names: &[String]) -> Result<()> {
    let mutants = match names {
        [] => Mutant::all()?,
        names => names.iter().map(|name| Mutant::named(name)).collect::<Result<_>>()?,
    };
    let found = mutant::search(&mutants, steps, seed)?;
    println!("{}", mutant::table(&found));
    let missed: Vec<_> =
        found.iter().filter(|outcome| outcome.failure.is_none()).map(|outcome| outcome.name.as_str()).collect();
    if missed.is_empty() { Ok(()) } else { bail!("not found: {}", missed.join(", ")) }
}
