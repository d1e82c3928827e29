//! Bad input and bad luck: a clear error, and nothing is lost.

use crate::{
    listed,
    network::{NETWORK, Person},
    registered,
};

/// A command that must be refused with `label` and leave balances as they were.
fn refused(person: &Person, model: &str, arguments: &[&str], label: &str) -> String {
    let before = person.balance(model);
    let (found, message) = person.refused(arguments);
    assert_eq!(found, label, "{arguments:?}: {message}");
    assert_eq!(person.balance(model), before, "{arguments:?}");
    assert_eq!(message.lines().count(), 1, "{message}");
    message
}

#[test]
fn a_refused_trade_says_why_and_costs_nothing() {
    let (_, model) = listed("refusals");
    let trader = NETWORK.person("careless", 5);
    trader.json(&["market", "buy", "1", &model]);
    let cases: [(&[&str], &str); 9] = [
        (&["market", "buy", "100", &model], "balance_too_small"),
        (&["market", "buy", "1", &model, "--sol", "wrapped"], "balance_too_small"),
        (&["market", "sell", "900000000", &model], "balance_too_small"),
        (&["market", "buy", "0", &model], "unfit"),
        (&["market", "buy", "0.0000000001", &model], "amount_too_many_decimals"),
        (&["market", "buy", "2000000000", &model, "--exact-out"], "InsufficientSupply"),
        (&["market", "sell", "29", &model, "--exact-out"], "InsufficientReserve"),
        (&["market", "buy", "0.000000001", &model], "OutputZero"),
        (&["market", "buy", "1", &model, "--deadline", "0"], "DeadlinePassed"),
    ];
    for (arguments, label) in cases {
        let message = refused(&trader, &model, arguments, label);
        assert!(message.contains("; "), "no remedy in {message}");
    }
}

#[test]
fn nothing_is_sent_without_consent() {
    let (creator, model) = registered("consent");
    let before = creator.balance(&model);
    let open = ["market", "open", &model, "--virtual-reserve", "30"];
    let (label, message) = creator.refused_unasked(&open);
    assert!(label == "not_confirmed" && message.contains("--yes"), "{message}");
    assert_eq!(creator.balance(&model), before);
    creator.json(&open);
    let (label, _) = creator.refused_unasked(&["market", "buy", "1", &model]);
    assert_eq!(label, "not_confirmed");
    assert_eq!(creator.balance(&model).2, 0);
    assert_eq!(creator.refused(&open).0, "AccountAlreadyInUse");
}

#[test]
fn a_quote_needs_no_key_and_a_trade_does() {
    let (_, model) = listed("keyless");
    let trader = NETWORK.person("keyless_trader", 1);
    let mut quote = trader.command(&["market", "quote", &model, "--sell", "1", "--json"]);
    let quoted = quote.env_remove("MODCHAINS_KEYPAIR").output().unwrap();
    assert!(!quoted.status.success(), "nothing circulates yet");
    assert!(String::from_utf8_lossy(&quoted.stderr).contains("InsufficientSupply"), "{quoted:?}");
    let mut quote = trader.command(&["market", "quote", &model, "--buy", "1", "--json"]);
    assert!(quote.env_remove("MODCHAINS_KEYPAIR").output().unwrap().status.success());
    let mut buy = trader.command(&["market", "buy", "1", &model, "--yes", "--json"]);
    let bought = buy.env_remove("MODCHAINS_KEYPAIR").output().unwrap();
    assert!(String::from_utf8_lossy(&bought.stderr).contains("key_file_unreadable"), "{bought:?}");
}

#[test]
fn a_launch_out_of_bounds_is_refused_before_anything_is_sent() {
    let (creator, model) = registered("long_launch");
    let open = ["market", "open", &model, "--virtual-reserve", "30", "--launch", "2h"];
    refused(&creator, &model, &open, "unfit");
    let small = ["market", "open", &model, "--virtual-reserve", "0.0001"];
    refused(&creator, &model, &small, "CurveOutOfBounds");
}
