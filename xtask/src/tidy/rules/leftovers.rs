//! What was left behind: notes to oneself, and places of one machine.

use crate::tidy::{finding::Finding, tree::Tree};

/// Marks in two halves, so that this file has none of them.
const MARKS: &[[&str; 2]] =
    &[["TO", "DO"], ["FIX", "ME"], ["XX", "X"], ["HA", "CK:"], ["todo", "!("], ["unimplemented", "!("], ["dbg", "!("]];
/// Beginnings of paths that only one machine has, in two halves likewise.
const MACHINE_PATHS: &[[&str; 2]] = &[["/ho", "me/"], ["/ro", "ot/"], ["/Us", "ers/"], ["/wo", "rk/"], ["C:", "\\\\"]];
/// What cargo compiles into a program of where its sources lay.
const COMPILED_IN: &[[&str; 2]] = &[["CARGO_MANIFEST", "_DIR\")"], ["CARGO_WORKSPACE", "_DIR\")"], ["file", "!()"]];

/// Notes to oneself.
pub fn marks(tree: &Tree) -> Vec<Finding> {
    let sources =
        tree.files().iter().filter(|file| [".rs", ".mjs", ".sh"].iter().any(|kind| file.path.ends_with(kind)));
    lines_with(
        sources.map(|file| (file.path.as_str(), file.text.as_str())),
        MARKS,
        "finish it, or file it where it is not forgotten",
    )
}

/// Paths that lead nowhere on another machine.
pub fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let files =
        tree.files().iter().filter(|file| !file.path.ends_with(".lock") && !file.path.ends_with("package-lock.json"));
    lines_with(
        files.map(|file| (file.path.as_str(), file.text.as_str())),
        MACHINE_PATHS,
        "only one machine has this path",
    )
}

/// Paths that are compiled in: what one checkout built would look for its files in another.
pub fn compiled_in_paths(tree: &Tree) -> Vec<Finding> {
    let sources = tree.sources().iter().map(|source| (source.path.as_str(), source.text.as_str()));
    lines_with(sources, COMPILED_IN, "finds the checkout that compiled it, not the one that runs it: take the path from the environment or an argument")
        .into_iter()
        .filter(|finding| finding.text.contains("env!(") || finding.text.contains("file!"))
        .collect()
}

fn lines_with<'a>(files: impl Iterator<Item = (&'a str, &'a str)>, marks: &[[&str; 2]], remedy: &str) -> Vec<Finding> {
    let marks: Vec<String> = marks.iter().map(|halves| halves.concat()).collect();
    let mut found = Vec::new();
    for (path, text) in files {
        for (index, line) in text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark.as_str())) {
                found.push(Finding::new(path, index + 1, format!("{}: {remedy}", line.trim())));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_paths_are_found() {
        let text = format!(
            "// {}{}: later\nlet path = \"{}{}me/cache\";\nconst ROOT: &str = env!(\"{}{};\n",
            "TO", "DO", "/ho", "me/", "CARGO_MANIFEST", "_DIR\")"
        );
        let tree = Tree::of_texts(&[("a/src/lib.rs", &text)]);
        let lines = |found: Vec<Finding>| found.iter().map(|finding| finding.line).collect::<Vec<_>>();
        assert_eq!(lines(marks(&tree)), [1]);
        assert_eq!(lines(machine_paths(&tree)), [2]);
        assert_eq!(lines(compiled_in_paths(&tree)), [3]);
    }
}
