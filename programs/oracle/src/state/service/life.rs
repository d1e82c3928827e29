use anchor_lang::prelude::*;
use modchains_core::{fees::SPLIT_TIMELOCK_SECONDS, window};

use super::Service;
use crate::errors::{OracleError, ensure};

/// Who is in a service, whether it takes more, and when it may close.
impl Service {
    /// Whether new requests and operators are taken.
    pub fn is_open(&self) -> bool {
        self.shut_at_seconds == 0
    }

    /// Opens it to new requests and operators, or shuts it.
    pub fn set_open(&mut self, open: bool, now_seconds: i64) {
        match (open, self.is_open()) {
            (true, _) => self.shut_at_seconds = 0,
            (false, true) => self.shut_at_seconds = now_seconds,
            (false, false) => {}
        }
    }

    /// Starts the count of changes. Nobody's signature under an earlier service of the model names one of this one's counts:
    /// see [`Self::require_closable`].
    pub fn start_counting(&mut self, now_seconds: i64) -> Result<()> {
        self.terms_counter = u32::try_from(now_seconds).map_err(|_| OracleError::ClockWentBack)?;
        Ok(())
    }

    /// Refuses to close while anything is due to anybody, an operator or a request exists, or the stakers' price holds. It must
    /// have been shut for as long as a split that gives somebody less waits, because the next service may have any split.
    pub fn require_closable(&self, now_seconds: i64) -> Result<()> {
        let is_unused = self.held_atoms == 0 && self.operator_count == 0 && self.request_count == 0;
        ensure(is_unused, OracleError::ServiceInUse)?;
        let closable_at_seconds = window::end_seconds(self.shut_at_seconds, SPLIT_TIMELOCK_SECONDS);
        let waits = window::is_open(now_seconds, closable_at_seconds.map_err(OracleError::from)?);
        ensure(!self.is_open() && !waits, OracleError::ServiceOpenLately)?;
        ensure(!window::is_open(now_seconds, self.fee_kept_until_seconds), OracleError::FeeKept)?;
        // The next one starts its count now at the earliest.
        let is_older = u32::try_from(now_seconds).is_ok_and(|now| self.terms_counter < now);
        ensure(is_older, OracleError::ServiceTooYoung)
    }

    /// Takes a settled request, which closes, off the count and pays what is due to its requester.
    pub fn drop_request(&mut self, due_atoms: u64) -> Result<()> {
        self.request_count = self.request_count.checked_sub(1).ok_or(OracleError::StateInconsistent)?;
        self.release(due_atoms)
    }

    /// Counts a new operator and takes its bond. A service that takes no requests needs none.
    pub fn seat_operator(&mut self, bond_atoms: u64) -> Result<()> {
        ensure(self.is_open(), OracleError::ServiceClosed)?;
        ensure(bond_atoms >= self.min_bond_atoms, OracleError::BondBelowMinimum)?;
        self.operator_count = self.operator_count.checked_add(1).ok_or(OracleError::AmountTooLarge)?;
        self.take_bond(bond_atoms)
    }

    /// Takes an operator, which closes, off the count.
    pub fn unseat_operator(&mut self) -> Result<()> {
        self.operator_count = self.operator_count.checked_sub(1).ok_or(OracleError::StateInconsistent)?;
        self.invariant()
    }
}
