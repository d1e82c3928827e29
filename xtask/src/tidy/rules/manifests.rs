//! What packages are called, what they may depend on, and that the workspace's lints hold for them.

use std::collections::BTreeSet;

use crate::tidy::{finding::Finding, tree::Tree};

/// Which of our packages each package may depend on, outside its tests. Tests and benchmarks may depend on everything.
const ALLOWED: &[(&str, &[&str])] = &[
    ("sdk/core", &[]),
    ("programs/interface", &["modchains-core"]),
    ("programs/kit", &["modchains-core", "modchains-program-interface"]),
    ("programs/exchange", &["modchains-core", "modchains-program-interface", "modchains-program-kit"]),
    ("programs/vault", &["modchains-core", "modchains-program-interface", "modchains-program-kit"]),
    ("programs/oracle", &["modchains-core", "modchains-program-interface", "modchains-program-kit"]),
    ("sdk/rust", &["modchains-core", "modchains-exchange", "modchains-oracle", "modchains-vault"]),
    ("sdk/cli", &["modchains-core", "modchains-sdk"]),
    ("crank/executor", &["modchains-core"]),
    ("crank", &["modchains-core", "modchains-executor", "modchains-sdk"]),
    ("examples/digits", &["modchains-core", "modchains-crank", "modchains-sdk"]),
    ("examples/models", &["modchains-core", "modchains-sdk"]),
    ("migrations", &["modchains-core", "modchains-sdk"]),
    ("xtask", &[]),
    ("xtask/localnet", &[]),
    ("xtask/sbf-builtins", &[]),
];

/// Imports go one way.
pub fn directions(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (folder, manifest) in tree.packages().filter(|(folder, _)| !folder.starts_with("tests")) {
        let path = format!("{folder}/Cargo.toml");
        let Some((_, allowed)) = ALLOWED.iter().find(|(home, _)| *home == folder) else {
            found.push(Finding::new(
                &path,
                0,
                "this package has no place in the order of dependencies: name it in manifests.rs",
            ));
            continue;
        };
        for name in dependencies(manifest).iter().filter(|name| name.starts_with("modchains-")) {
            if !allowed.contains(&name.as_str()) {
                found.push(Finding::new(&path, 0, format!("must not depend on {name}")));
            }
        }
    }
    found
}

/// Packages are called `modchains-*`, so that builds of one checkout can be told from those of others by name.
pub fn names(tree: &Tree) -> Vec<Finding> {
    let packages = tree.packages();
    let wrong = packages.filter(|(_, manifest)| !name(manifest).starts_with("modchains-"));
    wrong
        .map(|(folder, manifest)| {
            let text = format!("the package {:?} should be called modchains-*", name(manifest));
            Finding::new(&format!("{folder}/Cargo.toml"), 0, text)
        })
        .collect()
}

/// The workspace's lints hold for every member.
pub fn lints(tree: &Tree) -> Vec<Finding> {
    let members: BTreeSet<String> = tree.text("Cargo.toml").map(members).unwrap_or_default();
    let lacking = tree
        .packages()
        .filter(|(folder, manifest)| members.contains(*folder) && !manifest.contains("[lints]\nworkspace = true\n"));
    lacking
        .map(|(folder, _)| Finding::new(&format!("{folder}/Cargo.toml"), 0, "lacks `[lints] workspace = true`"))
        .collect()
}

/// The value of the first `name = "..."`.
fn name(manifest: &str) -> &str {
    let line = manifest.lines().find_map(|line| line.strip_prefix("name = \""));
    line.and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

/// Keys of `[dependencies]`.
fn dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.split("\n[").find_map(|section| section.strip_prefix("dependencies]\n"));
    let lines = section.unwrap_or_default().lines();
    lines
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|key| !key.is_empty() && !key.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// The workspace's `members`.
fn members(manifest: &str) -> BTreeSet<String> {
    let list = manifest.split("members = [").nth(1).and_then(|rest| rest.split(']').next());
    list.unwrap_or_default().split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKSPACE: &str = "[workspace]\nmembers = [\n    \"sdk/core\",\n    \"sdk/new\",\n]\n";

    #[test]
    fn core_depends_on_nothing_of_ours_outside_its_tests() {
        let with = |section: &str| {
            format!("[package]\nname = \"modchains-core\"\n\n{section}\nmodchains-sdk.workspace = true\n")
        };
        let found = directions(&Tree::of_texts(&[("sdk/core/Cargo.toml", &with("[dependencies]"))]));
        assert_eq!(found, [Finding::new("sdk/core/Cargo.toml", 0, "must not depend on modchains-sdk")]);
        assert!(directions(&Tree::of_texts(&[("sdk/core/Cargo.toml", &with("[dev-dependencies]"))])).is_empty());
        let found = directions(&Tree::of_texts(&[("sdk/new/Cargo.toml", &with("[dependencies]"))]));
        assert_eq!(found.len(), 1, "a package without a place is found");
    }

    #[test]
    fn names_and_lints_of_packages_are_checked() {
        let manifest = "[package]\nname = \"test_foreign\"\n\n[dependencies]\n";
        let tree = Tree::of_texts(&[("Cargo.toml", WORKSPACE), ("sdk/new/Cargo.toml", manifest)]);
        assert_eq!((names(&tree).len(), lints(&tree).len()), (1, 1));
        let manifest = "[package]\nname = \"modchains-new\"\n\n[lints]\nworkspace = true\n";
        let tree = Tree::of_texts(&[("Cargo.toml", WORKSPACE), ("sdk/new/Cargo.toml", manifest)]);
        assert_eq!((names(&tree).len(), lints(&tree).len()), (0, 0));
    }
}
