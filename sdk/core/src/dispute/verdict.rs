use super::Side;

/// How a game ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub enum Verdict {
    /// The element is what it must be. This challenge is lost, and the result is as right or wrong as before.
    Equal,
    /// The element must be this word.
    Unequal {
        /// What the element is computed to.
        word: u32,
    },
    /// A row of weights holds what is no value, which the operator could have seen before it answered.
    WeightsUnlawful,
    /// A side did not move in time.
    Silent {
        /// Which one.
        side: Side,
    },
    /// A side gave up.
    Conceded {
        /// Which one.
        side: Side,
    },
}

impl Verdict {
    /// Who lost.
    pub const fn loser(&self) -> Side {
        match self {
            Self::Equal => Side::Challenger,
            Self::Unequal { .. } | Self::WeightsUnlawful => Side::Operator,
            Self::Silent { side } | Self::Conceded { side } => *side,
        }
    }

    /// Its number in events; 0 stands for none.
    pub const fn code(&self) -> u8 {
        match self {
            Self::Equal => 1,
            Self::Unequal { .. } => 2,
            Self::WeightsUnlawful => 3,
            Self::Silent { side: Side::Operator } => 4,
            Self::Silent { side: Side::Challenger } => 5,
            Self::Conceded { side: Side::Operator } => 6,
            Self::Conceded { side: Side::Challenger } => 7,
        }
    }
}
