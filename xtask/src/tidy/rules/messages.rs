//! Messages of errors: lower case at the start, no full stop.

use crate::tidy::{finding::Finding, source::Source, tree::Tree};

/// What makes an error's text.
const MAKERS: &[&str] = &["bail!", "anyhow!", "ensure!", "context", "with_context", "error", "msg", "expect", "panic!"];

/// Texts that begin with a capital letter or end with a full stop.
pub fn case(tree: &Tree) -> Vec<Finding> {
    tree.sources().iter().flat_map(check).collect()
}

fn check(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, content) in source.strings.iter().filter(|(place, _)| is_message(&source.code, *place)) {
        let line = source.line_of(*place);
        if begins_with_capital(content) {
            found.push(Finding::new(&source.path, line, format!("begin in lower case: {content:?}")));
        }
        if content.ends_with('.') && !content.ends_with("..") {
            found.push(Finding::new(&source.path, line, format!("no full stop at the end: {content:?}")));
        }
    }
    found
}

/// A capital followed by small letters alone; names such as `SOL`, `Token-2022` or `ModChains` are no such word.
fn begins_with_capital(content: &str) -> bool {
    let word: String =
        content.chars().take_while(|letter| !letter.is_whitespace() && !",:;".contains(*letter)).collect();
    let mut letters = word.chars();
    let is_capital = letters.next().is_some_and(char::is_uppercase);
    is_capital && letters.clone().next().is_some() && letters.all(char::is_lowercase)
}

/// Whether the literal at `place` is the text of an error.
fn is_message(code: &str, place: usize) -> bool {
    let before = code[..place].trim_end_matches(['"', '#', 'r']).trim_end();
    if !before.ends_with(['(', ',']) {
        return false;
    }
    let Some((maker, rest)) = maker(before) else { return false };
    match maker {
        "format!" => self::maker(rest).is_some_and(|(maker, _)| MAKERS.contains(&maker)),
        "error" | "msg" => rest.ends_with("#["),
        maker => MAKERS.contains(&maker),
    }
}

/// What is called where `before` ends, and what comes before the call.
fn maker(before: &str) -> Option<(&str, &str)> {
    let mut depth = 0_i32;
    let open = before.bytes().enumerate().rev().find(|(_, byte)| {
        match byte {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
            b'(' => return true,
            b'{' | b'[' | b';' if depth == 0 => return true,
            _ => {}
        }
        false
    })?;
    let head = before[..open.0].trim_end();
    if before.as_bytes()[open.0] != b'(' {
        return None;
    }
    let start = head
        .rfind(|letter: char| letter != '_' && letter != '!' && !letter.is_alphanumeric())
        .map_or(0, |place| place + 1);
    Some((&head[start..], &head[..start]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&Source::new("a/src/lib.rs", text)).len()
    }

    #[test]
    fn capitals_and_full_stops_are_found_wherever_an_error_is_made() {
        for text in [
            "bail!(\"Cannot read\")",
            "ensure!(a == \"B\", \"not this.\")",
            "x.with_context(|| format!(\"Reading {path}\"))?",
            "x.context(\"no file.\")?",
            "#[error(\"Refused by {program}\")]",
            "#[msg(\"The market is closed\")]",
            "anyhow!(\n    \"Nothing\"\n)",
        ] {
            assert_eq!(count(text), 1, "{text}");
        }
    }

    #[test]
    fn names_and_other_texts_are_left_alone() {
        for text in [
            "bail!(\"SOL is short\")",
            "bail!(\"Token-2022 refuses\")",
            "bail!(\"{name} is no program\")",
            "println!(\"Done.\")",
            "ensure!(name == \"Alice\", \"another\")",
            "format!(\"Title\")",
            "x.context(\"more to come...\")",
        ] {
            assert_eq!(count(text), 0, "{text}");
        }
    }
}
