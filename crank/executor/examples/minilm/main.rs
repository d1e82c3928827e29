//! Times an encoder of MiniLM's dimensions, of class `Rounded`, against the same in libtorch's own binary32 operations.
//!
//! Writes the figures as one JSON object. The weights are random; what is computed does not depend on their values but in
//! how many elements have to be computed twice.

mod stock;

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Result, ensure};
use clap::Parser;
use modchains_executor::{Executor, Operator, Request, Statistics, Wanted};
use modchains_test_graphs::Encoder;
use modchains_test_seed::random;
use nix::time::{ClockId, clock_gettime};
use tch::Tensor;

use stock::Stock;

/// Texts in a batch, and tokens of each.
const BATCHES: [(usize, u32); 2] = [(1, 32), (32, 32)];

/// What is measured.
#[derive(Debug, Parser)]
struct Options {
    /// Compute threads of both.
    #[arg(long, default_value_t = 1)]
    threads: u16,
    /// How often each batch is computed by both.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(3..))]
    rounds: u32,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let mut random = random();
    let encoder = Encoder::MINILM;
    let model = encoder.model(&mut random);
    let threads = options.threads.max(1);
    tch::set_num_threads(threads.into());
    let stock = Stock::new(encoder, &model)?;
    let executor = Executor::new(model.records.clone(), &model, threads.into())?;
    let mut figures = BTreeMap::new();
    let mut statistics = Statistics::default();
    for (texts, tokens) in BATCHES {
        let words: Vec<u16> =
            (0..texts * tokens as usize).map(|_| random.below(encoder.vocabulary.into()) as u16).collect();
        let inputs =
            words.chunks(tokens as usize).map(|words| words.iter().flat_map(|word| word.to_le_bytes()).collect());
        let inputs: Vec<Vec<u8>> = inputs.collect();
        let batch: Vec<Request<'_>> = inputs.iter().map(|input| Request { size: tokens, input }).collect();
        let indices: Vec<i64> = words.into_iter().map(i64::from).collect();
        let indices = Tensor::from_slice(&indices).view([texts as i64, tokens.into()]);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..options.rounds {
            let (time, expected) = timed(|| tch::no_grad(|| stock.forward(&indices)))?;
            theirs.push(time);
            let (time, run) = timed(|| Ok(executor.run(&batch, Wanted::Output)?))?;
            ours.push(time);
            statistics += run.statistics;
            let found: Vec<f32> = run.words.concat().into_iter().map(f32::from_bits).collect();
            let difference = (Tensor::from_slice(&found).view_as(&expected) - expected).abs().max();
            ensure!(difference.double_value(&[]) < 1e-5, "the encoders differ by {difference}");
        }
        let [ours, theirs] = [median(ours), median(theirs)];
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

/// Processor time of all threads, in seconds: what others do on the machine counts little.
fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(f64, T)> {
    let started = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?;
    let result = work()?;
    let ended = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?;
    Ok((Duration::from(ended - started).as_secs_f64(), result))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
