//! Sizes: what grew longer than this wants to be two.

use std::collections::BTreeMap;

use crate::tidy::{finding::Finding, source::Source, tree::Tree};

/// Lines of a source file.
const FILE_LINES_MAX: usize = 400;
/// Lines of a function.
const FUNCTION_LINES_MAX: usize = 70;
/// Source files of a folder, without those in its sub-folders.
const FOLDER_FILES_MAX: usize = 15;

/// Files that are too long.
pub fn files(tree: &Tree) -> Vec<Finding> {
    let long = tree
        .sources()
        .iter()
        .map(|source| (&source.path, source.text.lines().count()))
        .filter(|(_, lines)| *lines > FILE_LINES_MAX);
    long.map(|(path, lines)| Finding::new(path, 0, format!("{lines} lines, of at most {FILE_LINES_MAX}"))).collect()
}

/// Functions that are too long.
pub fn functions(tree: &Tree) -> Vec<Finding> {
    tree.sources().iter().flat_map(long_functions).collect()
}

/// Folders that hold too many sources.
pub fn folders(tree: &Tree) -> Vec<Finding> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for source in tree.sources() {
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        *counts.entry(folder).or_default() += 1;
    }
    let crowded = counts.into_iter().filter(|(_, count)| *count > FOLDER_FILES_MAX);
    crowded
        .map(|(folder, count)| {
            Finding::new(folder, 0, format!("{count} files, of at most {FOLDER_FILES_MAX}: make sub-folders by noun"))
        })
        .collect()
}

fn long_functions(source: &Source) -> Vec<Finding> {
    let (mut found, mut start) = (Vec::new(), 0);
    for line in source.code.split_inclusive('\n') {
        if let Some(name) = function_name(line) {
            let place = start + line.find("fn ").unwrap_or(0);
            if let Some(open) = body(&source.code, place) {
                let lines = source.code[start..source.end_of_block(open)].lines().count();
                if lines > FUNCTION_LINES_MAX {
                    let text = format!("`{name}` has {lines} lines, of at most {FUNCTION_LINES_MAX}");
                    found.push(Finding::new(&source.path, source.line_of(place), text));
                }
            }
        }
        start += line.len();
    }
    found
}

/// The name of the function that a line begins.
fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_prefix = before.split_whitespace().all(|word| {
        matches!(word, "pub" | "const" | "async" | "unsafe" | "extern" | "\"")
            || word.starts_with("pub(")
            || word.starts_with('"')
            || word.ends_with(')')
    });
    let end = after.find(|letter: char| letter != '_' && !letter.is_alphanumeric())?;
    (is_prefix && end > 0).then(|| &after[..end])
}

/// The place of the brace that opens the body of the function at `place`; none when it has no body.
fn body(code: &str, place: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (offset, byte) in code.bytes().enumerate().skip(place) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(offset),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_function_is_found_and_a_long_row_of_short_ones_is_not() {
        let body = "    work();\n".repeat(69);
        let text = format!("trait A {{\n    fn none(&self);\n}}\n\npub async fn long() {{\n{body}}}\n");
        let found = functions(&Tree::of_texts(&[("a/src/lib.rs", &text)]));
        assert_eq!(found, [Finding::new("a/src/lib.rs", 5, "`long` has 71 lines, of at most 70")]);
        let short = "fn short() {\n    // {\n    work(\"}\");\n}\n".repeat(60);
        assert!(functions(&Tree::of_texts(&[("a/src/lib.rs", &short)])).is_empty());
    }

    #[test]
    fn long_files_and_crowded_folders_are_found() {
        let paths: Vec<String> = (0..16).map(|number| format!("a/src/f{number}.rs")).collect();
        let long = "\n".repeat(401);
        let tree = Tree::of_texts(&paths.iter().map(|path| (path.as_str(), long.as_str())).collect::<Vec<_>>());
        assert_eq!((files(&tree).len(), folders(&tree).len()), (16, 1));
        let tree = Tree::of_texts(&paths[1..].iter().map(|path| (path.as_str(), &long[1..])).collect::<Vec<_>>());
        assert_eq!((files(&tree).len(), folders(&tree).len()), (0, 0));
    }
}
