//! What travels between markets and those who trade in them: in accounts, instructions, settings and quotes.

/// Declares those types with the attributes given: `fixed` for what an account holds byte for byte, `sent` for what only
/// travels, and the name that launch terms have.
///
/// They are declared here, for everybody, and once more where the exchange's IDL is built: Anchor describes only types of
/// the crate that it describes.
#[macro_export]
macro_rules! market_types {
    (fixed: $(#[$fixed:meta])*, sent: $(#[$sent:meta])*, launch: $(#[$launch:meta])* $LaunchTerms:ident) => {
        /// Fees and curve policy that a market copies when it opens. Basis points are of 10,000, `ppm` of 1,000,000.
        $(#[$fixed])*
        #[repr(C)]
        pub struct MarketParams {
            /// Trade fee on the quote side.
            pub fee_bps: u16,
            /// Share of the fee that stays in the reserve.
            pub reserve_bps: u16,
            /// Share of the fee that goes to stakers.
            pub vault_bps: u16,
            /// Share of the fee that goes to the creator and contributors.
            pub creator_bps: u16,
            /// Share of the fee that goes to the protocol.
            pub protocol_bps: u16,
            /// Part of the protocol's share that a referrer takes.
            pub referral_bps: u16,
            /// Largest step of the depth above the high-water mark in one sync.
            pub step_max_ppm: u32,
            /// Largest part of the quote side by which a sync works reserve fees into the price; 0 for none.
            pub absorb_max_ppm: u32,
            /// Largest sum of steps of any 24 hours, each way.
            pub drift_max_ppm: u32,
            /// Smallest premium of price over backing, at the high-water mark, that a downward step aims for; also sets
            /// the supply below which nothing steps.
            pub premium_min_ppm: u32,
            /// Largest premium of price over backing, at the high-water mark, that an upward step aims for.
            pub premium_max_ppm: u32,
            /// Length of an epoch; the curve moves at most once in each.
            pub epoch_seconds: u32,
            /// Half-life of the average supply that bounds a step.
            pub supply_half_life_seconds: u32,
            /// Half-life of the average supply at which a step is paid.
            pub pricing_half_life_seconds: u32,
            /// Age of the usage figures from which on the curve keeps its parameters.
            pub usage_stale_seconds: u32,
        }

        /// Launch protection, chosen by the creator for good. All zero for none.
        $(#[$launch])*
        pub struct $LaunchTerms {
            /// Fee in the first second, basis points; falls in a straight line to the base fee.
            pub fee_max_bps: u16,
            /// How long the launch lasts, at most an hour.
            pub duration_seconds: u32,
            /// Most that one transaction may buy, in parts per million of the opening depth.
            pub cap_ppm: u32,
        }

        /// When a trader's quote lapses.
        $(#[$sent])*
        pub struct QuoteTerms {
            /// The trade is refused from this unix second on.
            pub deadline_seconds: i64,
            /// The trade is refused once the market's parameter epoch reaches this: the epoch of the quote plus one.
            pub max_epoch: u64,
        }

        /// How much is traded. `in` is what the trader gives: quote atoms in a buy, token atoms in a sale. All of it is traded
        /// or nothing.
        $(#[$sent])*
        pub enum TradeAmount {
            /// Gives exactly `atoms_in`.
            ExactIn {
                /// What is given, fee included.
                atoms_in: u64,
                /// Fewest atoms the trader accepts.
                min_atoms_out: u64,
            },
            /// Gets exactly `atoms_out`.
            ExactOut {
                /// What the trader gets, after the fee.
                atoms_out: u64,
                /// Most atoms the trader gives.
                max_atoms_in: u64,
            },
        }
    };
}

market_types! {
    fixed:
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
        #[cfg_attr(feature = "chain", derive(bytemuck::Pod, bytemuck::Zeroable))]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default, deny_unknown_fields))],
    sent:
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))],
    launch:
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
        LaunchTerms
}
