//! Further pools, gifts, and what is swept and closed.

use modchains_sdk::{Pubkey, address, instruction::Token};
use serde_json::Value;

use super::{
    dollars::{Dollars, send_tokens},
    staking::{position, vaulted},
};
use crate::network::{NETWORK, Person, atoms, eventually};

/// What `vault show` says of the pool in a mint.
fn pool(reader: &Person, model: &str, mint: &str) -> Value {
    let shown = reader.json(&["vault", "show", model]);
    let mut pools = shown["pools"].as_array().unwrap().iter().filter(|pool| pool["revenue_mint"] == mint);
    pools.next().unwrap_or_else(|| panic!("no {mint} in {shown}")).clone()
}

fn further_pools(owner: &Person, model: &str) -> Vec<String> {
    let shown = position(&owner.json(&["positions"]), model);
    let mints = shown["further_pools"].as_array().unwrap().iter();
    mints.map(|mint| mint.as_str().unwrap().to_owned()).collect()
}

fn tokens_of(model: &str, mint: &Pubkey) -> Pubkey {
    let vault = address::vault::vault(&model.parse().unwrap());
    address::vault::pool_tokens(&address::vault::pool(&vault, mint))
}

#[test]
fn a_further_pool_is_opened_filled_earned_from_and_left() {
    let (creator, model) = vaulted("further");
    let trader = NETWORK.person("subscriber", 10);
    let dollars = Dollars::issue(&creator);
    let mint = dollars.token.mint.to_string();
    trader.json(&["market", "buy", "1", &model]);
    trader.json(&["stake", "all", &model]);
    let of = |act: &'static str| ["pool", act, &model, "--mint", &mint];

    assert_eq!(trader.refused(&of("subscribe")).0, "account_missing");
    let opened = creator.json(&of("open"));
    assert_eq!(opened["stakers_subscribe_by_default"], false, "the exchange does not allow its mint: {opened}");
    assert_eq!(creator.refused(&of("open")).0, "AccountAlreadyInUse");
    let sol = address::WRAPPED_SOL_MINT.to_string();
    for act in ["open", "close"] {
        let (label, message) = creator.refused(&["pool", act, &model, "--mint", &sol]);
        assert!(label == "unfit" && message.contains("vault's first"), "{message}");
    }
    assert_eq!(trader.refused(&of("unsubscribe")).0, "unfit");
    trader.json(&of("subscribe"));
    assert_eq!(further_pools(&trader, &model), [&mint[..]]);
    assert_eq!(trader.refused(&of("subscribe")).0, "unfit");

    assert_eq!(trader.refused(&["pool", "deposit", "1", &model, "--mint", &mint]).0, "balance_too_small");
    let given = creator.json(&["pool", "deposit", "600", &model, "--mint", &mint]);
    assert_eq!(
        [&given["given"], &given["unstreamed"], &given["to_treasury"]].map(atoms),
        [600_000_000, 600_000_000, 0]
    );
    let given = creator.json(&["treasury", "deposit", "50", &model, "--mint", &mint]);
    assert_eq!(atoms(&given["treasury"]), 50_000_000);
    assert_eq!(atoms(&pool(&trader, &model, &mint)["treasury"]), 50_000_000);

    assert_eq!(trader.refused(&of("sweep")).0, "unfit");
    send_tokens(&creator, &dollars.token, &tokens_of(&model, &dollars.token.mint), 7);
    assert_eq!(atoms(&trader.json(&of("sweep"))["swept"]), 7);
    assert_eq!(atoms(&pool(&trader, &model, &mint)["deposited"]), 600_000_007);

    eventually("revenue in dollars", || {
        let claimable = &position(&trader.json(&["positions"]), &model)["claimable"];
        claimable.as_array().unwrap().iter().any(|due| due["mint"] == mint.as_str())
    });
    let (label, message) = trader.refused(&of("close"));
    assert!(label == "unfit" && message.contains(&creator.address), "{message}");
    assert_eq!(creator.refused(&of("close")).0, "SharesOpen");
    let left = trader.json(&of("unsubscribe"));
    assert!(atoms(&left["claimed"]) > 0 && atoms(&left["rent"]) > 1_000_000, "{left}");
    assert!(further_pools(&trader, &model).is_empty());
    assert_eq!(creator.refused(&of("close")).0, "RevenueUnclaimed", "the treasury's, and what is unstreamed");
}

#[test]
fn sol_is_given_to_stakers_and_treasury_out_of_the_wallet() {
    let (creator, model) = vaulted("given_sol");
    let giver = NETWORK.person("giver", 10);
    let given = giver.json(&["pool", "deposit", "1.5", &model]);
    assert_eq!(atoms(&given["unstreamed"]), 1_500_000_000, "it stands still while nobody stakes: {given}");
    let given = giver.json(&["treasury", "deposit", "0.25", &model]);
    assert_eq!((atoms(&given["treasury"]), giver.balance(&model).1), (250_000_000, 0));
    let before = creator.json(&["market", "show", &model]);
    let deposited = giver.json(&["market", "deposit", "2", &model]);
    assert_eq!(atoms(&deposited["given_to_reserve"]), 2_000_000_000);
    let reserve = |shown: &Value| atoms(&shown["reserve"]);
    assert_eq!(reserve(&creator.json(&["market", "show", &model])), reserve(&before) + 2_000_000_000);
    assert_eq!(giver.refused(&["market", "deposit", "0", &model]).0, "unfit");
    // What is unstreamed and the treasury's keeps the vault open.
    let refused = || creator.refused(&["vault", "close", &model]).0;
    eventually("a second after the vault was opened", || refused() != "VaultTooYoung");
    assert_eq!(refused(), "RevenueUnclaimed");
}

#[test]
fn what_nobody_uses_is_closed_and_its_rent_comes_back() {
    let (creator, model) = vaulted("unused");
    let dollars = Dollars::issue(&creator);
    let mint = dollars.token.mint.to_string();
    creator.json(&["pool", "open", &model, "--mint", &mint]);
    let sol = || creator.balance(&model).0;
    let before = sol();
    let closed = creator.json(&["pool", "close", &model, "--mint", &mint]);
    let rent = atoms(&closed["rent"]);
    assert!(rent > 2_000_000, "a pool and its token account: {closed}");
    assert_eq!(sol(), before + rent - atoms(&closed["network_fee"]));

    let stranger = NETWORK.person("vault_stranger", 1);
    let (label, message) = stranger.refused(&["vault", "close", &model]);
    assert!(label == "unfit" && message.contains(&creator.address), "{message}");
    eventually("a second after the opening", || {
        creator.command(&["vault", "close", &model, "--yes"]).output().unwrap().status.success()
    });
    assert_eq!(creator.refused(&["vault", "close", &model]).0, "account_missing");
    let opened = stranger.refused(&["vault", "open", &model, "--stream", "60s"]);
    assert_eq!(opened.0, "NotCreator", "others open it on the default terms alone: {opened:?}");
    stranger.json(&["vault", "open", &model]);
}

#[test]
fn a_position_is_closed_with_its_shares_once_everything_is_out() {
    let (_, model) = vaulted("closed_position");
    let trader = NETWORK.person("position_closer", 10);
    let token = Token::of_model(&model.parse().unwrap());
    let own = token.mint.to_string();
    trader.json(&["market", "buy", "1", &model]);
    trader.json(&["stake", "1000", &model]);
    let close = ["position", "close", &model];
    let refused = |command: &str| {
        let (label, message) = trader.refused(&close);
        assert!(label == "unfit" && message.contains(command), "{message}");
    };
    refused("modchains unstake");

    // Tokens that were sent to the vault itself are streamed by a pool in the model's own token.
    assert_eq!(trader.refused(&["vault", "sweep", &model]).0, "unfit");
    let vault = address::vault::vault(&model.parse().unwrap());
    send_tokens(&trader, &token, &address::vault::stake_tokens(&vault), 5_000);
    let (label, message) = trader.refused(&["vault", "sweep", &model]);
    assert!(label == "unfit" && message.contains("modchains pool open") && message.contains(&own), "{message}");
    trader.json(&["pool", "open", &model, "--mint", &own]);
    assert_eq!(atoms(&trader.json(&["vault", "sweep", &model])["swept"]), 5_000);
    assert_eq!(atoms(&pool(&trader, &model, &own)["unstreamed"]), 5_000);

    trader.json(&["unstake", "all", &model]);
    trader.json(&["pool", "subscribe", &model, "--mint", &own]);
    refused("modchains withdraw");
    eventually("the end of the cooldown", || {
        trader.command(&["withdraw", &model, "--yes"]).output().unwrap().status.success()
    });
    let closed = trader.json(&close);
    assert!(closed["shares"] == 1 && atoms(&closed["rent"]) > 2_000_000, "{closed}");
    assert_eq!(trader.refused(&close).0, "account_missing");
    assert!(trader.json(&["positions"])["positions"].as_array().unwrap().is_empty());
}
