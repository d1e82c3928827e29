//! The reference models are whole: both bundles open, and have the graphs that were converted.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use modchains_models::{MINILM_GRAPH_ROOT, MINILM_TOKENS_MAX, ModelError, write_minilm};
use modchains_sdk::bundle::{Bundle, BundleLimits, NumericClass};

/// The published weights.
fn published() -> PathBuf {
    let file = PathBuf::from(env::var_os("MODCHAINS_MINILM").expect("cargo xtask env sets MODCHAINS_MINILM"));
    assert!(file.is_file(), "{}: absent; cargo xtask minilm fetches it", file.display());
    file
}

#[test]
fn the_sentence_encoder_is_the_converted_one() {
    let published = published();
    let folder = tempfile::tempdir().unwrap();
    let bundle = write_minilm(&published, folder.path()).unwrap();
    let graph = bundle.graph().unwrap();
    assert_eq!(hex::encode(graph.root()), MINILM_GRAPH_ROOT);
    assert_eq!(graph.numeric_class(), NumericClass::Rounded);
    assert_eq!(graph.graph().summary().sizes.max as usize, MINILM_TOKENS_MAX);
    // One level of reveals less than 257 nodes would take.
    assert!(graph.records().len() <= 256);
}

#[test]
fn other_weights_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = write_minilm(&folder.path().join("absent"), folder.path()).unwrap_err();
    assert!(matches!(refused, ModelError::Unreadable { .. }));
    let published = published();
    let mut bytes = fs::read(published).unwrap();
    // The lowest bit of one weight in the middle.
    let middle = bytes.len() / 8 * 4;
    bytes[middle] ^= 1;
    let changed = folder.path().join("changed");
    fs::write(&changed, bytes).unwrap();
    let refused = write_minilm(&changed, folder.path()).unwrap_err();
    assert!(matches!(refused, ModelError::Root { .. }), "{refused}");
}

#[test]
fn the_convolutional_classifier_opens_and_is_large_enough() {
    let bundle = Bundle::open(Path::new("digits-conv/bundle"), BundleLimits::default()).unwrap();
    let graph = bundle.graph().unwrap();
    assert_eq!(graph.numeric_class(), NumericClass::Exact);
    let weights = (0..graph.records().len() as u32).filter_map(|node| graph.weights(node));
    let parameters: usize = weights.map(|weights| weights.elements.len()).sum();
    assert!(parameters >= 100_000, "{parameters}");
    assert!(bundle.manifest().accuracy.as_ref().unwrap().ratio() > 0.97);
}
