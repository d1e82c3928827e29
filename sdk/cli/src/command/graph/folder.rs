use std::path::PathBuf;

use clap::Args;
use modchains_sdk::bundle::{Bundle, BundleLimits, MANIFEST_FILE, ModelGraph};

use crate::error::{CliError, Result};

/// Where a graph lies.
#[derive(Debug, Args)]
pub struct GraphArg {
    /// The folder of a bundle, or one with `graph.json` and `weights.safetensors` alone.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

impl GraphArg {
    /// Reads and checks it; where there is a manifest, by that too.
    pub fn load(&self) -> Result<ModelGraph> {
        let limits = BundleLimits::default();
        if !self.dir.join(MANIFEST_FILE).exists() {
            return Ok(ModelGraph::open(&self.dir, limits)?);
        }
        let bundle = Bundle::open(&self.dir, limits)?;
        let class = bundle.manifest().numeric_class;
        if !class.is_provable() {
            let what = format!("the bundle in {} is {}: it has no graph", self.dir.display(), class.name());
            return Err(CliError::unfit(what, "export the model as a graph, or publish it as what it is"));
        }
        Ok(bundle.graph()?)
    }
}
