use anchor_lang::prelude::*;
use modchains_program_kit::keys::same;

use crate::errors::{ExchangeError, ensure};

/// What one referrer has earned in one market and not been paid. The atoms lie in the market's quote vault.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Referral {
    /// The market.
    pub market: Pubkey,
    /// Owner of the token accounts that are paid.
    pub referrer: Pubkey,
    /// Who paid this account's rent, which goes back there.
    pub paid_by: Pubkey,
    /// Owed, quote atoms.
    pub due_atoms: u64,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 7],
}

impl Referral {
    /// A referral that has earned nothing yet.
    pub fn new(market: Pubkey, referrer: Pubkey, paid_by: Pubkey, bump: u8) -> Self {
        Self { market, referrer, paid_by, due_atoms: 0, bump, _padding: [0; 7] }
    }

    /// Adds the referrer's part of a trade's fee in `market` and says who it belongs to.
    pub fn accrue(&mut self, market: &Pubkey, atoms: u64) -> Result<Pubkey> {
        ensure(same(&self.market, market), ExchangeError::ReferralMismatch)?;
        self.due_atoms = self.due_atoms.checked_add(atoms).ok_or(ExchangeError::Overflow)?;
        Ok(self.referrer)
    }

    /// Takes everything owed, to be paid by the caller.
    pub fn take(&mut self) -> Result<u64> {
        ensure(self.due_atoms != 0, ExchangeError::NothingAccrued)?;
        Ok(core::mem::take(&mut self.due_atoms))
    }

    /// Refuses to close the account for anybody but the referrer, or while it owes something.
    pub fn require_closable(&self, referrer: &Pubkey, paid_by: &Pubkey) -> Result<()> {
        ensure(self.referrer == *referrer, ExchangeError::NotReferrer)?;
        ensure(self.paid_by == *paid_by, ExchangeError::RentReceiverMismatch)?;
        ensure(self.due_atoms == 0, ExchangeError::AtomsOwed)
    }
}
