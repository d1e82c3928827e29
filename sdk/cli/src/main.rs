//! `modchains`: everything a creator, trader, holder, requester or operator does from a shell.
//!
//! Results go to standard output, as a table or, with `--json`, as one JSON object. Questions, progress and errors go to
//! standard error. The exit code is 0 when the command did what was asked, 1 when it failed, 2 when it was misused, 3 when
//! it was sent and nobody knows how it ended.

// Output goes through `modchains_sdk::terminal`: a reader that has gone away ends no command with a panic.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod amount;
mod args;
mod argument;
mod command;
mod connection;
mod error;
mod misuse;
mod options;
mod output;
mod random;

use std::{env, io, process::ExitCode};

use modchains_sdk::terminal;

use self::{args::Cli, error::Result, options::GlobalOptions, output::Report};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let line: Vec<_> = env::args_os().collect();
    let cli = match Cli::read(line.iter().cloned()) {
        Ok(cli) => cli,
        Err(error) => return misuse::report(&error, &line),
    };
    let outcome = cli.command.run(&cli.options).await;
    match print(&outcome, &cli.options) {
        Ok(()) => outcome.map_or_else(|error| error.exit_code(), |_| ExitCode::SUCCESS),
        Err(error) => {
            terminal::print_error(format_args!("error: the result cannot be written: {error}; check free space"));
            ExitCode::FAILURE
        }
    }
}

fn print(outcome: &Result<Report>, options: &GlobalOptions) -> io::Result<()> {
    match outcome {
        Ok(report) if report.is_empty() => return Ok(()),
        Ok(report) if options.json => return terminal::print(terminal::escaped_json(&report.json(), true)),
        Ok(report) => return terminal::print(report.render()),
        Err(error) if options.json => terminal::print_error(terminal::escaped_json(&error.json(), false)),
        Err(error) => terminal::print_error(terminal::escaped(&format!("error: {error}"))),
    }
    Ok(())
}
