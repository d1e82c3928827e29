//! The oracle's parameters as settings: the same fields, with defaults. The market's are settings as they are.

use modchains_core::{fees::USAGE_FEE_SPLIT_DEFAULT, market::MarketParams};
use modchains_sdk::oracle::state::{OracleParams, UsageSplit};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Two days, the default delay of a configuration change.
pub(super) const TIMELOCK_SECONDS: u32 = 48 * 3_600;

/// A value that is not what the file says: its name, what the chain has, what the file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The setting.
    pub setting: String,
    /// What the chain has.
    pub on_chain: String,
    /// What the file says.
    pub in_file: String,
}

impl Difference {
    /// A difference, unless both are equal.
    pub fn between<T: PartialEq + ToString>(setting: &str, on_chain: &T, in_file: &T) -> Option<Self> {
        let (found, wanted) = (on_chain.to_string(), in_file.to_string());
        (on_chain != in_file).then(|| Self { setting: setting.to_owned(), on_chain: found, in_file: wanted })
    }
}

/// Where the market's parameters on the chain have another value than those of the file, which need no form of their own.
pub fn market_differences(in_file: &MarketParams, on_chain: &MarketParams) -> Vec<Difference> {
    let fields = |params: &MarketParams| match serde_json::to_value(params) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let found = fields(on_chain);
    let wanted = fields(in_file);
    wanted.iter().filter_map(|(name, wanted)| Difference::between(name, found.get(name)?, wanted)).collect()
}

/// As [`market_differences`], of the oracle's parameters.
pub fn oracle_differences(in_file: &OracleParams, on_chain: &OracleParams) -> Vec<Difference> {
    let mut differences = ServiceSettings::of(in_file).differences(on_chain);
    differences.extend(SplitSettings::of(&in_file.split).differences(&on_chain.split));
    differences
}

/// Makes the TOML form of a program's parameter struct: the same fields with defaults.
macro_rules! settings {
    ($(#[$doc:meta])* $name:ident of $params:ident { $($field:ident: $kind:ty = $default:expr,)+ } $(with $rest:expr)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Deserialize, Serialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $(#[doc = concat!("See the program's `", stringify!($params), "::", stringify!($field), "`.")] pub $field: $kind,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl $name {
            /// The settings that parameters are.
            pub const fn of(params: &$params) -> Self {
                Self { $($field: params.$field,)+ }
            }

            /// Where `on_chain` has another value.
            pub fn differences(&self, on_chain: &$params) -> Vec<Difference> {
                [$(Difference::between(stringify!($field), &on_chain.$field, &self.$field),)+].into_iter().flatten().collect()
            }
        }
    };
}

settings! {
    /// Windows, bonds and bounds of new services.
    ServiceSettings of OracleParams {
        challenge_window_seconds: u32 = 3_600,
        claim_seconds: u32 = 120,
        cooldown_seconds: u32 = 7 * 24 * 3_600,
        epoch_seconds: u32 = MarketParams::DEFAULT.epoch_seconds,
        bond_multiple_bps: u32 = 20_000,
        timelock_seconds: u32 = TIMELOCK_SECONDS,
        operator_min_bps: u16 = 5_000,
        reserve_min_bps: u16 = 100,
        protocol_min_bps: u16 = 100,
    }
}

settings! {
    /// How the fee of a request is shared, in basis points that add up to 10,000.
    SplitSettings of UsageSplit {
        operator_bps: u16 = USAGE_FEE_SPLIT_DEFAULT.operator_bps,
        vault_bps: u16 = USAGE_FEE_SPLIT_DEFAULT.vault_bps,
        creator_bps: u16 = USAGE_FEE_SPLIT_DEFAULT.creator_bps,
        reserve_bps: u16 = USAGE_FEE_SPLIT_DEFAULT.reserve_bps,
        protocol_bps: u16 = USAGE_FEE_SPLIT_DEFAULT.protocol_bps,
    }
}
