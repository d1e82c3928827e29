//! Descriptions of `modchains_core`'s types for the IDL. Anchor derives them only for types that the program declares, so
//! the same declarations are made here once more and lend theirs.

use std::collections::BTreeMap;

use anchor_lang::idl::types::IdlTypeDef;

mod declared {
    use anchor_lang::prelude::*;

    modchains_core::market_types! {
        fixed: #[derive(AnchorSerialize, AnchorDeserialize)],
        sent: #[derive(AnchorSerialize, AnchorDeserialize)],
        launch: #[derive(AnchorSerialize, AnchorDeserialize)] LaunchArgs
    }
}

/// What Anchor's code asks of a type that stands in an account, an event or an instruction. Has to be in scope there.
pub trait Described {
    /// The description.
    fn create_type() -> Option<IdlTypeDef>;
    /// Descriptions of the types of its fields.
    fn insert_types(types: &mut BTreeMap<String, IdlTypeDef>);
    /// Its name with the path of its module.
    fn get_full_path() -> String;
}

macro_rules! describe {
    ($($described:ty as $declared:ident,)+) => {
        $(impl Described for $described {
            fn create_type() -> Option<IdlTypeDef> {
                <declared::$declared as anchor_lang::IdlBuild>::create_type()
            }

            fn insert_types(types: &mut BTreeMap<String, IdlTypeDef>) {
                <declared::$declared as anchor_lang::IdlBuild>::insert_types(types);
            }

            fn get_full_path() -> String {
                <declared::$declared as anchor_lang::IdlBuild>::get_full_path()
            }
        })+
    };
}

describe! {
    modchains_core::market::LaunchTerms as LaunchArgs,
    modchains_core::market::MarketParams as MarketParams,
    modchains_core::market::QuoteTerms as QuoteTerms,
    modchains_core::market::TradeAmount as TradeAmount,
}
