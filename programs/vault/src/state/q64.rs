//! Q64.64 numbers inside accounts: two halves, low first. A `u128` would be aligned differently on chain and off.

/// The number whose low and high halves are given.
pub const fn q64_from_halves([low, high]: [u64; 2]) -> u128 {
    ((high as u128) << 64) | low as u128
}

/// Low and high half of `value`.
pub const fn q64_to_halves(value: u128) -> [u64; 2] {
    [value as u64, (value >> 64) as u64]
}
