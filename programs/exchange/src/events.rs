//! Events, past tense, with the curve before and after wherever money moves. All are emitted by self-CPI.

use anchor_lang::prelude::*;
use modchains_core::{curve::Curve, fees::FeeLegs};
use modchains_program_kit::event;

use crate::state::{FeeBeneficiary, MarketParams};

/// Emits `event` by a CPI of the exchange to itself.
pub fn emit<E: anchor_lang::Event>(authority: &AccountInfo, event: &E) -> Result<()> {
    event::emit(authority, crate::ID, crate::EVENT_AUTHORITY_AND_BUMP.1, event)
}

/// A curve's state, in atoms.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurveState {
    /// Quote atoms in the reserve, `R`.
    pub reserve_atoms: u64,
    /// Token atoms in circulation, `C`.
    pub circulating_atoms: u64,
    /// Depth in token atoms, `Y`.
    pub depth_atoms: u64,
    /// Virtual quote atoms, `V`.
    pub virtual_atoms: u64,
}

impl From<Curve> for CurveState {
    fn from(curve: Curve) -> Self {
        Self {
            reserve_atoms: curve.reserve_atoms,
            circulating_atoms: curve.circulating_atoms,
            depth_atoms: curve.depth_atoms,
            virtual_atoms: curve.virtual_atoms,
        }
    }
}

/// A trade fee by receiver, in quote atoms.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradeFee {
    /// Stays in the reserve.
    pub reserve_atoms: u64,
    /// Goes to stakers.
    pub vault_atoms: u64,
    /// Goes to the creator.
    pub creator_atoms: u64,
    /// Goes to the protocol.
    pub protocol_atoms: u64,
}

impl From<FeeLegs> for TradeFee {
    fn from(legs: FeeLegs) -> Self {
        Self {
            reserve_atoms: legs.reserve,
            vault_atoms: legs.vault,
            creator_atoms: legs.creator,
            protocol_atoms: legs.protocol,
        }
    }
}

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

/// A model was listed and its token created.
#[event]
pub struct ModelRegistered {
    /// The model.
    pub model: Pubkey,
    /// Its token.
    pub mint: Pubkey,
    /// Who listed it.
    pub creator: Pubkey,
    /// Its name.
    pub name: String,
    /// Its token's symbol.
    pub symbol: String,
    /// Its token's metadata URI.
    pub uri: String,
}

/// A version was added and made current.
#[event]
pub struct ModelVersionPublished {
    /// The model.
    pub model: Pubkey,
    /// The version's account.
    pub version: Pubkey,
    /// Position in the history, from 1.
    pub index: u32,
    /// The version it was derived from; 0 for none.
    pub parent: u32,
    /// Hash of the bundle's manifest.
    pub manifest_sha256: [u8; 32],
    /// 0 exact, 1 tolerant.
    pub numeric_class: u8,
    /// Where the bundle can be fetched.
    pub uri: String,
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
