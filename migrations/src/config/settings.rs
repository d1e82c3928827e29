//! The programs' parameters as settings: the same fields, with defaults.

use modchains_sdk::{
    core::{
        fees::{TRADE_FEES_DEFAULT, USAGE_FEE_SPLIT_DEFAULT},
        sync::SyncParams,
    },
    exchange::state::MarketParams,
    oracle::state::{OracleParams, UsageSplit},
};
use serde::{Deserialize, Serialize};

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
            /// Where `on_chain` has another value.
            pub fn differences(&self, on_chain: &$params) -> Vec<Difference> {
                [$(Difference::between(stringify!($field), &on_chain.$field, &self.$field),)+].into_iter().flatten().collect()
            }
        }
    };
}

settings! {
    /// Fees and curve policy of new markets.
    MarketSettings of MarketParams {
        fee_bps: u16 = TRADE_FEES_DEFAULT.fee_bps,
        reserve_bps: u16 = TRADE_FEES_DEFAULT.split.reserve_bps,
        vault_bps: u16 = TRADE_FEES_DEFAULT.split.vault_bps,
        creator_bps: u16 = TRADE_FEES_DEFAULT.split.creator_bps,
        protocol_bps: u16 = TRADE_FEES_DEFAULT.split.protocol_bps,
        referral_bps: u16 = TRADE_FEES_DEFAULT.referral_bps,
        step_max_ppm: u32 = SyncParams::DEFAULT.step_max_ppm,
        absorb_max_ppm: u32 = SyncParams::DEFAULT.absorb_max_ppm,
        drift_max_ppm: u32 = SyncParams::DEFAULT.drift_max_ppm,
        dead_band_ppm: u32 = SyncParams::DEFAULT.dead_band_ppm,
        gain_milli: u32 = SyncParams::DEFAULT.gain_milli,
        premium_min_ppm: u32 = SyncParams::DEFAULT.premium_min_ppm,
        premium_max_ppm: u32 = SyncParams::DEFAULT.premium_max_ppm,
        epoch_seconds: u32 = SyncParams::DEFAULT.epoch_seconds,
        circulating_min_ppm: u32 = SyncParams::DEFAULT.min_circulating_ppm,
        high_water_half_life_seconds: u32 = SyncParams::DEFAULT.high_water_half_life_seconds,
        usage_stale_seconds: u32 = 6 * 3_600,
    }
}

settings! {
    /// Windows, bonds and bounds of new services.
    ServiceSettings of OracleParams {
        challenge_window_seconds: u32 = 3_600,
        claim_seconds: u32 = 120,
        cooldown_seconds: u32 = 7 * 24 * 3_600,
        epoch_seconds: u32 = SyncParams::DEFAULT.epoch_seconds,
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

impl MarketSettings {
    /// In the form the exchange takes.
    pub const fn params(&self) -> MarketParams {
        MarketParams {
            fee_bps: self.fee_bps,
            reserve_bps: self.reserve_bps,
            vault_bps: self.vault_bps,
            creator_bps: self.creator_bps,
            protocol_bps: self.protocol_bps,
            referral_bps: self.referral_bps,
            step_max_ppm: self.step_max_ppm,
            absorb_max_ppm: self.absorb_max_ppm,
            drift_max_ppm: self.drift_max_ppm,
            dead_band_ppm: self.dead_band_ppm,
            gain_milli: self.gain_milli,
            premium_min_ppm: self.premium_min_ppm,
            premium_max_ppm: self.premium_max_ppm,
            epoch_seconds: self.epoch_seconds,
            circulating_min_ppm: self.circulating_min_ppm,
            high_water_half_life_seconds: self.high_water_half_life_seconds,
            usage_stale_seconds: self.usage_stale_seconds,
        }
    }
}
