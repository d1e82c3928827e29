//! Times as people write them.

use thiserror::Error;

/// Why text is no time.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not a time; write seconds, or a number with s, m, h or d, such as 90, 15m, 48h or 7d")]
pub struct NoDuration(String);

/// Reads seconds: a whole number, plain or with a unit of s, m, h or d.
pub fn parse_seconds(text: &str) -> Result<u32, NoDuration> {
    let refuse = || NoDuration(text.to_owned());
    let (number, unit_seconds) = match text.char_indices().next_back().ok_or_else(refuse)? {
        (end, 's') => (&text[..end], 1),
        (end, 'm') => (&text[..end], 60),
        (end, 'h') => (&text[..end], 3_600),
        (end, 'd') => (&text[..end], 86_400),
        _ => (text, 1),
    };
    let all_digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u32 = if all_digits { number.parse().map_err(|_| refuse())? } else { return Err(refuse()) };
    number.checked_mul(unit_seconds).ok_or_else(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_multiply() {
        for (text, seconds) in [("0", 0), ("90", 90), ("90s", 90), ("15m", 900), ("48h", 172_800), ("7d", 604_800)] {
            assert_eq!(parse_seconds(text), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "s", "-1", "+5", "1.5h", "1w", "1 h", "h1", "4294967296", "50000d", "\u{663}s", "5\u{e9}"] {
            assert_eq!(parse_seconds(text), Err(NoDuration(text.to_owned())), "{text}");
        }
    }
}
