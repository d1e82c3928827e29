//! Command line of the operator service.

// Output goes through `modchains_sdk::terminal`: a reader that has gone away ends no command with a panic.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod commands;
mod init;
mod log;
mod run;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use modchains_crank::worker::{ChildArguments, run_child};
use modchains_sdk::{
    causes,
    terminal::{escaped_lines, print_error},
    without_secrets,
};

/// Operator service of ModChains: runs registered models and answers bonded requests.
#[derive(Parser)]
#[command(
    name = "modchains-crank",
    version,
    after_help = "Exit codes: 0 done, 1 failed (the reason is on standard error), 2 wrong usage."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve one model over standard input and output; started by the service itself.
    #[command(hide = true)]
    Worker(ChildArguments),
    /// Run a bundle on one input, in the same sandboxed worker that answers requests.
    Infer(commands::InferArguments),
    /// Look after model bundles.
    #[command(subcommand)]
    Bundle(commands::BundleCommand),
    /// Measure a bundle on this machine: forward pass, and what the worker process adds to it.
    Bench(bench::BenchArguments),
    /// Write a checked configuration for a model of the chain.
    Init(init::InitArguments),
    /// Answer requests until SIGTERM, SIGINT or SIGHUP.
    Run(run::RunArguments),
    /// Read the configuration and report everything that is wrong with it, each with its remedy.
    CheckConfig(commands::CheckConfigArguments),
}

/// What a command that was misused exits with.
const MISUSE: u8 = 2;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(misuse) if misuse.use_stderr() => {
            print_error(visible(misuse.render().to_string().trim_end()));
            return ExitCode::from(MISUSE);
        }
        Err(help) => {
            // A reader that has gone away leaves nobody to tell.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    let outcome = match arguments.command {
        // Before anything else: the worker locks itself in while it has a single thread.
        Command::Worker(arguments) => return run_child(&arguments),
        Command::Infer(arguments) => commands::infer(&arguments),
        Command::Bundle(command) => commands::bundle(&command),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::CheckConfig(arguments) => commands::check_config(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(format_args!("error: {}", visible(&causes(error.as_ref()))));
            ExitCode::FAILURE
        }
    }
}

/// A message as it may be shown: it may quote a setting, and with it the key in an endpoint's URL.
fn visible(message: &str) -> String {
    escaped_lines(&without_secrets(message))
}
