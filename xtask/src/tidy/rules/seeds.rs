//! Randomised tests run on the one named seed (`tests/seed`).

use crate::tidy::{finding::Finding, source::Source, tree::Tree};

/// Where randomness comes from outside a seed.
const UNSEEDED: &[&str] = &[
    "thread_rng()",
    "rand::rng()",
    "from_os_rng(",
    "from_entropy(",
    "OsRng",
    "fastrand::u",
    "fastrand::i",
    "fastrand::bool",
    "fastrand::shuffle",
    "fastrand::Rng::new()",
    " Rng::new()",
    "TestRunner::default()",
    "TestRunner::deterministic()",
    "ProptestConfig::",
    "RandomState",
];
/// What takes a seed: a number written there is a seed without a name.
const SEEDED: &[&str] = &["Random(", "with_seed(", "seed_from_u64(", "Pick::new(", "generator("];

/// Randomised tests that do not run on the named seed.
pub fn unseeded(tree: &Tree) -> Vec<Finding> {
    let sources = tree
        .sources()
        .iter()
        .filter(|source| !source.path.starts_with("tests/seed/") && !source.path.starts_with("xtask/src/tidy/"));
    sources.filter(|source| is_about_tests(source)).flat_map(check).collect()
}

fn is_about_tests(source: &Source) -> bool {
    source.is_test() || source.code.contains("#[cfg(test)]") || source.code.contains("proptest!")
}

fn check(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let lines: Vec<&str> = source.code.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let mut add = |text: String| found.push(Finding::new(&source.path, index + 1, text));
        if line.contains("proptest! {")
            && !lines.get(index + 1).is_some_and(|next| next.contains("#![proptest_config(modchains_test_seed::"))
        {
            add("a property test runs on the named seed: `#![proptest_config(modchains_test_seed::config())]`"
                .to_owned());
        }
        if line.contains("TestRunner::new(") && !line.contains("modchains_test_seed::") {
            add("a property test runs on the named seed: `TestRunner::new(modchains_test_seed::config())`".to_owned());
        }
        for source in UNSEEDED.iter().filter(|source| line.contains(**source)) {
            add(format!("`{source}` knows no seed: take `modchains_test_seed::random()`"));
        }
        if !line.contains("fn ") && SEEDED.iter().any(|taker| takes_number(line, taker)) {
            add("a seed without a name: take `modchains_test_seed::seed()`".to_owned());
        }
    }
    found
}

/// Whether `taker` is called with a number on this line.
fn takes_number(line: &str, taker: &str) -> bool {
    line.split(taker).skip(1).any(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        unseeded(&Tree::of_texts(&[("a/tests/law.rs", text)])).len()
    }

    #[test]
    fn randomised_tests_without_the_seed_are_found() {
        for text in [
            "proptest! {\n    #[test]\n    fn a(b: u64) {}\n}\n",
            "proptest! {\n    #![proptest_config(ProptestConfig::with_cases(3))]\n}\n",
            "let mut runner = TestRunner::new(Config::default());\n",
            "let mut runner = TestRunner::default();\n",
            "let mut random = Random(7);\n",
            "let number = fastrand::u64(..);\n",
        ] {
            assert!(count(text) > 0, "{text}");
        }
    }

    #[test]
    fn tests_on_the_seed_are_left_alone() {
        for text in [
            "proptest! {\n    #![proptest_config(modchains_test_seed::config())]\n\n    #[test]\n    fn a(b: u64) {}\n}\n",
            "let mut runner = TestRunner::new(modchains_test_seed::cases(48));\n",
            "let mut random = Random(seed ^ 7);\n",
            "fn random(seed: u64) -> Random { Random(seed) }\n",
        ] {
            assert_eq!(count(text), 0, "{text}");
        }
    }
}
