use anchor_lang::prelude::*;

use super::{Change, UsageSums};
use crate::state::{EpochSummary, Service, UsageSplit};

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
    /// Who paid the rent.
    pub payer: Pubkey,
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
    /// Counts changes of the terms.
    pub terms_counter: u32,
}

/// A service was closed; it can be opened again.
#[event]
pub struct ServiceClosed {
    /// The service.
    pub service: Pubkey,
    /// Its model.
    pub model: Pubkey,
    /// Where its use was counted; closed with it.
    pub usage: Pubkey,
    /// Who got the rent.
    pub payer: Pubkey,
    /// What lay in the escrow that nobody was owed and went to the creator, in atoms.
    pub surplus_atoms: u64,
}

/// A split that gives somebody less waits for its timelock.
#[event]
pub struct ServiceSplitQueued {
    /// The service.
    pub service: Pubkey,
    /// What waits.
    pub split: UsageSplit,
    /// From when it may be applied, unix seconds.
    pub effective_at_seconds: i64,
}

/// New requests copy another split from now on.
#[event]
pub struct ServiceSplitApplied {
    /// The service.
    pub service: Pubkey,
    /// The split until now.
    pub split_before: UsageSplit,
    /// The split from now on.
    pub split_after: UsageSplit,
    /// Counts changes of the terms.
    pub terms_counter: u32,
}

/// The stakers of the model decided on the price of new requests.
#[event]
pub struct ServiceGoverned {
    /// The service.
    pub service: Pubkey,
    /// The vault whose stakers decided.
    pub vault: Pubkey,
    /// The price.
    pub fee: Change,
    /// Until when the creator keeps it, unix seconds.
    pub kept_until_seconds: i64,
    /// Counts changes of the terms.
    pub terms_counter: u32,
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
            open: service.is_open(),
            terms_counter: service.terms_counter,
        }
    }
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
    pub before: UsageSums,
    /// The averages after.
    pub after: UsageSums,
    /// When, unix seconds.
    pub at_seconds: i64,
}

/// The stakers' share was paid.
#[event]
pub struct FeesDistributed {
    /// The service.
    pub service: Pubkey,
    /// The share.
    pub accrued_vault: Change,
}

/// The shares of creator and reserve were paid.
#[event]
pub struct MarketFeesDistributed {
    /// The service.
    pub service: Pubkey,
    /// The share of creator and contributors.
    pub accrued_creator: Change,
    /// The reserve's share.
    pub accrued_reserve: Change,
}

/// The protocol's share was paid.
#[event]
pub struct FeesClaimed {
    /// The service.
    pub service: Pubkey,
    /// Who owns the account that was paid.
    pub owner: Pubkey,
    /// The share.
    pub accrued: Change,
}
