//! Tokens, whoever has them: nothing appears, vanishes or moves without a right to.

use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;

use super::{
    claims::due,
    law::{Law, Sight, Verdict, hold},
};
use crate::{
    actions::Expect,
    memory,
    seen::{Seen, Tokens},
    setup::treasury,
    traded::traded,
};

pub const LAWS: &[Law] = &[
    Law {
        name: "refused_changes_nothing",
        sentence: "A refused transaction leaves every account it named as it was.",
        check: refused_changes_nothing,
    },
    Law {
        name: "what_is_valid_is_accepted",
        sentence: "Nobody can be kept from what the rules allow, selling, withdrawing, claiming, refunding above all, by an account that is frozen but their own.",
        check: what_is_valid_is_accepted,
    },
    Law {
        name: "what_is_invalid_is_refused",
        sentence: "What comes too late, too early, from the wrong person or beyond a limit is refused.",
        check: what_is_invalid_is_refused,
    },
    Law {
        name: "tokens_are_conserved",
        sentence: "Of every mint, the sum of all balances changes by exactly what its supply changes by.",
        check: tokens_are_conserved,
    },
    Law {
        name: "only_a_signer_loses_tokens",
        sentence: "Nobody's balance falls in a transaction that they did not sign.",
        check: only_a_signer_loses_tokens,
    },
    Law {
        name: "only_trades_change_a_supply",
        sentence: "Model tokens are minted by buys alone and destroyed by sales and by their own holders alone.",
        check: only_trades_change_a_supply,
    },
];

fn refused_changes_nothing(sight: &Sight) -> Verdict {
    if sight.seen.result.is_ok() {
        return Ok(0);
    }
    let touched = &sight.seen.touched;
    for account in touched {
        hold!(account.before == account.after, "refused, yet {} changed", account.address);
    }
    Ok(touched.len() as u64)
}

/// Whether a token account is frozen of somebody who signed, or of who is to be paid.
fn is_own_frozen(sight: &Sight) -> bool {
    let payee = due(sight.setup, sight.seen).map(|(owner, _)| owner);
    let held = sight.seen.touched.iter().filter_map(|account| Tokens::of(account.before.as_ref()?));
    held.filter(|held| held.is_frozen).any(|held| sight.seen.signers.contains(&held.owner) || payee == Some(held.owner))
}

fn what_is_valid_is_accepted(sight: &Sight) -> Verdict {
    match (&sight.seen.result, sight.plan.expect) {
        (Err(refusal), Expect::Accepted(reason)) if !sight.seen.corrupted && !is_own_frozen(sight) => {
            Err(format!("{reason}, yet it was refused: {}", refusal.name))
        }
        (Ok(_), Expect::Accepted(_)) if !sight.seen.corrupted => Ok(1),
        _ => Ok(0),
    }
}

fn what_is_invalid_is_refused(sight: &Sight) -> Verdict {
    match (&sight.seen.result, sight.plan.expect) {
        (Ok(_), Expect::Refused(reason)) if !sight.seen.corrupted => Err(format!("{reason}, yet it was accepted")),
        (Err(_), Expect::Refused(_)) => Ok(1),
        _ => Ok(0),
    }
}

/// What all balances of each mint together changed by.
fn balances(seen: &Seen) -> BTreeMap<Pubkey, i128> {
    let mut changes = BTreeMap::new();
    for (_, tokens, before, after) in seen.tokens() {
        *changes.entry(tokens.mint).or_default() += i128::from(after) - i128::from(before);
    }
    changes
}

fn tokens_are_conserved(sight: &Sight) -> Verdict {
    let (balances, supplies) = (balances(sight.seen), sight.seen.supplies());
    for (mint, change) in &balances {
        let supply = supplies.get(mint).copied().unwrap_or(0);
        hold!(*change == supply, "balances of {mint} changed by {change}, its supply by {supply}");
    }
    for (mint, supply) in &supplies {
        let change = balances.get(mint).copied().unwrap_or(0);
        hold!(change == *supply, "the supply of {mint} changed by {supply}, balances by {change}");
    }
    Ok(balances.len() as u64)
}

fn only_a_signer_loses_tokens(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (address, tokens, before, after) in sight.seen.tokens().filter(|(_, _, before, after)| after < before) {
        let is_somebodys = sight.setup.people.contains(&tokens.owner) || tokens.owner == treasury();
        let signed = sight.seen.signers.contains(&tokens.owner);
        hold!(!is_somebodys || signed, "{} did not sign, yet {address} fell from {before} to {after}", tokens.owner);
        facts += 1;
    }
    Ok(facts)
}

fn only_trades_change_a_supply(sight: &Sight) -> Verdict {
    let trades = traded(sight.seen);
    let burned = memory::burned(sight.seen);
    let mut facts = 0;
    for (mint, change) in sight.seen.supplies() {
        let Some((market, _)) = sight.setup.ledger.markets.iter().find(|(_, market)| market.mint == mint) else {
            continue;
        };
        let of_trades: i128 = trades
            .iter()
            .filter(|trade| trade.market == *market)
            .map(|trade| if trade.is_buy { i128::from(trade.tokens) } else { -i128::from(trade.tokens) })
            .sum();
        let of_holders: i128 =
            burned.iter().filter(|(found, _)| *found == mint).map(|(_, atoms)| i128::from(*atoms)).sum();
        hold!(change == of_trades - of_holders, "the supply changed by {change}, trades made {of_trades}");
        facts += 1;
    }
    Ok(facts)
}
