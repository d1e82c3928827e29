use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
use modchains_core::{
    CoreError,
    shares::{Distribution, SHARES_MAX, Share, owed_atoms, validate_shares},
};
use modchains_program_kit::timelock;

use crate::errors::{ExchangeError, ensure};

/// Places for contributors: those with a share and as many who left and were not paid yet.
pub const ENTRIES_MAX: usize = 2 * SHARES_MAX;

/// Who shares in what a model earns for its creator, and what each is owed. The atoms lie in the market's quote vault.
///
/// Fees reach it when somebody claims or when shares change: whatever the market owed until then is shared out by the
/// shares of that time, so a change never reaches back. Each share rounds down, at most an atom a time, and the creator
/// keeps the rest, so that owed and paid add up to what came in.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Contributors {
    /// The model.
    pub model: Pubkey,
    /// Who paid this account's rent, which goes back there.
    pub paid_by: Pubkey,
    /// The creator who queued `pending`; nobody else's shares may be applied.
    pub pending_by: Pubkey,
    /// Owed to whoever is the model's creator when it is claimed, quote atoms.
    pub creator_owed_atoms: u64,
    /// Unix second from which the queued shares may be applied; 0 when none are queued.
    pub pending_at_seconds: i64,
    /// How many of `entries` are taken; they come first.
    pub count: u8,
    /// How many of `pending` are queued.
    pub pending_count: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 5],
    /// Contributors with a share, and those who left and are still owed something.
    pub entries: [Contributor; ENTRIES_MAX],
    /// The queued shares; meaningless while `pending_at_seconds` is 0.
    pub pending: [PendingShare; SHARES_MAX],
}

/// Somebody with a share of what the creator earns.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Contributor {
    /// Who is paid.
    pub address: Pubkey,
    /// Owed, quote atoms.
    pub owed_atoms: u64,
    /// Share in the creator's fees; 0 for one who left.
    pub bps: u16,
    /// Always zero.
    pub _padding: [u8; 6],
}

/// A share that waits for its timelock.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct PendingShare {
    /// Who will be paid.
    pub address: Pubkey,
    /// Share in the creator's fees.
    pub bps: u16,
    /// Always zero.
    pub _padding: [u8; 6],
}

/// A share as the creator states it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContributorShare {
    /// Who is paid.
    pub address: Pubkey,
    /// Share in the creator's fees, above 0.
    pub bps: u16,
}

impl Contributors {
    /// Says in a new account, which is all zero and leaves everything to the creator, whose contributors these are.
    pub fn open(&mut self, model: Pubkey, paid_by: Pubkey, bump: u8) {
        self.model = model;
        self.paid_by = paid_by;
        self.bump = bump;
    }

    /// Refuses to close the account while somebody has a share or is owed something. Queued shares end with it: whoever
    /// queued them can replace them at any time.
    pub fn require_closable(&self, model: &Pubkey, paid_by: &Pubkey) -> Result<()> {
        self.require_of(model)?;
        ensure(self.paid_by == *paid_by, ExchangeError::RentReceiverMismatch)?;
        ensure(self.in_force().iter().all(|entry| entry.bps == 0), ExchangeError::SharesInForce)?;
        ensure(self.count == 0 && self.creator_owed_atoms == 0, ExchangeError::AtomsOwed)
    }

    /// Refuses the contributors of another model.
    pub fn require_of(&self, model: &Pubkey) -> Result<()> {
        ensure(self.model == *model, ExchangeError::ContributorsMismatch)
    }

    /// Queues `shares` of `creator`, which replace all present ones after the timelock, and any shares queued before.
    /// None at all leaves everything to the creator.
    pub fn queue(
        &mut self,
        shares: &[ContributorShare],
        creator: &Pubkey,
        timelock_seconds: u32,
        now_seconds: i64,
    ) -> Result<()> {
        ensure(shares.len() <= SHARES_MAX, ExchangeError::SharesInvalid)?;
        for (index, (share, place)) in shares.iter().zip(&mut self.pending).enumerate() {
            let is_new = !shares[..index].iter().any(|earlier| earlier.address == share.address);
            ensure(is_new, ExchangeError::SharesInvalid)?;
            *place = PendingShare { address: share.address, bps: share.bps, ..PendingShare::zeroed() };
        }
        self.pending_count = u8::try_from(shares.len()).map_err(|_| ExchangeError::SharesInvalid)?;
        self.pending_by = *creator;
        self.pending_at_seconds = timelock::schedule::<ExchangeError>(timelock_seconds, now_seconds)?;
        self.invariant()
    }

    /// Shares out `accrued_atoms` by the present shares, then makes the queued ones present, if `creator` queued them: a
    /// former creator's would take from a new one. Those who lose their share stay until they are paid.
    pub fn apply(&mut self, accrued_atoms: u64, creator: &Pubkey, now_seconds: i64) -> Result<()> {
        timelock::require_queued::<ExchangeError>(self.pending_at_seconds)?;
        ensure(self.pending_by == *creator, ExchangeError::SharesOfFormerCreator)?;
        timelock::require_over::<ExchangeError>(self.pending_at_seconds, now_seconds)?;
        self.accrue(accrued_atoms)?;
        for index in (0..usize::from(self.count)).rev() {
            self.entries[index].bps = 0;
            self.drop_if_done(index);
        }
        for index in 0..usize::from(self.pending_count) {
            let share = self.pending[index];
            self.admit(&share)?;
        }
        self.pending_at_seconds = 0;
        self.invariant()
    }

    /// Shares out `atoms` by the present shares.
    pub fn accrue(&mut self, atoms: u64) -> Result<()> {
        let mut distribution = Distribution::of(atoms);
        for entry in &mut self.entries[..usize::from(self.count)] {
            let owed_atoms = distribution.credit(entry.bps, entry.owed_atoms);
            entry.owed_atoms = owed_atoms.map_err(ExchangeError::from)?;
        }
        let creator_atoms = distribution.credit_creator(self.creator_owed_atoms);
        self.creator_owed_atoms = creator_atoms.map_err(ExchangeError::from)?;
        self.invariant()
    }

    /// What `beneficiary` is owed once `accrued_atoms` more are shared out, in atoms: a contributor's part, the
    /// creator's, or both.
    pub fn owed_atoms(
        &self,
        beneficiary: &Pubkey,
        is_creator: bool,
        accrued_atoms: u64,
    ) -> core::result::Result<u64, CoreError> {
        let shares = self.in_force().iter().map(|entry| Share {
            is_beneficiary: entry.address == *beneficiary,
            bps: entry.bps,
            owed_atoms: entry.owed_atoms,
        });
        owed_atoms(accrued_atoms, shares, is_creator.then_some(self.creator_owed_atoms))
    }

    /// Takes everything owed to `beneficiary`, to be paid by the caller: a contributor's part, the creator's, or both.
    pub fn take(&mut self, beneficiary: &Pubkey, is_creator: bool) -> Result<u64> {
        let atoms = self.owed_atoms(beneficiary, is_creator, 0).map_err(ExchangeError::from)?;
        ensure(atoms != 0, ExchangeError::NothingAccrued)?;
        if is_creator {
            self.creator_owed_atoms = 0;
        }
        if let Some(index) = self.find(beneficiary) {
            self.entries[index].owed_atoms = 0;
            self.drop_if_done(index);
        }
        self.invariant()?;
        Ok(atoms)
    }

    /// Those who have a share or are still owed something.
    pub fn in_force(&self) -> &[Contributor] {
        &self.entries[..usize::from(self.count).min(ENTRIES_MAX)]
    }

    fn find(&self, address: &Pubkey) -> Option<usize> {
        self.in_force().iter().position(|entry| entry.address == *address)
    }

    fn admit(&mut self, share: &PendingShare) -> Result<()> {
        let index = match self.find(&share.address) {
            Some(index) => index,
            None => {
                let index = usize::from(self.count);
                // Somebody who cannot be paid keeps a place; a shorter list fits beside.
                let place = self.entries.get_mut(index).ok_or(ExchangeError::ContributorsFull)?;
                place.address = share.address;
                self.count = self.count.checked_add(1).ok_or(ExchangeError::ContributorsFull)?;
                index
            }
        };
        self.entries[index].bps = share.bps;
        Ok(())
    }

    /// Frees the place of a contributor without share or debt; the last one moves there.
    fn drop_if_done(&mut self, index: usize) {
        let entry = &self.entries[index];
        if entry.bps == 0 && entry.owed_atoms == 0 {
            self.count = self.count.saturating_sub(1);
            let last = usize::from(self.count);
            self.entries[index] = self.entries[last];
            self.entries[last] = Contributor::zeroed();
        }
    }

    /// What holds of contributors at the end of every change.
    #[inline(never)]
    pub fn invariant(&self) -> Result<()> {
        let (count, pending_count) = (usize::from(self.count), usize::from(self.pending_count));
        // What is counted is there.
        ensure(count <= ENTRIES_MAX && pending_count <= SHARES_MAX, ExchangeError::SharesInvalid)?;
        // A place is taken by a share or a debt.
        let taken = &self.entries[..count];
        let all_matter = taken.iter().all(|entry| entry.bps != 0 || entry.owed_atoms != 0);
        ensure(all_matter, ExchangeError::SharesInvalid)?;
        // Present and queued shares are few enough and leave the creator no less than nothing.
        require_shares(taken.iter().map(|entry| entry.bps).filter(|bps| *bps != 0))?;
        require_shares(self.pending[..pending_count].iter().map(|share| share.bps))
    }
}

fn require_shares(shares: impl Iterator<Item = u16>) -> Result<()> {
    let mut bps = [0; ENTRIES_MAX];
    let mut count = 0;
    for (place, share) in bps.iter_mut().zip(shares) {
        *place = share;
        count += 1;
    }
    Ok(validate_shares(&bps[..count]).map_err(ExchangeError::from)?)
}

#[cfg(test)]
mod tests;
