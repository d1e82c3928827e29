//! Text for terminals. What others wrote, such as the name of a model or the answer of an endpoint, is shown without the
//! characters that steer a terminal or are not seen, and a reader that has gone away ends no program.

use std::{
    borrow::Cow,
    fmt::{Display, Write as _},
    io::{self, ErrorKind, Write},
};

use modchains_exchange::state::is_invisible;
use serde_json::Value;

/// `text` in one line of visible characters: all others, line breaks included, are written as escapes such as `\n` and
/// `\u{1b}`.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_invisible(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// As [`escaped`], with line breaks left as they are.
pub fn escaped_lines(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
}

/// `value` as JSON in which every character that is not seen is an escape. Whoever parses it gets `value` back.
pub fn escaped_json(value: &Value, is_pretty: bool) -> String {
    let text = if is_pretty { format!("{value:#}") } else { value.to_string() };
    // The formatter has escaped the control characters of ASCII; what is left of them are its own line breaks.
    let is_left = |character: char| is_invisible(character) && !matches!(character, '\0'..' ');
    if !text.contains(is_left) {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_left(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Writes a line to standard output at once.
///
/// # Errors
/// When it cannot be written, which a closed pipe is too.
pub fn write_line(text: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Writes a line to standard output. A reader that has gone away, as in `modchains model list | head -1`, is no error:
/// nobody is left to tell, and what a program is doing goes on.
///
/// # Errors
/// When it cannot be written for another reason, such as a full disk.
pub fn print(text: impl Display) -> io::Result<()> {
    match write_line(text) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes a line to standard error, if anybody reads it.
pub fn print_error(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    #[test]
    fn text_that_is_shown_as_it_is_stays() {
        for text in ["", "digits 1.0", "Ziffern \u{e4}\u{f6}\u{fc}", "\u{6570}\u{5b57}", "e\u{301}"] {
            assert!(matches!(escaped(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        let cases = [
            ("1.0\u{1b}[2K", "1.0\\u{1b}[2K"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("a\r\nb\tc", "a\\r\\nb\\tc"),
            ("a\u{200b}\u{7f}", "a\\u{200b}\\u{7f}"),
        ];
        for (text, shown) in cases {
            assert_eq!(escaped(text), shown);
        }
        assert_eq!(escaped_lines("a\u{1b}\nb"), "a\\u{1b}\nb");
    }

    #[test]
    fn json_is_escaped_and_comes_back() {
        let value = json!({ "name": "a\u{202e}b\u{9b}\u{7f}\u{1b}\n\u{1d173}", "list": [1, "\u{feff}"] });
        for is_pretty in [false, true] {
            let text = escaped_json(&value, is_pretty);
            assert!(!text.replace('\n', "").contains(is_invisible), "{text:?}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
        assert!(!escaped_json(&value, false).contains('\n'));
    }
}
