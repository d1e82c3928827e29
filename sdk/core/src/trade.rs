//! Trades by themselves: curve, fee and fee split together. When a trade may happen is the market's rule, see
//! [`crate::market`].
//!
//! A buy takes the fee off the gross input; the net amount enters the curve, then the reserve leg is added to it. A
//! sale takes the gross proceeds out of the reserve, pays the seller gross minus fee, and returns the reserve leg.
//! The other legs leave the curve: they are owed by the market's token account but are not part of `R`.
//!
//! Splitting a buy never gives more tokens. Splitting a sale can give back some of the seller's own reserve legs,
//! because they are in the reserve when the next part is sold: the parts together pay at most what one sale pays plus
//! the reserve legs of the parts.

use crate::{
    CoreError, Result,
    bps::PPM_DENOMINATOR,
    curve::Curve,
    fees::{FeeLegs, TradeFees},
    math::div_rem_wide,
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
    /// Token atoms minted to the buyer.
    pub token_atoms_out: u64,
    /// The curve afterwards, reserve leg included.
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
    /// The curve afterwards, reserve leg included.
    pub curve_after: Curve,
}

/// Buys for exactly `gross_quote_atoms`, fee included.
pub fn buy_exact_in(curve: &Curve, fees: &TradeFees, gross_quote_atoms: u64, has_referrer: bool) -> Result<Buy> {
    require_amount(gross_quote_atoms)?;
    let fee_atoms = fees.fee_atoms(gross_quote_atoms)?;
    let net_atoms = gross_quote_atoms.checked_sub(fee_atoms).ok_or(CoreError::Overflow)?;
    if net_atoms == 0 {
        return Err(CoreError::OutputZero);
    }
    let token_atoms_out = curve.buy_exact_in(net_atoms)?;
    settle_buy(curve, fees, gross_quote_atoms, net_atoms, token_atoms_out, has_referrer)
}

/// Buys exactly `token_atoms_out` for the smallest gross amount that covers it.
pub fn buy_exact_out(curve: &Curve, fees: &TradeFees, token_atoms_out: u64, has_referrer: bool) -> Result<Buy> {
    let net_atoms = curve.buy_exact_out(token_atoms_out)?;
    let gross_atoms = fees.gross_for_net(net_atoms)?;
    settle_buy(curve, fees, gross_atoms, net_atoms, token_atoms_out, has_referrer)
}

/// Sells exactly `token_atoms_in`.
pub fn sell_exact_in(curve: &Curve, fees: &TradeFees, token_atoms_in: u64, has_referrer: bool) -> Result<Sell> {
    let gross_atoms = curve.sell_exact_in(token_atoms_in)?;
    let quote_atoms_out = gross_atoms.checked_sub(fees.fee_atoms(gross_atoms)?).ok_or(CoreError::Overflow)?;
    if quote_atoms_out == 0 {
        return Err(CoreError::OutputZero);
    }
    settle_sell(curve, fees, token_atoms_in, gross_atoms, quote_atoms_out, has_referrer)
}

/// Sells as few tokens as pay exactly `quote_atoms_out` to the seller.
pub fn sell_exact_out(curve: &Curve, fees: &TradeFees, quote_atoms_out: u64, has_referrer: bool) -> Result<Sell> {
    require_amount(quote_atoms_out)?;
    let gross_atoms = fees.gross_for_net(quote_atoms_out)?;
    let token_atoms_in = curve.sell_exact_out(gross_atoms)?;
    settle_sell(curve, fees, token_atoms_in, gross_atoms, quote_atoms_out, has_referrer)
}

fn settle_buy(
    curve: &Curve,
    fees: &TradeFees,
    gross_atoms: u64,
    net_atoms: u64,
    token_atoms_out: u64,
    has_referrer: bool,
) -> Result<Buy> {
    let fee_atoms = gross_atoms.checked_sub(net_atoms).ok_or(CoreError::Overflow)?;
    let legs = fees.split_fee(fee_atoms, has_referrer)?;
    let curve_after = curve.apply_buy(net_atoms, token_atoms_out)?.deposit_reserve(legs.reserve)?;
    Ok(Buy { quote_atoms_in: gross_atoms, fee_atoms, legs, token_atoms_out, curve_after })
}

fn settle_sell(
    curve: &Curve,
    fees: &TradeFees,
    token_atoms_in: u64,
    gross_atoms: u64,
    quote_atoms_out: u64,
    has_referrer: bool,
) -> Result<Sell> {
    let fee_atoms = gross_atoms.checked_sub(quote_atoms_out).ok_or(CoreError::Overflow)?;
    let legs = fees.split_fee(fee_atoms, has_referrer)?;
    let curve_after = curve.apply_sell(token_atoms_in, gross_atoms)?.deposit_reserve(legs.reserve)?;
    Ok(Sell { token_atoms_in, quote_atoms_out, fee_atoms, legs, curve_after })
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
