//! Models: lists, owners, contributors, licences.

use modchains_sdk::address;

use crate::{
    HASH, listed,
    network::{NETWORK, atoms},
};

/// Its name, symbol and URI make a mint of 355 bytes, the length of a multisig, which Token-2022 therefore pads.
#[test]
fn a_model_whose_mint_would_be_as_long_as_a_multisig_is_listed_and_traded() {
    let creator = NETWORK.person("unlucky", 20);
    let names = ["--name", "digits", "--symbol", "DIGIT", "--uri", "https://example.org/d.json"];
    let made = creator.json(&[&["model", "new"][..], &names].concat());
    let model = made["model"].as_str().unwrap();
    let mint = address::exchange::mint(&model.parse().unwrap());
    assert_eq!(NETWORK.account(&mint).data.len(), 357);
    let uri = "https://example.org/v.json";
    let hashes = ["--bundle-manifest-sha256", HASH, "--weights-sha256", HASH, "--graph-root", HASH];
    creator.json(&[&["model", "publish", model, "--numeric-class", "exact", "--uri", uri][..], &hashes].concat());
    creator.json(&["market", "open", model, "--virtual-reserve", "30"]);
    let bought = creator.json(&["market", "buy", "1", model]);
    let sold = creator.json(&["market", "sell", "--max", model]);
    assert_eq!((atoms(&sold["paid"]), NETWORK.account(&mint).data.len()), (atoms(&bought["got"]), 357));
}

#[test]
fn a_model_changes_hands_in_two_steps() {
    let (creator, model) = listed("handed_over");
    let (heir, stranger) = (NETWORK.person("heir", 5), NETWORK.person("stranger", 5));
    let offer = |to: &str| creator.json(&["model", "transfer", "offer", &model, "--to", to]);
    offer(&stranger.address);
    creator.json(&["model", "transfer", "cancel", &model]);
    assert_eq!(stranger.refused(&["model", "transfer", "accept", &model]).0, "account_missing");
    offer(&stranger.address);
    offer(&heir.address);
    assert_eq!(creator.json(&["model", "transfer", "show", &model])["to"], heir.address.as_str());
    assert_eq!(creator.json(&["model", "show", &model])["offered_to"], heir.address.as_str());
    let (label, message) = stranger.refused(&["model", "transfer", "accept", &model]);
    assert!(label == "unfit" && message.contains(&heir.address), "{message}");
    let seen = heir.json(&["model", "transfer", "show", &model])["terms_counter"].to_string();
    creator.json(&["model", "licence", "set", &model, "--royalty", "5"]);
    let (label, message) = heir.refused(&["model", "transfer", "accept", &model, "--terms-counter", &seen]);
    assert!(label == "unfit" && message.contains("look at it again"), "{message}");
    heir.json(&["model", "transfer", "accept", &model]);
    assert_eq!(heir.json(&["model", "show", &model])["creator"], heir.address.as_str());
    let (label, message) = creator.refused(&["model", "transfer", "offer", &model, "--to", &stranger.address]);
    assert!(label == "NotCreator" && message.contains("sign with the creator's key"), "{message}");
    let listed = heir.json(&["model", "list", "--creator", &heir.address]);
    assert_eq!(listed["models"][0]["model"], model.as_str());
}

/// Shares in force are the programs' tests' to pay out: no clock of a network moves a day.
#[test]
fn contributors_are_queued_for_the_end_of_the_timelock_and_closed() {
    let (creator, model) = listed("shared");
    let (one, trader) = (NETWORK.person("contributor", 1), NETWORK.person("payer", 20));
    trader.json(&["market", "buy", "10", &model]);
    let share = format!("{}=40", one.address);
    let queued = creator.json(&["model", "contributors", "set", &model, "--share", &share]);
    assert_eq!((&queued["creator_keeps"]["percent"], &queued["timelock_seconds"]), (&"60".into(), &172_800.into()));
    let (label, message) = creator.refused(&["model", "contributors", "apply", &model]);
    assert!(label == "TimelockRunning" && message.contains("wait for the end"), "{message}");
    let shown = creator.json(&["model", "contributors", "show", &model]);
    // 1 % of 10 SOL, 15 % of it for the creator: until the list is in force all of that is the creator's.
    assert_eq!((atoms(&shown["creator_owed"]), shown["contributors"].as_array().map(Vec::len)), (15_000_000, Some(0)));
    assert_eq!(shown["queued"][0]["part"]["percent"], "40");
    assert_eq!(one.refused(&["model", "contributors", "claim", &model]).0, "unfit");
    let twice = ["model", "contributors", "set", &model, "--share", &share, "--share", &share];
    assert_eq!(creator.refused(&twice).0, "unfit");
    assert_eq!(one.refused(&["model", "contributors", "close", &model]).0, "NotCreator");
    let closed = creator.json(&["model", "contributors", "close", &model]);
    assert_eq!(closed["rent_to"], creator.address.as_str());
    assert_eq!(creator.refused(&["model", "contributors", "show", &model]).0, "account_missing");
    let paid = creator.json(&["fees", "claim", &model, "--as", "creator"]);
    assert_eq!(atoms(&paid["paid"]), 15_000_000);
}

#[test]
fn a_licence_is_set_granted_and_revoked() {
    let (creator, model) = listed("licensed");
    let user = NETWORK.person("grantee", 1);
    let terms =
        ["--kind", "paid", "--uses", "personal,research", "--price", "0.05", "--rate", "10", "--rate-window", "1h"];
    let set = creator.json(&[&["model", "licence", "set", &model], &terms[..]].concat());
    assert_eq!((set["licence"]["kind"].as_str(), atoms(&set["licence"]["price"])), (Some("paid"), 50_000_000));
    creator.json(&["model", "licence", "set", &model, "--content-fee", "0.2", "--royalty", "5"]);
    let shown = user.json(&["model", "licence", "show", &model]);
    assert_eq!(shown["default"]["uses"], "personal,research");
    assert_eq!(
        (atoms(&shown["default"]["content_fee"]), shown["default"]["royalty"]["percent"].as_str()),
        (200_000_000, Some("5"))
    );
    let grant = ["--grantee", &user.address, "--uses", "all", "--price", "0.01", "--expires-in", "1d"];
    creator.json(&[&["model", "licence", "grant", &model], &grant[..]].concat());
    let shown = user.json(&["model", "licence", "show", &model, "--grantee", &user.address]);
    assert_eq!((&shown["grant"]["uses"], &shown["grant"]["in_force"]), (&"all".into(), &true.into()));
    creator.json(&["model", "licence", "revoke", &model, "--grantee", &user.address]);
    let shown = user.json(&["model", "licence", "show", &model, "--grantee", &user.address]);
    assert_eq!(shown["grant"]["in_force"], false);
    let closed = creator.json(&["model", "licence", "close", &model, "--grantee", &user.address]);
    assert_eq!(closed["rent_to"], creator.address.as_str());
    assert_eq!(user.refused(&["model", "licence", "show", &model, "--grantee", &user.address]).0, "account_missing");
    let last = [&["model", "licence", "grant", &model][..], &grant[..], &["--irrevocable"]].concat();
    creator.json(&last);
    let (label, message) = creator.refused(&["model", "licence", "revoke", &model, "--grantee", &user.address]);
    assert!(label == "LicenceNotRevocable" && message.contains("expires"), "{message}");
    let unsound = ["model", "licence", "set", &model, "--rate", "5", "--rate-window", "31d"];
    assert_eq!(creator.refused(&unsound).0, "unfit");
    assert_eq!(user.refused(&["model", "licence", "set", &model, "--price", "0"]).0, "NotCreator");
}

#[test]
fn what_a_final_request_generated_is_minted_once() {
    let (creator, model) = listed("generated");
    let (requester, operator) = (NETWORK.person("artist", 20), NETWORK.person("maker", 50));
    creator.json(&["vault", "open", &model]);
    creator.json(&["service", "open", &model, "--fee", "0.05"]);
    let split = creator.json(&["service", "configure", &model, "--split", "6300,1000,700,1500,500"]);
    let queued = &split["queued_split"];
    assert_eq!((&split["split"]["stakers"]["percent"], &queued["stakers"]["percent"]), (&"11".into(), &"10".into()));
    let (label, message) = requester.refused(&["service", "split-apply", &model]);
    assert!(label == "TimelockRunning" && message.contains("wait for the end"), "{message}");
    creator.json(&["model", "licence", "set", &model, "--content-fee", "0.2", "--royalty", "5"]);
    operator.json(&["operator", "register", "10", &model]);
    let asked = requester.json(&["request", "new", &model, "--input-hex", "0011", "--use", "personal,content"]);
    let request = asked["request"].as_str().unwrap();
    let mint = ["model", "content", "mint", request, "--title", "A digit", "--uri", "https://modchains.example/d.json"];
    assert_eq!(requester.refused(&mint).0, "ResultNotFinal");
    operator.answer(&model, request, &[7; 4]);
    let minted = requester.json(&mint);
    assert_eq!((atoms(&minted["fee"]), minted["owner"].as_str()), (200_000_000, Some(requester.address.as_str())));
    assert_eq!(requester.refused(&mint).0, "ContentMintedBefore");
    let no_request =
        ["model", "content", "mint", &model, "--title", "A digit", "--uri", "https://modchains.example/d.json"];
    assert_eq!(requester.refused(&no_request).0, "not_owned");
}
