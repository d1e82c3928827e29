//! Texts that go on chain.

use modchains_sdk::exchange::state::is_invisible;

use crate::error::{CliError, Result};

/// Refuses a text that the program would: empty, longer than `bytes_max`, or not shown as it is.
pub fn require_text(what: &str, text: &str, bytes_max: usize) -> Result<()> {
    let fits = (1..=bytes_max).contains(&text.len());
    if fits && text.trim() == text && !text.contains(is_invisible) {
        return Ok(());
    }
    let what = format!("{what} {text:?} is not one that the chain takes");
    let remedy = "pass visible characters without white space around them, no more than its --help says";
    Err(CliError::unfit(what, remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_refused_that_the_program_would_refuse() {
        assert!(require_text("--uri", "https://example.org/digits/", 200).is_ok());
        assert!(require_text("--uri", &"u".repeat(200), 200).is_ok());
        for text in ["", " a", "a\u{202e}", "a\u{1b}", &"u".repeat(201)] {
            assert!(require_text("--uri", text, 200).is_err(), "{text:?}");
        }
    }
}
