//! `bench`: how fast a bundle answers on this machine.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Args;
use modchains_crank::worker::{Worker, WorkerPool, WorkerSpec};
use modchains_sdk::{
    bundle::{Bundle, BundleLimits},
    terminal::print,
};

/// Rounds before measuring.
const WARM_UP: usize = 50;

/// What is measured, and how often.
#[derive(Args)]
pub struct BenchArguments {
    /// Folder of the model bundle.
    #[arg(long)]
    bundle: PathBuf,
    /// Size of the larger batch; single requests are always measured.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=4096))]
    batch: u16,
    /// Rounds per figure.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(10..))]
    rounds: u32,
    /// Compute threads.
    #[arg(long, default_value_t = 1)]
    threads: u16,
    /// Print a flat JSON map from name to microseconds instead of text.
    #[arg(long)]
    json: bool,
}

/// Runs `bench`.
pub fn run(arguments: &BenchArguments) -> anyhow::Result<()> {
    let dir = arguments.bundle.canonicalize().with_context(|| format!("--bundle {}", arguments.bundle.display()))?;
    let mut spec = WorkerSpec::new(Bundle::open(&dir, BundleLimits::default())?)?;
    spec.threads = arguments.threads;
    spec.limits.max_batch = spec.limits.max_batch.max(arguments.batch);
    // Two threads: one reads the worker's pipe while the other asks, as in the service.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let figures = runtime.block_on(measure(spec, arguments))?;
    if arguments.json {
        print(serde_json::to_string_pretty(&figures)?)?;
        return Ok(());
    }
    for (name, micros) in &figures {
        print(format_args!("{name:40} {micros:>10.1} us"))?;
    }
    Ok(())
}

async fn measure(spec: WorkerSpec, arguments: &BenchArguments) -> anyhow::Result<BTreeMap<String, f64>> {
    let rounds = arguments.rounds as usize;
    let input = vec![0_u8; spec.bundle.manifest().input.bytes_max()];
    let name = spec.bundle.manifest().name.replace('-', "_");
    let mut figures = BTreeMap::new();

    let started = Instant::now();
    let mut worker = Worker::spawn(Arc::new(spec.clone())).await?;
    figures.insert(format!("us.{name}_worker_start"), micros(started.elapsed()));
    for size in [1, usize::from(arguments.batch)] {
        let inputs = vec![input.as_slice(); size];
        let (mut forward, mut overhead) = (Vec::with_capacity(rounds), Vec::with_capacity(rounds));
        for round in 0..WARM_UP + rounds {
            let started = Instant::now();
            worker.infer_batch(&inputs).await?;
            let total = started.elapsed();
            if round >= WARM_UP {
                forward.push(worker.last_forward());
                overhead.push(total.saturating_sub(worker.last_forward()));
            }
        }
        record(&mut figures, &format!("us.{name}_forward_batch{size}"), forward);
        record(&mut figures, &format!("us.{name}_worker_overhead_batch{size}"), overhead);
    }
    worker.stop().await;

    let pool = WorkerPool::start(spec, 1, 16).await?;
    let mut whole = Vec::with_capacity(rounds);
    for round in 0..WARM_UP + rounds {
        let started = Instant::now();
        pool.infer(input.clone()).await?;
        if round >= WARM_UP {
            whole.push(started.elapsed());
        }
    }
    record(&mut figures, &format!("us.{name}_pool_request"), whole);
    pool.shutdown().await;
    Ok(figures)
}

/// Adds the median and the 99th percentile (nearest rank).
fn record(figures: &mut BTreeMap<String, f64>, name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    for percent in [50, 99] {
        let rank = (times.len() * percent).div_ceil(100).saturating_sub(1);
        let time = times.get(rank).copied().unwrap_or_default();
        figures.insert(format!("{name}_p{percent}"), micros(time));
    }
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1000.0
}
