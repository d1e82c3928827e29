//! The developer's commands, run as `cargo xtask <command>`.
//!
//! It depends on no chain, tensor or program crate, so that it is there in seconds on a fresh machine and can
//! fetch and build what the others need.

mod environment;
mod files;
mod idl;
mod ids;
mod localnet;
mod lock;
mod mutants;
mod paths;
mod process;
mod programs;
mod sbf;
mod setup;
mod test;
mod tidy;
mod ui;
mod validator;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{
    environment::Environment,
    ids::{IdSource, Ids},
};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Developer's commands of ModChains")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Compiles the programs to target/deploy; does nothing when nothing has changed.
    BuildSbf {
        /// Which tools compile them.
        #[arg(long, value_enum, default_value_t = sbf::Route::Auto)]
        route: sbf::Route,
        /// Where the programs' addresses come from.
        #[arg(long, value_enum, default_value_t = IdSource::Environment)]
        ids: IdSource,
        /// The programs of the tests too.
        #[arg(long)]
        tests: bool,
        /// Programs to compile: exchange, vault, oracle; all when none is named.
        programs: Vec<String>,
    },
    /// Makes the program keypairs in target/deploy that are missing and prints their addresses.
    Keys,
    /// Writes the programs' IDLs to target/idl and sdk/idl.
    Idl {
        /// Only compares with the committed copies in sdk/idl, and fails when one differs.
        #[arg(long)]
        check: bool,
    },
    /// Loads the committed IDLs in the TypeScript client, and compares what is published with the metadata program's own.
    IdlCheck,
    /// Sets up libtorch for the crank from PyPI, unless LIBTORCH is set.
    Libtorch {
        /// Prints the folder on standard output.
        #[arg(long)]
        print: bool,
    },
    /// Fetches the handwritten digits and prints the file's path.
    DigitsData,
    /// Fetches the published weights of all-MiniLM-L6-v2 and prints the file's path; the tokenizer lies beside it.
    Minilm,
    /// Makes a Python with PyTorch for the converter in `sdk/convert`, 5 GB, and prints the interpreter's path.
    Python,
    /// Starts the local network; arguments go to it (`--help` lists them).
    Localnet {
        /// Arguments of the network.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
        /// Only builds it and prints the program's path.
        #[arg(long)]
        build_only: bool,
    },
    /// Runs every test and check to the end and sums them up.
    Test,
    /// Runs the demo and the end-to-end tests on a cluster that gives airdrops.
    E2e {
        /// JSON-RPC address of the cluster.
        #[arg(long, env = "RPC_URL", hide_env_values = true)]
        url: String,
    },
    /// Starts a validator as clusters run it, built on first use (20 minutes); arguments go to it.
    Validator {
        /// Port of its JSON-RPC server; the 40 ports after it are taken too.
        #[arg(long, default_value_t = 8899, value_parser = clap::value_parser!(u16).range(1_024..=65_000))]
        rpc_port: u16,
        /// Only builds it and prints the program's path.
        #[arg(long)]
        build_only: bool,
        /// More arguments of the validator, after `--`.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Breaks each line of the market's formulas: a law must notice (40 minutes).
    Mutants,
    /// Prints what a shell needs to run cargo, tests and demo by hand, set up first: `eval "$(cargo xtask env)"`.
    Env {
        /// Where the programs' addresses come from.
        #[arg(long, value_enum, default_value_t = IdSource::Environment)]
        ids: IdSource,
    },
    /// Checks that the repository keeps to its dialect (CONTRIBUTING.md).
    Tidy,
    /// Builds one IDL in this process; `idl` starts it with a search path of its own.
    #[command(hide = true)]
    IdlOne {
        /// Folder name of the program.
        program: String,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::BuildSbf { route, ids, tests, programs } => sbf::build(route, &programs, tests, &Ids::from_source(ids)?),
        Task::Keys => print_keys(),
        Task::Idl { check } => idl::generate(check),
        Task::IdlCheck => idl::check_in_node(),
        Task::Libtorch { print } => {
            let folder = setup::libtorch::ensure_libtorch()?;
            if print {
                println!("{}", folder.display());
            }
            Ok(())
        }
        Task::DigitsData => {
            println!("{}", setup::digits::ensure_digits()?.display());
            Ok(())
        }
        Task::Minilm => {
            println!("{}", setup::minilm::ensure_minilm()?.display());
            Ok(())
        }
        Task::Python => {
            println!("{}", setup::python::ensure_python()?.display());
            Ok(())
        }
        Task::Localnet { arguments, build_only } => localnet::run(&arguments, build_only),
        Task::Tidy => tidy::run(),
        Task::Test => test::run(),
        Task::E2e { url } => test::run_on_cluster(&url),
        Task::Validator { rpc_port, build_only, arguments } => validator::run(rpc_port, &arguments, build_only),
        Task::Mutants => mutants::run(),
        Task::Env { ids } => Environment::set_up(&Ids::from_source(ids)?)?.print(),
        Task::IdlOne { program } => idl::print_one(&program),
    }
}

fn print_keys() -> Result<()> {
    for key in ids::ensure_keypairs(&paths::deploy_folder())? {
        println!("{} {} {}", key.program.name, key.address, key.path.display());
    }
    Ok(())
}
