//! Bytes as texts, for metadata that people read.

/// A key in base 58, as people know it. The key's own `Display` would bring the code that formats text.
pub fn address(key: &anchor_lang::prelude::Pubkey) -> String {
    let mut digits = [0; five8::BASE58_ENCODED_32_MAX_LEN];
    let length = five8::encode_32(key.as_array(), &mut digits);
    digits.iter().take(usize::from(length)).copied().map(char::from).collect()
}

/// A hash in lower-case hexadecimal.
pub fn hex(hash: &[u8; 32]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use anchor_lang::prelude::Pubkey;

    use super::*;

    #[test]
    fn addresses_read_as_everywhere_else() {
        for key in [Pubkey::default(), Pubkey::new_unique(), Pubkey::new_from_array([255; 32])] {
            assert_eq!(address(&key), key.to_string());
        }
    }

    #[test]
    fn hashes_have_two_digits_a_byte() {
        let hash: [u8; 32] = core::array::from_fn(|index| index as u8 * 8 + 7);
        let expected: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex(&hash), expected);
    }
}
