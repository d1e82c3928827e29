//! Documentation says what the name does not.

use super::words::words;
use crate::tidy::{finding::Finding, source::Source, tree::Tree};

/// Words that say nothing by themselves.
const EMPTY_WORDS: &[&str] = &[
    "a", "an", "and", "are", "do", "does", "for", "in", "is", "it", "its", "of", "one", "s", "that", "the", "these",
    "this", "to", "what", "which", "with",
];

/// Comments on functions, types and modules that repeat their name or say nothing at all.
pub fn empty(tree: &Tree) -> Vec<Finding> {
    tree.sources().iter().flat_map(empty_in).collect()
}

/// `# Errors` sections in packages that are programs and no library: their documentation is read beside the code.
pub fn errors_sections(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree.sources() {
        let is_program = tree.package_of(&source.path).is_some_and(|home| is_program(tree, home));
        let lines = source.text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("/// # Errors"));
        if is_program {
            found.extend(lines.map(|(index, _)| {
                Finding::new(
                    &source.path,
                    index + 1,
                    "no `# Errors` in a program: say it in the text, if it needs saying",
                )
            }));
        }
    }
    found
}

fn is_program(tree: &Tree, home: &str) -> bool {
    let has = |root: &str| tree.sources().iter().any(|source| source.path == format!("{home}/src/{root}"));
    has("main.rs") && !has("lib.rs")
}

fn empty_in(source: &Source) -> Vec<Finding> {
    let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(doc) = line.strip_prefix("/// ") else { continue };
        let neighbours =
            [index.checked_sub(1), Some(index + 1)].into_iter().flatten().filter_map(|place| lines.get(place));
        let is_alone = !neighbours.into_iter().any(|line| line.starts_with("///"));
        let item = lines[index + 1..].iter().find(|line| !line.starts_with("#["));
        let Some(name) = item.and_then(|item| item_name(item)) else { continue };
        if is_alone && repeats(doc, name) {
            found.push(Finding::new(
                &source.path,
                index + 1,
                format!("{doc:?} says no more than `{name}`: say what it does not, or leave it out"),
            ));
        }
    }
    found
}

/// The name of a function, type or module that begins on this line.
fn item_name(line: &str) -> Option<&str> {
    let mut rest =
        line.split(|letter: char| letter != '_' && !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut word = rest.next()?;
    while matches!(word, "pub" | "crate" | "super" | "const" | "async" | "unsafe") {
        word = rest.next()?;
    }
    matches!(word, "fn" | "struct" | "enum" | "trait" | "mod").then(|| rest.next()).flatten()
}

fn repeats(doc: &str, name: &str) -> bool {
    let name: Vec<String> = parts(name);
    let said = words(doc).map(str::to_lowercase).filter(|word| !EMPTY_WORDS.contains(&word.as_str()));
    said.map(|word| stem(&word)).all(|word| name.contains(&word))
}

/// Words of a name in snake or camel case.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() {
            parts.push(String::new());
        }
        if letter != '_'
            && let Some(part) = parts.last_mut()
        {
            part.extend(letter.to_lowercase());
        }
    }
    parts.into_iter().filter(|part| !part.is_empty()).map(|part| stem(&part)).collect()
}

/// Without the ending of a plural or of a third person.
fn stem(word: &str) -> String {
    word.strip_suffix("es")
        .or_else(|| word.strip_suffix('s'))
        .or_else(|| word.strip_suffix('e'))
        .unwrap_or(word)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        empty_in(&Source::new("a/src/lib.rs", text)).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn comments_that_repeat_a_name_are_found() {
        assert_eq!(lines("/// Does it.\npub async fn run() {}\n"), [1]);
        assert_eq!(lines("/// Reads the market.\nfn read_market() {}\n"), [1]);
        assert_eq!(lines("/// A trade quote.\n#[derive(Debug)]\npub struct TradeQuote;\n"), [1]);
    }

    #[test]
    fn comments_that_say_more_are_left_alone() {
        assert!(lines("/// The market as it was last read.\nfn market() {}\n").is_empty());
        assert!(lines("/// Reads.\n///\n/// At once.\nfn read() {}\n").is_empty());
    }

    #[test]
    fn errors_sections_of_programs_are_found() {
        let text = "/// Reads.\n///\n/// # Errors\n/// When it cannot.\npub fn read() {}\n";
        let tree = |root| {
            Tree::of_texts(&[("a/Cargo.toml", "[package]\nname = \"a\"\n"), (root, ""), ("a/src/read.rs", text)])
        };
        assert_eq!(errors_sections(&tree("a/src/main.rs")).len(), 1);
        assert!(errors_sections(&tree("a/src/lib.rs")).is_empty());
    }
}
