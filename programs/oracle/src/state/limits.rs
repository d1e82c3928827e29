//! What fits one transaction.

/// Longest inline input the program takes, in bytes: what fits one transaction under every licence, with a compute limit
/// and a price.
pub const INPUT_BYTES_MAX: u16 = 599;
/// Longest inline output the program takes, in bytes: what fits one transaction with its claim, a compute limit and a
/// price.
pub const OUTPUT_BYTES_MAX: u16 = 824;
