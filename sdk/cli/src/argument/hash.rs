//! Hashes on the command line.

use thiserror::Error;

/// Why text is no SHA-256.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum HashError {
    /// Other characters than hexadecimal digits.
    #[error("it is not hexadecimal; write 64 digits of 0-9 and a-f, as sha256sum prints them")]
    NotHexadecimal,
    /// Another number of digits.
    #[error("it has {0} digits; a SHA-256 has 64")]
    WrongLength(usize),
}

/// 32 bytes in hexadecimal.
pub type Hash = [u8; 32];

/// Reads 64 hexadecimal digits.
pub fn parse_hash(text: &str) -> Result<Hash, HashError> {
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(HashError::NotHexadecimal);
    }
    let mut hash = Hash::default();
    hex::decode_to_slice(text, &mut hash).map_err(|_| HashError::WrongLength(text.len()))?;
    Ok(hash)
}

/// The digits of a hash; none when it is zero, which stands for no hash.
pub fn show_hash(hash: &Hash) -> Option<String> {
    (*hash != Hash::default()).then(|| hex::encode(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_comes_back() {
        let text = "0123456789abcdef".repeat(4);
        assert_eq!(parse_hash(&text).as_ref().map(show_hash), Ok(Some(text.clone())));
        assert_eq!(parse_hash(&text.to_uppercase()), parse_hash(&text));
    }

    #[test]
    fn other_text_is_refused() {
        assert_eq!(parse_hash(""), Err(HashError::WrongLength(0)));
        assert_eq!(parse_hash(&"0".repeat(63)), Err(HashError::WrongLength(63)));
        assert_eq!(parse_hash(&"0".repeat(66)), Err(HashError::WrongLength(66)));
        assert_eq!(parse_hash(&"g".repeat(64)), Err(HashError::NotHexadecimal));
        assert_eq!(show_hash(&[0; 32]), None);
    }
}
