//! Amounts as people write them: decimals in, atoms out, and back. No floating point anywhere.

use std::{fmt, str::FromStr};

use serde_json::{Value, json};
use thiserror::Error;

/// Decimals of SOL: one SOL is 10^9 lamports.
pub const SOL_DECIMALS: u8 = 9;

/// Why text is no amount of a token.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AmountError {
    /// Nothing was written.
    #[error("the amount is empty; write a number such as 1.5")]
    Empty,
    /// It starts with a minus.
    #[error("{text} is negative; write an amount of zero or more")]
    Negative {
        /// What was written.
        text: String,
    },
    /// It is no plain decimal number.
    #[error("{text} is not an amount; write digits with at most one point, such as 1.5")]
    NotANumber {
        /// What was written.
        text: String,
    },
    /// It is finer than the token's smallest unit.
    #[error("{text} has {found} decimals but the token has {allowed}; write at most {allowed}")]
    TooManyDecimals {
        /// What was written.
        text: String,
        /// Decimals that were written.
        found: usize,
        /// Decimals of the token.
        allowed: u8,
    },
    /// It does not fit 64 bits of atoms.
    #[error("{text} is too large for a token with {decimals} decimals; the largest amount is {largest}")]
    TooLarge {
        /// What was written.
        text: String,
        /// Decimals of the token.
        decimals: u8,
        /// The largest amount of the token.
        largest: Amount,
    },
}

/// A decimal number as written, before it is known how many decimals its token has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    whole: String,
    fraction: String,
}

impl FromStr for Decimal {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AmountError::Empty);
        }
        if text.starts_with('-') {
            return Err(AmountError::Negative { text: text.to_owned() });
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits_only(whole) || !digits_only(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return Err(AmountError::NotANumber { text: text.to_owned() });
        }
        Ok(Self { whole: whole.to_owned(), fraction: fraction.trim_end_matches('0').to_owned() })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.whole)?;
        if self.fraction.is_empty() { Ok(()) } else { write!(formatter, ".{}", self.fraction) }
    }
}

impl Decimal {
    /// The amount in a token of `decimals` decimals. Zeros at the end of the fraction do not count as decimals.
    pub fn of_token(&self, decimals: u8) -> Result<Amount, AmountError> {
        let places = usize::from(decimals);
        if self.fraction.len() > places {
            let found = self.fraction.len();
            return Err(AmountError::TooManyDecimals { text: self.to_string(), found, allowed: decimals });
        }
        let digits = format!("{}{:0<places$}", self.whole, self.fraction);
        let significant = digits.trim_start_matches('0');
        let atoms = if significant.is_empty() { Ok(0) } else { significant.parse() };
        let largest = Amount { atoms: u64::MAX, decimals };
        let too_large = |_| AmountError::TooLarge { text: self.to_string(), decimals, largest };
        Ok(Amount { atoms: atoms.map_err(too_large)?, decimals })
    }
}

/// A decimal number, or all there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecimalOrAll {
    /// So much.
    Some(Decimal),
    /// Written `all`.
    All,
}

impl FromStr for DecimalOrAll {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        if text.trim() == "all" { Ok(Self::All) } else { Ok(Self::Some(text.parse()?)) }
    }
}

/// Atoms of a token that has `decimals` decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Base units.
    pub atoms: u64,
    /// Decimals of the token.
    pub decimals: u8,
}

impl Amount {
    /// Lamports as SOL.
    pub const fn sol(lamports: u64) -> Self {
        Self { atoms: lamports, decimals: SOL_DECIMALS }
    }

    /// For scripts: the atoms as a string, because they may exceed what JSON readers can hold, and the decimal form.
    pub fn json(&self) -> Value {
        json!({ "atoms": self.atoms.to_string(), "decimals": self.decimals, "amount": self.to_string() })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&fixed_point(self.atoms.into(), self.decimals))
    }
}

/// A sum of atoms that may be below zero, such as a profit, or beyond what one account can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedAmount {
    /// Base units.
    pub atoms: i128,
    /// Decimals of the token.
    pub decimals: u8,
}

impl SignedAmount {
    /// For scripts, in the form of [`Amount::json`].
    pub fn json(&self) -> Value {
        json!({ "atoms": self.atoms.to_string(), "decimals": self.decimals, "amount": self.to_string() })
    }
}

impl fmt::Display for SignedAmount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.atoms < 0 { "-" } else { "" };
        formatter.pad(&format!("{sign}{}", fixed_point(self.atoms.unsigned_abs(), self.decimals)))
    }
}

/// `value / 10^decimals` in digits, without zeros at the end.
fn fixed_point(value: u128, decimals: u8) -> String {
    let places = usize::from(decimals);
    let digits = format!("{value:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// Significant digits that a price is shown with.
const PRICE_DIGITS: usize = 9;
/// Decimals of a price beyond those of the quote token.
const PRICE_EXTRA_DECIMALS: u8 = 9;

/// Quote tokens for one whole base token, given `quote_atoms` for `base_atoms`, cut to nine significant digits. None
/// for no base atoms, and for amounts beyond what a token can have.
pub fn price(quote_atoms: u64, quote_decimals: u8, base_atoms: u64, base_decimals: u8) -> Option<String> {
    let scale = 10_u128.checked_pow(u32::from(base_decimals.checked_add(PRICE_EXTRA_DECIMALS)?))?;
    let scaled = u128::from(quote_atoms).checked_mul(scale)?.checked_div(u128::from(base_atoms))?;
    let digits = scaled.to_string();
    let cut = digits.len().saturating_sub(PRICE_DIGITS);
    let kept = format!("{}{}", &digits[..digits.len() - cut], "0".repeat(cut));
    Some(fixed_point(kept.parse().ok()?, quote_decimals.checked_add(PRICE_EXTRA_DECIMALS)?))
}

/// Parts of a million in percent: 12,500 is `1.25`.
pub fn percent(ppm: i64) -> String {
    let sign = if ppm < 0 { "-" } else { "" };
    format!("{sign}{}", fixed_point(ppm.unsigned_abs().into(), 4))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn atoms(text: &str, decimals: u8) -> Result<u64, AmountError> {
        Ok(text.parse::<Decimal>()?.of_token(decimals)?.atoms)
    }

    #[test]
    fn decimals_become_atoms_exactly() {
        let cases = [
            ("1", 9, 1_000_000_000),
            ("1.5", 9, 1_500_000_000),
            ("0.000000001", 9, 1),
            (".5", 6, 500_000),
            ("7.", 6, 7_000_000),
            ("0", 6, 0),
            ("0.0", 0, 0),
            ("0001.10", 1, 11),
            ("18446744073.709551615", 9, u64::MAX),
            ("18446744073709551615", 0, u64::MAX),
        ];
        for (text, decimals, expected) in cases {
            assert_eq!(atoms(text, decimals), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_says_why() {
        assert_eq!(atoms("", 9), Err(AmountError::Empty));
        assert_eq!(atoms("  ", 9), Err(AmountError::Empty));
        assert!(matches!(atoms("-1", 9), Err(AmountError::Negative { .. })));
        for text in ["1e9", "+1", "1,5", "1.2.3", ".", "0x10", "1 000", "\u{663}", "NaN", "all"] {
            assert!(matches!(atoms(text, 9), Err(AmountError::NotANumber { .. })), "{text}");
        }
    }

    #[test]
    fn an_amount_finer_than_an_atom_is_refused_but_zeros_at_the_end_are_not() {
        assert!(matches!(atoms("0.0000000001", 9), Err(AmountError::TooManyDecimals { found: 10, allowed: 9, .. })));
        assert!(matches!(atoms("1.5", 0), Err(AmountError::TooManyDecimals { found: 1, allowed: 0, .. })));
        assert_eq!(atoms("1.5000000000000", 1), Ok(15));
    }

    #[test]
    fn an_amount_above_64_bits_is_refused_with_the_largest() {
        for (text, decimals) in [("18446744073.709551616", 9), ("18446744073709551616", 0), (&"9".repeat(400), 6)] {
            let refused = atoms(text, decimals).unwrap_err();
            assert!(matches!(refused, AmountError::TooLarge { .. }), "{text}");
        }
        assert!(atoms("1844674407371", 7).unwrap_err().to_string().contains("1844674407370.9551615"));
    }

    #[test]
    fn atoms_are_shown_without_idle_zeros_and_come_back() {
        let cases = [(0, 9, "0"), (1, 9, "0.000000001"), (1_500_000_000, 9, "1.5"), (42, 0, "42"), (10, 1, "1")];
        for (atoms, decimals, expected) in cases {
            let amount = Amount { atoms, decimals };
            assert_eq!(amount.to_string(), expected);
            assert_eq!(expected.parse::<Decimal>().unwrap().of_token(decimals), Ok(amount));
        }
        assert_eq!(Amount { atoms: u64::MAX, decimals: 19 }.to_string(), "1.8446744073709551615");
    }

    #[test]
    fn a_signed_amount_keeps_its_sign_before_the_digits() {
        let cases = [(-1, 9, "-0.000000001"), (-1_500_000_000, 9, "-1.5"), (0, 6, "0"), (42, 0, "42")];
        for (atoms, decimals, expected) in cases {
            assert_eq!(SignedAmount { atoms, decimals }.to_string(), expected);
        }
        let beyond = SignedAmount { atoms: 2 * i128::from(u64::MAX), decimals: 9 };
        assert_eq!(beyond.json()["amount"], "36893488147.41910323");
    }

    #[test]
    fn an_amount_in_json_keeps_every_digit() {
        let expected = json!({ "atoms": "18446744073709551615", "decimals": 9, "amount": "18446744073.709551615" });
        assert_eq!(Amount::sol(u64::MAX).json(), expected);
    }

    #[test]
    fn a_price_is_for_one_whole_token() {
        // 30 SOL for 10^9 tokens of 6 decimals.
        assert_eq!(price(30_000_000_000, 9, 1_000_000_000_000_000, 6).as_deref(), Some("0.00000003"));
        assert_eq!(price(1, 0, 3, 0).as_deref(), Some("0.333333333"));
        assert_eq!(price(u64::MAX, 9, 1, 9).as_deref(), Some("18446744000000000000"));
        assert_eq!(price(5, 9, 0, 6), None);
    }

    #[test]
    fn parts_of_a_million_are_percentages() {
        assert_eq!(percent(12_500), "1.25");
        assert_eq!(percent(-1), "-0.0001");
        assert_eq!(percent(1_000_000), "100");
    }

    #[test]
    fn all_is_a_word_of_its_own() {
        assert_eq!("all".parse(), Ok(DecimalOrAll::All));
        assert_eq!("2.0".parse(), Ok(DecimalOrAll::Some("2".parse().unwrap())));
        assert!("everything".parse::<DecimalOrAll>().is_err());
    }
}
