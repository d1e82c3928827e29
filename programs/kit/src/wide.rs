//! Numbers of 128 bits in accounts, as two words: a `u128` would have to lie at a multiple of sixteen bytes.

/// Low word, then high word.
pub type Wide = [u64; 2];

/// The number.
pub const fn join(words: Wide) -> u128 {
    ((words[1] as u128) << 64) | words[0] as u128
}

/// Its words.
pub const fn split(number: u128) -> Wide {
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
