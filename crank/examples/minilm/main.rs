//! Times all-MiniLM-L6-v2 of class `Rounded` against the same in libtorch's own binary32 operations, and writes the figures as
//! one JSON object.

mod stock;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use modchains_executor::{Executor, Operator, Request, Statistics, Wanted};
use modchains_models::write_minilm;
use modchains_test_seed::random;
use nix::time::{ClockId, clock_gettime};
use tch::Tensor;

use stock::Stock;

/// Texts in a batch.
const BATCHES: [usize; 2] = [1, 32];
/// Tokens of each text.
const TOKENS: u32 = 32;
/// Tokens that stand for words.
const WORDS: std::ops::Range<u64> = 1_996..30_522;
/// Steps of a result's elements in 1.
const STEPS: f64 = 127.0;

/// What is measured.
#[derive(Debug, Parser)]
struct Options {
    /// The published weights; `cargo xtask minilm` prints the file.
    #[arg(long, env = "MODCHAINS_MINILM")]
    minilm: PathBuf,
    /// Compute threads of both.
    #[arg(long, default_value_t = 1)]
    threads: u16,
    /// How often each batch is computed by both.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(3..))]
    rounds: u32,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let folder = tempfile::tempdir()?;
    let graph = write_minilm(&options.minilm, folder.path())?.graph()?;
    let threads = options.threads.max(1);
    tch::set_num_threads(threads.into());
    let stock = Stock::new(&graph)?;
    let executor = Executor::new(graph.records().to_vec(), &graph, threads.into())?;
    let mut figures = BTreeMap::new();
    let mut statistics = Statistics::default();
    for texts in BATCHES {
        let [ours, theirs] = measure(texts, options.rounds, &executor, &stock, &mut statistics)?;
        figures.insert(format!("us.rounded_minilm_{texts}"), ours * 1e6);
        figures.insert(format!("us.f32_minilm_{texts}"), theirs * 1e6);
        figures.insert(format!("ratio.rounded_minilm_over_f32_{texts}"), ours / theirs);
    }
    for operator in Operator::ALL {
        let counts = statistics.of(operator);
        if counts.elements > 0 {
            let share = |part: u64| part as f64 / counts.elements as f64 * 1e6;
            let name = operator.name();
            figures.insert(format!("ppm.rounded_{name}_flagged"), share(counts.flagged));
            figures.insert(format!("ppm.rounded_{name}_exact"), share(counts.exact));
            let each = counts.redo.checked_div(counts.flagged.try_into().unwrap_or(u32::MAX)).unwrap_or(Duration::ZERO);
            figures.insert(format!("us.rounded_{name}_redo"), each.as_secs_f64() * 1e6);
        }
    }
    println!("{}", serde_json::to_string_pretty(&figures)?);
    Ok(())
}

/// Median times of a batch of random texts, of the executor and of libtorch, whose answers must be the same but for its errors.
fn measure(
    texts: usize,
    rounds: u32,
    executor: &Executor,
    stock: &Stock,
    statistics: &mut Statistics,
) -> Result<[f64; 2]> {
    let mut random = random();
    let mut token = || (WORDS.start + random.below(WORDS.end - WORDS.start)) as u16;
    let tokens: Vec<u16> = (0..texts * TOKENS as usize).map(|_| token()).collect();
    let inputs = tokens.chunks(TOKENS as usize).map(|text| text.iter().flat_map(|token| token.to_le_bytes()).collect());
    let inputs: Vec<Vec<u8>> = inputs.collect();
    let batch: Vec<Request<'_>> = inputs.iter().map(|input| Request { size: TOKENS, input }).collect();
    let indices: Vec<i64> = tokens.into_iter().map(i64::from).collect();
    let indices = Tensor::from_slice(&indices).f_view([texts as i64, TOKENS.into()])?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (time, expected) = timed(|| tch::no_grad(|| stock.forward(&indices)))?;
        theirs.push(time);
        let (time, run) = timed(|| Ok(executor.run(&batch, Wanted::Output)?))?;
        ours.push(time);
        *statistics += run.statistics;
        let found: Vec<i32> = run.words.concat().into_iter().map(u32::cast_signed).collect();
        let expected = expected.f_mul_scalar(STEPS)?.f_view([-1])?;
        let difference = Tensor::from_slice(&found).f_sub(&expected)?.f_abs()?.f_max()?.f_double_value(&[])?;
        // Half a step of rounding, and a little for what binary32 gets wrong.
        ensure!(difference < 0.501, "the embeddings differ by {difference} steps");
    }
    Ok([median(ours)?, median(theirs)?])
}

/// Processor time of all threads, in seconds: what others do on the machine counts little.
fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(f64, T)> {
    let started = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?;
    let result = work()?;
    let ended = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?;
    Ok((Duration::from(ended - started).as_secs_f64(), result))
}

fn median(mut times: Vec<f64>) -> Result<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().context("nothing was measured")
}
