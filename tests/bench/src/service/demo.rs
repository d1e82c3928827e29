//! The operator service at work: the demo on the embedded local network, several times.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::{
    options::Options,
    output::{
        budgets,
        figures::Figures,
        table::{Table, code, number},
    },
    service::memory::{Peaks, watch},
};

const TICK: Duration = Duration::from_millis(100);
/// Times that the service's statistics have, and what the figures call them.
const TIMES: [(&str, &str); 4] = [
    ("overhead", "crank_overhead"),
    ("seen_to_sent", "crank_seen_to_sent"),
    ("seen_to_accepted", "crank_seen_to_accepted"),
    ("forward", "crank_forward"),
];

const TEXT: &str = "\
     `make demo` on the embedded local network: 20 requests at once, one worker with one thread; network, \
     demo and service share the cores. *Overhead* is from request seen to result handed to the endpoint, without the \
     model's forward pass: reading, checking, journal, signing, packing. *Accepted* is when the endpoint has answered. \
     p50 is the median of the runs' medians, p99 the largest of the runs' 99th percentiles.";

/// What one run of the demo reported, and what it used.
struct Run {
    report: Value,
    deploy_seconds: f64,
    peaks: Peaks,
}

/// Folder of the bundles that the last run trained.
pub fn models(output: &Path) -> PathBuf {
    output.join("demo/models")
}

/// A program that was built beside this one.
pub fn sibling(name: &str) -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    ensure!(path.is_file(), "{} is missing; `make bench` builds it", path.display());
    Ok(path)
}

/// Runs the demo and gathers what its reports say.
pub fn measure(figures: &mut Figures, options: &Options, output: &Path) -> Result<Table> {
    let style =
        ProgressStyle::with_template("{spinner} {msg} {bar:20} {pos}/{len} {elapsed}").context("progress style")?;
    let bar = ProgressBar::new(options.demo_runs.into()).with_style(style).with_message("demo on a local network");
    bar.enable_steady_tick(TICK);
    let mut runs = Vec::new();
    for number in 1..=options.demo_runs {
        runs.push(run(options, output).with_context(|| format!("demo run {number} of {}", options.demo_runs))?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    println!("  ok  demo on a local network  ({:.1} s)", bar.elapsed().as_secs_f64());
    summarise(figures, &runs)
}

fn run(options: &Options, output: &Path) -> Result<Run> {
    let (folder, log) = (output.join("demo"), output.join("demo.log"));
    let file = File::create(&log).with_context(|| format!("creating {}", log.display()))?;
    let mut child = Command::new(sibling("modchains-demo")?)
        .current_dir(modchains_tests::idl::root())
        .arg("--output")
        .arg(&folder)
        .arg("--localnet")
        .arg(&options.localnet)
        .arg("--digits")
        .arg(&options.digits)
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()
        .context("starting the demo")?;
    let (status, peaks) = watch(&mut child).context("watching the demo")?;
    let text = fs::read_to_string(&log).with_context(|| format!("reading {}", log.display()))?;
    if !status.success() {
        let lines: Vec<&str> = text.lines().collect();
        bail!("it ended with {status}:\n{}", lines[lines.len().saturating_sub(15)..].join("\n"));
    }
    let path = folder.join("report.json");
    let report = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let report = serde_json::from_slice(&report).with_context(|| format!("reading {}", path.display()))?;
    let deploy_seconds = deploy_seconds(&text).with_context(|| format!("{} names no deployment", log.display()))?;
    Ok(Run { report, deploy_seconds, peaks })
}

/// Seconds at the end of the demo's line about deployment: `ok  migration 1 deploy_programs ... (4.2 s)`.
fn deploy_seconds(log: &str) -> Option<f64> {
    let line = log.lines().find(|line| line.contains("ok  migration") && line.contains("deploy_programs"))?;
    line.rsplit_once('(')?.1.strip_suffix(" s)")?.parse().ok()
}

fn summarise(figures: &mut Figures, runs: &[Run]) -> Result<Table> {
    let mut table = Table::new("Operator service and demo", TEXT, &["what", "p50", "p99", "budget of p50"]);
    for (statistic, name) in TIMES {
        let p50 = median(values(runs, &format!("/crank/{statistic}/p50_us"))?);
        let p99 = largest(&values(runs, &format!("/crank/{statistic}/p99_us"))?);
        let figure = format!("us.{name}_p50");
        figures.set(figure.as_str(), p50)?;
        figures.set(format!("us.{name}_p99"), p99)?;
        table.row([code(name) + ", us", number(p50), number(p99), budgets::cell(&figure, p50)]);
    }
    let seconds = values(runs, "/seconds")?;
    let deploys = runs.iter().map(|run| run.deploy_seconds).collect();
    for (name, seconds) in [("demo", seconds), ("deploy", deploys)] {
        let micros: Vec<f64> = seconds.into_iter().map(|seconds| (seconds * 1e6).round()).collect();
        let (p50, p99) = (median(micros.clone()), largest(&micros));
        let figure = format!("us.{name}_p50");
        figures.set(figure.as_str(), p50)?;
        figures.set(format!("us.{name}_p99"), p99)?;
        table.row([code(name) + ", us", number(p50), number(p99), budgets::cell(&figure, p50)]);
    }
    let batches = requests_per_batch(runs)?;
    figures.set("ratio.crank_requests_per_batch", batches)?;
    table.row([
        code("crank_requests_per_batch"),
        number((batches * 100.0).round() / 100.0),
        String::new(),
        String::new(),
    ]);
    let crank = runs.iter().map(|run| run.peaks.crank).max();
    let worker = runs.iter().map(|run| run.peaks.worker).max();
    for (name, bytes) in [("crank_rss", crank.unwrap_or_default()), ("worker_rss", worker.unwrap_or_default())] {
        ensure!(bytes > 0, "no process of the operator service was seen: {name}");
        figures.set(format!("bytes.{name}"), bytes as f64)?;
        table.row([code(name) + ", peak bytes", String::new(), number(bytes as f64), String::new()]);
    }
    Ok(table)
}

fn values(runs: &[Run], path: &str) -> Result<Vec<f64>> {
    let value = |run: &Run| run.report.pointer(path).and_then(Value::as_f64);
    runs.iter().map(|run| value(run).with_context(|| format!("the demo's report has no {path}"))).collect()
}

/// Requests divided by batches, over all runs. The service counts requests by the size of their batch.
fn requests_per_batch(runs: &[Run]) -> Result<f64> {
    let (mut requests, mut batches) = (0.0, 0.0);
    for run in runs {
        let sizes = run.report.pointer("/crank/requests_by_batch").and_then(Value::as_object);
        for (size, count) in sizes.context("the demo's report has no batch sizes")? {
            let size: f64 = size.parse().with_context(|| format!("batch size {size}"))?;
            let count = count.as_f64().context("a count of requests")?;
            (requests, batches) = (requests + count, batches + count / size);
        }
    }
    ensure!(batches > 0.0, "the service computed no batch");
    Ok(requests / batches)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::max)
}

#[cfg(test)]
mod tests {
    // reason: a failed expectation is a failed test.
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_time_of_the_deployment_is_read_from_the_demos_output() {
        let log = "  ok  start the local network   http://127.0.0.1:1  (1.0 s)\n  \
                   ok  migration 1 deploy_programs   exchange (new); vault (new)  (4.2 s)\n";
        assert_eq!(deploy_seconds(log), Some(4.2));
        assert_eq!(deploy_seconds("nothing"), None);
    }

    #[test]
    fn requests_are_divided_by_batches() {
        let report = serde_json::json!({ "crank": { "requests_by_batch": { "20": 20, "5": 10 } } });
        let run = Run { report, deploy_seconds: 0.0, peaks: Peaks::default() };
        assert_eq!(requests_per_batch(&[run]).unwrap(), 10.0);
    }

    #[test]
    fn medians_and_maxima() {
        assert_eq!((median(vec![3.0, 1.0, 2.0]), largest(&[3.0, 9.0, 2.0])), (2.0, 9.0));
    }
}
