//! Accounts, payloads and events, out of raw bytes into the programs' own types.

mod event;
mod mint;
mod payload;
mod transaction;

pub use event::{Event, ExchangeEvent, OracleEvent, VaultEvent, decode_event};
pub use mint::{FetchedMint, MintMetadata};
pub use payload::FetchedRequest;
pub use transaction::{InnerCall, Receipt, events_of};

use anchor_lang::{Owner, ZeroCopy};
use modchains_exchange::state::{
    Contributors, ExchangeConfig, Licence, Market, Model, ModelTransfer, ModelVersion, PauseBudget, Referral,
};
use modchains_oracle::state::{LicenceUse, Operator, OracleConfig, Request, Service, Usage};
use modchains_vault::state::{Grant, Position, Proposal, RevenuePool, Share, Vault};
use solana_account::Account;

use crate::{Pubkey, Result, SdkError, address};

/// Bytes of the discriminator before every account's state.
const DISCRIMINATOR_BYTES: usize = 8;

/// An account as it was at a slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fetched<T> {
    /// Where it is.
    pub address: Pubkey,
    /// Its state.
    pub value: T,
    /// Its lamports.
    pub lamports: u64,
    /// The slot it was read at.
    pub slot: u64,
}

/// An account type of one of the three programs.
pub trait State: ZeroCopy + Owner {
    /// What people call it.
    const NAME: &'static str;
}

macro_rules! states {
    ($($state:ty = $name:literal),+ $(,)?) => {
        $(impl State for $state {
            const NAME: &'static str = $name;
        })+
    };
}

states! {
    ExchangeConfig = "exchange configuration",
    Model = "model",
    ModelVersion = "model version",
    Market = "market",
    PauseBudget = "budget of pauses",
    Referral = "referral",
    ModelTransfer = "offer of a model",
    Licence = "licence",
    Contributors = "list of contributors",
    Vault = "vault",
    RevenuePool = "revenue pool",
    Position = "position",
    Share = "share of a revenue pool",
    Proposal = "proposal",
    Grant = "grant",
    OracleConfig = "oracle configuration",
    Operator = "operator",
    Service = "service",
    Usage = "usage account",
    Request = "request",
    LicenceUse = "counter of requests",
}

/// Whether an account holds nothing but lamports, which anybody can send to any address: whatever is to be created there
/// is still to be created, and nothing that belongs there has been. Wallets are such accounts too.
pub fn is_absent(account: &Account) -> bool {
    account.owner == address::SYSTEM_PROGRAM && account.data.is_empty()
}

/// Copies a state out of an account, whatever the alignment of its bytes.
///
/// # Errors
/// When another program owns the account, or it is of another type or too short.
pub fn decode<T: State>(address: &Pubkey, account: &Account) -> Result<T> {
    if account.owner != T::owner() {
        let (owner, expected) = (account.owner, T::owner());
        return Err(SdkError::NotOwned { what: T::NAME, address: *address, owner, expected });
    }
    let refuse = |reason| SdkError::NotDecoded { what: T::NAME, address: *address, reason };
    if !account.data.starts_with(T::DISCRIMINATOR) {
        return Err(refuse("it is an account of another type"));
    }
    let state = account.data.get(DISCRIMINATOR_BYTES..DISCRIMINATOR_BYTES + size_of::<T>());
    Ok(bytemuck::pod_read_unaligned(state.ok_or_else(|| refuse("it is too short"))?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use anchor_lang::Discriminator;
    use bytemuck::Zeroable;

    use super::*;

    fn account_of(model: &Model) -> Account {
        let data = [Model::DISCRIMINATOR, bytemuck::bytes_of(model)].concat();
        Account { data, owner: modchains_exchange::ID, ..Account::default() }
    }

    #[test]
    fn a_state_is_read_at_any_alignment() {
        let model = Model { creator: Pubkey::new_unique(), version_count: 3, ..Model::zeroed() };
        let account = account_of(&model);
        let decoded: Model = decode(&Pubkey::new_unique(), &account).unwrap();
        assert_eq!(bytemuck::bytes_of(&decoded), bytemuck::bytes_of(&model));
    }

    #[test]
    fn an_account_of_another_program_type_or_size_is_refused() {
        let address = Pubkey::new_unique();
        let mut foreign = account_of(&Model::zeroed());
        foreign.owner = modchains_vault::ID;
        assert!(matches!(decode::<Model>(&address, &foreign), Err(SdkError::NotOwned { what: "model", .. })));
        let account = account_of(&Model::zeroed());
        assert!(matches!(decode::<Market>(&address, &account), Err(SdkError::NotDecoded { what: "market", .. })));
        let mut short = account;
        short.data.pop();
        assert!(matches!(decode::<Model>(&address, &short), Err(SdkError::NotDecoded { what: "model", .. })));
    }
}
