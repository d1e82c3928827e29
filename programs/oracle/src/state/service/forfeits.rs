use anchor_lang::prelude::*;
use modchains_core::bond::Forfeit;

use super::Service;
use crate::state::atoms::{add, take};

/// What becomes of bonds that are lost: numbers in the same escrow.
impl Service {
    /// Makes the bond of a lapsed claim the requester's.
    pub fn forfeit(&mut self, claim_bond_atoms: u64) -> Result<()> {
        self.bonded_atoms = take(self.bonded_atoms, claim_bond_atoms)?;
        self.escrowed_atoms = add(self.escrowed_atoms, claim_bond_atoms)?;
        self.invariant()
    }

    /// Turns the bond of a result that was proved wrong into what is due to the sink and, in the escrow, to challengers.
    pub fn forfeit_result(&mut self, forfeit: &Forfeit) -> Result<()> {
        self.bonded_atoms = take(self.bonded_atoms, add(forfeit.sink_atoms, forfeit.winner_atoms)?)?;
        self.accrued_protocol_atoms = add(self.accrued_protocol_atoms, forfeit.sink_atoms)?;
        self.escrowed_atoms = add(self.escrowed_atoms, forfeit.winner_atoms)?;
        self.invariant()
    }

    /// Turns what a lost challenge forfeits into what is due to the sink and to the operator of the result.
    pub fn forfeit_challenge(&mut self, forfeit: &Forfeit) -> Result<()> {
        self.bonded_atoms = take(self.bonded_atoms, add(forfeit.sink_atoms, forfeit.winner_atoms)?)?;
        self.accrued_protocol_atoms = add(self.accrued_protocol_atoms, forfeit.sink_atoms)?;
        self.earned_atoms = add(self.earned_atoms, forfeit.winner_atoms)?;
        self.invariant()
    }

    /// Turns a reward into earnings of an operator.
    pub fn reward(&mut self, atoms: u64) -> Result<()> {
        self.escrowed_atoms = take(self.escrowed_atoms, atoms)?;
        self.earned_atoms = add(self.earned_atoms, atoms)?;
        self.invariant()
    }

    /// Leaves to the sink what was earned by an operator that exists no more.
    pub fn sink(&mut self, atoms: u64) -> Result<()> {
        self.earned_atoms = take(self.earned_atoms, atoms)?;
        self.accrued_protocol_atoms = add(self.accrued_protocol_atoms, atoms)?;
        self.invariant()
    }
}
