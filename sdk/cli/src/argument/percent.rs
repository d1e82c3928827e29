//! Percentages as people write them, in basis points.

use thiserror::Error;

use crate::amount::{AmountError, Decimal};

/// Decimals of a percentage that basis points can hold.
const DECIMALS: u8 = 2;
/// Basis points in the whole.
const WHOLE_BPS: u64 = 10_000;

/// Why text is no percentage.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PercentError {
    /// It is no decimal number, or a negative one.
    #[error("{0}")]
    NotANumber(#[from] AmountError),
    /// More than everything.
    #[error("{0} % is more than 100 %")]
    TooLarge(String),
    /// It cannot be told from its neighbour.
    #[error("{0} % is finer than a hundredth of a percent; write at most two decimals")]
    TooFine(String),
}

/// Reads a percentage of 0 to 100 with at most two decimals, with or without its sign, as basis points.
pub fn parse_percent_bps(text: &str) -> Result<u16, PercentError> {
    let number = text.trim();
    let number = number.strip_suffix('%').unwrap_or(number);
    let too_large = || PercentError::TooLarge(number.trim().to_owned());
    let bps = match number.parse::<Decimal>()?.of_token(DECIMALS) {
        Ok(amount) => amount.atoms,
        Err(AmountError::TooManyDecimals { text, .. }) => return Err(PercentError::TooFine(text)),
        Err(_) => return Err(too_large()),
    };
    u16::try_from(bps).ok().filter(|_| bps <= WHOLE_BPS).ok_or_else(too_large)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_become_basis_points() {
        for (text, bps) in [("1", 100), ("0.5", 50), (" 2.25% ", 225), ("0", 0), ("100", 10_000), ("0.010", 1)] {
            assert_eq!(parse_percent_bps(text), Ok(bps), "{text}");
        }
    }

    #[test]
    fn anything_else_says_why() {
        assert_eq!(parse_percent_bps("0.001"), Err(PercentError::TooFine("0.001".to_owned())));
        for text in ["100.01", "101", "18446744073709551616"] {
            assert!(matches!(parse_percent_bps(text), Err(PercentError::TooLarge(_))), "{text}");
        }
        for text in ["", "-1", "1e2", "one", "1%%", "%"] {
            assert!(matches!(parse_percent_bps(text), Err(PercentError::NotANumber(_))), "{text}");
        }
    }
}
