//! A market of thousands of agents over months: noise traders, trend followers, holders, stakers, and users whose
//! demand grows, stays or dies. Every quote atom and every token is accounted for after every epoch.

use modchains_core::{
    fees::{FeeLegs, USAGE_FEE_SPLIT_DEFAULT},
    launch::LaunchTerms,
    stream::{STREAM_SECONDS_DEFAULT, Stream},
    sync::SyncReason,
};
use modchains_test_economy::world::{DEPTH, Weakness, World};
use modchains_test_seed::Random;

/// How demand for inference develops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    Growing,
    Flat,
    Dying,
}

/// What the crowd was and did.
#[derive(Debug, Clone, Copy)]
pub struct Summary {
    pub trades: u64,
    pub syncs_up: u32,
    pub syncs_down: u32,
    pub absorptions: u32,
    /// Depth at the end over depth at the opening.
    pub depth: f64,
    /// Price over backing at the end.
    pub premium: f64,
    /// Price at the end over price at launch.
    pub risen: f64,
    /// Paid to stakers, as a part of what all trades and uses gave them.
    pub streamed: f64,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Noise,
    Trend,
    Holder,
    Staker,
}

#[derive(Debug, Clone, Copy)]
struct Agent {
    kind: Kind,
    cash_atoms: u64,
    token_atoms: u64,
    staked_atoms: u64,
    checkpoint_q64: u128,
}

/// Quote atoms that an agent begins with: ten SOL.
const PURSE: u64 = 10_000_000_000;
/// Opening virtual reserve: 300 SOL.
const VIRTUAL: u64 = 300_000_000_000;

pub struct Crowd {
    world: World,
    agents: Vec<Agent>,
    random: Random,
    demand: Demand,
    stream: Stream,
    staked_atoms: u64,
    /// Legs owed to creator, protocol and referrers, and the stakers' until they are distributed.
    owed_atoms: u64,
    vault_due_atoms: u64,
    vault_total_atoms: u64,
    /// Paid in by users and never held by an agent.
    users_paid_atoms: u64,
    operators_atoms: u64,
    prices: Vec<f64>,
    summary: Summary,
}

impl Crowd {
    pub fn new(agents: usize, demand: Demand, seed: u64) -> Self {
        let kinds = [Kind::Noise, Kind::Noise, Kind::Noise, Kind::Trend, Kind::Holder, Kind::Staker];
        let agent = |place: usize| Agent {
            kind: kinds[place % kinds.len()],
            cash_atoms: PURSE,
            token_atoms: 0,
            staked_atoms: 0,
            checkpoint_q64: 0,
        };
        let world = World::open(DEPTH, VIRTUAL, LaunchTerms::default(), Weakness::None);
        Self {
            world,
            agents: (0..agents).map(agent).collect(),
            random: Random(seed),
            demand,
            stream: Stream::new(0),
            staked_atoms: 0,
            owed_atoms: 0,
            vault_due_atoms: 0,
            vault_total_atoms: 0,
            users_paid_atoms: 0,
            operators_atoms: 0,
            prices: Vec::new(),
            summary: Summary {
                trades: 0,
                syncs_up: 0,
                syncs_down: 0,
                absorptions: 0,
                depth: 1.0,
                premium: 0.0,
                risen: 0.0,
                streamed: 0.0,
            },
        }
    }

    /// Runs for `days` and checks the sums after every epoch.
    pub fn run(mut self, days: u64) -> Summary {
        for hour in 0..days * 24 {
            self.prices.push(self.price());
            (0..self.agents.len()).for_each(|place| self.act(place));
            self.use_model(hour as f64 / 24.0);
            self.distribute();
            self.world.next_epoch();
            if let Some(synced) = self.world.sync_by_usage() {
                let up = synced.reason == SyncReason::SteppedUp;
                let down = synced.reason == SyncReason::SteppedDown;
                self.summary.syncs_up += u32::from(up);
                self.summary.syncs_down += u32::from(down);
                self.summary.absorptions += u32::from(synced.reason == SyncReason::Absorbed);
            }
            self.check();
        }
        let curve = &self.world.state.curve;
        self.summary.premium = self.price() * curve.circulating_atoms as f64 / curve.reserve_atoms as f64;
        self.summary.depth = curve.depth_atoms as f64 / DEPTH as f64;
        self.summary.risen = self.price() * DEPTH as f64 / VIRTUAL as f64;
        self.everybody_leaves();
        self.summary
    }

    fn price(&self) -> f64 {
        self.world.price()
    }

    fn act(&mut self, place: usize) {
        let Agent { kind, cash_atoms, token_atoms, .. } = self.agents[place];
        match kind {
            Kind::Noise if self.random.chance(200) => {
                if self.random.chance(2) {
                    let spent = (cash_atoms as f64 * self.random.unit() * 0.2) as u64;
                    self.buy(place, spent);
                } else {
                    let sold = (token_atoms as f64 * self.random.unit()) as u64;
                    self.sell(place, sold);
                }
            }
            Kind::Trend if self.random.chance(50) => {
                let day_ago = self.prices[self.prices.len().saturating_sub(25)];
                if self.price() > day_ago * 1.01 {
                    self.buy(place, cash_atoms / 10);
                } else if self.price() < day_ago * 0.99 {
                    self.sell(place, token_atoms / 2);
                }
            }
            Kind::Holder if token_atoms == 0 && self.random.chance(500) => self.buy(place, cash_atoms / 2),
            Kind::Staker if token_atoms == 0 && self.random.chance(500) => {
                self.buy(place, cash_atoms / 2);
                self.stake(place);
            }
            _ => {}
        }
    }

    fn buy(&mut self, place: usize, gross_atoms: u64) {
        if let Ok(buy) = self.world.buy(gross_atoms) {
            self.agents[place].cash_atoms -= buy.quote_atoms;
            self.agents[place].token_atoms += buy.token_atoms;
            self.record(&buy.legs);
        }
    }

    fn sell(&mut self, place: usize, token_atoms: u64) {
        if let Ok(sell) = self.world.sell(token_atoms) {
            self.agents[place].token_atoms -= sell.token_atoms;
            self.agents[place].cash_atoms += sell.quote_atoms;
            self.record(&sell.legs);
        }
    }

    fn record(&mut self, legs: &FeeLegs) {
        self.owed_atoms += legs.creator + legs.protocol + legs.referrer;
        self.vault_due_atoms += legs.vault;
        self.summary.trades += 1;
    }

    fn stake(&mut self, place: usize) {
        self.stream = self.stream.advance(self.world.now_seconds, self.staked_atoms).unwrap();
        let agent = &mut self.agents[place];
        (agent.staked_atoms, agent.checkpoint_q64) = (agent.token_atoms, self.stream.acc_per_share_q64);
        self.staked_atoms += agent.token_atoms;
    }

    /// An epoch of demand from about fifty requesters, in all a thousandth of the virtual reserve at the beginning.
    fn use_model(&mut self, day: f64) {
        let level = match self.demand {
            Demand::Growing => 1.04_f64.powf(day),
            Demand::Flat => 1.0,
            Demand::Dying => 0.9_f64.powf((day - 20.0).max(0.0)),
        };
        let fee_atoms = (VIRTUAL as f64 / 1_000.0 * level * (0.8 + 0.4 * self.random.unit())) as u64;
        let legs = self.world.usage.count(fee_atoms, 50, &USAGE_FEE_SPLIT_DEFAULT, Weakness::None);
        self.users_paid_atoms += fee_atoms;
        self.operators_atoms += legs.operator;
        self.owed_atoms += legs.creator + legs.protocol;
        self.vault_due_atoms += legs.vault;
        self.world.deposit(legs.reserve);
    }

    fn distribute(&mut self) {
        let due_atoms = std::mem::take(&mut self.vault_due_atoms);
        if due_atoms > 0 {
            self.vault_total_atoms += due_atoms;
            let now = self.world.now_seconds;
            self.stream = self.stream.deposit(due_atoms, now, self.staked_atoms, STREAM_SECONDS_DEFAULT).unwrap();
        }
    }

    /// Solvency; every token in somebody's hands; every quote atom in one place.
    fn check(&self) {
        self.world.state.curve.invariant().unwrap();
        self.stream.invariant().unwrap();
        let tokens: u64 = self.agents.iter().map(|agent| agent.token_atoms).sum();
        assert_eq!(tokens, self.world.state.curve.circulating_atoms);
        let purses: u64 = self.agents.iter().map(|agent| agent.cash_atoms).sum();
        let vault = self.vault_due_atoms + self.stream.held_atoms().unwrap();
        let held = purses + self.world.state.curve.reserve_atoms + self.owed_atoms + vault + self.operators_atoms;
        assert_eq!(held, PURSE * self.agents.len() as u64 + self.users_paid_atoms);
    }

    /// The run on the bank: everybody claims and sells; the reserve pays every one of them.
    fn everybody_leaves(&mut self) {
        self.stream = self.stream.advance(self.world.now_seconds, self.staked_atoms).unwrap();
        let mut settled_atoms = 0;
        for place in 0..self.agents.len() {
            let agent = self.agents[place];
            let earned_atoms;
            (earned_atoms, self.stream) = self.stream.settle(agent.staked_atoms, agent.checkpoint_q64).unwrap();
            settled_atoms += earned_atoms;
            self.agents[place].cash_atoms += earned_atoms;
            self.sell(place, agent.token_atoms);
            self.check();
        }
        let dust = self.agents.iter().map(|agent| agent.token_atoms).max().unwrap();
        assert!(dust as f64 * self.price() < 2.0, "{dust} atoms of a token could not be sold");
        self.summary.streamed = settled_atoms as f64 / self.vault_total_atoms as f64;
    }
}
