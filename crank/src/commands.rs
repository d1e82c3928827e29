//! The commands that need no chain.

use std::{path::PathBuf, sync::Arc, time::Instant};

use anyhow::Context;
use clap::{Args, Subcommand};
use modchains_crank::{
    config::Config,
    worker::{Sandbox, Worker, WorkerSpec},
};
use modchains_sdk::{
    Endpoint,
    bundle::{Accuracy, Answer, Bundle, BundleLimits, Decoded},
    terminal::print,
};
use serde_json::json;

/// Which model is run, and on which inputs.
#[derive(Args)]
pub struct InferArguments {
    /// Folder of the model bundle.
    #[arg(long)]
    bundle: PathBuf,
    /// Input of one request in hex; may be given several times to run a batch.
    #[arg(long, required = true)]
    input: Vec<String>,
    /// Compute threads.
    #[arg(long, default_value_t = 1)]
    threads: u16,
    /// `best-effort` runs without the parts of the sandbox that the kernel lacks.
    #[arg(long, default_value = "required")]
    sandbox: Sandbox,
    /// Print one JSON document instead of text.
    #[arg(long)]
    json: bool,
}

/// Subcommands of `bundle`.
#[derive(Subcommand)]
pub enum BundleCommand {
    /// Check manifest, sizes, hashes and graph of a bundle and print the hashes to register on chain.
    Verify {
        /// Folder of the model bundle.
        dir: PathBuf,
        /// Print one JSON document instead of text.
        #[arg(long)]
        json: bool,
    },
}

/// Where the settings are, for every command that needs them.
#[derive(Args)]
pub struct CheckConfigArguments {
    /// The configuration file; variables named MODCHAINS_CRANK_... override it.
    #[arg(long, default_value = "crank.toml")]
    pub config: PathBuf,
}

/// Runs `infer`.
pub fn infer(arguments: &InferArguments) -> anyhow::Result<()> {
    let inputs = arguments
        .input
        .iter()
        .map(|text| hex::decode(text).with_context(|| format!("--input {text:?} is not hex")))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let dir = arguments.bundle.canonicalize().with_context(|| format!("--bundle {}", arguments.bundle.display()))?;
    let mut spec = WorkerSpec::new(Bundle::open(&dir, BundleLimits::default())?)?;
    spec.threads = arguments.threads;
    spec.sandbox = arguments.sandbox;
    spec.limits.max_batch = u16::try_from(inputs.len()).context("too many inputs, at most 65535 make a batch")?;
    let output = spec.bundle.manifest().output.clone();

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (results, sandbox, elapsed) = runtime.block_on(async {
        let mut worker = Worker::spawn(Arc::new(spec)).await?;
        let views: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let started = Instant::now();
        let results = worker.infer_batch(&views).await?;
        let elapsed = started.elapsed();
        let sandbox = worker.sandbox().clone();
        worker.stop().await;
        anyhow::Ok((results, sandbox, elapsed))
    })?;

    let mut answers = Vec::new();
    for result in &results {
        let answer = output.answer(result)?;
        if !arguments.json {
            print(format_args!("{answer}\t{}", hex::encode(result)))?;
        }
        answers.push(match (answer, output.decode(result)?) {
            (Answer::Label { label, .. }, Decoded::Class { class, logits }) => {
                json!({ "label": label, "class": class, "logits": logits, "result": hex::encode(result) })
            }
            (_, Decoded::Tensor(elements)) | (Answer::Tensor(elements), _) => {
                json!({ "elements": elements, "result": hex::encode(result) })
            }
        });
    }
    if arguments.json {
        let report = json!({ "answers": answers, "sandbox": sandbox, "micros": elapsed.as_micros() as u64 });
        print(format_args!("{report:#}"))?;
    }
    Ok(())
}

/// Runs `bundle verify`.
pub fn bundle(command: &BundleCommand) -> anyhow::Result<()> {
    let BundleCommand::Verify { dir, json } = command;
    let bundle = Bundle::open(dir, BundleLimits::default())?;
    let manifest = bundle.manifest();
    let graph_root = bundle.graph_root().map(hex::encode);
    if *json {
        let report = json!({
            "name": manifest.name,
            "version": manifest.version,
            "numeric_class": manifest.numeric_class,
            "manifest_sha256": hex::encode(bundle.manifest_sha256()),
            "weights_sha256": hex::encode(bundle.weights_sha256()),
            "graph_root": graph_root,
            "input_bytes": manifest.input.bytes_max(),
            "output_bytes": manifest.output.bytes(),
            "accuracy": manifest.accuracy,
        });
        print(format_args!("{report:#}"))?;
        return Ok(());
    }
    print(format_args!("{} {} is complete and unchanged", manifest.name, manifest.version))?;
    print(format_args!("  class            {}", manifest.numeric_class.name()))?;
    print(format_args!("  manifest sha256  {}", hex::encode(bundle.manifest_sha256())))?;
    print(format_args!("  weights sha256   {}", hex::encode(bundle.weights_sha256())))?;
    if let Some(root) = graph_root {
        print(format_args!("  graph root       {root}"))?;
    }
    if let Some(accuracy) = &manifest.accuracy {
        let Accuracy { correct, held_out, .. } = accuracy;
        let percent = accuracy.ratio() * 100.0;
        print(format_args!("  accuracy         {correct} of {held_out} held out ({percent:.2} %)"))?;
    }
    Ok(())
}

/// Runs `check-config`.
pub fn check_config(arguments: &CheckConfigArguments) -> anyhow::Result<()> {
    let config = Config::load(&arguments.config)?;
    config.check()?;
    let (path, bundles, url) = (arguments.config.display(), config.bundles.len(), Endpoint::new(&config.rpc_url));
    Ok(print(format_args!("{path}: nothing wrong found; {bundles} bundles, RPC at {url}"))?)
}
