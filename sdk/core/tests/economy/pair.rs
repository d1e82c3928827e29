//! The colluding pair. One trades or feeds usage, the other stakes or holds.
//!
//! * [`Staker`]: buys and stakes right before others' revenue is distributed, takes its part and leaves. Bound: with
//!   the whole stake, what the stream pays out in the time it stakes, `(unstreamed + deposit) * time / remaining`.
//! * [`Feeder`]: one key pays for as much inference as it likes, so that the other's tokens rise. Bound, for what the
//!   steps are worth: as many steps as the signal gives for use of `cap * (requesters + 1)` against the real use.

use modchains_core::{
    stream::{STREAM_SECONDS_DEFAULT, Stream},
    sync::{SyncReason, signal_step_ppm},
};
use modchains_test_seed::Random;

use super::{
    search::{Outcome, Plan},
    usage::Usage,
    weakness::Weakness,
    world::World,
};

#[derive(Debug, Clone)]
pub struct Staker {
    market_seed: u64,
    /// Honest stake as a part of the supply.
    honest: f64,
    /// Tokens bought and staked as a part of the supply.
    staked: f64,
    /// Revenue waiting to be distributed, as a part of `R`.
    waiting: f64,
    /// Revenue in the stream already, as a part of `R`, and the seconds left to stream it.
    streaming: f64,
    remaining_seconds: u64,
    /// Seconds between staking and leaving.
    stays_seconds: u64,
}

impl Plan for Staker {
    fn random(random: &mut Random) -> Self {
        Self {
            market_seed: random.next(),
            honest: random.log_uniform(1e-4, 1.0),
            staked: random.log_uniform(1e-5, 0.5),
            waiting: random.log_uniform(1e-5, 10.0),
            streaming: if random.chance(2) { 0.0 } else { random.log_uniform(1e-5, 1.0) },
            remaining_seconds: 1 + random.below(u64::from(STREAM_SECONDS_DEFAULT)),
            stays_seconds: if random.chance(2) { 0 } else { random.log_uniform(1.0, 1e5) as u64 },
        }
    }

    fn vary(&self, random: &mut Random) -> Self {
        let (mut next, other) = (self.clone(), Self::random(random));
        match random.below(7) {
            0 => next.market_seed = other.market_seed,
            1 => next.honest = other.honest,
            2 => next.staked = (self.staked * random.log_uniform(0.5, 2.0)).min(0.5),
            3 => next.waiting = (self.waiting * random.log_uniform(0.5, 2.0)).min(10.0),
            4 => next.streaming = other.streaming,
            5 => next.remaining_seconds = other.remaining_seconds,
            _ => next.stays_seconds = other.stays_seconds,
        }
        next
    }

    fn play(&self, weakness: Weakness) -> Option<Outcome> {
        let mut world = World::grown(self.market_seed, weakness);
        let (supply, unit) = (world.state.curve.circulating_atoms as f64, world.state.curve.reserve_atoms as f64);
        let honest_atoms = (supply * self.honest) as u64;
        let streaming_atoms = (unit * self.streaming) as u64;
        let mut stream = Stream::new(0);
        if streaming_atoms > 0 {
            stream = stream.deposit(streaming_atoms, 0, honest_atoms, self.remaining_seconds as u32).ok()?;
        }
        let buy = world.buy_tokens((supply * self.staked) as u64).ok()?;
        let staked_atoms = buy.token_atoms;
        let (checkpoint_q64, all_atoms) = (stream.acc_per_share_q64, honest_atoms + staked_atoms);
        let waiting_atoms = (unit * self.waiting) as u64 + buy.legs.vault;
        stream = stream.deposit(waiting_atoms, 0, all_atoms, STREAM_SECONDS_DEFAULT).ok()?;
        let due = |stream: &Stream| u128::from(stream.unstreamed_atoms) * u128::from(self.stays_seconds);
        let bound_atoms =
            (due(&stream) / u128::from(stream.remaining_seconds)).min(u128::from(stream.unstreamed_atoms));
        if weakness == Weakness::StakePaidAtOnce {
            stream.remaining_seconds = 0;
        }
        let paid_at = i64::from(weakness == Weakness::StakePaidAtOnce);
        stream = stream.advance(self.stays_seconds as i64 + paid_at, all_atoms).ok()?;
        let earned_atoms = i128::from(stream.claimable(staked_atoms, checkpoint_q64).ok()?);
        let sell = world.sell(staked_atoms).ok()?;
        let owned = [buy.legs, sell.legs].map(|legs| i128::from(legs.creator) + i128::from(legs.referrer));
        let trades_atoms = i128::from(sell.quote_atoms) - i128::from(buy.quote_atoms);
        Some(Outcome {
            profit_atoms: earned_atoms + trades_atoms + owned[0] + owned[1],
            bound_atoms: bound_atoms as i128 + 1,
            capital_atoms: i128::from(buy.quote_atoms),
        })
    }
}

#[derive(Debug, Clone)]
pub struct Feeder {
    market_seed: u64,
    /// Real requesters, and what each pays in an epoch as a part of its cap.
    requesters: u64,
    filled: f64,
    /// Fake fees of an epoch as a multiple of the real ones.
    fake: f64,
    days: u64,
}

impl Plan for Feeder {
    fn random(random: &mut Random) -> Self {
        Self {
            market_seed: random.next(),
            requesters: 1 + random.below(200),
            filled: random.log_uniform(0.1, 2.0),
            fake: random.log_uniform(0.01, 100.0),
            days: 1 + random.below(20),
        }
    }

    fn vary(&self, random: &mut Random) -> Self {
        let (mut next, other) = (self.clone(), Self::random(random));
        match random.below(5) {
            0 => next.market_seed = other.market_seed,
            1 => next.requesters = other.requesters,
            2 => next.filled = other.filled,
            3 => next.fake = (self.fake * random.log_uniform(0.3, 3.0)).min(100.0),
            _ => next.days = other.days,
        }
        next
    }

    fn play(&self, weakness: Weakness) -> Option<Outcome> {
        let mut world = World::grown(self.market_seed, weakness);
        let reserve_atoms = world.state.curve.reserve_atoms;
        let cap_atoms = reserve_atoms / 100_000;
        let real_atoms = (cap_atoms as f64 * self.filled) as u64 * self.requesters;
        let fake_atoms = (real_atoms as f64 * self.fake) as u64;
        world.usage = Usage::new(if weakness == Weakness::NoRequesterCap { u64::MAX } else { cap_atoms });
        let usual_atoms = real_atoms.min(cap_atoms * self.requesters);
        world.usage.settle_at(usual_atoms);
        let most_atoms = cap_atoms * (self.requesters + 1);
        let step_ppm = signal_step_ppm(most_atoms, most_atoms, usual_atoms, 1_000_000, &world.rules.params).ok()?;
        let epochs = self.days * 24;
        let mut stepped_ppm = 0_i128;
        for _ in 0..epochs {
            world.usage.count(real_atoms, self.requesters as u32, &world.usage_split);
            world.usage.count(fake_atoms, 1, &world.usage_split);
            world.next_epoch();
            let synced = world.sync_by_usage()?;
            if synced.reason == SyncReason::SteppedUp {
                stepped_ppm += i128::from(synced.step_applied_ppm);
            }
        }
        let worth = |ppm: i128| ppm * i128::from(reserve_atoms) / 1_000_000;
        Some(Outcome {
            profit_atoms: worth(stepped_ppm),
            bound_atoms: worth(i128::from(step_ppm.max(0)) * i128::from(epochs)),
            capital_atoms: i128::from(reserve_atoms),
        })
    }
}
