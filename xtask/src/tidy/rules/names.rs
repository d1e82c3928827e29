//! Names: instructions say noun and verb; terms are those of the field.

use super::words::has_word;
use crate::tidy::{finding::Finding, tree::Tree};

/// What instructions do. A new verb is added here, where it is seen that another might already say the same.
const VERBS: &[&str] = &[
    "accept",
    "allow",
    "apply",
    "buy",
    "cancel",
    "claim",
    "close",
    "configure",
    "create",
    "deposit",
    "distribute",
    "execute",
    "expire",
    "finalize",
    "govern",
    "grant",
    "initialize",
    "mint",
    "offer",
    "open",
    "pause",
    "post",
    "publish",
    "queue",
    "refund",
    "register",
    "revoke",
    "roll",
    "sell",
    "set",
    "stake",
    "start",
    "stop",
    "subscribe",
    "sweep",
    "sync",
    "trade",
    "unstake",
    "unsubscribe",
    "vote",
    "withdraw",
];

/// Metaphors and the term that takes their place.
const METAPHORS: &[(&str, &str)] = &[
    ("cast", "wallets"),
    ("plant", "mutant"),
    ("plants", "mutants"),
    ("planted", "mutant"),
    ("spoil", "corrupt"),
    ("spoiled", "corrupted"),
    ("stage", "setup"),
    ("book", "shadow ledger"),
    ("books", "shadow ledger"),
];

/// Files that hold an instruction are called after it: noun, then verb.
pub fn instructions(tree: &Tree) -> Vec<Finding> {
    let files = tree
        .sources()
        .iter()
        .filter(|source| source.path.starts_with("programs/") && source.path.contains("/src/instructions/"));
    let instructions =
        files.filter(|source| source.code.contains("#[derive(Accounts)]") && source.code.contains("pub fn handle"));
    let named = instructions
        .map(|source| (source, source.path.rsplit_once('/').map_or("", |(_, file)| file.trim_end_matches(".rs"))));
    let wrong = named.filter(|(_, name)| !is_noun_verb(name));
    wrong
        .map(|(source, name)| {
            Finding::new(&source.path, 0, format!("`{name}` should be noun, then verb (of names.rs), as market_buy is"))
        })
        .collect()
}

fn is_noun_verb(name: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    // A start of something slow ends in `start`: bond_withdraw_start.
    words.len() > 1 && words.last().is_some_and(|verb| VERBS.contains(verb)) || matches!(name, "stake" | "unstake")
}

/// Metaphors in names and comments. Calls of `cast` are Rust's own.
pub fn metaphors(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let files = tree
        .files()
        .iter()
        .filter(|file| [".rs", ".md", ".toml"].iter().any(|kind| file.path.ends_with(kind)) || file.path == "Makefile");
    for file in files.filter(|file| !file.path.starts_with("xtask/src/tidy/")) {
        for (index, line) in file.text.lines().enumerate() {
            let mut suspects = METAPHORS.iter().filter(|(word, _)| contains(line, word)).peekable();
            if suspects.peek().is_none() {
                continue;
            }
            let line = line.replace(".cast", "").replace("::cast", "").to_lowercase();
            if let Some((word, term)) = suspects.find(|(word, _)| line.split('_').any(|part| has_word(part, word))) {
                let text = format!("`{word}` is a metaphor of our own: the term is {term}");
                found.push(Finding::new(&file.path, index + 1, text));
            }
        }
    }
    found
}

/// Whether `line` has `word` in small letters, but for the first letter.
fn contains(line: &str, word: &str) -> bool {
    line.contains(&word[1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_named_otherwise_are_found() {
        let text = "#[derive(Accounts)]\npub struct A;\nimpl A {\n    pub fn handle() {}\n}\n";
        let tree = Tree::of_texts(&[
            ("programs/a/src/instructions/buy_market.rs", text),
            ("programs/a/src/instructions/market_buy.rs", text),
            ("programs/a/src/instructions/payout.rs", "pub struct Payout;"),
        ]);
        let paths: Vec<String> = instructions(&tree).into_iter().map(|finding| finding.path).collect();
        assert_eq!(paths, ["programs/a/src/instructions/buy_market.rs"]);
    }

    #[test]
    fn metaphors_are_found_and_casts_of_pointers_are_not() {
        let text = "// The cast takes its places.\nlet spoiled_account = a.cast::<u8>();\nlet broadcast = a.cast_signed();\nlet b = bytemuck::cast::<A, B>(c);\n";
        let lines: Vec<usize> =
            metaphors(&Tree::of_texts(&[("a/src/lib.rs", text)])).iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [1, 2]);
    }
}
