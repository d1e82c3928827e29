//! all-MiniLM-L6-v2 as a graph of correctly rounded floats.

use std::{fs, path::Path};

use modchains_sdk::{
    bundle::{
        Bundle, BundleDraft, GRAPH_FILE, InputSpec, ModelGraph, NumericClass, OutputRule, WEIGHTS_FILE, write_bundle,
    },
    core::provable::ElementKind,
};

use crate::{ModelError, weights::converted};

/// Root of the graph with the published weights, as the converter computed it.
pub const GRAPH_ROOT: &str = "80dc1398e7a40ae52ef9306ad17e02910b828a8f79c0f367cc3f7207d611b745";
/// Most tokens of a request, those at both ends included.
pub const TOKENS_MAX: usize = 128;
const WIDTH: u32 = 384;
const STRUCTURE: &str = include_str!("../minilm/graph.json");
const CARD: &str = include_str!("../minilm/CARD.md");

/// Writes the bundle of all-MiniLM-L6-v2 into `out`, from the published `model.safetensors`.
///
/// # Errors
/// [`ModelError`] when the file is not the published one, or the bundle cannot be written.
pub fn write_minilm(published: &Path, out: &Path) -> Result<Bundle, ModelError> {
    let unreadable = |source| ModelError::Unreadable { path: published.to_path_buf(), source };
    let weights = converted(&fs::read(published).map_err(unreadable)?, TOKENS_MAX)?;
    let graph = ModelGraph::load(STRUCTURE.as_bytes(), weights.clone())?;
    let actual = hex::encode(graph.root());
    if actual != GRAPH_ROOT {
        return Err(ModelError::Root { expected: GRAPH_ROOT, actual });
    }
    let draft = BundleDraft {
        name: "all-minilm-l6-v2".to_owned(),
        version: "1.0.0".to_owned(),
        numeric_class: NumericClass::Rounded,
        graph_root: Some(graph.root()),
        input: InputSpec::of(&graph, vec![1])?,
        output: OutputRule::Tensor { bytes: WIDTH, kind: ElementKind::Int8 },
        accuracy: None,
        card: CARD.to_owned(),
        files: vec![(GRAPH_FILE, STRUCTURE.as_bytes().to_vec()), (WEIGHTS_FILE, weights)],
    };
    Ok(write_bundle(out, &draft)?)
}
