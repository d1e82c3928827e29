//! Events of the programs have one shape.

use super::words::words;
use crate::tidy::{finding::Finding, source::Source, tree::Tree};

/// Past tenses that do not end in `ed`.
const IRREGULAR: &[&str] = &["Bought", "Paid", "Set", "Sold", "Withdrawn", "Won", "Lost"];

/// An event is a public structure of `events`, named in the past tense; what it says to have been `before` it also says
/// to be `after`; and it is sent by the `emit` of its program.
pub fn shape(tree: &Tree) -> Vec<Finding> {
    let programs = tree.sources().iter().filter(|source| source.path.starts_with("programs/"));
    programs.flat_map(check).collect()
}

fn check(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |line: usize, text: String| found.push(Finding::new(&source.path, line, text));
    let lines: Vec<&str> = source.code.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let number = index + 1;
        if words(line).any(|word| matches!(word, "emit_cpi" | "emit")) && line.contains("!(") && !line.contains("fn ") {
            add(
                number,
                "an event is sent by the program's `events::emit`, so that no log limit can drop it".to_owned(),
            );
        }
        if line.trim() != "#[event]" {
            continue;
        }
        if !source.path.contains("/src/events") {
            add(number, "events are declared in the program's `events`".to_owned());
        }
        let Some(name) =
            lines[index..].iter().find_map(|line| line.strip_prefix("pub struct ")).and_then(|rest| words(rest).next())
        else {
            add(number, "an event is a public structure".to_owned());
            continue;
        };
        if !name.ends_with("ed") && !IRREGULAR.iter().any(|ending| name.ends_with(ending)) {
            add(number, format!("`{name}` should be in the past tense"));
        }
        let fields: Vec<&str> = lines[index..]
            .iter()
            .take_while(|line| **line != "}")
            .filter_map(|line| line.trim().strip_prefix("pub "))
            .filter_map(|field| field.split_once(':'))
            .map(|(field, _)| field)
            .collect();
        for field in &fields {
            let Some(pair) = field.strip_suffix("before").map(|what| format!("{what}after")) else { continue };
            if !fields.contains(&pair.as_str()) {
                add(number, format!("`{name}` has `{field}` without `{pair}`"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(path: &str, text: &str) -> Vec<String> {
        check(&Source::new(path, text)).into_iter().map(|finding| finding.text).collect()
    }

    #[test]
    fn the_shape_is_kept() {
        let text = "#[event]\n#[derive(Debug)]\npub struct TokensSold {\n    pub market: Pubkey,\n    pub before: CurveState,\n    pub after: CurveState,\n}\n";
        assert!(texts("programs/a/src/events/market.rs", text).is_empty());
    }

    #[test]
    fn other_shapes_are_found() {
        let path = "programs/a/src/events.rs";
        assert_eq!(texts(path, "#[event]\npub struct TokenSale {\n}\n"), ["`TokenSale` should be in the past tense"]);
        let half = "#[event]\npub struct Staked {\n    pub stake_atoms_before: u64,\n}\n";
        assert_eq!(texts(path, half), ["`Staked` has `stake_atoms_before` without `stake_atoms_after`"]);
        assert_eq!(texts("programs/a/src/state.rs", "#[event]\npub struct Staked {\n}\n").len(), 1);
        assert_eq!(texts("programs/a/src/instructions/stake.rs", "    emit_cpi!(Staked {});\n").len(), 1);
    }
}
