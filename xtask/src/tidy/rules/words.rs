//! Words of a text.

/// Whether `text` has `word` as a word of its own.
pub fn has_word(text: &str, word: &str) -> bool {
    words(text).any(|found| found == word)
}

/// Words of `text`: letters, digits and underscores.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter != '_' && !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}
