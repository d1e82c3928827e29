//! The bonding curve, net of fees.
//!
//! With `R` quote atoms in the reserve, `C` circulating token atoms, `Y` depth (token atoms, `Y > C`), `V` virtual
//! quote atoms and `y = Y - C`, the curve is the constant product of `R + V` and `y`:
//!
//! | quantity | formula |
//! |---|---|
//! | spot price | `(R + V) / y` |
//! | invariant (K) | `(R + V) * y` never falls in a trade |
//! | solvency (S) | `R * y >= V * C`: selling every circulating token pays at most `R` |
//!
//! (S) is the same as `(R + V) * y >= V * Y`. A trade's curve leg changes neither `V` nor `Y`, so (K) implies that it keeps
//! (S), rounding included. Adding to the reserve only strengthens both, and [`crate::backing`] raises `V` only as far as (S)
//! allows.

use crate::{
    CoreError, Result,
    math::{div_rem_wide, mul_div_ceil, mul_div_floor, wide_mul},
};

/// State of one bonding curve. What a method makes of a curve that satisfies [`Curve::invariant`] satisfies it too; whoever
/// keeps a curve checks it once, at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Curve {
    /// `R`: quote atoms that back the tokens. Changed by trades and by deposits to the reserve.
    pub reserve_atoms: u64,
    /// `C`: circulating token atoms, equal to the mint's supply. Changed by trades alone.
    pub circulating_atoms: u64,
    /// `Y`: token atoms at which the price would be infinite; above `C`. Changed by sync alone.
    pub depth_atoms: u64,
    /// `V`: quote atoms that count for the price but are not there. A trade raises it by what its own fee and spread are
    /// worth, a deposit lowers it, a sync moves it.
    pub virtual_atoms: u64,
}

impl Curve {
    /// A curve with nothing sold yet. `virtual_atoms / depth_atoms` is its first price.
    pub fn launch(depth_atoms: u64, virtual_atoms: u64) -> Result<Self> {
        let curve = Self { reserve_atoms: 0, circulating_atoms: 0, depth_atoms, virtual_atoms };
        curve.invariant()?;
        Ok(curve)
    }

    /// Checks, in this order: `Y > C` and `R + V > 0`; `R + V` fits 64 bits; solvency (S).
    pub fn invariant(&self) -> Result<()> {
        let (quote, tokens) = (self.quote_atoms()?, self.token_atoms()?);
        if wide_mul(quote, tokens) < wide_mul(self.virtual_atoms, self.depth_atoms) {
            return Err(CoreError::NotSolvent);
        }
        Ok(())
    }

    /// `R + V`, the quote side of the constant product; above zero.
    pub fn quote_atoms(&self) -> Result<u64> {
        match self.reserve_atoms.checked_add(self.virtual_atoms) {
            None => Err(CoreError::Overflow),
            Some(0) => Err(CoreError::CurveEmpty),
            Some(quote) => Ok(quote),
        }
    }

    /// `y = Y - C`, the token side of the constant product; above zero.
    pub fn token_atoms(&self) -> Result<u64> {
        match self.depth_atoms.checked_sub(self.circulating_atoms) {
            None | Some(0) => Err(CoreError::CurveEmpty),
            Some(tokens) => Ok(tokens),
        }
    }

    /// `K = (R + V) * y`, which never falls in a trade.
    pub fn product(&self) -> Result<u128> {
        Ok(wide_mul(self.quote_atoms()?, self.token_atoms()?))
    }

    /// What of the reserve the price does not show yet: `sigma = R * y - V * C`, zero on the boundary of (S). Divided by `C`
    /// it is what the quote side lacks there, the slack. A trade's curve leg never lowers it.
    pub fn slack(&self) -> Result<u128> {
        let covered = wide_mul(self.reserve_atoms, self.token_atoms()?);
        covered.checked_sub(wide_mul(self.virtual_atoms, self.circulating_atoms)).ok_or(CoreError::NotSolvent)
    }

    /// Spot price as quote atoms per token atom in Q64.64, rounded down.
    pub fn spot_price_q64(&self) -> Result<u128> {
        let (price_q64, _) = div_rem_wide(u128::from(self.quote_atoms()?) << 64, self.token_atoms()?)?;
        Ok(price_q64)
    }

    /// Token atoms for exactly `quote_atoms` where the quote side counts `ask_atoms`, at least `R + V` (see
    /// [`crate::backing`]): `floor(y * dq / (ask + dq))`. Rounds down, for the pool.
    pub fn buy_exact_in(&self, ask_atoms: u64, quote_atoms: u64) -> Result<u64> {
        require_amount(quote_atoms)?;
        let quote_after = ask_atoms.checked_add(quote_atoms).ok_or(CoreError::Overflow)?;
        require_output(mul_div_floor(self.token_atoms()?, quote_atoms, quote_after)?)
    }

    /// Quote atoms for exactly `token_atoms` where the quote side counts `ask_atoms`: `ceil(ask * dy / (y - dy))`. Rounds
    /// up, for the pool.
    pub fn buy_exact_out(&self, ask_atoms: u64, token_atoms: u64) -> Result<u64> {
        require_amount(token_atoms)?;
        match self.token_atoms()?.checked_sub(token_atoms) {
            None | Some(0) => Err(CoreError::InsufficientSupply),
            Some(tokens_after) => mul_div_ceil(ask_atoms, token_atoms, tokens_after),
        }
    }

    /// Quote atoms for exactly `token_atoms`: `floor((R + V) * dx / (y + dx))`. Rounds down, for the pool.
    pub fn sell_exact_in(&self, token_atoms: u64) -> Result<u64> {
        require_amount(token_atoms)?;
        if token_atoms > self.circulating_atoms {
            return Err(CoreError::InsufficientSupply);
        }
        let tokens_after = self.token_atoms()?.checked_add(token_atoms).ok_or(CoreError::Overflow)?;
        require_output(mul_div_floor(self.quote_atoms()?, token_atoms, tokens_after)?)
    }

    /// Token atoms for exactly `quote_atoms`: `ceil(y * dq / (R + V - dq))`. Rounds up, for the pool.
    pub fn sell_exact_out(&self, quote_atoms: u64) -> Result<u64> {
        require_amount(quote_atoms)?;
        if quote_atoms > self.reserve_atoms {
            return Err(CoreError::InsufficientReserve);
        }
        let quote_after = match self.quote_atoms()?.checked_sub(quote_atoms) {
            None | Some(0) => return Err(CoreError::InsufficientReserve),
            Some(quote_after) => quote_after,
        };
        let token_atoms = mul_div_ceil(self.token_atoms()?, quote_atoms, quote_after)?;
        if token_atoms > self.circulating_atoms {
            return Err(CoreError::InsufficientSupply);
        }
        Ok(token_atoms)
    }

    /// The curve after `quote_atoms` came in and `token_atoms` went out, as [`Self::buy_exact_in`] or
    /// [`Self::buy_exact_out`] say.
    pub fn apply_buy(&self, quote_atoms: u64, token_atoms: u64) -> Result<Self> {
        Ok(Self {
            reserve_atoms: self.reserve_atoms.checked_add(quote_atoms).ok_or(CoreError::Overflow)?,
            circulating_atoms: self.circulating_atoms.checked_add(token_atoms).ok_or(CoreError::Overflow)?,
            ..*self
        })
    }

    /// The curve after `token_atoms` came back and `quote_atoms` were paid out of the reserve, as
    /// [`Self::sell_exact_in`] or [`Self::sell_exact_out`] say.
    pub fn apply_sell(&self, token_atoms: u64, quote_atoms: u64) -> Result<Self> {
        Ok(Self {
            reserve_atoms: self.reserve_atoms.checked_sub(quote_atoms).ok_or(CoreError::InsufficientReserve)?,
            circulating_atoms: self.circulating_atoms.checked_sub(token_atoms).ok_or(CoreError::InsufficientSupply)?,
            ..*self
        })
    }

    /// The curve after `atoms` that no trade paid were added to the reserve: shares of usage fees, gifts. Raises the
    /// backing and leaves the price: real quote takes the place of virtual quote, and syncs work it into the price.
    ///
    /// A price that rose at once would pay whoever buys right before the deposit and sells right after it. One
    /// virtual atom stays, so that the curve opens again once all tokens are sold; what exceeds it does not enter, and is
    /// returned beside the curve.
    pub fn deposit_backing(&self, atoms: u64) -> Result<(Self, u64)> {
        let replaced_atoms = atoms.min(self.virtual_atoms.saturating_sub(1));
        // arith-safety: the minimum above, of both.
        let (virtual_atoms, left_atoms) = (self.virtual_atoms - replaced_atoms, atoms - replaced_atoms);
        let reserve_atoms = self.reserve_atoms.checked_add(replaced_atoms).ok_or(CoreError::Overflow)?;
        Ok((Self { virtual_atoms, reserve_atoms, ..*self }, left_atoms))
    }

    /// The curve after a trade's own fee leg was added to the reserve. Raises the price and the backing.
    pub fn deposit_reserve(&self, atoms: u64) -> Result<Self> {
        let next = Self { reserve_atoms: self.reserve_atoms.checked_add(atoms).ok_or(CoreError::Overflow)?, ..*self };
        next.quote_atoms()?;
        Ok(next)
    }
}

fn require_amount(atoms: u64) -> Result<()> {
    if atoms == 0 { Err(CoreError::AmountZero) } else { Ok(()) }
}

fn require_output(atoms: u64) -> Result<u64> {
    if atoms == 0 { Err(CoreError::OutputZero) } else { Ok(atoms) }
}
