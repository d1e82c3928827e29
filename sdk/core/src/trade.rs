//! Trades by themselves: curve, fee and fee split together. When a trade may happen is the market's rule, see
//! [`crate::market`].
//!
//! A buy takes the fee off the gross input; the net amount enters the curve at the ask, then the reserve leg is added. A
//! sale takes the gross proceeds out of the reserve, pays the seller gross minus fee, and returns the reserve leg. The leg
//! and the spread that a buy paid are worked into the price at once, see [`crate::backing`]. The other legs leave the curve:
//! they are owed by the market's token account but are not part of `R`.
//!
//! Splitting a buy never gives more tokens, but where fewer circulate than the supply floor and something is on its way to the
//! reserve: that lifts the ask there by itself, and not by what is paid. Splitting a sale can give back some of the seller's own reserve legs,
//! because they are in the reserve when the next part is sold: the parts together pay at most what one sale pays plus
//! the reserve legs of the parts.

use crate::{
    CoreError, Result,
    backing::Backing,
    bps::PPM_DENOMINATOR,
    curve::Curve,
    fees::{FeeLegs, TradeFees},
    math::{div_rem_wide, mul_div_ceil},
};

/// A buy, ready to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buy {
    /// Gross quote atoms paid by the buyer, fee included.
    pub quote_atoms_in: u64,
    /// The fee, part of `quote_atoms_in`.
    pub fee_atoms: u64,
    /// The fee's legs; they add up to `fee_atoms`.
    pub legs: FeeLegs,
    /// What the buyer paid above the curve's own price, without the fee; it stays in the reserve.
    pub spread_atoms: u64,
    /// Token atoms minted to the buyer.
    pub token_atoms_out: u64,
    /// The curve afterwards, reserve leg included and worked in.
    pub curve_after: Curve,
}

/// A sale, ready to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sell {
    /// Token atoms burned.
    pub token_atoms_in: u64,
    /// Quote atoms paid to the seller, net of the fee.
    pub quote_atoms_out: u64,
    /// The fee, taken from the gross proceeds.
    pub fee_atoms: u64,
    /// The fee's legs; they add up to `fee_atoms`.
    pub legs: FeeLegs,
    /// The curve afterwards, reserve leg included and worked in.
    pub curve_after: Curve,
}

/// The two sides of a market: its curve and what backs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides {
    /// The curve, on which sales are priced.
    pub curve: Curve,
    /// What lifts the price of buys above it.
    pub backing: Backing,
}

impl Sides {
    /// Buys for exactly `gross_atoms`, fee included.
    #[inline(always)]
    pub fn buy_exact_in(&self, fees: &TradeFees, gross_atoms: u64, has_referrer: bool) -> Result<Buy> {
        require_amount(gross_atoms)?;
        let net_atoms = gross_atoms.checked_sub(fees.fee_atoms(gross_atoms)?).ok_or(CoreError::Overflow)?;
        if net_atoms == 0 {
            return Err(CoreError::OutputZero);
        }
        let ask_atoms = self.backing.ask_atoms(&self.curve)?;
        let token_atoms = self.curve.buy_exact_in(ask_atoms, net_atoms)?;
        self.settle_buy(fees, gross_atoms, net_atoms, token_atoms, ask_atoms, has_referrer)
    }

    /// Buys exactly `token_atoms` for the smallest gross amount that covers it.
    #[inline(always)]
    pub fn buy_exact_out(&self, fees: &TradeFees, token_atoms: u64, has_referrer: bool) -> Result<Buy> {
        let ask_atoms = self.backing.ask_atoms(&self.curve)?;
        let net_atoms = self.curve.buy_exact_out(ask_atoms, token_atoms)?;
        let gross_atoms = fees.gross_for_net(net_atoms)?;
        self.settle_buy(fees, gross_atoms, net_atoms, token_atoms, ask_atoms, has_referrer)
    }

    /// Sells exactly `token_atoms`.
    #[inline(always)]
    pub fn sell_exact_in(&self, fees: &TradeFees, token_atoms: u64, has_referrer: bool) -> Result<Sell> {
        let gross_atoms = self.curve.sell_exact_in(token_atoms)?;
        let quote_atoms = gross_atoms.checked_sub(fees.fee_atoms(gross_atoms)?).ok_or(CoreError::Overflow)?;
        if quote_atoms == 0 {
            return Err(CoreError::OutputZero);
        }
        self.settle_sell(fees, token_atoms, gross_atoms, quote_atoms, has_referrer)
    }

    /// Sells as few tokens as pay exactly `quote_atoms` to the seller.
    #[inline(always)]
    pub fn sell_exact_out(&self, fees: &TradeFees, quote_atoms: u64, has_referrer: bool) -> Result<Sell> {
        require_amount(quote_atoms)?;
        let gross_atoms = fees.gross_for_net(quote_atoms)?;
        let token_atoms = self.curve.sell_exact_out(gross_atoms)?;
        self.settle_sell(fees, token_atoms, gross_atoms, quote_atoms, has_referrer)
    }

    #[inline(always)]
    fn settle_buy(
        &self,
        fees: &TradeFees,
        gross_atoms: u64,
        net_atoms: u64,
        token_atoms: u64,
        ask_atoms: u64,
        has_referrer: bool,
    ) -> Result<Buy> {
        let fee_atoms = gross_atoms.checked_sub(net_atoms).ok_or(CoreError::Overflow)?;
        let legs = fees.split_fee(gross_atoms, fee_atoms, has_referrer)?;
        let bought = self.curve.apply_buy(net_atoms, token_atoms)?;
        let spread_atoms = self.spread_atoms(ask_atoms, net_atoms, token_atoms, &bought)?;
        let worked_atoms = legs.reserve.checked_add(spread_atoms).ok_or(CoreError::Overflow)?;
        let after = bought.deposit_reserve(legs.reserve)?;
        let curve_after = self.backing.work_in(after, worked_atoms, after.circulating_atoms)?;
        Ok(Buy {
            quote_atoms_in: gross_atoms,
            fee_atoms,
            legs,
            spread_atoms,
            token_atoms_out: token_atoms,
            curve_after,
        })
    }

    /// What a buy paid above the curve's own price: `net - ceil(A t / (y - t))`. Rounds down, for the slack.
    #[inline(always)]
    fn spread_atoms(&self, ask_atoms: u64, net_atoms: u64, token_atoms: u64, bought: &Curve) -> Result<u64> {
        let quote_atoms = self.curve.quote_atoms()?;
        if ask_atoms == quote_atoms {
            return Ok(0);
        }
        Ok(net_atoms.saturating_sub(mul_div_ceil(quote_atoms, token_atoms, bought.token_atoms()?)?))
    }

    #[inline(always)]
    fn settle_sell(
        &self,
        fees: &TradeFees,
        token_atoms: u64,
        gross_atoms: u64,
        quote_atoms: u64,
        has_referrer: bool,
    ) -> Result<Sell> {
        let fee_atoms = gross_atoms.checked_sub(quote_atoms).ok_or(CoreError::Overflow)?;
        let legs = fees.split_fee(gross_atoms, fee_atoms, has_referrer)?;
        let sold = self.curve.apply_sell(token_atoms, gross_atoms)?.deposit_reserve(legs.reserve)?;
        let curve_after = self.backing.work_in(sold, legs.reserve, self.curve.circulating_atoms)?;
        Ok(Sell { token_atoms_in: token_atoms, quote_atoms_out: quote_atoms, fee_atoms, legs, curve_after })
    }
}

fn require_amount(atoms: u64) -> Result<()> {
    if atoms == 0 { Err(CoreError::AmountZero) } else { Ok(()) }
}

/// Distance of the average price `quote / tokens` from the spot price, in parts per million of the spot price. Takes
/// the quote that met the curve, without the fee, so that fee and impact can be shown side by side. Rounds up; what
/// does not fit, or stands against a spot price that rounds to zero, is `u32::MAX`.
pub fn price_impact_ppm(spot_before_q64: u128, quote_atoms: u64, token_atoms: u64) -> Result<u32> {
    let (average_q64, _) = div_rem_wide(u128::from(quote_atoms) << 64, token_atoms)?;
    let distance_q64 = average_q64.abs_diff(spot_before_q64);
    // Bits go only where the product would not fit 128. A spot price that has few left then is dwarfed by the distance.
    let excess_bits = 20_u32.saturating_sub(distance_q64.leading_zeros());
    let spot = spot_before_q64 >> excess_bits;
    if spot == 0 {
        return Ok(u32::MAX);
    }
    // arith-safety: the distance is below 2^108 and a million below 2^20.
    let impact_ppm = ((distance_q64 >> excess_bits) * u128::from(PPM_DENOMINATOR)).div_ceil(spot);
    Ok(u32::try_from(impact_ppm).unwrap_or(u32::MAX))
}
