//! What backs the tokens, what of it the price shows, and the two sides of the market.
//!
//! Reserve fees and shares of usage fees lift the boundary of solvency (S) above the curve. Whoever bought at the curve's own
//! price would be given a part of what the holders are owed, so **buys are priced on the absorbed curve**, whose quote side
//! is the boundary's, and sales on the present one. Between both lies the spread; syncs work it into the price
//! ([`crate::sync`]), and a trade works in its own reserve leg and the spread it paid at once, so that trading opens none.
//!
//! With `Ce = max(C, Cf)`, `Ro` the reserve below, `D` what is on its way to the reserve and `A = R + V`:
//!
//! | quantity | formula |
//! |---|---|
//! | supply floor | `Cf = ceil(Y * (premium_min - 1) / premium_min)` |
//! | reserve with owners | `Ro = R`, below the floor `floor(R * C / Cf)` |
//! | boundary | `B = floor(Ro * (Y - Ce) / Ce)`, the most that `V` may be raised to |
//! | ask | `A_b = max(A, floor((Ro + D) * Y / Ce))`, the quote side that a buy meets |
//! | after a buy that paid a spread of `e` and a reserve leg of `r` | `V' = max(V, min(V + floor((r + e) * (Y - Cl) / Cl), B'))`, `Cl = max(C', Cf)` |
//! | after a sale | the same with `e = 0` and `Cl = max(C, Cf)`, the supply before it |
//!
//! The floor keeps the boundary finite where few tokens circulate: there `C / Cf` of the reserve belongs to holders and the
//! rest waits for those who come.

use crate::{
    CoreError, Result,
    bps::PPM_DENOMINATOR,
    curve::Curve,
    math::{div_rem_wide, mul_div_ceil, mul_div_floor, saturated, wide_mul},
};

/// What pricing needs to know beside the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backing {
    /// `Cf`: below this supply the boundary is that of this supply, token atoms; at least one.
    pub supply_floor_atoms: u64,
    /// Paid into the market and not part of `R` yet, because `V` had no room for it; quote atoms.
    pub waiting_atoms: u64,
    /// The reserve's part of usage fees that the last sync saw and that has not been paid in since, quote atoms.
    pub expected_atoms: u64,
}

impl Backing {
    /// Of a curve of that depth, with nothing on its way.
    pub fn new(depth_atoms: u64, premium_min_ppm: u32) -> Result<Self> {
        Self::default().with_depth(depth_atoms, premium_min_ppm)
    }

    /// With the floor of that depth: the supply at which the boundary's premium is the smallest that a market aims for.
    /// Rounds up, for the reserve.
    pub fn with_depth(&self, depth_atoms: u64, premium_min_ppm: u32) -> Result<Self> {
        let supply_floor_atoms = mul_div_ceil(depth_atoms, above_one_ppm(premium_min_ppm)?, premium_min_ppm.into())?;
        Ok(Self { supply_floor_atoms: supply_floor_atoms.max(1), ..*self })
    }

    /// `A_b`: the quote side that buys are priced on, at least that of the curve. Rounds down: a spread of less than an atom
    /// is none, and costs no division.
    #[inline(always)]
    pub fn ask_atoms(&self, curve: &Curve) -> Result<u64> {
        let quote_atoms = curve.quote_atoms()?;
        let due_atoms = self.due_atoms()?;
        if curve.circulating_atoms < self.supply_floor_atoms {
            // `Ro <= R`, so where even all of the reserve is covered there is no spread, and no division.
            let covered = wide_mul(quote_atoms, self.supply_floor_atoms);
            let all_atoms = curve.reserve_atoms.checked_add(due_atoms);
            if all_atoms.is_some_and(|all_atoms| wide_mul(all_atoms, curve.depth_atoms) <= covered) {
                return Ok(quote_atoms);
            }
            let owned_atoms = self.owned_atoms(curve)?.checked_add(due_atoms).ok_or(CoreError::Overflow)?;
            return Ok(quote_atoms.max(mul_div_floor(owned_atoms, curve.depth_atoms, self.supply_floor_atoms)?));
        }
        // `(R + D) Y / C - A = (sigma + D Y) / C`.
        let slack = curve.slack()?.checked_add(wide_mul(due_atoms, curve.depth_atoms)).ok_or(CoreError::Overflow)?;
        if slack < u128::from(curve.circulating_atoms) {
            return Ok(quote_atoms);
        }
        let (spread_atoms, _) = div_rem_wide(slack, curve.circulating_atoms)?;
        let spread_atoms = u64::try_from(spread_atoms).map_err(|_| CoreError::Overflow)?;
        quote_atoms.checked_add(spread_atoms).ok_or(CoreError::Overflow)
    }

    /// `B`: the most virtual quote that the owned reserve covers. Rounds down, for solvency.
    pub fn boundary_atoms(&self, curve: &Curve) -> Result<u64> {
        let supply_atoms = curve.circulating_atoms.max(self.supply_floor_atoms);
        let tokens_atoms = curve.depth_atoms.checked_sub(supply_atoms).ok_or(CoreError::CurveEmpty)?;
        saturated(mul_div_floor(self.owned_atoms(curve)?, tokens_atoms, supply_atoms))
    }

    /// The curve after a trade with what it paid in worked into the price: `after` holds its reserve leg and the spread, which
    /// together are `worked_atoms`; `supply_atoms` is the larger of the supplies before and after.
    #[inline(always)]
    pub fn work_in(&self, after: Curve, worked_atoms: u64, supply_atoms: u64) -> Result<Curve> {
        // Below the floor most markets show more than the boundary: `B' <= R' (Y - Cf) / Cf <= V`, and nothing is added.
        let tokens_at_floor = after.depth_atoms.saturating_sub(self.supply_floor_atoms);
        if after.circulating_atoms < self.supply_floor_atoms
            && wide_mul(after.reserve_atoms, tokens_at_floor) <= wide_mul(after.virtual_atoms, self.supply_floor_atoms)
        {
            return Ok(after);
        }
        let supply_atoms = supply_atoms.max(self.supply_floor_atoms);
        let tokens_atoms = after.depth_atoms.checked_sub(supply_atoms).ok_or(CoreError::CurveEmpty)?;
        // What has no room beside `R` in 64 bits is not worked in: no trade is refused for it, least of all a sale.
        let added_atoms = saturated(mul_div_floor(worked_atoms, tokens_atoms, supply_atoms))?;
        let room_atoms = u64::MAX - after.reserve_atoms;
        let mut virtual_atoms = after.virtual_atoms.saturating_add(added_atoms).min(room_atoms);
        // Above the floor the boundary is never met: the curve leg keeps the slack and the rest is worth less than it adds.
        if after.circulating_atoms < self.supply_floor_atoms {
            virtual_atoms = virtual_atoms.min(self.boundary_atoms(&after)?);
        }
        Ok(Curve { virtual_atoms: virtual_atoms.max(after.virtual_atoms), ..after })
    }

    /// `D`: everything on its way to the reserve.
    fn due_atoms(&self) -> Result<u64> {
        self.waiting_atoms.checked_add(self.expected_atoms).ok_or(CoreError::Overflow)
    }

    /// `Ro`. Rounds down: what nobody owns yet is not given away.
    fn owned_atoms(&self, curve: &Curve) -> Result<u64> {
        if curve.circulating_atoms >= self.supply_floor_atoms {
            return Ok(curve.reserve_atoms);
        }
        mul_div_floor(curve.reserve_atoms, curve.circulating_atoms, self.supply_floor_atoms)
    }
}

/// How far a premium lies above one, in parts per million.
pub(crate) fn above_one_ppm(premium_ppm: u32) -> Result<u64> {
    u64::from(premium_ppm).checked_sub(PPM_DENOMINATOR).ok_or(CoreError::SyncParamsInvalid)
}
