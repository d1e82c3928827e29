//! The state of every market that a transaction names.

use modchains_exchange::{
    events::{ContentMinted, MarketDeposited},
    state::Market,
};

use super::law::{Law, Sight, Verdict, big, hold};
use crate::{laws::syncs, seen::Tokens, traded::traded};

pub const LAWS: &[Law] = &[
    Law {
        name: "reserve_covers_every_token",
        sentence: "Solvency (S): R * (Y - C) is at least V * C, and the depth exceeds the circulation.",
        check: reserve_covers_every_token,
    },
    Law {
        name: "product_never_falls",
        sentence: "Constant product (K): (R + V) * (Y - C) never falls but in a sync.",
        check: product_never_falls,
    },
    Law {
        name: "supply_is_circulation",
        sentence: "The mint's supply, and what holders destroyed themselves, is what the market counts as circulating.",
        check: supply_is_circulation,
    },
    Law {
        name: "market_terms_never_change",
        sentence: "Model, mints, fees, policy, opening and launch protection of a market are for good.",
        check: market_terms_never_change,
    },
    Law {
        name: "curve_moves_only_by_sync",
        sentence: "Depth and parameter epoch change in a sync and nowhere else; virtual quote also falls by deposits and grows by trades.",
        check: curve_moves_only_by_sync,
    },
    Law {
        name: "a_deposit_leaves_the_price",
        sentence: "A deposit replaces virtual quote in the reserve, all but one atom; the rest waits and moves no price.",
        check: a_deposit_leaves_the_price,
    },
];

fn reserve_covers_every_token(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Market>() {
        let Some(market) = change.after else { return Err(format!("market {} is gone", change.address)) };
        hold!(market.depth_atoms > market.circulating_atoms, "the depth is used up: {}", shape(&market));
        let backing = big(market.reserve_atoms) * big(market.depth_atoms - market.circulating_atoms);
        let claims = big(market.virtual_atoms) * big(market.circulating_atoms);
        hold!(backing >= claims, "R * y = {backing} is below V * C = {claims}: {}", shape(&market));
        // The same in plain words: what selling all tokens at once would pay, before fees, is in the reserve.
        let quote = big(market.reserve_atoms) + big(market.virtual_atoms);
        let pays = quote * big(market.circulating_atoms) / big(market.depth_atoms);
        hold!(pays <= big(market.reserve_atoms), "selling everything pays {pays}: {}", shape(&market));
        facts += 1;
    }
    Ok(facts)
}

fn shape(market: &Market) -> String {
    format!(
        "R {} C {} Y {} V {}",
        market.reserve_atoms, market.circulating_atoms, market.depth_atoms, market.virtual_atoms
    )
}

fn product_never_falls(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (address, before, after) in sight.seen.kept::<Market>() {
        if syncs::is_synced(sight.seen, &address) {
            continue;
        }
        let product = |market: &Market| {
            (big(market.reserve_atoms) + big(market.virtual_atoms)) * big(market.depth_atoms - market.circulating_atoms)
        };
        hold!(product(&after) >= product(&before), "K fell from {} to {}", shape(&before), shape(&after));
        facts += 1;
    }
    Ok(facts)
}

fn supply_is_circulation(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, _, market) in sight.seen.kept::<Market>() {
        let mint = sight.setup.chain.raw(&market.mint).ok_or("the mint is gone")?;
        let supply = Tokens::supply_of(&mint).ok_or("the mint is no mint")?;
        let burned = sight.setup.memory.burned.get(&market.mint).copied().unwrap_or(0);
        let circulating = u128::from(market.circulating_atoms);
        let counted = u128::from(supply) + u128::from(burned);
        hold!(counted == circulating, "supply {supply} and {burned} burned, but {circulating} circulate");
        facts += 1;
    }
    Ok(facts)
}

fn market_terms_never_change(sight: &Sight) -> Verdict {
    let terms = |market: &Market| {
        let keys = [market.model, market.mint, market.quote_mint, market.quote_vault];
        let launch = (market.opened_at_seconds, market.launch_seconds, market.launch_cap_ppm, market.launch_fee_bps);
        (keys, market.params, market.depth_opening_atoms, launch, market.bump)
    };
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<Market>() {
        hold!(terms(&before) == terms(&after), "{:?} became {:?}", terms(&before), terms(&after));
        facts += 1;
    }
    Ok(facts)
}

fn curve_moves_only_by_sync(sight: &Sight) -> Verdict {
    let deposits = sight.seen.events::<MarketDeposited>();
    let minted = sight.seen.events::<ContentMinted>();
    let mut facts = 0;
    for (address, before, after) in sight.seen.kept::<Market>() {
        let by_sync = syncs::is_synced(sight.seen, &address);
        let parameters = |market: &Market| (market.depth_atoms, market.parameter_epoch);
        let stands = parameters(&before) == parameters(&after);
        hold!(stands || by_sync, "{} became {} without a sync", shape(&before), shape(&after));
        let is_paid = deposits.iter().any(|event| event.market == address)
            || minted.iter().any(|event| event.model == before.model);
        let fell = after.virtual_atoms < before.virtual_atoms;
        hold!(!fell || by_sync || is_paid, "{} became {} without a deposit", shape(&before), shape(&after));
        let grew = after.virtual_atoms > before.virtual_atoms;
        let is_traded = traded(sight.seen).iter().any(|trade| trade.market == address);
        hold!(!grew || by_sync || is_traded, "{} became {} without a trade", shape(&before), shape(&after));
        let epochs = after.parameter_epoch - before.parameter_epoch;
        hold!(epochs <= 1, "{epochs} parameter epochs passed in one transaction");
        facts += 1;
    }
    Ok(facts)
}

fn a_deposit_leaves_the_price(sight: &Sight) -> Verdict {
    let deposits = sight.seen.events::<MarketDeposited>();
    for event in &deposits {
        let (before, after) = (&event.before, &event.after);
        let fee = &event.split;
        let added = u128::from(event.reserve_atoms) + u128::from(fee.reserve_atoms);
        let replaced = added.min(u128::from(before.virtual_atoms).saturating_sub(1));
        let reserve = u128::from(before.reserve_atoms) + replaced;
        hold!(reserve == u128::from(after.reserve_atoms), "{added} made {before:?} into {after:?}");
        let market = sight.seen.kept::<Market>().find(|(address, ..)| *address == event.market);
        let (_, was, is) = market.ok_or("a deposit into no market")?;
        let waits = u128::from(was.reserve_waiting_atoms) + added - replaced;
        hold!(waits == u128::from(is.reserve_waiting_atoms), "{added} made {before:?}: {waits} should wait");
        let left = u128::from(before.virtual_atoms) - replaced;
        hold!(left == u128::from(after.virtual_atoms), "{added} made {before:?} into {after:?}");
        let stands = (before.depth_atoms, before.circulating_atoms) == (after.depth_atoms, after.circulating_atoms);
        hold!(stands, "{added} made {before:?} into {after:?}");
    }
    Ok(deposits.len() as u64)
}
