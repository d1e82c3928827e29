//! What the holders of roles may do, and to whom a role goes.

use anchor_lang::prelude::Pubkey;
use modchains_exchange::state::{ExchangeConfig, Market, MarketParams};
use modchains_oracle::state::{OracleConfig, OracleParams, Service};

use super::law::{Law, Sight, Verdict, hold};

pub const LAWS: &[Law] = &[
    Law {
        name: "only_the_admin_configures",
        sentence: "Configurations change by the admin, or by applying what the admin queued once the timelock is over.",
        check: only_the_admin_configures,
    },
    Law {
        name: "a_role_goes_to_whom_it_was_offered",
        sentence: "A role goes to whom its holder offered it, by their own signature; only its holder offers it and takes an offer back.",
        check: a_role_goes_to_whom_it_was_offered,
    },
    Law {
        name: "what_opens_is_of_a_listed_mint",
        sentence: "Markets and services open with a mint that is on the list at that time.",
        check: what_opens_is_of_a_listed_mint,
    },
    Law {
        name: "only_the_admin_pauses",
        sentence: "A market is paused and resumed by the admin alone, for at most a week.",
        check: only_the_admin_pauses,
    },
    Law {
        name: "pauses_take_two_weeks_of_ninety_days",
        sentence: "A market is paused at most 14 days of any 90, whenever they begin.",
        check: pauses_take_two_weeks_of_ninety_days,
    },
];

const DAY_SECONDS: i64 = 86_400;

fn bytes<T: bytemuck::NoUninit>(state: &T) -> &[u8] {
    bytemuck::bytes_of(state)
}

/// Who has the roles of a configuration, and whom they are offered to: the admin's, then the treasury's.
type Roles = [(Pubkey, Pubkey); 2];

fn roles_of_exchange(config: &ExchangeConfig) -> Roles {
    [(config.admin, config.admin_offered_to), (config.treasury, config.treasury_offered_to)]
}

fn roles_of_oracle(config: &OracleConfig) -> Roles {
    [(config.admin, config.admin_offered_to), (config.treasury, config.treasury_offered_to)]
}

fn only_the_admin_configures(sight: &Sight) -> Verdict {
    let mut facts = 0;
    let may = |admin: &Pubkey, pending_at: i64, is_applied: bool| {
        let is_due = pending_at != 0 && sight.seen.now >= pending_at;
        sight.seen.signers.contains(admin) || (is_due && is_applied)
    };
    for (_, before, after) in sight.seen.kept::<ExchangeConfig>() {
        let [(admin, admin_offered_to), (treasury, treasury_offered_to)] = roles_of_exchange(&before);
        let after = ExchangeConfig { admin, admin_offered_to, treasury, treasury_offered_to, ..after };
        let params: MarketParams = before.pending_params;
        let applied = ExchangeConfig { params, pending_at_seconds: 0, ..before };
        let allowed = may(&admin, before.pending_at_seconds, bytes(&applied) == bytes(&after));
        hold!(allowed || bytes(&before) == bytes(&after), "the exchange's configuration changed");
        facts += 1;
    }
    for (_, before, after) in sight.seen.kept::<OracleConfig>() {
        let [(admin, admin_offered_to), (treasury, treasury_offered_to)] = roles_of_oracle(&before);
        let after = OracleConfig { admin, admin_offered_to, treasury, treasury_offered_to, ..after };
        let params: OracleParams = before.pending_params;
        let applied = OracleConfig { params, pending_at_seconds: 0, ..before };
        let allowed = may(&admin, before.pending_at_seconds, bytes(&applied) == bytes(&after));
        hold!(allowed || bytes(&before) == bytes(&after), "the oracle's configuration changed");
        facts += 1;
    }
    Ok(facts)
}

fn a_role_goes_to_whom_it_was_offered(sight: &Sight) -> Verdict {
    let of_exchange = sight.seen.kept::<ExchangeConfig>();
    let of_exchange = of_exchange.map(|(_, before, after)| (roles_of_exchange(&before), roles_of_exchange(&after)));
    let of_oracle = sight.seen.kept::<OracleConfig>();
    let of_oracle = of_oracle.map(|(_, before, after)| (roles_of_oracle(&before), roles_of_oracle(&after)));
    let mut facts = 0;
    for (before, after) in of_exchange.chain(of_oracle) {
        for ((holder, offered_to), (new_holder, new_offered_to)) in before.into_iter().zip(after) {
            if holder != new_holder {
                let is_taken = new_holder == offered_to && sight.seen.signers.contains(&new_holder);
                hold!(is_taken && new_offered_to == Pubkey::default(), "{new_holder} took a role of {holder}");
            } else if offered_to != new_offered_to {
                hold!(sight.seen.signers.contains(&holder), "a role of {holder} was offered to {new_offered_to}");
            }
            facts += 1;
        }
    }
    Ok(facts)
}

fn what_opens_is_of_a_listed_mint(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Market>() {
        let (None, Some(market)) = (change.before, change.after) else { continue };
        let listed = sight.setup.exchange_config().quote_mints.contains(&market.quote_mint);
        hold!(listed, "a market opened with {}", market.quote_mint);
        facts += 1;
    }
    for change in sight.seen.changes::<Service>() {
        let (None, Some(service)) = (change.before, change.after) else { continue };
        let mut bonds = sight.setup.oracle_config().bond_mints.iter();
        hold!(bonds.any(|bond| bond.mint == service.quote_mint), "a service opened with {}", service.quote_mint);
        facts += 1;
    }
    Ok(facts)
}

/// The markets whose pauses changed, with the end of the pause now.
fn paused(sight: &Sight) -> impl Iterator<Item = (Pubkey, i64)> {
    let until = |market: &Market| market.paused_until_seconds();
    let changed = sight.seen.kept::<Market>().filter(move |(_, before, after)| until(before) != until(after));
    changed.map(move |(address, _, after)| (address, until(&after)))
}

fn only_the_admin_pauses(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, until) in paused(sight) {
        let admin = sight.setup.exchange_config().admin;
        hold!(sight.seen.signers.contains(&admin), "a market was paused without the admin");
        hold!(until <= sight.seen.now + 7 * DAY_SECONDS, "paused until {until}");
        facts += 1;
    }
    Ok(facts)
}

fn pauses_take_two_weeks_of_ninety_days(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (market, until) in paused(sight) {
        let Some(past) = sight.setup.memory.markets.get(&market) else { continue };
        let pauses = past.paused(until, sight.seen.now);
        // The fullest 90 days begin with a pause.
        for (start, _) in &pauses {
            let end = start + 90 * DAY_SECONDS;
            let inside = pauses.iter().map(|(from, until)| ((*until).min(end) - (*from).max(*start)).max(0));
            let total: i64 = inside.sum();
            hold!(total <= 14 * DAY_SECONDS, "paused {total} s of the 90 days from {start} on");
        }
        facts += 1;
    }
    Ok(facts)
}
