//! Numbers of 128 bits in accounts, as two words: a `u128` would have to lie at a multiple of sixteen bytes.

/// The number of a low word and a high word.
pub const fn join(words: [u64; 2]) -> u128 {
    ((words[1] as u128) << 64) | words[0] as u128
}

/// Low word, then high word.
pub const fn split(number: u128) -> [u64; 2] {
    [number as u64, (number >> 64) as u64]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_back() {
        for number in [0, 1, u64::MAX.into(), 1 << 64, u128::MAX, 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210] {
            assert_eq!(join(split(number)), number);
        }
    }
}
