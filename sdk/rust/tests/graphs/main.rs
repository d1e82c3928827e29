//! Graphs of models: their files.
#![allow(clippy::unwrap_used, missing_docs, reason = "a failed unwrap is a failed test")]

mod draft;
mod files;
mod hostile;
