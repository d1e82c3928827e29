//! What a wallet holds, and gets back.

use crate::{
    listed,
    network::{NETWORK, atoms},
};

#[test]
fn selling_everything_returns_the_rent_of_the_token_account_when_asked() {
    let (_, model) = listed("closing");
    let trader = NETWORK.person("closer", 10);
    let sol = || trader.balance(&model).0;
    trader.json(&["market", "buy", "1", &model]);
    let before = sol();
    let sold = trader.json(&["market", "sell", "--max", "--close", &model]);
    let rent = atoms(&sold["rent_returned"]);
    assert!(rent > 1_000_000, "{sold}");
    assert_eq!(sol(), before + atoms(&sold["got"]) + rent - atoms(&sold["network_fee"]));
    assert_eq!(trader.json(&["accounts"])["accounts"].as_array().unwrap().len(), 0);
    assert_eq!(trader.refused(&["accounts", "--close-empty"]).0, "unfit");
}

#[test]
fn empty_token_accounts_are_listed_and_closed_and_others_stay() {
    let (_, model) = listed("emptied");
    let (_, other) = listed("kept");
    let trader = NETWORK.person("tidier", 10);
    trader.json(&["market", "buy", "1", &model]);
    trader.json(&["market", "buy", "1", &other]);
    trader.json(&["market", "sell", "--max", &model]);
    trader.json(&["wrap", "1"]);
    let listed = trader.json(&["accounts"]);
    let empty = |account: &&serde_json::Value| account["empty"] == true;
    let accounts = listed["accounts"].as_array().unwrap();
    assert_eq!((accounts.len(), accounts.iter().filter(empty).count()), (3, 1), "{listed}");
    let rent = atoms(&accounts.iter().find(empty).unwrap()["rent"]);
    let before = trader.balance(&model).0;
    let closed = trader.json(&["accounts", "--close-empty"]);
    assert_eq!(atoms(&closed["rent_returned"]), rent, "{closed}");
    // One signature.
    assert_eq!(trader.balance(&model).0, before + rent - 5_000);
    assert_eq!(trader.json(&["accounts"])["accounts"].as_array().unwrap().len(), 2);
}

#[test]
fn buying_with_nearly_the_whole_balance_says_what_can_be_spent() {
    let (_, model) = listed("nearly");
    let trader = NETWORK.person("spender", 5);
    let before = trader.balance(&model);
    let (label, message) = trader.refused(&["market", "buy", "4.9999", &model]);
    assert_eq!(label, "rent_not_covered", "{message}");
    assert_eq!(trader.balance(&model), before);
    let (_, rest) = message.split_once("at most ").unwrap();
    let (spendable, _) = rest.split_once(" SOL").unwrap();
    let bought = trader.json(&["market", "buy", spendable, &model]);
    assert_eq!(bought["as_quoted"], true);
}
