//! Holds the pages about the market to their word: every test they name exists, every number in a marked table is what the
//! formulas give, and the pictures are drawn from them. `UPDATE_EXPECT=1` rewrites tables and pictures.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod numbers;
mod picture;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

const CURVE: &str = "docs/curve.md";

fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    Path::new(&manifest).join("../..")
}

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn updates() -> bool {
    env::var("UPDATE_EXPECT").is_ok_and(|update| update == "1")
}

/// Compares a committed file with what it should be, or writes it.
fn expect_file(path: &str, expected: &str) {
    let path = root().join(path);
    if updates() {
        fs::write(&path, expected).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), expected, "UPDATE_EXPECT=1 rewrites {}", path.display());
}

/// Names of all functions in the Rust sources below `folder`.
fn functions(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            functions(&entry, names);
        } else if entry.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&entry).unwrap();
            let heads = text.lines().filter_map(|line| line.trim_start().strip_prefix("fn "));
            names.extend(heads.map(|head| head.split(['(', '<']).next().unwrap().to_owned()));
        }
    }
}

/// The names in backticks after `Checked by`, up to the end of the paragraph.
fn named_tests(text: &str) -> Vec<String> {
    let paragraphs = text.split("Checked by").skip(1).map(|rest| rest.split("\n\n").next().unwrap());
    paragraphs.flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn every_test_that_the_documentation_names_exists() {
    let mut exist = BTreeSet::new();
    for folder in ["sdk/core/tests", "tests/programs"] {
        functions(&root().join(folder), &mut exist);
    }
    let named = named_tests(&page(CURVE));
    assert!(named.len() > 30, "{} tests are named", named.len());
    let missing: Vec<_> = named.iter().filter(|name| !exist.contains(*name)).collect();
    assert!(missing.is_empty(), "{CURVE} names tests that do not exist: {missing:?}");
}

#[test]
fn every_lemma_and_theorem_names_a_test() {
    let text = page(CURVE);
    let claims: Vec<_> = ["**Lemma", "**Theorem"].iter().flat_map(|mark| text.split(mark).skip(1)).collect();
    assert!(claims.len() > 10, "{} claims", claims.len());
    for claim in claims {
        let end = ["**Lemma", "**Theorem", "\n## "].iter().filter_map(|mark| claim.find(mark)).min();
        let body = &claim[..end.unwrap_or(claim.len())];
        assert!(body.contains("Checked by"), "no test is named for: {}", body.lines().next().unwrap());
    }
}

#[test]
fn every_number_in_a_marked_table_is_what_the_formulas_give() {
    let mut pages: BTreeMap<&str, (String, usize)> = BTreeMap::new();
    for (path, name, table) in numbers::tables() {
        let (text, tables) = pages.entry(path).or_insert_with(|| (page(path), 0));
        let mark = format!("<!-- numbers: {name} -->\n");
        let start = text.find(&mark).unwrap_or_else(|| panic!("{path} has no table {name}")) + mark.len();
        let length = text[start..].find("<!-- end -->").unwrap();
        text.replace_range(start..start + length, &table);
        *tables += 1;
    }
    for (path, (expected, tables)) in pages {
        assert_eq!(expected.matches("<!-- numbers: ").count(), tables, "{path}: each table has its mark once");
        expect_file(path, &expected);
    }
}

#[test]
fn the_pictures_are_drawn_from_the_formulas() {
    expect_file("docs/curve.svg", &picture::curves());
    expect_file("docs/use.svg", &picture::courses());
}
