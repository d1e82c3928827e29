//! The model's bundle, and what the chain is told of it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use modchains_sdk::{
    Pubkey, Signer, address,
    exchange::instructions::{ModelRegisterArgs, ModelVersionPublishArgs},
    oracle::state::ServiceTerms,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::wallets::{SOL, Wallets};

const MODEL_NAME: &str = "Digits";
/// Price of a request.
pub const FEE_ATOMS: u64 = SOL / 20;
/// Exact class, as the programs number it.
const EXACT: u8 = 0;

/// The held-out accuracy on a bundle's model card.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Accuracy {
    /// Images asked.
    pub held_out: u64,
    /// Answered right.
    pub correct: u64,
}

#[derive(Deserialize)]
struct Manifest {
    graph_root: String,
    accuracy: Accuracy,
    files: Vec<ManifestFile>,
}

#[derive(Deserialize)]
struct ManifestFile {
    path: String,
    sha256: String,
}

#[derive(Deserialize)]
pub struct HeldOut {
    /// The digit that a person wrote.
    pub label: u8,
    /// Its pixels in hexadecimal.
    pub input: String,
}

/// A model that is listed.
pub struct Listing {
    /// Its address.
    pub model: Pubkey,
    /// Its bundle.
    pub bundle: PathBuf,
    /// Accuracy on its card.
    pub accuracy: Accuracy,
    manifest_sha256: [u8; 32],
    weights_sha256: [u8; 32],
    graph_root: [u8; 32],
    /// Held-out digits to ask for.
    pub questions: Vec<HeldOut>,
}

impl Listing {
    /// Reads the bundle that the trainer wrote.
    pub fn new(wallets: &Wallets, models: &Path) -> Result<Self> {
        let bundle = models.join("digits-int8");
        let manifest_bytes = std::fs::read(bundle.join("model.toml"))?;
        let manifest = manifest(&bundle)?;
        let weights = manifest.files.iter().find(|file| file.path == "weights.safetensors");
        let questions = serde_json::from_slice(&std::fs::read(models.join("heldout.json"))?)?;
        Ok(Self {
            model: address::exchange::model(&wallets.creator.pubkey(), MODEL_NAME),
            accuracy: manifest.accuracy,
            manifest_sha256: Sha256::digest(manifest_bytes).into(),
            weights_sha256: hash(&weights.context("the bundle has no weights")?.sha256)?,
            graph_root: hash(&manifest.graph_root)?,
            bundle,
            questions,
        })
    }

    /// Name and token.
    pub fn register_args(&self) -> ModelRegisterArgs {
        let uri = "https://modchains.example/digits.json".to_owned();
        ModelRegisterArgs { name: MODEL_NAME.to_owned(), symbol: "DIGIT".to_owned(), uri, image: String::new() }
    }

    /// The first version.
    pub fn version_args(&self) -> ModelVersionPublishArgs {
        ModelVersionPublishArgs {
            manifest_sha256: self.manifest_sha256,
            weights_sha256: self.weights_sha256,
            graph_root: self.graph_root,
            benchmark: [0; 32],
            verification_class: 0,
            numeric_class: EXACT,
            parent: 0,
            uri: "https://modchains.example/digits-int8".to_owned(),
        }
    }

    /// Price and sizes: 64 pixels in, class and ten logits out.
    pub fn service_terms(&self) -> ServiceTerms {
        ServiceTerms {
            fee_atoms: FEE_ATOMS,
            max_wait_min_seconds: 10,
            max_wait_max_seconds: 600,
            input_bytes_max: 64,
            output_bytes_max: 64,
            split: None,
        }
    }
}

/// The accuracy on the card of the bundle in `folder`.
pub fn accuracy(folder: &Path) -> Result<Accuracy> {
    Ok(manifest(folder)?.accuracy)
}

fn manifest(folder: &Path) -> Result<Manifest> {
    let path = folder.join("model.toml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("reading {}", path.display()))
}

fn hash(hex: &str) -> Result<[u8; 32]> {
    bytes(hex)?.try_into().ok().context("a hash has 32 bytes")
}

/// Bytes of a hexadecimal text.
pub fn bytes(hex: &str) -> Result<Vec<u8>> {
    ensure!(hex.len().is_multiple_of(2) && hex.is_ascii(), "not hexadecimal: {hex}");
    let pairs = (0..hex.len()).step_by(2).map(|start| u8::from_str_radix(&hex[start..start + 2], 16));
    Ok(pairs.collect::<std::result::Result<_, _>>()?)
}
