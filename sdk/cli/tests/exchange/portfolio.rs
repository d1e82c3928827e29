//! What a wallet has, paid and earned.

use serde_json::Value;

use crate::{
    listed,
    network::{NETWORK, Person, atoms},
};

/// What somebody has of a model.
fn of_model(portfolio: &Value, model: &str) -> Value {
    let mut found = portfolio["models"].as_array().unwrap().iter().filter(|line| line["model"] == model);
    found.next().unwrap_or_else(|| panic!("no {model} in {portfolio}")).clone()
}

fn signed(amount: &Value) -> i128 {
    amount["atoms"].as_str().unwrap_or_else(|| panic!("{amount} is no amount")).parse().unwrap()
}

/// The lines of a file of comma-separated values, by column.
fn rows(path: &std::path::Path) -> Vec<std::collections::BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| header.iter().map(ToString::to_string).zip(line.split(',').map(ToOwned::to_owned)).collect();
    lines.map(row).collect()
}

fn sell(trader: &Person, model: &str, tokens: &str) -> u64 {
    atoms(&trader.json(&["market", "sell", tokens, model])["got"])
}

#[test]
fn cost_and_profit_are_what_the_trades_say_to_the_atom() {
    let [(creator, model), (_, other)] = ["accounted", "accounted_too"].map(listed);
    let trader = NETWORK.person("accountant", 30);
    creator.json(&["vault", "open", &model]);
    let first = trader.json(&["market", "buy", "1.5", &model]);
    let second = trader.json(&["market", "buy", "2", &model]);
    trader.json(&["market", "buy", "0.1", &other]);
    trader.json(&["stake", "1000000", &model]);
    let received = sell(&trader, &model, "20000000");
    let (paid, bought) = (atoms(&first["paid"]) + atoms(&second["paid"]), atoms(&first["got"]) + atoms(&second["got"]));

    let folder = NETWORK.folder();
    let (models_csv, events_csv) = (folder.join("models.csv"), folder.join("events.csv"));
    let files = ["--csv", models_csv.to_str().unwrap(), "--csv-events", events_csv.to_str().unwrap()];
    let portfolio = trader.json(&[&["portfolio"][..], &files].concat());
    assert_eq!((&portfolio["older_left_out"], portfolio.get("note")), (&false.into(), None), "{portfolio}");
    let line = of_model(&portfolio, &model);
    let held = bought - 20_000_000_000_000;
    assert_eq!([&line["held"], &line["staked"], &line["without_purchase"]].map(atoms), [held, 1_000_000_000_000, 0]);
    // The average of both purchases leaves with what was sold, down to the atom.
    let cost = atoms(&line["cost"]);
    let sold_cost = u128::from(paid) * 20_000_000_000_000 / u128::from(bought);
    assert_eq!(u128::from(cost), u128::from(paid) - sold_cost);
    assert_eq!(signed(&line["realised"]), i128::from(received) - i128::try_from(sold_cost).unwrap());
    let tokens = line["held"]["amount"].as_str().unwrap();
    let quoted = atoms(&trader.json(&["market", "quote", &model, "--sell", tokens])["get"]);
    assert_eq!(atoms(&line["value_at_bid"]), quoted);
    assert_eq!(signed(&line["unrealised"]), i128::from(quoted) - i128::from(cost));
    assert!(atoms(&line["value_at_spot"]) > quoted, "{line}");

    let lines = rows(&models_csv);
    let written = lines.iter().find(|row| row["model"] == model).unwrap();
    for key in ["held", "cost", "unrealised", "realised", "value_at_bid"] {
        assert_eq!(written[key], line[key]["amount"].as_str().unwrap(), "{key}");
    }
    assert_eq!(lines.len(), 2);
    let events: Vec<_> = rows(&events_csv).into_iter().filter(|row| row["model"] == model).collect();
    let whats: Vec<&str> = events.iter().map(|row| row["event"].as_str()).collect();
    assert_eq!(whats, ["bought", "bought", "sold"]);
    assert_eq!(events[0]["signature"], first["signature"].as_str().unwrap());
    assert_eq!(events[2]["profit"], line["realised"]["amount"].as_str().unwrap());

    let table = trader.text(&["portfolio"]);
    assert!(table.contains(&model[..8]) && table.contains("unrealised"), "{table}");
    assert_eq!(trader.refused(&["portfolio", "--csv", "/proc/nowhere/a.csv"]).0, "file_not_written");
}

#[test]
fn a_full_round_trip_makes_what_came_in_less_what_went_out() {
    let (_, model) = listed("round");
    let trader = NETWORK.person("tripper", 20);
    let mut made = 0_i128;
    for amount in ["1", "0.3"] {
        made -= i128::from(atoms(&trader.json(&["market", "buy", amount, &model])["paid"]));
    }
    made += i128::from(sell(&trader, &model, "7000000"));
    made += i128::from(atoms(&trader.json(&["market", "sell", "--max", &model])["got"]));
    let line = of_model(&trader.json(&["portfolio"]), &model);
    assert_eq!((signed(&line["realised"]), atoms(&line["cost"]), atoms(&line["held"])), (made, 0, 0));
    assert!(made < 0, "fees were paid: {made}");
}

#[test]
fn what_was_bought_before_what_is_read_has_no_cost_and_is_told() {
    let (_, model) = listed("forgotten");
    let trader = NETWORK.person("forgetful", 20);
    let first = atoms(&trader.json(&["market", "buy", "1", &model])["got"]);
    let second = trader.json(&["market", "buy", "1", &model]);
    let stranger = NETWORK.person("onlooker", 1);
    let portfolio = stranger.json(&["portfolio", "--owner", &trader.address, "--last", "1"]);
    assert_eq!((&portfolio["older_left_out"], &portfolio["transactions_read"]), (&true.into(), &1.into()));
    assert!(portfolio["note"].as_str().unwrap().contains("--last"), "{portfolio}");
    let line = of_model(&portfolio, &model);
    assert_eq!([&line["without_purchase"], &line["cost"]].map(atoms), [first, atoms(&second["paid"])]);
    // Nothing is made up for what has no cost: its value is in no profit.
    let (bid, held, bought) = (atoms(&line["value_at_bid"]), atoms(&line["held"]), atoms(&second["got"]));
    let of_bought = u128::from(bid) * u128::from(bought) / u128::from(held);
    assert_eq!(signed(&line["unrealised"]), i128::try_from(of_bought).unwrap() - i128::from(atoms(&second["paid"])));
    let nobody = stranger.json(&["portfolio"]);
    assert_eq!(nobody["models"].as_array().unwrap().len(), 0);
}
