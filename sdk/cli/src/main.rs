//! `modchains`: everything a creator, trader, holder, requester or operator does from a shell.
//!
//! Results go to standard output, as a table or, with `--json`, as one JSON object. Questions, progress and errors go to
//! standard error. The exit code is 0 when the command did what was asked, 1 when it failed, 2 when it was misused.

mod amount;
mod args;
mod clock;
mod command;
mod connection;
mod duration;
mod error;
mod funds;
mod hash;
mod model_arg;
mod percent;
mod random;
mod remedy;
mod report;
mod sparkline;
mod token;
mod uses;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use args::{Cli, GlobalOptions};
use clap::Parser;
use error::Result;
use report::Report;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = command::run(&cli).await;
    // A reader that has gone away, as in `modchains model list | head`, leaves nobody to tell.
    match print(&outcome, &cli.options) {
        Ok(()) if outcome.is_ok() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn print(outcome: &Result<Report>, options: &GlobalOptions) -> io::Result<()> {
    match (outcome, options.json) {
        (Ok(report), _) if report.is_empty() => Ok(()),
        (Ok(report), true) => writeln!(io::stdout(), "{:#}", report.json()),
        (Ok(report), false) => writeln!(io::stdout(), "{}", report.render()),
        (Err(error), true) => writeln!(io::stderr(), "{}", error.json()),
        (Err(error), false) => writeln!(io::stderr(), "error: {error}"),
    }
}
