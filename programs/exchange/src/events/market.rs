//! What happens to configuration and markets.

use anchor_lang::prelude::*;

use super::{CurveState, TradeFee};
use crate::state::{FeeBeneficiary, MarketParams};

/// New parameters wait for their timelock.
#[event]
pub struct ConfigChangeQueued {
    /// What new markets will copy.
    pub params: MarketParams,
    /// From when it may be applied, unix seconds.
    pub effective_at_seconds: i64,
}

/// New markets now copy these parameters.
#[event]
pub struct ConfigChangeApplied {
    /// What new markets copy.
    pub params: MarketParams,
}

/// A market opened.
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
    /// The curve at launch.
    pub after: CurveState,
}

/// Tokens were minted to a buyer.
#[event]
pub struct TokensBought {
    /// The market.
    pub market: Pubkey,
    /// The buyer.
    pub trader: Pubkey,
    /// Paid by the buyer, fee included.
    pub quote_atoms_in: u64,
    /// Minted to the buyer.
    pub token_atoms_out: u64,
    /// The fee by receiver.
    pub fee: TradeFee,
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
pub struct TokensSold {
    /// The market.
    pub market: Pubkey,
    /// The seller.
    pub trader: Pubkey,
    /// Burned.
    pub token_atoms_in: u64,
    /// Paid to the seller, after the fee.
    pub quote_atoms_out: u64,
    /// The fee by receiver.
    pub fee: TradeFee,
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
pub struct CurveMoved {
    /// The market.
    pub market: Pubkey,
    /// The parameter epoch from now on.
    pub parameter_epoch: u64,
    /// The relative step, signed.
    pub step_ppm: i32,
    /// Why: the code of `modchains_core::sync::SyncReason`.
    pub reason: u8,
    /// Usage averaged over about a day.
    pub ema_fast: u64,
    /// Usage averaged over about three days.
    pub ema_mid: u64,
    /// Usage averaged over about a week.
    pub ema_slow: u64,
    /// Quality factor, 1,000,000 is neutral.
    pub quality_ppm: u32,
    /// The curve before.
    pub before: CurveState,
    /// The curve after.
    pub after: CurveState,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// Somebody added to the reserve.
#[event]
pub struct ReserveDeposited {
    /// The market.
    pub market: Pubkey,
    /// Who paid.
    pub depositor: Pubkey,
    /// How much.
    pub quote_atoms: u64,
    /// The curve before.
    pub before: CurveState,
    /// The curve after.
    pub after: CurveState,
    /// When, unix seconds.
    pub at_seconds: i64,
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
