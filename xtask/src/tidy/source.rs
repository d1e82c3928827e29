//! One Rust file, as rules look at it.

use super::mask::{Masked, mask};

/// A Rust file.
#[derive(Debug)]
pub struct Source {
    /// From the root of the repository.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The text without comments and literals, place by place.
    pub code: String,
    /// Where each string literal's content begins, and the content.
    pub strings: Vec<(usize, String)>,
}

/// A `use` item.
#[derive(Debug, PartialEq, Eq)]
pub struct Use<'a> {
    /// The line, from 1.
    pub line: usize,
    /// Spaces before it.
    pub indent: usize,
    /// `pub`, `pub(crate)` or nothing.
    pub visibility: &'a str,
    /// Whether an attribute stands above it.
    pub has_attribute: bool,
    /// What follows `use`, on one line.
    pub tree: String,
}

impl Source {
    /// The file at `path`.
    pub fn new(path: &str, text: &str) -> Self {
        let Masked { code, strings } = mask(text);
        Self { path: path.to_owned(), text: text.to_owned(), code, strings }
    }

    /// The line of a place in the text, from 1.
    pub fn line_of(&self, place: usize) -> usize {
        self.code.as_bytes().iter().take(place).filter(|byte| **byte == b'\n').count() + 1
    }

    /// Whether it is compiled for tests alone.
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    /// The place after the brace that closes the one at `open`.
    pub fn end_of_block(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for (place, byte) in self.code.bytes().enumerate().skip(open) {
            match byte {
                b'{' => depth += 1,
                b'}' if depth == 1 => return place + 1,
                b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        self.code.len()
    }

    /// Its code without modules that are written inside it.
    pub fn own_code(&self) -> String {
        let mut code = self.code.clone().into_bytes();
        let mut start = 0;
        for line in self.code.split_inclusive('\n') {
            let item = line.trim_start();
            let item = item.strip_prefix("pub ").unwrap_or(item);
            if item.starts_with("mod ") && line.trim_end().ends_with('{') && code[start] != b'\0' {
                let end = self.end_of_block(start + line.find('{').unwrap_or(0));
                code[start..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
            }
            start += line.len();
        }
        String::from_utf8_lossy(&code).into_owned()
    }

    /// Its `use` items.
    pub fn uses(&self) -> Vec<Use<'_>> {
        let lines: Vec<&str> = self.code.lines().collect();
        let mut found = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let item = line.trim_start();
            let (visibility, tree) = match item.split_once("use ") {
                Some((before, after)) if is_visibility(before) => (before.trim_end(), after),
                _ => continue,
            };
            let rest = lines[index + 1..].iter().copied();
            let mut whole = tree.to_owned();
            for more in rest {
                if whole.contains(';') {
                    break;
                }
                whole.push_str(more.trim());
            }
            let tree = whole.split(';').next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            let has_attribute = index > 0 && lines[index - 1].trim_start().starts_with("#[");
            found.push(Use { line: index + 1, indent: line.len() - item.len(), visibility, has_attribute, tree });
        }
        found
    }
}

fn is_visibility(text: &str) -> bool {
    matches!(text, "" | "pub " | "pub(crate) " | "pub(super) ") || (text.starts_with("pub(in ") && text.ends_with(") "))
}

impl Use<'_> {
    /// The crate or module it begins with.
    pub fn root(&self) -> &str {
        let end = self.tree.find(|letter: char| letter != '_' && !letter.is_alphanumeric());
        &self.tree[..end.unwrap_or(self.tree.len())]
    }

    /// Every path in it, segment by segment; a glob ends in `*`, and what it is called here is left out.
    pub fn paths(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        flatten(&self.tree, &[], &mut paths);
        paths
    }
}

fn flatten(tree: &str, prefix: &[String], paths: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let (head, group) = match tree.find('{') {
        Some(place) => (&tree[..place], Some(tree[place + 1..].trim_end().trim_end_matches('}'))),
        None => (tree.split(" as ").next().unwrap_or(tree), None),
    };
    let segments = head.split("::").map(str::trim).filter(|segment| !segment.is_empty() && *segment != "self");
    let mut path = prefix.to_vec();
    path.extend(segments.map(str::to_owned));
    match group {
        None if !path.is_empty() => paths.push(path),
        None => {}
        Some(group) => parts(group).iter().for_each(|part| flatten(part, &path, paths)),
    }
}

/// Parts of a group, cut at its own commas.
fn parts(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_i32, 0, Vec::new());
    // The brace that closes the last inner group was cut off with that of this one.
    for (place, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[start..]);
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_read_with_their_groups() {
        let text = "use std::{fs, path::{Path, PathBuf}};\n\npub use self::a::{\n    b::{self, C as D},\n    *,\n};\n";
        let source = Source::new("x/src/lib.rs", text);
        let uses = source.uses();
        let paths = |place: usize| -> Vec<String> { uses[place].paths().iter().map(|path| path.join("::")).collect() };
        assert_eq!(uses[0].root(), "std");
        assert_eq!(paths(0), ["std::fs", "std::path::Path", "std::path::PathBuf"]);
        assert_eq!((uses[1].visibility, uses[1].line), ("pub", 3));
        assert_eq!(paths(1), ["a::b", "a::b::C", "a::*"]);
    }

    #[test]
    fn code_of_inner_modules_is_not_the_files_own() {
        let source =
            Source::new("x/src/a.rs", "use crate::b;\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\nfn c() {}\n");
        let own = source.own_code();
        assert!(own.contains("crate::b") && own.contains("fn c") && !own.contains("super"), "{own}");
    }
}
