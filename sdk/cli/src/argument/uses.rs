//! Uses of a model, by name.

use clap::ValueEnum;
use modchains_sdk::core::licence::{USE_COMMERCIAL, USE_CONTENT, USE_DERIVATIVE, USE_PERSONAL, USE_RESEARCH, USES_ALL};

/// What a model is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Use {
    /// For oneself.
    Personal,
    /// For research.
    Research,
    /// For profit.
    Commercial,
    /// To build other models.
    Derivative,
    /// To mint what it generates.
    Content,
    /// Everything.
    All,
}

impl Use {
    /// Its bit, or all of them.
    const fn bits(self) -> u16 {
        match self {
            Self::Personal => USE_PERSONAL,
            Self::Research => USE_RESEARCH,
            Self::Commercial => USE_COMMERCIAL,
            Self::Derivative => USE_DERIVATIVE,
            Self::Content => USE_CONTENT,
            Self::All => USES_ALL,
        }
    }
}

/// The bits of uses together.
pub fn bits(uses: &[Use]) -> u16 {
    uses.iter().fold(0, |bits, of| bits | of.bits())
}

/// The names of uses in words that the command line takes.
pub fn names(bits: u16) -> String {
    if bits == USES_ALL {
        return "all".to_owned();
    }
    let single = [Use::Personal, Use::Research, Use::Commercial, Use::Derivative, Use::Content];
    let set = single.into_iter().filter(|of| bits & of.bits() != 0).filter_map(|of| of.to_possible_value());
    set.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_bits_come_back() {
        assert_eq!(names(bits(&[Use::Research, Use::Personal])), "personal,research");
        assert_eq!(names(bits(&[Use::All])), "all");
        assert_eq!(bits(&[Use::Personal, Use::Research, Use::Commercial, Use::Derivative, Use::Content]), USES_ALL);
    }
}
