//! Names of a bundle's files.

use super::BundleError;

/// Name of the manifest inside a bundle folder.
pub const MANIFEST_FILE: &str = "model.toml";
/// Name of the graph inside a provable bundle.
pub const GRAPH_FILE: &str = "graph.json";
/// Name of the weights inside a provable bundle.
pub const WEIGHTS_FILE: &str = "weights.safetensors";
/// Name of the TorchScript module inside an unproven bundle.
pub const MODULE_FILE: &str = "module.pt";
/// Name of the model card.
pub const CARD_FILE: &str = "CARD.md";

/// Accepts a single plain file name: letters, digits, `.`, `_`, `-`, at most 64 of them, not starting with a dot.
pub(super) fn require_plain_name(name: &str) -> Result<(), BundleError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() || name.len() > 64 || name.starts_with('.') || !name.chars().all(plain) {
        return Err(BundleError::UnsafePath { file: name.to_owned() });
    }
    Ok(())
}
