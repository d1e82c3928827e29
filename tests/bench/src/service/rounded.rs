//! What correct rounding costs: an encoder of text of class `Rounded` against libtorch's own binary32.

use std::{collections::BTreeMap, process::Command};

use anyhow::{Context, Result, ensure};

use crate::output::{
    figures::Figures,
    table::{Table, code, number},
};

const TEXT: &str = "\
     An encoder of the dimensions of all-MiniLM-L6-v2 with random weights, 32 tokens a text, one compute thread: every \
     element of every node correctly rounded, against the same encoder in libtorch's own binary32 operations (fused \
     attention, normalisation and GELU). Processor time, medians of as many runs of both by turns. Below, of each \
     operator: how many of a million elements the bound on the error leaves open, how many of them are computed in \
     integers in the end, and what one costs.";

/// Runs the executor's measurement.
pub fn measure(figures: &mut Figures, rounds: u32) -> Result<Table> {
    let program = super::demo::sibling("examples/minilm")?;
    let output = Command::new(&program)
        .args(["--rounds", &rounds.to_string()])
        .output()
        .with_context(|| format!("starting {}", program.display()))?;
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{} ended with {}:\n{stderr}", program.display(), output.status);
    let (_, json) = stdout.split_once('{').context("no figures")?;
    let found: BTreeMap<String, f64> =
        serde_json::from_str(&format!("{{{json}")).with_context(|| format!("reading the figures:\n{stdout}"))?;
    let mut table = Table::new("Correct rounding", TEXT, &["what", "figure"]);
    for (figure, value) in found {
        figures.set(figure.as_str(), value)?;
        table.row([code(&figure), number(figures.get(&figure)?)]);
    }
    Ok(table)
}
