//! Imports: the standard library, then other crates, then our own modules; each root once.

use std::collections::BTreeMap;

use crate::tidy::{
    finding::Finding,
    source::{Source, Use},
    tree::Tree,
};

/// One `use` for each root, in three groups with a blank line between them.
pub fn style(tree: &Tree) -> Vec<Finding> {
    tree.sources().iter().flat_map(check).collect()
}

fn check(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let uses = source.uses();
    for scope in
        uses.chunk_by(|left, right| left.indent == right.indent && (left.indent == 0 || is_block(source, left, right)))
    {
        repeated(source, scope, &mut found);
    }
    let top: Vec<&Use> =
        uses.iter().filter(|item| item.indent == 0 && item.visibility.is_empty() && !item.has_attribute).collect();
    let modules = modules(source);
    for pair in top.windows(2) {
        let [left, right] = pair else { continue };
        let (before, after) = (group(left, &modules), group(right, &modules));
        if before > after {
            let text = format!(
                "`use {}` comes before `use {}`: std, then other crates, then our own modules",
                right.root(),
                left.root()
            );
            found.push(Finding::new(&source.path, right.line, text));
        }
        let lines: Vec<&str> = source.code.lines().skip(left.line - 1).take(right.line - left.line).collect();
        let has_blank = lines.iter().any(|line| line.trim().is_empty());
        let only_uses = !lines
            .iter()
            .skip(1)
            .any(|line| line.trim_start().starts_with("mod ") || line.trim_start().starts_with("pub "));
        if only_uses && before != after && !has_blank {
            found.push(Finding::new(
                &source.path,
                right.line,
                "a blank line separates std, other crates and our own modules",
            ));
        }
    }
    found
}

/// Whether only blank lines and the rest of the first lie between two uses of one indentation.
fn is_block(source: &Source, left: &Use, right: &Use) -> bool {
    let mut between = source.code.lines().skip(left.line).take(right.line - left.line - 1);
    between.all(|line| {
        let indent = line.len() - line.trim_start().len();
        line.trim().is_empty() || indent > left.indent || line.trim() == "};"
    })
}

fn repeated(source: &Source, scope: &[Use], found: &mut Vec<Finding>) {
    let mut seen = BTreeMap::new();
    for item in scope.iter().filter(|item| !item.has_attribute) {
        let key = (item.visibility, item.root());
        if let Some(line) = seen.insert(key, item.line) {
            let text = format!("one `use {}::{{...}}` for lines {line} and {}", item.root(), item.line);
            found.push(Finding::new(&source.path, item.line, text));
        }
    }
}

/// 0 for the standard library, 1 for other crates, 2 for our own modules.
fn group(item: &Use, modules: &[String]) -> u8 {
    match item.root() {
        "std" | "core" | "alloc" => 0,
        "crate" | "self" | "super" => 2,
        root if modules.iter().any(|module| module == root) => 2,
        _ => 1,
    }
}

/// Modules that the file declares.
fn modules(source: &Source) -> Vec<String> {
    let lines = source.code.lines().filter_map(|line| line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod "));
    lines.map(|rest| rest.trim_end_matches([';', ' ', '{']).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        check(&Source::new("a/src/lib.rs", text)).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn the_style_is_kept() {
        let text = "mod own;\n\nuse std::{fs, path::Path};\n\nuse anyhow::Result;\n\nuse self::own::B;\nuse crate::a::A;\n\npub use self::own::C;\n";
        assert!(lines(text).is_empty());
        assert!(lines("fn f() {\n    use a::B;\n}\n\nfn g() {\n    use a::C;\n}\n").is_empty());
    }

    #[test]
    fn a_root_that_is_imported_twice_is_found() {
        assert_eq!(lines("use std::fs;\nuse std::path::Path;\n"), [2]);
        assert_eq!(lines("mod tests {\n    use a::B;\n    use a::C;\n}\n"), [3]);
    }

    #[test]
    fn groups_out_of_order_or_without_a_blank_line_are_found() {
        assert_eq!(lines("use crate::a::A;\n\nuse std::fs;\n"), [3]);
        assert_eq!(lines("use std::fs;\nuse anyhow::Result;\n"), [2]);
    }
}
