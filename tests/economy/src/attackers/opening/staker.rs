//! The flash staker: buys and stakes right before others' revenue is distributed, takes its part and leaves.
//!
//! Bound: with the whole stake, what the stream pays out in the time it stakes, `(unstreamed + deposit) * time / remaining`.

use modchains_core::stream::{STREAM_SECONDS_DEFAULT, Stream};

use crate::{
    search::{Adversary, Genes, Outcome},
    world::{Weakness, World},
};

pub struct Staker;

impl Adversary for Staker {
    const GENES: usize = World::GROWN_GENES + 6;

    fn play(mut genes: Genes, weakness: Weakness) -> Option<Outcome> {
        let mut world = World::grown(&mut genes, weakness);
        let (supply, unit) = (world.state.curve.circulating_atoms as f64, world.state.curve.reserve_atoms as f64);
        let honest_atoms = (supply * genes.log(1e-4, 1.0)) as u64;
        let streaming_atoms = (unit * genes.maybe_log(0.5, 1e-5, 1.0)) as u64;
        let remaining_seconds = 1 + genes.below(u64::from(STREAM_SECONDS_DEFAULT)) as u32;
        let stays_seconds = genes.maybe_log(0.5, 1.0, 1e5) as u64;
        let mut stream = Stream::new(0);
        if streaming_atoms > 0 {
            stream = stream.deposit(streaming_atoms, 0, honest_atoms, remaining_seconds).ok()?;
        }
        let buy = world.buy_tokens((supply * genes.log(1e-5, 0.5)) as u64).ok()?;
        let staked_atoms = buy.token_atoms;
        let (checkpoint_q64, all_atoms) = (stream.acc_per_share_q64, honest_atoms + staked_atoms);
        let waiting_atoms = (unit * genes.log(1e-5, 10.0)) as u64 + buy.legs.vault;
        stream = stream.deposit(waiting_atoms, 0, all_atoms, STREAM_SECONDS_DEFAULT).ok()?;
        let due = u128::from(stream.unstreamed_atoms) * u128::from(stays_seconds);
        let bound_atoms = (due / u128::from(stream.remaining_seconds)).min(u128::from(stream.unstreamed_atoms));
        let paid_at_once = weakness == Weakness::StakePaidAtOnce;
        if paid_at_once {
            stream.remaining_seconds = 0;
        }
        stream = stream.advance(stays_seconds as i64 + i64::from(paid_at_once), all_atoms).ok()?;
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
