//! Rust text without what is no code: comments and the content of literals become spaces, and every place stays where it
//! was.

/// The code alone, and the literals.
#[derive(Debug, Default)]
pub struct Masked {
    /// The text with comments and the insides of literals blanked.
    pub code: String,
    /// Where each string literal's content begins, and the content as it is written.
    pub strings: Vec<(usize, String)>,
}

/// Blanks comments and literals of `text`.
pub fn mask(text: &str) -> Masked {
    let mut scanner =
        Scanner { text, bytes: text.as_bytes(), at: 0, code: text.as_bytes().to_vec(), strings: Vec::new() };
    scanner.run();
    // Only whole characters are blanked, each byte of them with a space.
    Masked { code: String::from_utf8_lossy(&scanner.code).into_owned(), strings: scanner.strings }
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    code: Vec<u8>,
    strings: Vec<(usize, String)>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        while self.at < self.bytes.len() {
            let rest = &self.bytes[self.at..];
            if rest.starts_with(b"//") {
                let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                self.blank_to(self.at + end);
            } else if rest.starts_with(b"/*") {
                self.block_comment();
            } else if rest[0] == b'"' {
                self.string(self.at + 1, 0, false);
            } else if let Some(hashes) = self.raw_string_begins() {
                self.string(self.at + hashes + 2, hashes, true);
            } else if rest[0] == b'\'' {
                self.character();
            } else {
                self.at += 1;
            }
        }
    }

    fn blank_to(&mut self, end: usize) {
        let end = end.min(self.bytes.len());
        self.code[self.at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        self.at = end;
    }

    fn block_comment(&mut self) {
        let (mut end, mut depth) = (self.at, 0);
        while end < self.bytes.len() {
            if self.bytes[end..].starts_with(b"/*") {
                (depth, end) = (depth + 1, end + 2);
            } else if self.bytes[end..].starts_with(b"*/") {
                (depth, end) = (depth - 1, end + 2);
                if depth == 0 {
                    break;
                }
            } else {
                end += 1;
            }
        }
        self.blank_to(end);
    }

    /// The number of hashes, when a raw string begins here.
    fn raw_string_begins(&self) -> Option<usize> {
        let before = self.at.checked_sub(1).map(|before| self.bytes[before]);
        let is_word = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric();
        if self.bytes[self.at] != b'r' || before.is_some_and(|byte| is_word(byte) && byte != b'b' && byte != b'c') {
            return None;
        }
        let hashes = self.bytes[self.at + 1..].iter().take_while(|byte| **byte == b'#').count();
        (self.bytes.get(self.at + 1 + hashes) == Some(&b'"')).then_some(hashes)
    }

    /// A string whose content begins at `start`.
    fn string(&mut self, start: usize, hashes: usize, is_raw: bool) {
        let mut end = start;
        while end < self.bytes.len() {
            let closes = self.bytes[end] == b'"'
                && self.bytes[end + 1..].iter().take(hashes).filter(|byte| **byte == b'#').count() == hashes;
            if closes {
                break;
            }
            end += if self.bytes[end] == b'\\' && !is_raw { 2 } else { 1 };
        }
        let end = end.min(self.bytes.len());
        self.strings.push((start, self.text.get(start..end).unwrap_or_default().to_owned()));
        self.at = start;
        self.blank_to(end);
        self.at = (end + 1 + hashes).min(self.bytes.len());
    }

    /// A character, or the quote of a lifetime.
    fn character(&mut self) {
        let rest = &self.text[self.at + 1..];
        let length = match rest.strip_prefix('\\') {
            Some(escaped) => escaped.get(1..).and_then(|after| after.find('\'')).map(|place| place + 2),
            None => {
                let first = rest.chars().next().map_or(0, char::len_utf8);
                rest.get(first..).is_some_and(|after| after.starts_with('\'')).then_some(first)
            }
        };
        self.at += 1;
        if let Some(length) = length {
            self.blank_to(self.at + length);
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_in_place() {
        let text =
            "let a = \"x // \\\" y\"; // \"z\"\nlet b = r#\"use \"q\";\"#; /* a /* b */ c */ let c: &'a str = 'q';";
        let masked = mask(text);
        assert_eq!(masked.code.len(), text.len());
        assert!(!masked.code.contains(['x', 'y', 'z', 'q']), "{}", masked.code);
        assert!(masked.code.ends_with("let c: &'a str = ' ';"), "{}", masked.code);
        let strings: Vec<&str> = masked.strings.iter().map(|(_, content)| content.as_str()).collect();
        assert_eq!(strings, ["x // \\\" y", "use \"q\";"]);
    }

    #[test]
    fn quotes_in_characters_begin_no_string() {
        let masked = mask(r#"let (a, b, c) = ('"', '\'', '\\'); let d = "e"; fn f<'g>(h: &'g str) {}"#);
        assert_eq!(masked.strings.len(), 1);
        assert!(masked.code.contains("fn f<'g>(h: &'g str) {}"), "{}", masked.code);
    }
}
