//! Bonds of operators and of challengers, and where a forfeited one goes.
//!
//! Half of whatever is forfeited goes to the sink, the protocol's share, which no party of a dispute can own. Only that half
//! deters: the other one goes to somebody who may be the loser under another name.

use crate::{CoreError, Result, bps::BPS_DENOMINATOR, math::mul_div_ceil};

/// The sink's part of a forfeited bond is one of this many.
pub const SINK_DIVISOR: u64 = 2;
/// A challenge locks one of this many parts of the result's bond, so that whoever watches needs less capital than who lies.
pub const CHALLENGE_DIVISOR: u64 = 4;
/// A challenge locks at least this many times what a dispute costs a side.
pub const CHALLENGE_COST_MULTIPLE: u64 = 4;

/// What a result's bond depends on besides its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BondTerms {
    /// Smallest bond, in atoms.
    pub min_bond_atoms: u64,
    /// Bond as a multiple of the fee, in basis points; may exceed 10,000.
    pub bond_multiple_bps: u32,
    /// How likely it is at least that a wrong result is challenged, in basis points.
    pub detection_bps: u32,
}

/// What a challenge's bond depends on besides the result's, in one mint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChallengeTerms {
    /// What a dispute costs a side at most in transactions and rent, in atoms.
    pub dispute_cost_atoms: u64,
    /// Most that a challenge locks, in atoms: whoever asks for a dear result must not price everybody else out of it.
    pub bond_max_atoms: u64,
}

/// Where a forfeited bond goes, in atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forfeit {
    /// To the sink.
    pub sink_atoms: u64,
    /// To whoever was right.
    pub winner_atoms: u64,
}

impl BondTerms {
    /// Bond that a result needs, in atoms: `max(min_bond, ceil(bond_multiple * fee), ceil(value_at_risk / (sink_share *
    /// detection)))`. A lie that is caught with probability `detection` then costs more on average than the value it could
    /// take, whoever gets the winner's half. Rounds up, for whoever would be paid from the bond.
    pub fn required_bond(&self, fee_atoms: u64, value_at_risk_atoms: u64) -> Result<u64> {
        let multiple = mul_div_ceil(fee_atoms, u64::from(self.bond_multiple_bps), BPS_DENOMINATOR)?;
        // arith-safety: 10,000 times two.
        let deterring =
            mul_div_ceil(value_at_risk_atoms, SINK_DIVISOR * BPS_DENOMINATOR, u64::from(self.detection_bps))?;
        Ok(self.min_bond_atoms.max(multiple).max(deterring))
    }
}

impl ChallengeTerms {
    /// Bond that a challenge of a result with `result_bond_atoms` locks, in atoms: `clamp(result_bond / 4, max(fee, 4 * cost),
    /// cap)`. Half of it is more than what delaying a fee could be worth, and the cap holds even above a dear fee. Rounds up,
    /// for whoever would be paid from it.
    pub fn bond(&self, result_bond_atoms: u64, fee_atoms: u64) -> Result<u64> {
        let floor = CHALLENGE_COST_MULTIPLE.checked_mul(self.dispute_cost_atoms).ok_or(CoreError::Overflow)?;
        let part = result_bond_atoms.div_ceil(CHALLENGE_DIVISOR);
        Ok(part.max(floor).max(fee_atoms).min(self.bond_max_atoms))
    }

    /// What of the winner's half of a result's bond goes to whoever landed the proof, in atoms: what the dispute cost, and at
    /// most half of it. The rest is the earliest challenge's that has not lost.
    pub fn stipend(&self, result_bond_atoms: u64) -> u64 {
        self.dispute_cost_atoms.min(Forfeit::of(result_bond_atoms).winner_atoms / 2)
    }
}

impl Forfeit {
    /// A forfeited bond in its parts; the odd atom goes to the sink.
    pub const fn of(bond_atoms: u64) -> Self {
        let winner_atoms = bond_atoms / SINK_DIVISOR;
        // arith-safety: a part of it.
        Self { sink_atoms: bond_atoms - winner_atoms, winner_atoms }
    }
}
