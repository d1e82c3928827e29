use anchor_lang::prelude::*;
use modchains_core::window;

use super::atoms::{add, take};
use crate::errors::{OracleError, ensure};

/// Somebody who answers the requests of one service, with the bond that makes it liable. What it has lies in the service's
/// escrow.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Operator {
    /// Signs claims, results and withdrawals; paid the rent and gets it back.
    pub authority: Pubkey,
    /// The service whose requests it answers.
    pub service: Pubkey,
    /// Atoms at stake, locked ones included; withdrawn ones excluded from the moment the withdrawal starts.
    pub bond_atoms: u64,
    /// Part of the bond that claims and unfinal results hold.
    pub locked_atoms: u64,
    /// Atoms on their way out.
    pub cooling_atoms: u64,
    /// From when `cooling_atoms` may leave, unix seconds; restarted by every further withdrawal.
    pub cooling_until_seconds: i64,
    /// Fees and tips earned and not yet paid out, in atoms.
    pub earned_atoms: u64,
    /// Results that became final.
    pub results_final: u64,
    /// Claims under way.
    pub open_claims: u32,
    /// Results that are not final yet.
    pub open_results: u32,
    /// How long a withdrawn bond stays reachable: what the configuration said when the operator registered.
    pub cooldown_seconds: u32,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 3],
}

impl Operator {
    /// Bond that nothing holds, in atoms.
    pub fn free_bond_atoms(&self) -> Result<u64> {
        Ok(self.bond_atoms.checked_sub(self.locked_atoms).ok_or(OracleError::StateInconsistent)?)
    }

    /// Adds to the bond.
    pub fn deposit(&mut self, atoms: u64) -> Result<()> {
        ensure(atoms > 0, OracleError::AmountZero)?;
        self.bond_atoms = add(self.bond_atoms, atoms)?;
        self.invariant()
    }

    /// Takes `atoms` out of the free bond; they may leave after the cooldown, together with any earlier ones.
    pub fn start_withdrawal(&mut self, atoms: u64, now_seconds: i64) -> Result<()> {
        ensure(atoms > 0, OracleError::AmountZero)?;
        ensure(self.free_bond_atoms()? >= atoms, OracleError::FreeBondTooSmall)?;
        self.bond_atoms = take(self.bond_atoms, atoms)?;
        self.cooling_atoms = add(self.cooling_atoms, atoms)?;
        let end_seconds = window::end_seconds(now_seconds, self.cooldown_seconds).map_err(OracleError::from)?;
        self.cooling_until_seconds = end_seconds;
        self.invariant()
    }

    /// Lets everything that has cooled down go and says how much that is.
    pub fn finish_withdrawal(&mut self, now_seconds: i64) -> Result<u64> {
        ensure(self.cooling_atoms > 0, OracleError::NoWithdrawalStarted)?;
        ensure(!window::is_open(now_seconds, self.cooling_until_seconds), OracleError::CooldownRunning)?;
        let atoms = core::mem::take(&mut self.cooling_atoms);
        self.invariant()?;
        Ok(atoms)
    }

    /// Lets the earnings go and says how much they are.
    pub fn take_earnings(&mut self) -> Result<u64> {
        ensure(self.earned_atoms > 0, OracleError::NothingEarned)?;
        let atoms = core::mem::take(&mut self.earned_atoms);
        self.invariant()?;
        Ok(atoms)
    }

    /// Locks the bond of a result from its claim on, so that no claim is made that cannot be kept.
    pub fn lock(&mut self, result_bond_atoms: u64) -> Result<()> {
        ensure(self.free_bond_atoms()? >= result_bond_atoms, OracleError::FreeBondTooSmall)?;
        self.locked_atoms = add(self.locked_atoms, result_bond_atoms)?;
        self.open_claims = self.open_claims.checked_add(1).ok_or(OracleError::AmountTooLarge)?;
        self.invariant()
    }

    /// Frees the bond of a claim that lapsed, but for the claim bond, which is lost.
    pub fn forfeit_claim(&mut self, claim_bond_atoms: u64, result_bond_atoms: u64) -> Result<()> {
        self.locked_atoms = take(self.locked_atoms, result_bond_atoms)?;
        self.open_claims = self.open_claims.checked_sub(1).ok_or(OracleError::StateInconsistent)?;
        self.bond_atoms = take(self.bond_atoms, claim_bond_atoms)?;
        self.invariant()
    }

    /// Turns a claim into a result, whose bond stays locked.
    pub fn keep_claim(&mut self) -> Result<()> {
        self.open_claims = self.open_claims.checked_sub(1).ok_or(OracleError::StateInconsistent)?;
        self.open_results = self.open_results.checked_add(1).ok_or(OracleError::AmountTooLarge)?;
        self.invariant()
    }

    /// Frees the bond of a result that became final and credits what it earned.
    pub fn finish_result(&mut self, result_bond_atoms: u64, earned_atoms: u64) -> Result<()> {
        self.locked_atoms = take(self.locked_atoms, result_bond_atoms)?;
        self.open_results = self.open_results.checked_sub(1).ok_or(OracleError::StateInconsistent)?;
        self.earned_atoms = add(self.earned_atoms, earned_atoms)?;
        self.results_final = add(self.results_final, 1)?;
        self.invariant()
    }

    /// Requires that nothing of the operator's is left in the escrow and nothing is under way.
    pub fn require_empty(&self) -> Result<()> {
        let has_atoms = self.bond_atoms != 0 || self.cooling_atoms != 0 || self.earned_atoms != 0;
        // Whatever is under way holds bond.
        ensure(!has_atoms, OracleError::OperatorNotEmpty)
    }

    /// What holds of an operator at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // Nothing is locked that is not at stake.
        ensure(self.bond_atoms >= self.locked_atoms, OracleError::StateInconsistent)?;
        // Something is locked exactly while a claim or a result is open: claim and result bonds are never zero.
        let holds_something = self.open_claims != 0 || self.open_results != 0;
        ensure(holds_something == (self.locked_atoms != 0), OracleError::StateInconsistent)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;

    use super::*;
    use crate::test_support::refusal;

    fn operator(bond_atoms: u64) -> Operator {
        Operator { bond_atoms, cooldown_seconds: 60, ..Operator::zeroed() }
    }

    #[test]
    fn a_claim_needs_the_free_bond_of_its_result() {
        let mut operator = operator(25);
        operator.lock(10).unwrap();
        operator.lock(10).unwrap();
        assert_eq!(refusal(operator.lock(6)), OracleError::FreeBondTooSmall);
        assert_eq!((operator.locked_atoms, operator.open_claims), (20, 2));
    }

    #[test]
    fn a_claim_that_was_made_can_be_kept_whatever_else_is_claimed() {
        let mut operator = operator(100);
        operator.lock(60).unwrap();
        operator.lock(40).unwrap();
        operator.keep_claim().unwrap();
        operator.keep_claim().unwrap();
        assert_eq!((operator.locked_atoms, operator.open_claims, operator.open_results), (100, 0, 2));
        assert_eq!(refusal(operator.keep_claim()), OracleError::StateInconsistent);
    }

    #[test]
    fn locked_bond_cannot_be_withdrawn() {
        let mut operator = operator(100);
        operator.lock(10).unwrap();
        assert_eq!(refusal(operator.start_withdrawal(91, 0)), OracleError::FreeBondTooSmall);
        operator.start_withdrawal(90, 0).unwrap();
        assert_eq!((operator.bond_atoms, operator.cooling_atoms), (10, 90));
        assert_eq!(refusal(operator.lock(1)), OracleError::FreeBondTooSmall);
    }

    #[test]
    fn a_withdrawal_waits_to_the_second_and_a_further_one_starts_the_wait_again() {
        let mut operator = operator(100);
        assert_eq!(refusal(operator.finish_withdrawal(0)), OracleError::NoWithdrawalStarted);
        operator.start_withdrawal(30, 1_000).unwrap();
        operator.start_withdrawal(20, 1_030).unwrap();
        assert_eq!(refusal(operator.finish_withdrawal(1_089)), OracleError::CooldownRunning);
        assert_eq!(operator.finish_withdrawal(1_090).unwrap(), 50);
        assert_eq!(refusal(operator.finish_withdrawal(1_090)), OracleError::NoWithdrawalStarted);
    }

    #[test]
    fn a_lapsed_claim_costs_its_bond_and_nothing_else() {
        let mut operator = operator(100);
        operator.lock(40).unwrap();
        operator.forfeit_claim(10, 40).unwrap();
        assert_eq!((operator.bond_atoms, operator.locked_atoms, operator.open_claims), (90, 0, 0));
    }

    #[test]
    fn earnings_are_apart_from_the_bond_and_paid_once() {
        let mut operator = operator(100);
        operator.lock(40).unwrap();
        operator.keep_claim().unwrap();
        operator.finish_result(40, 7).unwrap();
        assert_eq!((operator.bond_atoms, operator.locked_atoms, operator.results_final), (100, 0, 1));
        assert_eq!(operator.take_earnings().unwrap(), 7);
        assert_eq!(refusal(operator.take_earnings()), OracleError::NothingEarned);
    }

    #[test]
    fn a_result_that_was_never_posted_cannot_finish() {
        let mut operator = operator(100);
        assert_eq!(refusal(operator.finish_result(0, 1)), OracleError::StateInconsistent);
        operator.lock(10).unwrap();
        assert_eq!(refusal(operator.finish_result(10, 1)), OracleError::StateInconsistent);
    }

    #[test]
    fn nothing_is_left_of_an_operator_that_may_close() {
        let mut operator = operator(0);
        assert!(operator.require_empty().is_ok());
        operator.deposit(1).unwrap();
        assert_eq!(refusal(operator.require_empty()), OracleError::OperatorNotEmpty);
        operator.start_withdrawal(1, 0).unwrap();
        assert_eq!(refusal(operator.require_empty()), OracleError::OperatorNotEmpty);
        operator.finish_withdrawal(60).unwrap();
        operator.earned_atoms = 1;
        assert_eq!(refusal(operator.require_empty()), OracleError::OperatorNotEmpty);
        operator.take_earnings().unwrap();
        assert!(operator.require_empty().is_ok());
    }

    #[test]
    fn zero_amounts_and_overflow_are_refused() {
        let mut operator = operator(u64::MAX);
        assert_eq!(refusal(operator.deposit(0)), OracleError::AmountZero);
        assert_eq!(refusal(operator.start_withdrawal(0, 0)), OracleError::AmountZero);
        assert_eq!(refusal(operator.deposit(1)), OracleError::AmountTooLarge);
    }
}
