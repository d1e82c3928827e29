/// An account of a call, and what the call may do with it. `A` is an account, or an address where nothing is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party<A> {
    /// The account.
    pub account: A,
    /// Whether the call may change it.
    pub is_writable: bool,
    /// Whether it signs.
    pub is_signer: bool,
}

/// An account that the call may change.
pub const fn writable<A: Copy>(account: A) -> Party<A> {
    Party { account, is_writable: true, is_signer: false }
}

/// An account that the call may read.
pub const fn readonly<A: Copy>(account: A) -> Party<A> {
    Party { account, is_writable: false, is_signer: false }
}

impl<A: Copy> Party<A> {
    /// The same account, which signs.
    #[must_use]
    pub const fn signing(self) -> Self {
        Self { is_signer: true, ..self }
    }
}
