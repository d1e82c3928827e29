//! A model's forward pass, and what the worker process and the pool add to it.

use std::{collections::BTreeMap, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::output::{
    figures::Figures,
    table::{Table, code, number},
};

/// Size of the larger batch: the demo's twenty digits.
const BATCH: u32 = 20;
/// The bundles of both numeric classes.
const BUNDLES: [&str; 2] = ["digits-int8", "digits-script"];

const TEXT: &str = "\
     The digit classifier in both numeric classes (`int8` exact, `script` TorchScript), one compute thread. \
     *Forward* is libtorch alone, measured in the worker in the same run, and the reference of the others; \
     *overhead* is what the sandboxed worker process adds to it (pipe, framing, checks); *pool* is a whole request \
     as the service makes it. *Gain* is how many times more requests a second a batch of 20 answers than single \
     requests.";

/// Runs the service's own `bench` on the bundles in `models`.
pub fn measure(figures: &mut Figures, models: &Path, rounds: u32) -> Result<Table> {
    let mut table = Table::new("Inference", TEXT, &["what", "p50, us", "p99, us", "over forward", "gain"]);
    for bundle in BUNDLES {
        let times = bench(&models.join(bundle), rounds).with_context(|| format!("measuring {bundle}"))?;
        add(figures, &mut table, &bundle.replace('-', "_"), &times)?;
    }
    Ok(table)
}

fn bench(bundle: &Path, rounds: u32) -> Result<BTreeMap<String, f64>> {
    let crank = crate::service::demo::sibling("modchains-crank")?;
    let output = Command::new(&crank)
        .args(["bench", "--json", "--batch", &BATCH.to_string(), "--rounds", &rounds.to_string(), "--bundle"])
        .arg(bundle)
        .output()
        .with_context(|| format!("starting {}", crank.display()))?;
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{} ended with {}:\n{stderr}", crank.display(), output.status);
    serde_json::from_str(&stdout).with_context(|| format!("reading the figures:\n{stdout}"))
}

fn add(figures: &mut Figures, table: &mut Table, name: &str, times: &BTreeMap<String, f64>) -> Result<()> {
    for (figure, micros) in times {
        figures.set(figure.as_str(), *micros)?;
    }
    let p50 = |figures: &Figures, what: &str| figures.get(&format!("us.{name}_{what}_p50"));
    let mut answered = Vec::new();
    for batch in [1, BATCH] {
        let forward = p50(figures, &format!("forward_batch{batch}"))?;
        let overhead = p50(figures, &format!("worker_overhead_batch{batch}"))?;
        let ratio = (forward + overhead) / forward;
        figures.set(format!("ratio.{name}_worker_over_forward_batch{batch}"), ratio)?;
        answered.push(f64::from(batch) / (forward + overhead));
        row(figures, table, name, &format!("forward_batch{batch}"), [String::new(), String::new()])?;
        let gain = if batch == 1 { String::new() } else { number(round(answered[1] / answered[0])) };
        row(figures, table, name, &format!("worker_overhead_batch{batch}"), [number(round(ratio)), gain])?;
    }
    figures.set(format!("ratio.{name}_batch{BATCH}_gain"), answered[1] / answered[0])?;
    let pool = p50(figures, "pool_request")? / p50(figures, "forward_batch1")?;
    figures.set(format!("ratio.{name}_pool_over_forward"), pool)?;
    row(figures, table, name, "pool_request", [number(round(pool)), String::new()])
}

fn row(figures: &Figures, table: &mut Table, name: &str, what: &str, [over, gain]: [String; 2]) -> Result<()> {
    let time = |rank: &str| Ok::<_, anyhow::Error>(number(figures.get(&format!("us.{name}_{what}_{rank}"))?));
    table.row([code(&format!("{name}_{what}")), time("p50")?, time("p99")?, over, gain]);
    Ok(())
}

fn round(ratio: f64) -> f64 {
    (ratio * 100.0).round() / 100.0
}
