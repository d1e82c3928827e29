//! Graphs of models: their files, and the bundles that those lie in.
#![allow(clippy::unwrap_used, missing_docs, reason = "a failed unwrap is a failed test")]

mod bundle;
mod converted;
mod draft;
mod files;
mod hostile;
