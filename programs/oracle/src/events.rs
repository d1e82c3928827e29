//! Events, past tense, with balances before and after wherever money moves. All are emitted by self-CPI.

use anchor_lang::prelude::*;
use modchains_core::fees::UsageFeeLegs;
use modchains_program_kit::event;

use crate::state::{BondMint, EpochSummary, FeeBeneficiary, OracleParams, Service, Usage, UsageSplit};

/// Emits `event` by a CPI of the oracle to itself.
pub fn emit<E: anchor_lang::Event>(authority: &AccountInfo, event: &E) -> Result<()> {
    event::emit(authority, crate::ID, crate::EVENT_AUTHORITY_AND_BUMP.1, event)
}

/// A tracked balance before and after a step, in atoms.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Before.
    pub before_atoms: u64,
    /// After.
    pub after_atoms: u64,
}

/// A final fee by receiver, in atoms.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageFee {
    /// Paid to the operator, besides the tip.
    pub operator_atoms: u64,
    /// Goes to stakers.
    pub vault_atoms: u64,
    /// Goes to the creator.
    pub creator_atoms: u64,
    /// Goes to the curve's reserve.
    pub reserve_atoms: u64,
    /// Goes to the protocol.
    pub protocol_atoms: u64,
}

impl From<UsageFeeLegs> for UsageFee {
    fn from(legs: UsageFeeLegs) -> Self {
        Self {
            operator_atoms: legs.operator,
            vault_atoms: legs.vault,
            creator_atoms: legs.creator,
            reserve_atoms: legs.reserve,
            protocol_atoms: legs.protocol,
        }
    }
}

/// The three averages of usage, in quote atoms per epoch with 16 fractional bits.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Averages {
    /// Half-life of one day.
    pub fast: u64,
    /// Half-life of three days.
    pub mid: u64,
    /// Half-life of seven days.
    pub slow: u64,
}

impl From<&Usage> for Averages {
    fn from(usage: &Usage) -> Self {
        Self { fast: usage.ema_fast, mid: usage.ema_mid, slow: usage.ema_slow }
    }
}

/// The oracle is set up.
#[event]
pub struct ConfigInitialized {
    /// May queue changes and allow bond mints.
    pub admin: Pubkey,
    /// Owner of the accounts that receive the protocol's fees.
    pub treasury: Pubkey,
    /// What services copy.
    pub params: OracleParams,
}

/// New parameters wait for their timelock.
#[event]
pub struct ConfigChangeQueued {
    /// What services will copy.
    pub params: OracleParams,
    /// From when it may be applied, unix seconds.
    pub effective_at_seconds: i64,
}

/// Services that are opened or configured now copy these parameters.
#[event]
pub struct ConfigChangeApplied {
    /// What services copy.
    pub params: OracleParams,
}

/// A mint was listed, or its amounts changed.
#[event]
pub struct BondMintAllowed {
    /// The mint and its amounts.
    pub bond_mint: BondMint,
}

/// Somebody became an operator.
#[event]
pub struct OperatorRegistered {
    /// The operator account.
    pub operator: Pubkey,
    /// Who signs for it.
    pub authority: Pubkey,
    /// Mint of bond and fees.
    pub mint: Pubkey,
    /// Its bond.
    pub bond: Change,
}

/// A bond grew.
#[event]
pub struct BondDeposited {
    /// The operator account.
    pub operator: Pubkey,
    /// Its bond.
    pub bond: Change,
}

/// Part of a bond is on its way out.
#[event]
pub struct BondWithdrawalStarted {
    /// The operator account.
    pub operator: Pubkey,
    /// Its bond.
    pub bond: Change,
    /// What is on its way out.
    pub cooling: Change,
    /// From when it may leave, unix seconds.
    pub cooling_until_seconds: i64,
}

/// Bond atoms left.
#[event]
pub struct BondWithdrawn {
    /// The operator account.
    pub operator: Pubkey,
    /// What was on its way out.
    pub cooling: Change,
}

/// An operator was paid what it earned.
#[event]
pub struct EarningsClaimed {
    /// The operator account.
    pub operator: Pubkey,
    /// What it had earned.
    pub earned: Change,
}

/// A model is offered for inference.
#[event]
pub struct ServiceOpened {
    /// The service.
    pub service: Pubkey,
    /// Its model.
    pub model: Pubkey,
    /// The model's market.
    pub market: Pubkey,
    /// The model's vault.
    pub vault: Pubkey,
    /// Mint of fees and bonds.
    pub quote_mint: Pubkey,
    /// Where its use is counted.
    pub usage: Pubkey,
    /// Length of a usage epoch.
    pub epoch_seconds: u32,
    /// Most fees of one requester and epoch that count, in atoms.
    pub requester_cap_atoms: u64,
}

/// The terms of new requests were set.
#[event]
pub struct ServiceConfigured {
    /// The service.
    pub service: Pubkey,
    /// The version that answers.
    pub version: Pubkey,
    /// SHA-256 of its manifest.
    pub manifest_sha256: [u8; 32],
    /// Price before, in atoms; 0 for a new service.
    pub fee_atoms_before: u64,
    /// Price from now on, in atoms.
    pub fee_atoms: u64,
    /// Shortest wait.
    pub max_wait_min_seconds: u32,
    /// Longest wait.
    pub max_wait_max_seconds: u32,
    /// How long results can be challenged.
    pub challenge_window_seconds: u32,
    /// How fees are split.
    pub split: UsageSplit,
    /// Longest input, in bytes.
    pub input_bytes_max: u16,
    /// Longest output, in bytes.
    pub output_bytes_max: u16,
    /// 0 exact, 1 tolerant.
    pub numeric_class: u8,
    /// Whether new requests are taken.
    pub open: bool,
}

impl ServiceConfigured {
    /// What `service` offers now.
    pub fn new(key: Pubkey, fee_atoms_before: u64, service: &Service) -> Self {
        Self {
            service: key,
            version: service.version,
            manifest_sha256: service.manifest_sha256,
            fee_atoms_before,
            fee_atoms: service.fee_atoms,
            max_wait_min_seconds: service.max_wait_min_seconds,
            max_wait_max_seconds: service.max_wait_max_seconds,
            challenge_window_seconds: service.challenge_window_seconds,
            split: service.split,
            input_bytes_max: service.input_bytes_max,
            output_bytes_max: service.output_bytes_max,
            numeric_class: service.numeric_class,
            open: service.open == 1,
        }
    }
}

/// An inference was asked for and paid in advance.
#[event]
pub struct RequestCreated {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// Who asked.
    pub requester: Pubkey,
    /// The version that must answer.
    pub version_manifest_sha256: [u8; 32],
    /// SHA-256 of salt and input.
    pub input_hash: [u8; 32],
    /// Its price, in atoms.
    pub fee_atoms: u64,
    /// The operator's extra, in atoms.
    pub tip_atoms: u64,
    /// The bond its result needs, in atoms.
    pub result_bond_atoms: u64,
    /// The service's escrow.
    pub escrowed: Change,
    /// From when it may be refunded, unix seconds.
    pub deadline_seconds: i64,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// An operator is at work.
#[event]
pub struct RequestClaimed {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// The operator account.
    pub operator: Pubkey,
    /// The operator's locked bond.
    pub locked: Change,
    /// From when the claim has lapsed, unix seconds.
    pub claim_deadline_seconds: i64,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// An operator was late; its claim bond is due to the requester.
#[event]
pub struct ClaimExpired {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// The operator account.
    pub operator: Pubkey,
    /// The operator's bond.
    pub bond: Change,
    /// The service's escrow.
    pub escrowed: Change,
    /// What is due to the requester besides the price.
    pub requester_due: Change,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// A result waits for challenges.
#[event]
pub struct ResultPosted {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// The operator account.
    pub operator: Pubkey,
    /// SHA-256 of salt and output.
    pub output_hash: [u8; 32],
    /// Root of the activation trace; zero for none.
    pub trace_root: [u8; 32],
    /// The operator's locked bond.
    pub locked: Change,
    /// From when the result is final, unix seconds.
    pub challenge_until_seconds: i64,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// A result stands, its fee is split and its use counted.
#[event]
pub struct ResultFinalized {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// Who asked.
    pub requester: Pubkey,
    /// The operator account.
    pub operator: Pubkey,
    /// The fee by receiver.
    pub fee: UsageFee,
    /// The operator's extra, in atoms.
    pub tip_atoms: u64,
    /// The operator's earnings.
    pub earned: Change,
    /// The service's escrow.
    pub escrowed: Change,
    /// The part of all final fees that nobody gets back.
    pub non_recoverable: Change,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// Nobody answered in time; the requester has everything back.
#[event]
pub struct RequestRefunded {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// Who was paid.
    pub requester: Pubkey,
    /// The service's escrow.
    pub escrowed: Change,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// A settled request's account is gone.
#[event]
pub struct RequestClosed {
    /// The request.
    pub request: Pubkey,
    /// Its service.
    pub service: Pubkey,
    /// Who got rent and dues.
    pub requester: Pubkey,
    /// The service's escrow; it moved when forfeited claim bonds were due.
    pub escrowed: Change,
}

/// An epoch was closed and the averages moved. No request: charts can leave it out of volume.
#[event]
pub struct UsageRolled {
    /// The usage account.
    pub usage: Pubkey,
    /// Its model.
    pub model: Pubkey,
    /// What the closed epoch saw.
    pub closed: EpochSummary,
    /// The epoch being counted now.
    pub epoch: u64,
    /// The averages before.
    pub before: Averages,
    /// The averages after.
    pub after: Averages,
    /// When, unix seconds.
    pub at_seconds: i64,
}

impl UsageRolled {
    /// Closes the usage epoch if it is over and says what that did; nothing while the epoch lasts.
    pub fn roll(usage: &AccountLoader<Usage>, now_seconds: i64) -> Result<Option<Self>> {
        let mut state = usage.load_mut()?;
        let before = Averages::from(&*state);
        let closed = state.roll(now_seconds)?;
        Ok(closed.map(|closed| Self {
            usage: usage.key(),
            model: state.model,
            closed,
            epoch: state.epoch,
            before,
            after: Averages::from(&*state),
            at_seconds: now_seconds,
        }))
    }
}

/// The stakers' and the reserve's shares were paid.
#[event]
pub struct FeesDistributed {
    /// The service.
    pub service: Pubkey,
    /// The stakers' share.
    pub accrued_vault: Change,
    /// The reserve's share.
    pub accrued_reserve: Change,
}

/// A beneficiary's share was paid.
#[event]
pub struct FeesClaimed {
    /// The service.
    pub service: Pubkey,
    /// Who owns the account that was paid.
    pub owner: Pubkey,
    /// In which role.
    pub beneficiary: FeeBeneficiary,
    /// The share.
    pub accrued: Change,
}
