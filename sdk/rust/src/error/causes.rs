//! A chain of causes as one text.

use std::error::Error;

/// The error and its causes, joined by `: `. A cause that the text before it tells already, as many errors do of what
/// they wrap, is not told again.
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("no such file")]
    struct Inner;

    #[derive(Debug, thiserror::Error)]
    #[error("{path}: {source}; check it")]
    struct Telling {
        path: &'static str,
        source: Inner,
    }

    #[derive(Debug, thiserror::Error)]
    #[error("reading {what}")]
    struct Silent {
        what: &'static str,
        source: Telling,
    }

    #[derive(Debug, thiserror::Error)]
    #[error(transparent)]
    struct Transparent(#[from] Silent);

    #[test]
    fn each_cause_is_told_once() {
        let silent = Silent { what: "the key", source: Telling { path: "a.json", source: Inner } };
        let expected = "reading the key: a.json: no such file; check it";
        assert_eq!(causes(&silent), expected);
        assert_eq!(causes(&Transparent(silent)), expected);
        assert_eq!(causes(&Inner), "no such file");
    }
}
