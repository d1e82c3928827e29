//! The rules, a file for each kind.

mod circles;
mod docs;
mod events;
mod imports;
mod leftovers;
mod manifests;
mod messages;
mod modules;
mod names;
mod seeds;
mod sizes;
mod words;

use super::{finding::Finding, tree::Tree};

/// A rule and how it is checked.
pub struct Rule {
    /// Its name in findings and in `known.txt`.
    pub name: &'static str,
    /// Finds what breaks it.
    pub check: fn(&Tree) -> Vec<Finding>,
}

/// Every rule.
pub const RULES: &[Rule] = &[
    Rule { name: "dependency-direction", check: manifests::directions },
    Rule { name: "package-name", check: manifests::names },
    Rule { name: "workspace-lints", check: manifests::lints },
    Rule { name: "module-style", check: modules::style },
    Rule { name: "dead-file", check: modules::dead_files },
    Rule { name: "module-circle", check: circles::circles },
    Rule { name: "import-style", check: imports::style },
    Rule { name: "file-length", check: sizes::files },
    Rule { name: "function-length", check: sizes::functions },
    Rule { name: "folder-size", check: sizes::folders },
    Rule { name: "message-case", check: messages::case },
    Rule { name: "empty-doc", check: docs::empty },
    Rule { name: "errors-section", check: docs::errors_sections },
    Rule { name: "instruction-name", check: names::instructions },
    Rule { name: "metaphor", check: names::metaphors },
    Rule { name: "event-shape", check: events::shape },
    Rule { name: "leftover", check: leftovers::marks },
    Rule { name: "machine-path", check: leftovers::machine_paths },
    Rule { name: "compiled-in-path", check: leftovers::compiled_in_paths },
    Rule { name: "unseeded-test", check: seeds::unseeded },
];
