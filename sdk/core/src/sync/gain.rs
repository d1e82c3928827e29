//! What a step may cost: the most that any holding can gain from it.

use crate::{
    CoreError, Result,
    curve::Curve,
    math::{mul_div_ceil, saturated},
};

/// Prices steps of one curve at one supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepPricing {
    /// `C_p`, token atoms.
    pub supply_atoms: u64,
    /// `R_p`: what the reserve would be on the boundary at that supply, quote atoms.
    pub reserve_atoms: u64,
}

impl StepPricing {
    /// Of this curve at this supply, which is at least the curve's and below its depth. `R_p = R` at the curve's own supply,
    /// else `ceil(ceil(R y / C) C_p / (Y - C_p))`. Rounds up; what does not fit is as good as endless.
    pub fn new(curve: &Curve, supply_atoms: u64) -> Result<Self> {
        let (depth_atoms, circulating_atoms) = (curve.depth_atoms, curve.circulating_atoms);
        let reserve_atoms = if supply_atoms <= circulating_atoms {
            curve.reserve_atoms
        } else {
            let tokens_atoms = depth_atoms.checked_sub(supply_atoms).ok_or(CoreError::CurveEmpty)?;
            let boundary_atoms = mul_div_ceil(curve.reserve_atoms, curve.token_atoms()?, circulating_atoms);
            saturated(boundary_atoms.and_then(|boundary| mul_div_ceil(boundary, supply_atoms, tokens_atoms)))?
        };
        Ok(Self { supply_atoms, reserve_atoms })
    }

    /// The most quote atoms that any holding gains when the depth moves between these two, either way:
    /// `ceil(ceil(ceil(R_p (Y_b - Y_s) / (Y_s - C_p)) C_p / Y_s) / 4)`.
    ///
    /// On the boundary a holding of `x` gains `R c x (C - x) / (C (y' + x) (y + x))` from a step of `c`, which is at most
    /// `R c C / (4 y' Y')` (docs/curve.md, "What a step is worth"). Rounds up, against the step.
    pub fn gain_atoms(&self, small_depth_atoms: u64, large_depth_atoms: u64) -> Result<u64> {
        let cut_atoms = large_depth_atoms.checked_sub(small_depth_atoms).ok_or(CoreError::Overflow)?;
        let supply_atoms = self.supply_atoms.min(small_depth_atoms.saturating_sub(1));
        let tokens_atoms = small_depth_atoms.checked_sub(supply_atoms).ok_or(CoreError::CurveEmpty)?;
        if self.reserve_atoms == u64::MAX {
            return Ok(u64::MAX);
        }
        let moved_atoms = mul_div_ceil(self.reserve_atoms, cut_atoms, tokens_atoms);
        let gain_atoms = moved_atoms.and_then(|moved| mul_div_ceil(moved, supply_atoms, small_depth_atoms));
        saturated(gain_atoms.map(|gain| gain.div_ceil(4)))
    }
}
