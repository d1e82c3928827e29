//! A request's life: who may do what when, and what money each step moves.
//!
//! Each step is a pure function of the state and the clock. It returns the next state and the atoms that leave; whoever
//! keeps the state stores the one and pays the other, or does neither. The same functions tell a client or an operator
//! beforehand what the program will refuse.
//!
//! Steps are inlined: each has one caller on chain, and a call would copy the state there and back, which costs 200 to
//! 350 compute units.

mod error;
mod open;
mod state;

pub use error::RequestError;
pub use open::{Opening, RequestOrder, RequestTerms, ServiceOffer};
pub use state::{ClaimTerms, Closing, Expiry, Finality, Refund, RequestState};

/// An operator's account, as bytes.
pub type OperatorKey = [u8; 32];

/// Shorthand for a result that fails with [`RequestError`].
pub type Result<T> = core::result::Result<T, RequestError>;

/// Where a request stands.
///
/// ```text
///          create: requester, fee and tip go into escrow
///            |
///            v     claim: an operator, before the deadline; the result's bond is locked
///          Open ---------------------------------------------------> Claimed
///           | ^                                                         | |
///           | +-- expire: anyone, from the claim's end on; -------------+ |
///           |     the bond is freed but for the claim bond, which         |
///           |     becomes the requester's                                 | post: the operator of the claim, before
///           | refund: anyone, from the deadline on;                       | its end; the bond stays locked
///           | fee, tip and forfeited claim bonds go to the requester      |
///           v                                                             v
///        Refunded              Overturned <-- Disputed <--             Posted
///           |                       |                                     |
///           |                       |                                     | finalize: anyone, from the end of the
///           |                       |                                     | challenge window on; fee and tip are split,
///           |                       |                                     v the bond is freed
///           |                       |                                  Finalized
///           |                       |                                     |
///           +-----------------------+-------------------------------------+-- close: the requester;
///                                                                             forfeited claim bonds still due and rent
/// ```
///
/// The claim's end is never after the deadline. An event at an end second counts as after it, so at every second either
/// the step inside a window or the one after it is allowed, never both. No step leads to `Disputed` or out of it yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RequestStatus {
    /// Any operator may claim it.
    Open = 0,
    /// One operator is at work.
    Claimed = 1,
    /// A result waits for the end of its challenge window.
    Posted = 2,
    /// The result is under challenge.
    Disputed = 3,
    /// The result stands and the fee is split.
    Finalized = 4,
    /// The result was proved wrong.
    Overturned = 5,
    /// Nobody answered in time and everything went back.
    Refunded = 6,
}

impl RequestStatus {
    /// The status that an account stores as `code`. Fails with `StatusUnknown` for a code that means nothing.
    pub const fn from_code(code: u8) -> Result<Self> {
        Ok(match code {
            0 => Self::Open,
            1 => Self::Claimed,
            2 => Self::Posted,
            3 => Self::Disputed,
            4 => Self::Finalized,
            5 => Self::Overturned,
            6 => Self::Refunded,
            _ => return Err(RequestError::StatusUnknown),
        })
    }

    /// Whether nothing can happen any more but closing the account.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Finalized | Self::Overturned | Self::Refunded)
    }
}

/// Requires `condition`, or refuses with `error`.
const fn ensure(condition: bool, error: RequestError) -> Result<()> {
    if condition { Ok(()) } else { Err(error) }
}
