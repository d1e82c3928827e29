//! The programs' accounts as they lie on the chain, read again after every transaction that may have written them.

use std::collections::BTreeMap;

use anchor_lang::{Discriminator, prelude::Pubkey};
use bytemuck::AnyBitPattern;
use modchains_exchange::state::{
    Contributors, ExchangeConfig, Licence, Market, Model, ModelTransfer, ModelVersion, PauseBudget, Referral,
};
use modchains_oracle::state::{LicenceUse, Operator, OracleConfig, Request, Service, Usage};
use modchains_vault::state::{Grant, Position, Proposal, RevenuePool, Share, Vault};
use solana_account::Account;

/// A type of account of one of the three programs.
pub trait State: Discriminator + AnyBitPattern + Sized {
    /// The program that owns accounts of this type.
    const PROGRAM: Pubkey;

    /// Whether bytes of any number may follow the state.
    const IS_OPEN_ENDED: bool = false;

    /// The state in `account`, if it is of this type.
    fn of(account: &Account) -> Option<Self> {
        if account.owner != Self::PROGRAM || account.data.get(..8) != Some(Self::DISCRIMINATOR) {
            return None;
        }
        let fits = Self::IS_OPEN_ENDED || account.data.len() == 8 + size_of::<Self>();
        assert!(fits, "programs and fuzzer were built from different sources: compile the programs again");
        account.data.get(8..8 + size_of::<Self>()).map(bytemuck::pod_read_unaligned)
    }
}

macro_rules! ledger {
    ($($field:ident: $state:ty, $program:ident $(, $open_ended:literal)?;)+) => {
        /// Every account of the three programs by type and address, in the order of addresses.
        #[derive(Clone, Default)]
        pub struct ShadowLedger {
            $(
                #[doc = concat!("All accounts of type `", stringify!($state), "`.")]
                pub $field: BTreeMap<Pubkey, $state>,
            )+
        }

        $(impl State for $state {
            const PROGRAM: Pubkey = $program::ID;
            $(const IS_OPEN_ENDED: bool = $open_ended;)?
        })+

        impl ShadowLedger {
            /// Reads the account at `address` again.
            pub fn update(&mut self, address: Pubkey, account: Option<&Account>) {
                $(
                    match account.and_then(<$state>::of) {
                        Some(state) => { self.$field.insert(address, state); }
                        None => { self.$field.remove(&address); }
                    }
                )+
            }
        }
    };
}

ledger! {
    exchange_configs: ExchangeConfig, modchains_exchange;
    models: Model, modchains_exchange;
    versions: ModelVersion, modchains_exchange;
    markets: Market, modchains_exchange;
    referrals: Referral, modchains_exchange;
    transfers: ModelTransfer, modchains_exchange;
    licences: Licence, modchains_exchange;
    contributors: Contributors, modchains_exchange;
    pause_budgets: PauseBudget, modchains_exchange;
    vaults: Vault, modchains_vault;
    pools: RevenuePool, modchains_vault;
    positions: Position, modchains_vault;
    shares: Share, modchains_vault;
    proposals: Proposal, modchains_vault;
    grants: Grant, modchains_vault;
    oracle_configs: OracleConfig, modchains_oracle;
    services: Service, modchains_oracle;
    operators: Operator, modchains_oracle;
    requests: Request, modchains_oracle, true;
    usages: Usage, modchains_oracle;
    licence_uses: LicenceUse, modchains_oracle;
}
