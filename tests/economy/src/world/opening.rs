//! Markets to begin with.

use modchains_core::{
    backing::Backing,
    curve::Curve,
    fees::{TRADE_FEES_DEFAULT, USAGE_FEE_SPLIT_DEFAULT},
    history::History,
    launch::{LAUNCH_CAP_MAX_PPM, LaunchTally, LaunchTerms},
    market::{self, Dues, MarketParams, MarketRules, MarketState},
    math::mul_div_floor,
    sync::{StepPricing, Supply, SyncState},
};

use super::{DEPTH, EPOCH, Usage, Weakness, World, terms};
use crate::search::Genes;

/// A market that others brought into some state.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// Price over backing.
    pub premium: f64,
    pub reserve_atoms: u64,
    /// What part of the virtual quote that the reserve covers is missing.
    pub slack: f64,
}

impl World {
    /// A market whose supply stood still for long, with the default split of usage fees.
    pub fn standing(start: Start, params: &MarketParams, weakness: Weakness) -> Self {
        let circulating_atoms = (DEPTH as f64 * (1.0 - 1.0 / start.premium)) as u64;
        let backing = Backing::new(DEPTH, params.premium_min_ppm).unwrap();
        let empty =
            Curve { reserve_atoms: start.reserve_atoms, circulating_atoms, depth_atoms: DEPTH, virtual_atoms: 1 };
        // Below the supply floor as at a launch: on the curve's own boundary.
        let boundary_atoms = mul_div_floor(start.reserve_atoms, DEPTH - circulating_atoms, circulating_atoms).unwrap();
        let missing_atoms = (boundary_atoms as f64 * start.slack) as u64;
        let curve = Curve { virtual_atoms: (boundary_atoms - missing_atoms).max(1), ..empty };
        let supply = Supply {
            peak_atoms: circulating_atoms,
            last_peak_atoms: circulating_atoms,
            short_average_atoms: circulating_atoms,
            long_average_atoms: circulating_atoms,
            ..Supply::new(0)
        };
        let launch = LaunchTerms::default();
        let state = MarketState {
            curve,
            backing,
            history: History::new(0),
            sync: SyncState { supply, ..SyncState::new(0) },
            dues: Dues::default(),
            launch: LaunchTally::new(&launch, 0),
            parameter_epoch: 0,
        };
        state.invariant().unwrap();
        Self::unused(state, MarketRules::new(params, &launch, DEPTH, 0), weakness)
    }

    /// A market whose model nobody has used.
    fn unused(state: MarketState, rules: MarketRules, weakness: Weakness) -> Self {
        Self {
            state,
            rules,
            usage_split: USAGE_FEE_SPLIT_DEFAULT,
            usage: Usage::new(u64::MAX, EPOCH as u32, 0),
            due_atoms: 0,
            now_seconds: 0,
            weakness,
            highest_net_atoms: 0,
            piled_net_atoms: 0,
        }
    }

    /// A market of any fees, bounds and premium, on the boundary of solvency or inside it, an epoch after its last sync.
    pub fn grown(genes: &mut Genes, weakness: Weakness) -> Self {
        let fees = terms::fees(genes);
        let params = terms::params_for(&fees, genes.chance(0.33), weakness);
        let premium = 1.0 + genes.log(0.03, 100.0);
        let reserve_atoms = genes.log(1e10, 1e13) as u64;
        let slack = if genes.chance(0.5) { 0.0 } else { genes.unit().powi(2) * 0.98 };
        let mut world = Self::standing(Start { premium, reserve_atoms, slack }, &params, weakness);
        world.state.history = world.state.history.observe(&world.state.curve, EPOCH).unwrap();
        world.usage.roll(EPOCH, weakness);
        world.now_seconds = EPOCH;
        world
    }

    /// Genes that [`World::grown`] reads.
    pub const GROWN_GENES: usize = terms::FEE_GENES + 5;

    /// A market that opens now.
    pub fn open(depth_atoms: u64, virtual_atoms: u64, launch: LaunchTerms, weakness: Weakness) -> Self {
        let fees = TRADE_FEES_DEFAULT;
        let launch = match weakness {
            Weakness::NoLaunchFee => LaunchTerms { fee_max_bps: fees.fee_bps, ..launch },
            Weakness::NoLaunchCap => LaunchTerms { cap_ppm: LAUNCH_CAP_MAX_PPM, ..launch },
            _ => launch,
        };
        let rules = MarketRules::new(&terms::params_for(&fees, true, weakness), &launch, depth_atoms, 0);
        Self::unused(market::open(&rules, virtual_atoms, 0).unwrap(), rules, weakness)
    }

    /// Makes this the market of a model whose epochs have long counted `share_atoms` each: the sums stand where such use holds
    /// them, and the depth at the opening is the one from which their net has paid for the present depth.
    pub fn settle_at(&mut self, share_atoms: u64) {
        self.usage.settle_at(share_atoms);
        let net_atoms = self.usage.paid_net_atoms(self.weakness);
        (self.state.sync.settled_net_atoms, self.state.sync.standing_net_atoms) = (net_atoms, net_atoms);
        self.piled_net_atoms = net_atoms;
        let mut curve = self.state.curve;
        let most_atoms = curve.depth_atoms.saturating_mul(60);
        let mut left_atoms = net_atoms;
        while left_atoms > 0 && curve.depth_atoms < most_atoms {
            let supply_atoms = self.state.sync.supply.pricing_atoms(curve.circulating_atoms, curve.depth_atoms);
            let added_atoms = (curve.depth_atoms / 20_000).max(1);
            let pricing = StepPricing::new(&curve, supply_atoms).unwrap();
            let gain_atoms = pricing.gain_atoms(curve.depth_atoms, curve.depth_atoms + added_atoms).unwrap();
            if gain_atoms == 0 {
                break;
            }
            let paid_atoms = gain_atoms.min(left_atoms);
            curve.depth_atoms += (u128::from(added_atoms) * u128::from(paid_atoms) / u128::from(gain_atoms)) as u64;
            left_atoms -= paid_atoms;
        }
        self.rules.depth_opening_atoms = curve.depth_atoms;
    }
}
