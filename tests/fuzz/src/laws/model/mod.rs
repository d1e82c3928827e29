//! The programs beside a model of markets and of usage that shares no code with them, see `tests/model`.

mod account;
mod play;

use anchor_lang::Discriminator;
use modchains_core::{math::join_words, sync::SyncReason};
use modchains_exchange::{
    ID as EXCHANGE,
    events::{CurveMoved, TradeFee},
    instruction::{MarketBuy, MarketDeposit, MarketSell, MarketSync},
    state::Market,
};
use modchains_oracle::state::Usage;
use modchains_test_model as model;
use solana_instruction::Instruction;

use self::{
    account::require_same,
    play::{Played, play},
};
use super::law::{Law, Sight, Verdict, hold};
use crate::traded::traded;

/// The laws.
pub const LAWS: &[Law] = &[
    Law {
        name: MARKET_LAW,
        sentence: "After every operation every field of a market is what a model makes of it, which shares no code with it.",
        check: a_market_is_its_model,
    },
    Law {
        name: "amounts_are_the_models",
        sentence: "Amounts, fees, legs and spreads of trades, steps and reasons of syncs are the model's to the atom.",
        check: amounts_are_the_models,
    },
    Law {
        name: REFUSAL_LAW,
        sentence: "What is refused to traders, depositors and syncs is refused by the model too, for the same reason.",
        check: a_refusal_is_the_models,
    },
    Law {
        name: "usage_is_its_model",
        sentence: "A roll leaves the sums and the net that a model of usage makes of the epoch; nothing else touches them.",
        check: usage_is_its_model,
    },
];

/// The law whose facts are operations that ended as in the model.
pub const MARKET_LAW: &str = "a_market_is_its_model";
/// The law whose facts are refusals for the model's reason.
pub const REFUSAL_LAW: &str = "a_refusal_is_the_models";

/// Reasons of the core's that no market may ever meet, whatever is sent.
const NEVER: [&str; 4] = ["NotSolvent", "DivisionByZero", "CurveEmpty", "SyncParamsInvalid"];

fn accepted(sight: &Sight) -> Result<Option<Played>, String> {
    if sight.seen.result.is_err() {
        return Ok(None);
    }
    let played = play(sight).ok_or("accepted without what it needs")?;
    match played.refusal {
        Some(refusal) => Err(format!("accepted, though the model refuses it: {refusal:?}")),
        None => Ok(Some(played)),
    }
}

fn a_market_is_its_model(sight: &Sight) -> Verdict {
    let Some(played) = accepted(sight)? else { return Ok(0) };
    for change in sight.seen.changes::<Market>() {
        let after = change.after.ok_or("a market is gone")?;
        let market = played.markets.get(&change.address).zip(played.before.get(&change.address));
        let (market, before) = market.ok_or("a market that nothing opened")?;
        require_same(market, before, &after)?;
    }
    Ok(played.operations)
}

fn amounts_are_the_models(sight: &Sight) -> Verdict {
    let Some(played) = accepted(sight)? else { return Ok(0) };
    let told: Vec<_> = traded(sight.seen)
        .iter()
        .map(|trade| {
            let amounts = model::Trade {
                quote: trade.quote.into(),
                tokens: trade.tokens.into(),
                fee_bps: trade.fee_bps.into(),
                fee: trade.fee_atoms(),
                legs: legs(&trade.fee),
                spread: trade.spread.into(),
            };
            (trade.market, amounts)
        })
        .collect();
    hold!(told == played.trades, "trades were {told:?}, by the model {:?}", played.trades);
    let syncs: Vec<_> = sight
        .seen
        .events::<CurveMoved>()
        .iter()
        .map(|event| (event.market, i128::from(event.step_ppm), u128::from(event.absorbed_atoms), reason(event.reason)))
        .collect();
    let expected = played
        .syncs
        .iter()
        .map(|(market, synced)| (*market, synced.step_ppm, synced.absorbed, synced.reason.to_owned()));
    let expected: Vec<_> = expected.collect();
    hold!(syncs == expected, "syncs were {syncs:?}, by the model {expected:?}");
    Ok((told.len() + syncs.len()) as u64)
}

fn legs(fee: &TradeFee) -> model::Legs {
    model::Legs {
        reserve: fee.reserve_atoms.into(),
        vault: fee.vault_atoms.into(),
        creator: fee.creator_atoms.into(),
        protocol: fee.protocol_atoms.into(),
        referrer: fee.referrer_atoms.into(),
    }
}

/// Name of a reason by its code.
fn reason(code: u32) -> String {
    use SyncReason::{
        Absorbed, AtRest, CirculatingTooSmall, DriftExhausted, MoveTooSmall, NetTooSmall, OracleStale, Paused,
        PremiumAtBound, SteppedDown, SteppedUp, Unchanged,
    };
    let all = [
        SteppedUp,
        SteppedDown,
        Absorbed,
        Unchanged,
        OracleStale,
        CirculatingTooSmall,
        PremiumAtBound,
        DriftExhausted,
        NetTooSmall,
        MoveTooSmall,
        Paused,
        AtRest,
    ];
    all.into_iter()
        .find(|reason| *reason as u32 == code)
        .map_or_else(|| code.to_string(), |reason| format!("{reason:?}"))
}

/// Whether the transaction is made of trades, syncs and deposits alone: what a refused roll would have told a sync after it
/// is not to be seen.
fn is_of_market(sight: &Sight) -> bool {
    let tags =
        [MarketBuy::DISCRIMINATOR, MarketSell::DISCRIMINATOR, MarketDeposit::DISCRIMINATOR, MarketSync::DISCRIMINATOR];
    let is_one = |sent: &Instruction| sent.program_id == EXCHANGE && tags.iter().any(|tag| sent.data.starts_with(tag));
    sight.seen.instructions.iter().all(is_one)
}

fn a_refusal_is_the_models(sight: &Sight) -> Verdict {
    let Err(refusal) = &sight.seen.result else { return Ok(0) };
    hold!(!NEVER.contains(&refusal.name.as_str()), "refused for {}", refusal.name);
    if sight.seen.corrupted || !is_of_market(sight) {
        return Ok(0);
    }
    let Some(played) = play(sight) else { return Ok(0) };
    // Whoever has less than they offer is refused by a token program, whose errors have no names here.
    let is_by_others = refusal.name.contains(": ");
    let Some(expected) = played.refusal.map(|refusal| format!("{refusal:?}")) else {
        hold!(is_by_others, "refused for {}, by the model for nothing", refusal.name);
        return Ok(0);
    };
    // An earlier instruction of the same transaction may be refused first.
    let is_earlier = is_by_others && sight.seen.instructions.len() > 1;
    hold!(refusal.name == expected || is_earlier, "refused for {}, by the model for {expected}", refusal.name);
    Ok(u64::from(!is_earlier))
}

fn usage_is_its_model(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<Usage>() {
        let mut usage =
            model::Usage { long_q32: join_words(before.long_sum_q32), short_q32: join_words(before.short_sum_q32) };
        let mut net_atoms = before.paid_net_atoms;
        if after.epoch != before.epoch {
            let (shares, fees, cap) = (before.epoch_shares_atoms, before.epoch_fees_atoms, before.requester_cap_atoms);
            let counted = model::counted_share(shares, fees, after.last_epoch_requesters, cap, before.quality_ppm);
            usage.roll(counted, after.epoch - before.epoch, before.epoch_seconds);
            net_atoms = usage.net_atoms();
            facts += 1;
        }
        let sums = (join_words(after.long_sum_q32), join_words(after.short_sum_q32));
        hold!(sums == (usage.long_q32, usage.short_q32), "the sums are {sums:?}, by the model {usage:?}");
        hold!(after.paid_net_atoms == net_atoms, "the net is {}, by the model {net_atoms}", after.paid_net_atoms);
    }
    Ok(facts)
}
