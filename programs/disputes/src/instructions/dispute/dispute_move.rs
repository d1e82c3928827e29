use anchor_lang::prelude::*;

use crate::{
    errors::DisputesError,
    state::{Dispute, Graph},
};

/// A move of the challenger: [`pick`](Self::pick), [`anchor`](Self::anchor), [`stream`](Self::stream) or
/// [`judge`](Self::judge). They share their accounts.
#[derive(Accounts)]
pub struct DisputeMove<'info> {
    /// The challenger's authority.
    pub player: Signer<'info>,
    #[account(mut, has_one = player @ DisputesError::NotChallenger)]
    pub dispute: AccountLoader<'info, Dispute>,
    /// CHECK: compared with the dispute, and read as the oracle's.
    pub request: UncheckedAccount<'info>,
    pub graph: AccountLoader<'info, Graph>,
}
