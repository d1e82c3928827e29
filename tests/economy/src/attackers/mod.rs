//! Everybody who wants to gain from the market's rules, or make others lose, and the defences that keep them from it.

pub mod forging;
pub mod opening;
pub mod reserve;
pub mod trading;

use crate::{
    search::{Found, search},
    world::Weakness,
};

/// One kind of attacker: how it is searched for, and which defences it must miss when they are switched off.
#[derive(Debug, Clone, Copy)]
pub struct Attack {
    pub name: &'static str,
    /// What the profit and its bound are measured in.
    pub measure: &'static str,
    pub search: fn(seed: u64, plans: u64, weakness: Weakness) -> Found,
    /// Plans of a short search.
    pub plans: u64,
    /// The defences, and plans of a search that must find a way without each.
    pub defences: &'static [(Weakness, u64)],
}

/// All of them.
pub const ATTACKS: [Attack; 20] = [
    Attack {
        name: "flash trader",
        measure: "of turnover",
        search: search::<trading::Flash>,
        plans: 30_000,
        defences: &[
            (Weakness::NoEpoch, 20_000),
            (Weakness::DepositMovesPrice, 20_000),
            (Weakness::BoundaryAfterTrades, 20_000),
        ],
    },
    Attack {
        name: "whale around two syncs",
        measure: "of turnover",
        search: search::<trading::Whale>,
        plans: 30_000,
        defences: &[
            (Weakness::PresentSupply, 20_000),
            (Weakness::WholeFeeLost, 20_000),
            (Weakness::AbsorbUpToStep, 20_000),
        ],
    },
    Attack {
        name: "dust trader",
        measure: "of turnover",
        search: search::<trading::Dust>,
        plans: 20_000,
        defences: &[(Weakness::TowardTrader, 10_000)],
    },
    Attack {
        name: "momentum extractor",
        measure: "of turnover",
        search: search::<trading::Momentum>,
        plans: 10_000,
        defences: &[(Weakness::NetPilesUp, 5_000)],
    },
    Attack {
        name: "backlog buyer",
        measure: "of turnover",
        search: search::<reserve::Backlog>,
        plans: 10_000,
        defences: &[(Weakness::BuysAtBid, 5_000)],
    },
    Attack {
        name: "distributor of dues",
        measure: "of turnover",
        search: search::<reserve::Distributor>,
        plans: 10_000,
        defences: &[(Weakness::DuesUnknown, 5_000)],
    },
    Attack {
        name: "waiting for a gift",
        measure: "of turnover",
        search: search::<reserve::WaitingGift>,
        plans: 10_000,
        defences: &[(Weakness::WaitingUnknown, 5_000), (Weakness::DepositMovesPrice, 5_000)],
    },
    Attack {
        name: "licensee",
        measure: "of turnover",
        search: search::<reserve::Licensee>,
        plans: 10_000,
        defences: &[(Weakness::DepositMovesPrice, 5_000)],
    },
    Attack {
        name: "churner",
        measure: "spread",
        search: search::<reserve::Churner>,
        plans: 1_000,
        defences: &[(Weakness::SpreadNotWorkedIn, 300)],
    },
    Attack {
        name: "forger",
        measure: "of what it lost",
        search: search::<forging::Forger>,
        plans: 2_000,
        defences: &[
            (Weakness::FreeRises, 500),
            (Weakness::WholeUsageFeePays, 500),
            (Weakness::ReserveSharePays, 1_000),
            (Weakness::SteadyUsePays, 1_000),
        ],
    },
    Attack {
        name: "forger in a decline",
        measure: "of what it lost",
        search: search::<forging::ForgerInDecline>,
        plans: 2_000,
        defences: &[(Weakness::FreeFalls, 1_500)],
    },
    Attack {
        name: "forger in many markets",
        measure: "of what it lost",
        search: search::<forging::ManyMarkets>,
        plans: 1_000,
        defences: &[(Weakness::UseCountsInManyMarkets, 500)],
    },
    Attack {
        name: "forger before a crowd",
        measure: "of what it lost; measured, not proved",
        search: search::<forging::BeforeCrowd>,
        plans: 800,
        defences: &[(Weakness::FreeRises, 200)],
    },
    Attack {
        name: "late-sync whale",
        measure: "of the reserve",
        search: search::<forging::LateSync>,
        plans: 2_000,
        defences: &[(Weakness::FreeFalls, 1_000)],
    },
    Attack {
        name: "supply taken away",
        measure: "of the depth",
        search: search::<forging::SupplyAway>,
        plans: 1_000,
        defences: &[(Weakness::NothingStands, 500)],
    },
    Attack {
        name: "absorption blocker",
        measure: "of the price",
        search: search::<forging::Blocker>,
        plans: 2_000,
        defences: &[(Weakness::AbsorbsOnlyWhenQuiet, 500)],
    },
    Attack {
        name: "roll and sync orderer",
        measure: "of the price",
        search: search::<forging::Orderer>,
        plans: 2_000,
        defences: &[(Weakness::LiveNetSettles, 500)],
    },
    Attack {
        name: "one requester",
        measure: "of the net",
        search: search::<forging::Feeder>,
        plans: 4_000,
        defences: &[(Weakness::NoRequesterCap, 1_000)],
    },
    Attack {
        name: "sniper, many wallets",
        measure: "of what it spent",
        search: search::<opening::Sniper>,
        plans: 3_000,
        defences: &[(Weakness::NoLaunchFee, 1_000), (Weakness::NoLaunchCap, 1_000)],
    },
    Attack {
        name: "flash staker",
        measure: "of what it spent",
        search: search::<opening::Staker>,
        plans: 20_000,
        defences: &[(Weakness::StakePaidAtOnce, 5_000)],
    },
];
