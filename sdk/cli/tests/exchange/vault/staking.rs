//! Staking, what stakes earn, and claiming it.

use modchains_sdk::{Pubkey, instruction::token::create_account};
use serde_json::Value;

use super::dollars::Dollars;
use crate::{
    listed,
    network::{NETWORK, Person, atoms, eventually},
};

/// A listed model whose vault streams a deposit within a minute.
pub fn vaulted(name: &str) -> (Person, String) {
    let (creator, model) = listed(name);
    creator.json(&["vault", "open", &model, "--stream", "60s", "--cooldown", "10s"]);
    (creator, model)
}

/// The position in a model, among those of somebody.
pub fn position(positions: &Value, model: &str) -> Value {
    let mut found = positions["positions"].as_array().unwrap().iter().filter(|position| position["model"] == model);
    found.next().unwrap_or_else(|| panic!("no {model} in {positions}")).clone()
}

#[test]
fn stakes_of_every_model_are_seen_and_claimed_together() {
    let [(creator, one), (other_creator, other)] = ["together_one", "together_other"].map(vaulted);
    let trader = NETWORK.person("staker", 20);
    for model in [&one, &other] {
        trader.json(&["market", "buy", "1", model]);
        let (.., held) = trader.balance(model);
        let staked = trader.json(&["stake", "all", model]);
        assert_eq!((atoms(&staked["added"]), atoms(&staked["staked"])), (held, held));
    }
    assert_eq!(trader.refused(&["claim", &one]).0, "unfit");
    let mut deposited = 0;
    for (creator, model) in [(&creator, &one), (&other_creator, &other)] {
        deposited += atoms(&creator.json(&["fees", "distribute", model])["distributed"]);
    }
    let claimable = |positions: &Value, model: &str| position(positions, model)["claimable"].as_array().unwrap().len();
    eventually("revenue of both", || {
        let positions = trader.json(&["positions"]);
        [&one, &other].iter().all(|model| claimable(&positions, model) == 1)
    });
    let seen = creator.json(&["positions", "--owner", &trader.address]);
    assert_eq!(seen["positions"].as_array().unwrap().len(), 2, "anybody sees them: {seen}");
    let only = creator.json(&["positions", &other, "--owner", &trader.address]);
    assert_eq!(only["positions"].as_array().unwrap().len(), 1, "{only}");

    let (before, ..) = trader.balance(&one);
    let claimed = trader.json(&["claim", "--all"]);
    let rows = claimed["revenue"].as_array().unwrap();
    assert_eq!((rows.len(), claimed["transactions"].as_u64()), (2, Some(1)), "{claimed}");
    let sum: u64 = rows.iter().map(|row| atoms(&row["claimed"])).sum();
    assert_eq!(atoms(&claimed["claimed"][0]), sum);
    assert!(sum > 0 && sum <= deposited, "{sum} of {deposited}");
    let (after, wrapped, _) = trader.balance(&one);
    assert_eq!((after, wrapped), (before + sum - atoms(&claimed["network_fees"]), 0), "paid in SOL, all of it");
    let mints = trader.refused(&["claim", "--all", "--mint", &one]);
    assert_eq!(mints.0, "unfit", "nothing is claimable in a mint without a pool: {mints:?}");
}

#[test]
fn revenue_is_put_to_stake_in_one_transaction() {
    let (creator, model) = vaulted("compounding");
    let trader = NETWORK.person("compounder", 10);
    trader.json(&["market", "buy", "1", &model]);
    trader.json(&["stake", "all", &model]);
    assert_eq!(trader.refused(&["compound", &model]).0, "unfit", "nothing is claimable");
    creator.json(&["fees", "distribute", &model]);
    eventually("enough revenue to buy with", || {
        let claimable = &position(&trader.json(&["positions"]), &model)["claimable"];
        claimable.as_array().unwrap().first().is_some_and(|first| atoms(first) > 1_000)
    });
    let before = position(&trader.json(&["positions"]), &model);
    assert_eq!(trader.refused(&["compound", &model, "--deadline", "0"]).0, "DeadlinePassed");
    let (sol_before, ..) = trader.balance(&model);
    let compounded = trader.json(&["compound", &model, "--slippage", "2"]);
    let [claimed, paid, added] = ["claimed", "paid", "added"].map(|key| atoms(&compounded[key]));
    assert!(paid > 0 && paid <= claimed && added > 0, "{compounded}");
    assert_eq!(atoms(&compounded["staked"]), atoms(&before["staked"]) + added);
    // The rest came back as SOL, and no token stayed outside the stake.
    let (sol, wrapped, held) = trader.balance(&model);
    assert_eq!((sol, wrapped, held), (sol_before + claimed - paid - atoms(&compounded["network_fee"]), 0, 0));
}

#[test]
fn what_cools_is_shown_with_the_time_from_which_it_can_be_withdrawn() {
    let (_, model) = vaulted("cooling");
    let trader = NETWORK.person("leaver", 10);
    trader.json(&["market", "buy", "1", &model]);
    trader.json(&["stake", "1000", &model]);
    assert_eq!(trader.refused(&["withdraw", &model]).0, "NothingCooling");
    let left = trader.json(&["unstake", "400", &model]);
    let shown = position(&trader.json(&["positions"]), &model);
    assert_eq!(shown["withdrawable_from"], left["withdrawable_from"]);
    let staked_and_cooling = [&shown["staked"], &shown["cooling"]].map(atoms);
    assert_eq!(staked_and_cooling, [600_000_000, 400_000_000]);
    let mut table = trader.command(&["positions"]);
    let table = String::from_utf8(table.env("TZ", "IST-5:30").output().unwrap().stdout).unwrap();
    assert!(table.contains(&model[..8]) && table.contains("+05:30 ("), "{table}");
    eventually("the end of the cooldown", || {
        trader.command(&["withdraw", &model, "--yes"]).output().unwrap().status.success()
    });
    assert_eq!(atoms(&position(&trader.json(&["positions"]), &model)["cooling"]), 0);
}

#[test]
fn past_revenue_is_told_by_its_source_and_promises_nothing() {
    let (creator, model) = vaulted("earning");
    let (trader, operator) = (NETWORK.person("earner", 20), NETWORK.person("worker", 50));
    let nothing = trader.json(&["revenue", &model]);
    assert!(nothing["past_yield_7_days"].is_null(), "nothing is staked: {nothing}");
    trader.json(&["market", "buy", "2", &model]);
    trader.json(&["stake", "all", &model]);
    let trade_fees = atoms(&creator.json(&["fees", "show", &model])["trades"]["stakers"]);
    creator.json(&["fees", "distribute", &model]);
    creator.json(&["service", "open", &model, "--fee", "0.05"]);
    operator.json(&["operator", "register", "10", &model]);
    let asked = trader.json(&["request", "new", &model, "--input-hex", "0011"]);
    operator.answer(&model, asked["request"].as_str().unwrap(), &[7; 4]);
    let inference_fees = atoms(&creator.json(&["fees", "show", &model])["inferences"]["stakers"]);
    creator.json(&["fees", "distribute", &model]);
    assert!(trade_fees > 0 && inference_fees > 0);

    let svg = NETWORK.folder().join("revenue.svg");
    let past = creator.json(&["revenue", &model, "--svg", svg.to_str().unwrap()]);
    let row =
        |source: &str| past["past_revenue"].as_array().unwrap().iter().find(|row| row["source"] == source).unwrap();
    for (source, expected) in [
        ("trade fees", trade_fees),
        ("inference fees", inference_fees),
        ("others", 0),
        ("all", trade_fees + inference_fees),
    ] {
        assert_eq!(
            [&row(source)["last_7_days"], &row(source)["last_30_days"]].map(atoms),
            [expected; 2],
            "{source}: {past}"
        );
    }
    let worth = u128::from(atoms(&past["staked_worth"]));
    let ppm = u128::from(trade_fees + inference_fees) * 1_000_000 / worth;
    assert_eq!(past["past_yield_30_days"]["ppm"].as_u64().map(u128::from), Some(ppm), "{past}");
    let days = past["days"].as_array().unwrap();
    let today = atoms(&days.last().unwrap()["revenue"]);
    assert_eq!((days.len(), today), (30, trade_fees + inference_fees));
    assert_eq!(past["older_left_out"], false);
    assert!(past["note"].as_str().unwrap().contains("nothing of it is promised"), "{past}");
    assert!(std::fs::read_to_string(&svg).unwrap().contains("past revenue of TOK stakers"));
    let cut = creator.json(&["revenue", &model, "--last", "1"]);
    assert_eq!(cut["older_left_out"], true, "{cut}");
    assert!(creator.text(&["revenue", &model]).contains('█'));
    assert_eq!(creator.refused(&["revenue", &model, "--mint", &model]).0, "unfit");
}

#[test]
fn a_claim_that_is_refused_holds_up_no_other() {
    let (creator, model) = vaulted("held_up");
    let trader = NETWORK.person("frozen_staker", 10);
    let trader_key: Pubkey = trader.address.parse().unwrap();
    let dollars = Dollars::issue(&creator);
    let (mint, account) = (dollars.token.mint.to_string(), dollars.token.account_of(&trader_key));
    trader.json(&["market", "buy", "1", &model]);
    trader.json(&["stake", "all", &model]);
    creator.json(&["pool", "open", &model, "--mint", &mint]);
    trader.send(&[create_account(&trader_key, &trader_key, &dollars.token)], &[]);
    trader.json(&["pool", "subscribe", &model, "--mint", &mint]);
    creator.json(&["pool", "deposit", "900", &model, "--mint", &mint]);
    creator.json(&["fees", "distribute", &model]);
    eventually("revenue in both mints", || {
        position(&trader.json(&["positions"]), &model)["claimable"].as_array().unwrap().len() == 2
    });

    dollars.freeze(&creator, &account);
    let (label, message) = trader.refused(&["claim", "--all"]);
    assert!(label == "partial" && message.starts_with("1 of 2 claims went through"), "{label}: {message}");
    let line = trader.json(&["portfolio"])["models"][0].clone();
    assert_eq!((line["claimed"].as_array().unwrap().len(), line["claimed"][0]["symbol"].as_str()), (1, Some("SOL")));
    assert_ne!(trader.refused(&["claim", &model, "--mint", &mint]).0, "partial", "nothing went through");

    dollars.thaw(&creator, &account);
    let claimed = trader.json(&["claim", &model, "--mint", &mint]);
    assert!(atoms(&claimed["claimed"][0]) > 0, "{claimed}");
    assert_eq!(claimed["claimed"][0]["mint"], mint.as_str());
    // Its mint is not one that the exchange allows, so it is shown to those who ask for it.
    let all = creator.json(&["revenue", &model]);
    assert!(all["past_revenue"].as_array().unwrap().iter().all(|row| row["mint"] != mint.as_str()), "{all}");
    let asked = creator.json(&["revenue", &model, "--mint", &mint]);
    let others = asked["past_revenue"].as_array().unwrap().iter();
    let others = others.filter(|row| row["source"] == "others" && row["mint"] == mint.as_str());
    assert_eq!(others.map(|row| atoms(&row["last_7_days"])).collect::<Vec<_>>(), [900_000_000], "{asked}");
}
