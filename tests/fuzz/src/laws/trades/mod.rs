//! Trades, as their events tell them, against the accounts and against arithmetic of our own.

mod formula;
mod parties;
mod round_trip;

use super::law::Law;

/// The laws.
pub const LAWS: &[Law] = &[
    Law {
        name: "a_trade_pays_its_fee",
        sentence: "The fee is the gross amount times the rate of that second, rounded up, never zero, and its legs add up.",
        check: formula::a_trade_pays_its_fee,
    },
    Law {
        name: "a_trade_keeps_the_product",
        sentence: "Constant product (K): no single trade lowers (R + V) * y, the fee's reserve leg not counted.",
        check: formula::a_trade_keeps_the_product,
    },
    Law {
        name: "a_trade_is_exact",
        sentence: "Buys pay the ask, sales get the bid; the pool keeps less than one atom of rounding.",
        check: formula::a_trade_is_exact,
    },
    Law {
        name: "events_tell_the_accounts",
        sentence: "The events of a transaction chain from the market's state before to its state after, dues included.",
        check: parties::events_tell_the_accounts,
    },
    Law {
        name: "a_trade_moves_its_atoms",
        sentence: "The trader's balances change by exactly what the event says.",
        check: parties::a_trade_moves_its_atoms,
    },
    Law {
        name: "a_trade_keeps_its_terms",
        sentence: "Limit, exact amount, deadline and parameter epoch of the trader are kept.",
        check: parties::a_trade_keeps_its_terms,
    },
    Law {
        name: "a_pause_stops_buys",
        sentence: "Nothing is bought in a paused market.",
        check: parties::a_pause_stops_buys,
    },
    Law {
        name: "a_launch_is_protected",
        sentence: "During a launch one transaction buys at most the cap, but for the creator's first buy with the opening.",
        check: parties::a_launch_is_protected,
    },
    Law {
        name: "a_round_trip_never_pays",
        sentence: "Nobody has as many tokens and more quote after trades of one transaction, a sync among them included.",
        check: round_trip::a_round_trip_never_pays,
    },
    Law {
        name: "a_trade_is_its_quote",
        sentence: "The quote of sdk/core is the trade, to the atom.",
        check: formula::a_trade_is_its_quote,
    },
];
