//! What happens to markets.

use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};

use super::{CurveState, TradeFee};
#[cfg(feature = "idl-build")]
use crate::idl::Described as _;
use crate::state::{FeeBeneficiary, LaunchArgs, MarketParams};

/// A market opened, with parameters that it keeps for good.
#[event]
pub struct MarketOpened {
    /// The market.
    pub market: Pubkey,
    /// Its model.
    pub model: Pubkey,
    /// What it trades against.
    pub quote_mint: Pubkey,
    /// Its parameters for good.
    pub params: MarketParams,
    /// Its launch protection.
    pub launch: LaunchArgs,
    /// The curve at launch.
    pub after: CurveState,
}

/// Tokens were minted to a buyer.
#[event]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct TokensBought {
    /// The market.
    pub market: Pubkey,
    /// The buyer.
    pub trader: Pubkey,
    /// Who gets a part of the fee; the zero key for nobody.
    pub referrer: Pubkey,
    /// Paid by the buyer, fee included.
    pub quote_atoms_in: u64,
    /// Minted to the buyer.
    pub token_atoms_out: u64,
    /// The fee by receiver.
    pub fee: TradeFee,
    /// The fee's rate, basis points of the gross quote amount; above the market's own during the launch.
    pub fee_bps: u64,
    /// Of what was paid, what the buyer paid above the curve's own price; it stays in the reserve.
    pub spread_atoms: u64,
    /// Which parameters the trade ran on.
    pub parameter_epoch: u64,
    /// The curve before.
    pub before: CurveState,
    /// The curve after.
    pub after: CurveState,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// A seller's tokens were burned.
#[event]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct TokensSold {
    /// The market.
    pub market: Pubkey,
    /// The seller.
    pub trader: Pubkey,
    /// Who gets a part of the fee; the zero key for nobody.
    pub referrer: Pubkey,
    /// Burned.
    pub token_atoms_in: u64,
    /// Paid to the seller, after the fee.
    pub quote_atoms_out: u64,
    /// The fee by receiver.
    pub fee: TradeFee,
    /// The fee's rate, basis points of the gross quote amount; above the market's own during the launch.
    pub fee_bps: u64,
    /// Which parameters the trade ran on.
    pub parameter_epoch: u64,
    /// The curve before.
    pub before: CurveState,
    /// The curve after.
    pub after: CurveState,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// The protocol moved the curve, or found a reason not to. No trade: charts can leave it out of volume.
#[event]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct CurveMoved {
    /// The market.
    pub market: Pubkey,
    /// The parameter epoch from now on.
    pub parameter_epoch: u64,
    /// What the step took of the day's drift, signed.
    pub step_ppm: i32,
    /// Why there was a step, or none: the code of `modchains_core::sync::SyncReason`.
    pub reason: u32,
    /// Virtual quote that the reserve's surplus added to the price, whatever the step.
    pub absorbed_atoms: u64,
    /// The model's paid net as the oracle's last roll wrote it, quote atoms.
    pub paid_net_atoms: u64,
    /// The net up to which rises and falls were settled before.
    pub settled_net_before_atoms: u64,
    /// The same after.
    pub settled_net_after_atoms: u64,
    /// What rises had paid for the depth that is gone, before.
    pub standing_net_before_atoms: u64,
    /// The same after.
    pub standing_net_after_atoms: u64,
    /// Integral of the price's logarithm up to this moment, see the market's: a reading of the time-weighted price.
    pub price_log_seconds: i64,
    /// The curve before.
    pub before: CurveState,
    /// The curve after.
    pub after: CurveState,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// Somebody paid into a market.
#[event]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct MarketDeposited {
    /// The market.
    pub market: Pubkey,
    /// Who paid.
    pub depositor: Pubkey,
    /// Added to the reserve.
    pub reserve_atoms: u64,
    /// Owed to creator and contributors.
    pub creator_atoms: u64,
    /// Shared like a trade fee.
    pub split: TradeFee,
    /// The curve before.
    pub before: CurveState,
    /// The curve after.
    pub after: CurveState,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// The admin paused a market's buys and moves, or resumed them.
#[event]
pub struct MarketPaused {
    /// The market.
    pub market: Pubkey,
    /// Until when, unix seconds; 0 for resumed.
    pub until_seconds: i64,
    /// What pauses have used of their time in 90 days, this one included.
    pub used_seconds: u64,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// A market's budget of pauses, of which nothing is used any more, is gone.
#[event]
pub struct PauseBudgetClosed {
    /// The market.
    pub market: Pubkey,
    /// Who got its rent.
    pub paid_by: Pubkey,
}

/// A referrer can earn in a market from now on.
#[event]
pub struct ReferralOpened {
    /// The market.
    pub market: Pubkey,
    /// Who earns.
    pub referrer: Pubkey,
    /// The account to name in trades.
    pub referral: Pubkey,
}

/// A referrer was paid.
#[event]
pub struct ReferralPaid {
    /// The market.
    pub market: Pubkey,
    /// Who owns the account that was paid.
    pub referrer: Pubkey,
    /// How much.
    pub atoms: u64,
}

/// A referrer's account is gone.
#[event]
pub struct ReferralClosed {
    /// The market.
    pub market: Pubkey,
    /// Whose it was.
    pub referrer: Pubkey,
    /// Who got its rent.
    pub paid_by: Pubkey,
}

/// The stakers' share of trade fees moved into the vault.
#[event]
pub struct FeesDistributed {
    /// The market.
    pub market: Pubkey,
    /// How much.
    pub vault_atoms: u64,
}

/// A beneficiary's trade fees were paid.
#[event]
pub struct FeesClaimed {
    /// The market.
    pub market: Pubkey,
    /// Who owns the account that was paid.
    pub owner: Pubkey,
    /// In which role.
    pub beneficiary: FeeBeneficiary,
    /// How much.
    pub atoms: u64,
}
