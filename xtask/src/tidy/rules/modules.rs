//! Modules: one style, and no file that belongs to no crate.

use std::collections::BTreeMap;

use crate::tidy::{finding::Finding, source::Source, tree::Tree};

/// A module with modules of its own is `name/mod.rs`, and no path is written by hand.
pub fn style(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree.sources() {
        let stem = source.path.trim_end_matches(".rs");
        let folder = format!("{stem}/");
        let holds_modules = tree.sources().iter().any(|other| other.path.starts_with(&folder));
        if holds_modules && !is_root(&source.path) {
            found.push(Finding::new(&source.path, 0, format!("should be {stem}/mod.rs, beside its own modules")));
        }
        let attributes = source.code.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("#[path"));
        found.extend(attributes.map(|(index, _)| {
            Finding::new(&source.path, index + 1, "a module lies where its name says: no `#[path]`")
        }));
    }
    found
}

/// Every file is declared by another, or a crate's root.
pub fn dead_files(tree: &Tree) -> Vec<Finding> {
    let sources: BTreeMap<&str, &Source> = tree.sources().iter().map(|source| (source.path.as_str(), source)).collect();
    let declared = |path: &str| {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = file.trim_end_matches(".rs");
        let (name, home) = match stem {
            "mod" => folder.rsplit_once('/').map_or((folder, ""), |(home, name)| (name, home)),
            _ => (stem, folder),
        };
        let declaration = format!("mod {name};");
        // A root may have any name when a manifest gives it.
        let parents = sources.range(home..).take_while(|(path, _)| path.starts_with(home));
        let mut parents = parents.filter(|(path, _)| path.rsplit_once('/').map_or("", |(folder, _)| folder) == home);
        parents.any(|(_, parent)| parent.code.contains(&declaration))
    };
    let dead = sources.keys().filter(|path| !is_root(path) && !is_named(tree, path) && !declared(path));
    dead.map(|path| Finding::new(path, 0, "belongs to no crate: declare it or delete it")).collect()
}

/// Whether cargo finds it by itself.
fn is_root(path: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    matches!(file, "lib.rs" | "main.rs" | "build.rs")
        || ["src/bin", "tests", "examples", "benches"]
            .iter()
            .any(|home| folder == *home || folder.ends_with(&format!("/{home}")))
}

/// Whether a manifest or a `#[path]` names it.
fn is_named(tree: &Tree, path: &str) -> bool {
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
    let by_manifest = tree.packages().any(|(folder, manifest)| {
        path.strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|rest| manifest.contains(&format!("path = \"{rest}\"")))
    });
    let is_path = |(at, content): &(usize, String), source: &Source| {
        content.ends_with(file) && source.code[..*at].ends_with("#[path = \"")
    };
    by_manifest || tree.sources().iter().any(|source| source.strings.iter().any(|string| is_path(string, source)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_beside_its_folder_is_found() {
        let tree = Tree::of_texts(&[("a/src/lib.rs", "mod b;"), ("a/src/b.rs", "mod c;"), ("a/src/b/c.rs", "")]);
        assert_eq!(style(&tree), [Finding::new("a/src/b.rs", 0, "should be a/src/b/mod.rs, beside its own modules")]);
        let tree = Tree::of_texts(&[("a/src/lib.rs", "#[path = \"d.rs\"]\nmod b;"), ("a/src/b/mod.rs", "")]);
        assert_eq!(style(&tree).len(), 1);
    }

    #[test]
    fn a_file_that_nobody_declares_is_found() {
        let tree = Tree::of_texts(&[
            ("a/src/lib.rs", "mod b;\n// mod dead;"),
            ("a/src/b/mod.rs", "mod c;"),
            ("a/src/b/c.rs", ""),
            ("a/src/dead.rs", ""),
            ("a/tests/root.rs", ""),
        ]);
        let paths: Vec<String> = dead_files(&tree).into_iter().map(|finding| finding.path).collect();
        assert_eq!(paths, ["a/src/dead.rs"]);
    }
}
