//! `make bench`: measures what the repository promises and writes `BENCHMARKS.md` and `benchmarks/figures.json`.
//!
//! Compute units, sizes and rents come from the compiled programs in LiteSVM and are exact. Times come from this
//! machine: formulas in this process, inference and the operator service as the binaries built beside this one.

mod economy;
mod endurance;
mod formulas;
mod options;
mod output;
mod programs;
mod progress;
mod service;

use std::{fs::File, path::Path, process::ExitCode, time::Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use modchains_tests::idl::root;

use crate::{
    options::Options,
    output::{figures::Figures, machine::Machine, table::Table},
    programs::objects::Objects,
    progress::step,
};

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nbench failed: {}", modchains_sdk::causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// Two at once would share a folder and slow each other. Freed when the file closes, however this ends.
fn lock(output: &Path) -> Result<File> {
    let path = output.join("lock");
    let file = File::create(&path).with_context(|| format!("creating {}", path.display()))?;
    file.try_lock().with_context(|| format!("another benchmark is running in this checkout ({})", path.display()))?;
    Ok(file)
}

fn run(options: &Options) -> Result<()> {
    let started = Instant::now();
    for (what, path) in [("--localnet", &options.localnet), ("--digits", &options.digits)] {
        ensure!(path.is_file(), "{what}: {} is not there; run `make setup`", path.display());
    }
    let machine = Machine::read()?;
    machine.warn_when_busy();
    let output = root().join("target/bench");
    std::fs::create_dir_all(&output).with_context(|| format!("creating {}", output.display()))?;
    let _lock = lock(&output)?;

    let mut figures = Figures::default();
    let mut tables = programs(&mut figures, options)?;
    if options.programs_only {
        tables.iter().for_each(|table| println!("\n{}", table.to_markdown()));
        return Ok(());
    }
    tables.push(service::demo::measure(&mut figures, options, &output)?);
    let models = service::demo::models(&output);
    let rounds = options.inference_rounds;
    tables.push(step("inference", || service::inference::measure(&mut figures, &models, rounds))?);
    tables.push(step("correct rounding", || service::rounded::measure(&mut figures, options.rounded_rounds))?);
    tables.push(step("comparison with others", || output::peers::compare(&mut figures))?);

    output::report::write(&figures, &tables, &machine)?;
    let missed = output::budgets::missed(&figures);
    println!(
        "{} figures in {:.0} s: BENCHMARKS.md, benchmarks/figures.json",
        figures.len(),
        started.elapsed().as_secs_f64()
    );
    for budget in &missed {
        println!("over budget: {budget}");
    }
    Ok(())
}

/// What needs neither a network nor libtorch.
fn programs(figures: &mut Figures, options: &Options) -> Result<Vec<Table>> {
    let mut tables = vec![step("compute units of every instruction", || programs::compute::measure(figures))?];
    tables.extend(step("trades in every shape", || programs::trades::measure(figures))?);
    tables.push(step("a vault with many positions", || programs::crowd::measure(figures))?);
    tables.push(step("launches", || programs::launch::measure(figures))?);
    let objects = step("one of every account", Objects::create)?;
    tables.extend(step("sizes of programs, accounts, transactions", || programs::sizes::measure(figures, &objects))?);
    tables.push(step("rent of every object", || programs::rent::measure(figures, &objects))?);
    tables.extend(step("endurance of a market", || endurance::measure(figures, options.endurance))?);
    tables.push(step("formulas on this machine", || formulas::measure(figures))?);
    tables.push(step("the economy", || economy::measure(figures))?);
    Ok(tables)
}
