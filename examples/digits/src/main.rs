//! Trains the digit classifier and exports it in both numeric classes.

use std::{path::PathBuf, time::Instant};

use anyhow::Context;
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use modchains_digits::{Digits, TrainOptions, export_bundles, train};
use modchains_sdk::{
    bundle::{Accuracy, Bundle},
    terminal::print,
};

/// Trains the digit classifier on the images that scikit-learn ships and writes two model bundles.
///
/// The data file lies in the scikit-learn wheel as sklearn/datasets/data/digits.csv.gz. The same seed gives the same
/// bundles. Takes seconds on one core.
#[derive(Parser)]
#[command(name = "modchains-digits", version)]
struct Arguments {
    /// The gzip-compressed CSV with 64 pixels and a label per row.
    #[arg(long)]
    data: PathBuf,
    /// Folder for digits-int8, digits-script and heldout.json; made if absent.
    #[arg(long)]
    out: PathBuf,
    /// Decides split, initial weights and order of training.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Passes over the training images.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1000))]
    epochs: u32,
    /// Fail if either bundle gets a smaller share of the held-out images right.
    #[arg(long, default_value_t = 0.95)]
    min_accuracy: f64,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let started = Instant::now();
    let digits = Digits::load(&arguments.data)?;
    let split = digits.split(arguments.seed);
    print(format_args!("{} training images, {} held out", split.training.len(), split.held_out.len()))?;

    let options = TrainOptions { seed: arguments.seed, epochs: arguments.epochs };
    let bar = ProgressBar::new(u64::from(options.epochs)).with_style(
        ProgressStyle::with_template("training {bar:40} epoch {pos}/{len}  {msg}  {elapsed_precise}")
            .context("progress style")?,
    );
    let network = train(&split.training, options, |loss| {
        bar.set_message(format!("loss {loss:.4}"));
        bar.inc(1);
    })?;
    bar.finish();
    print(format_args!("trained in {:.1} s", started.elapsed().as_secs_f64()))?;

    let exported = export_bundles(&arguments.out, &network, &split, options)?;
    let worst = report(&exported.exact)?.min(report(&exported.unproven)?);
    anyhow::ensure!(
        worst >= arguments.min_accuracy,
        "accuracy {worst:.4} on held-out images, at least {} is wanted; train with more --epochs or another --seed",
        arguments.min_accuracy
    );
    Ok(())
}

/// Prints what was measured and returns the share of right answers.
fn report(bundle: &Bundle) -> anyhow::Result<f64> {
    let none = Accuracy { dataset: String::new(), held_out: 0, correct: 0 };
    let accuracy = bundle.manifest().accuracy.as_ref().unwrap_or(&none);
    print(format_args!(
        "{}: {} of {} held-out images right ({:.2} %)\n  manifest {}\n  weights  {}",
        bundle.dir().display(),
        accuracy.correct,
        accuracy.held_out,
        accuracy.ratio() * 100.0,
        hex::encode(bundle.manifest_sha256()),
        hex::encode(bundle.weights_sha256()),
    ))?;
    Ok(accuracy.ratio())
}
