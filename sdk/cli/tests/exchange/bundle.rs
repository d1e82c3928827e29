//! A small bundle of the exact class: three labels out of four inputs.

use std::{fs, path::PathBuf};

use modchains_sdk::bundle::{BundleDraft, Encoding, InputSpec, LayerGraph, NumericClass, OutputRule, write_bundle};
use safetensors::tensor::{Dtype, TensorView};

use crate::network::NETWORK;

const STRUCTURE: &str = r#"{"format":1,"layers":[{"name":"logits","op":{"linear":{"inputs":4,"outputs":3}}}]}"#;
const LABELS: [&str; 3] = ["seven", "eight", "nine"];
/// Steps of a sum in one unit of logit.
const STEPS_PER_UNIT: u32 = 1_000;

/// A bundle in a folder of its own.
pub struct Bundle {
    folder: PathBuf,
    /// SHA-256 of its manifest, in hexadecimal.
    pub manifest_sha256: String,
    /// Root of its graph, in hexadecimal.
    pub graph_root: String,
    /// How its results are written.
    pub output: OutputRule,
}

impl Bundle {
    /// Writes the bundle `name`.
    pub fn write(name: &str) -> Self {
        let folder = NETWORK.folder().join(format!("bundle-{name}"));
        let weights = weights();
        let input = InputSpec { shape: vec![4], dtype: Encoding::Unsigned8, bytes: 4, units: None, max: Some(16) };
        let graph = LayerGraph::load(STRUCTURE.as_bytes(), &weights, &input).unwrap();
        let root = graph.root().expect("the graph was checked when it was loaded");
        let labels = LABELS.map(ToOwned::to_owned).to_vec();
        let output = OutputRule::ClassLogitsI32 { bytes: 16, steps_per_unit: Some(STEPS_PER_UNIT), labels };
        let draft = BundleDraft {
            name: name.to_owned(),
            version: "1.0".to_owned(),
            numeric_class: NumericClass::Exact,
            graph_root: Some(root),
            input,
            output: output.clone(),
            accuracy: None,
            card: format!("# {name}\n"),
            files: vec![("graph.json", STRUCTURE.into()), ("weights.safetensors", weights)],
        };
        let written = write_bundle(&folder, &draft).unwrap();
        let manifest_sha256 = hex::encode(written.manifest_sha256());
        Self { folder, manifest_sha256, graph_root: hex::encode(root), output }
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    /// Replaces text in a file of it.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }
}

fn weights() -> Vec<u8> {
    let weights: Vec<u8> = (1..=12).collect();
    let bias: Vec<u8> = [0_i32; 3].iter().flat_map(|bias| bias.to_le_bytes()).collect();
    let weight = TensorView::new(Dtype::I8, vec![3, 4], &weights).unwrap();
    let bias = TensorView::new(Dtype::I32, vec![3], &bias).unwrap();
    safetensors::serialize([("logits.weight", weight), ("logits.bias", bias)], None).unwrap()
}
