//! Holds the repository to its dialect (CONTRIBUTING.md) and to what ARCHITECTURE.md says of it.
//!
//! Rules read text: the sources are formatted, so that a line says what it is. Each rule has a test with a text that
//! breaks it. What cannot be mended stands in `known.txt` with its reason; an entry that nothing needs any more is a
//! finding too, so that the list shrinks.

mod finding;
mod known;
mod mask;
mod rules;
mod source;
mod tree;

use anyhow::{Result, bail};

use self::{known::Known, rules::RULES, tree::Tree};
use crate::paths;

/// Checks every rule and prints what breaks one.
pub fn run() -> Result<()> {
    let tree = Tree::of_repository(paths::repository())?;
    let mut known = Known::committed()?;
    let found = check(&tree, &mut known);
    found.iter().for_each(|line| println!("{line}"));
    match found.len() {
        0 => {
            println!("{} files keep {} rules", tree.files().len(), RULES.len());
            Ok(())
        }
        count => bail!("{count} findings; CONTRIBUTING.md explains the rules"),
    }
}

/// What breaks a rule and is not known, and what is known and breaks none, a line each.
fn check(tree: &Tree, known: &mut Known) -> Vec<String> {
    let mut lines = Vec::new();
    for rule in RULES {
        let mut found = (rule.check)(tree);
        found.sort();
        for finding in found.into_iter().filter(|finding| !known.excuses(rule.name, finding)) {
            lines.push(format!("{}:{}: {}: {}", finding.path, finding.line, rule.name, finding.text));
        }
    }
    lines.extend(known.needless());
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let tree = Tree::of_repository(paths::repository()).unwrap();
        let found = check(&tree, &mut Known::committed().unwrap());
        assert!(found.is_empty(), "\n{}", found.join("\n"));
    }

    #[test]
    fn what_is_known_is_excused_and_an_excuse_that_nothing_needs_is_a_finding() {
        let long = "//\n".repeat(401);
        let tree = Tree::of_texts(&[("crank/src/long.rs", &long), ("crank/src/main.rs", "mod long;\n")]);
        let found = check(&tree, &mut Known::parse("").unwrap());
        assert!(found.iter().any(|line| line.starts_with("crank/src/long.rs:0: file-length: ")), "{found:?}");
        let text = "file-length | crank/src/long.rs | 401 lines | it is a table\n";
        let found = check(&tree, &mut Known::parse(text).unwrap());
        assert!(!found.iter().any(|line| line.contains("long.rs")), "{found:?}");
        let found = check(&Tree::of_texts(&[]), &mut Known::parse(text).unwrap());
        let named = "known.txt: file-length | crank/src/long.rs | 401 lines: nothing needs this any more, remove it";
        assert_eq!(found, [named]);
    }
}
