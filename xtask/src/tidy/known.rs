//! What breaks a rule and is known to.

use anyhow::{Context, Result};

use super::finding::Finding;

/// The list: rule, path, a part of the finding's text, reason.
const COMMITTED: &str = include_str!("known.txt");

/// The exceptions, and which of them were needed.
pub struct Known(Vec<Entry>);

struct Entry {
    rule: String,
    path: String,
    part: String,
    is_needed: bool,
}

impl Known {
    /// What is committed beside this file.
    pub fn committed() -> Result<Self> {
        Self::parse(COMMITTED)
    }

    /// A list of lines `rule | path | part of the finding | reason`. A folder ends in a slash.
    pub fn parse(text: &str) -> Result<Self> {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(Entry::parse).collect::<Result<_>>().map(Self)
    }

    /// Whether the list has an entry for `finding`.
    pub fn excuses(&mut self, rule: &str, finding: &Finding) -> bool {
        let is_it = |entry: &&mut Entry| {
            entry.rule == rule && entry.covers(&finding.path) && finding.text.contains(&entry.part)
        };
        let entry = self.0.iter_mut().find(is_it);
        entry.map(|entry| entry.is_needed = true).is_some()
    }

    /// Entries that excused nothing, a line each.
    pub fn needless(&self) -> Vec<String> {
        let needless = self.0.iter().filter(|entry| !entry.is_needed);
        let line = |entry: &Entry| {
            let Entry { rule, path, part, .. } = entry;
            format!("known.txt: {rule} | {path} | {part}: nothing needs this any more, remove it")
        };
        needless.map(line).collect()
    }
}

impl Entry {
    /// A path that ends in a slash stands for everything below it.
    fn covers(&self, path: &str) -> bool {
        path == self.path || (self.path.ends_with('/') && path.starts_with(&self.path))
    }

    fn parse(line: &str) -> Result<Self> {
        let mut parts = line.split('|').map(|part| part.trim().to_owned());
        let mut part = || parts.next().filter(|part| !part.is_empty());
        let entry = (part(), part(), part(), part());
        let (Some(rule), Some(path), Some(text), Some(_reason)) = entry else {
            return Err(anyhow::anyhow!("known.txt wants `rule | path | part of the finding | reason`, not {line:?}"))
                .context("the list of known exceptions cannot be read");
        };
        Ok(Self { rule, path, part: text, is_needed: false })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn a_folder_stands_for_what_is_in_it() {
        let mut known = Known::parse("file-length | a/ | 401 lines | tables").unwrap();
        assert!(known.excuses("file-length", &Finding::new("a/b.rs", 0, "401 lines")));
        assert!(!known.excuses("file-length", &Finding::new("ab.rs", 0, "401 lines")));
        assert!(!known.excuses("file-length", &Finding::new("a/b.rs", 0, "402 lines")));
        assert!(!known.excuses("empty-doc", &Finding::new("a/b.rs", 0, "401 lines")));
    }

    #[test]
    fn an_exception_without_a_reason_is_refused() {
        assert!(Known::parse("file-length | a.rs | 401 lines | a table").is_ok());
        for line in ["file-length | a.rs | 401 lines", "file-length | a.rs | 401 lines | ", "file-length"] {
            assert!(Known::parse(line).is_err(), "{line}");
        }
    }
}
