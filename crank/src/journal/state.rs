//! States of a job, and which follows which.

use std::fmt;

/// The 32 bytes of an account's address or of a hash.
pub type Key = [u8; 32];

/// Where a job stands; drawn at the top of [`crate::journal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobState {
    /// The request fits this operator.
    Seen,
    /// The result is computed and stands.
    Answered,
    /// A transaction with the result is signed.
    Signed,
    /// It was handed to the network.
    Sent,
    /// The chain shows the result.
    Posted,
    /// The result is final.
    Finalized,
    /// Nothing more will be done.
    Failed,
}

impl JobState {
    /// In the order of a job's life.
    pub(super) const ALL: [Self; 7] =
        [Self::Seen, Self::Answered, Self::Signed, Self::Sent, Self::Posted, Self::Finalized, Self::Failed];

    /// The state's name, as in the database and in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Answered => "answered",
            Self::Signed => "signed",
            Self::Sent => "sent",
            Self::Posted => "posted",
            Self::Finalized => "finalized",
            Self::Failed => "failed",
        }
    }

    /// Whether `next` follows from this state.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        match next {
            Self::Seen => false,
            Self::Answered => self == Self::Seen,
            Self::Signed => matches!(self, Self::Answered | Self::Signed | Self::Sent),
            Self::Sent => self == Self::Signed,
            Self::Posted => matches!(self, Self::Signed | Self::Sent),
            Self::Finalized => self == Self::Posted,
            Self::Failed => !matches!(self, Self::Finalized | Self::Failed),
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
