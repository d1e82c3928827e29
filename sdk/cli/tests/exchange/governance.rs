//! Proposals, votes and grants. Execution takes days, so what refuses it before is checked.

use std::cell::RefCell;

use serde_json::Value;

use crate::{
    network::{NETWORK, Person, atoms, eventually},
    staking::vaulted,
};

/// Opens a proposal in a later second than that of the proposer's stake.
fn opened(proposer: &Person, arguments: &[&str]) -> Value {
    let opened = RefCell::new(Value::Null);
    eventually("a second after the stake", || {
        let line = [&["proposal", "open"], arguments, &["--json", "--yes"]].concat();
        let output = proposer.command(&line).output().unwrap();
        let refused = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() || refused.contains("ProposerStakeTooSmall"), "{refused}");
        opened.replace(serde_json::from_slice(&output.stdout).unwrap_or_default());
        output.status.success()
    });
    opened.into_inner()
}

#[test]
fn stakers_propose_read_and_vote_and_nothing_is_done_before_its_time() {
    let (creator, model) = vaulted("deciding");
    let [proposer, young] = ["proposer", "young_staker"].map(|name| NETWORK.person(name, 10));
    // The proposer last: what opens in a later second than this stake does so after both.
    for staker in [&young, &proposer] {
        staker.json(&["market", "buy", "1", &model]);
        staker.json(&["stake", "1000", &model]);
    }
    let signal = [&model, "--signal", "--text", "Ship it.", "--uri", "https://modchains.example/plan.md"];
    let first = opened(&proposer, &signal);
    let grant = [&model, "--grant-milestone", "1.5@30d", "--grant-milestone", "2@60d", "--payee", &creator.address];
    let second = opened(&young, &grant);
    let [one, two] = [&first, &second].map(|opened| opened["proposal"].to_string());
    assert_ne!(one, two);
    let other = second["payload_sha256"].as_str().unwrap();
    assert_ne!(first["payload_sha256"], other);
    let pending = ["proposal", "open", &model, "--treasury-share", "10"];
    assert_eq!(proposer.refused(&pending).0, "ProposalPending");

    let listed = proposer.json(&["proposal", "list", &model]);
    let rows = listed["proposals"].as_array().unwrap();
    let does: Vec<&Value> = rows.iter().map(|row| &row["does"]).collect();
    assert_eq!(does, ["grant 3.5 SOL, in milestones", "signal"], "the latest first");
    let weights: Vec<u64> = rows.iter().map(|row| atoms(&row["weight"])).collect();
    assert_eq!(weights, [1_000_000_000; 2]);
    let others = creator.json(&["proposal", "list", &model, "--owner", &young.address]);
    let weights: Vec<u64> = others["proposals"].as_array().unwrap().iter().map(|row| atoms(&row["weight"])).collect();
    assert_eq!(weights, [1_000_000_000; 2]);
    let shown = creator.json(&["proposal", "show", &one, &model]);
    assert!(shown["weight"].is_null(), "the creator has no position: {shown}");
    for key in ["payload_sha256", "quorum", "ends", "executable_from"] {
        assert_eq!(shown[key], first[key], "{key}");
    }
    let mut table = proposer.command(&["proposal", "show", &two, &model]);
    let table = String::from_utf8(table.env("TZ", "IST-5:30").output().unwrap().stdout).unwrap();
    assert!(table.contains("+05:30 (in ") && table.contains(&creator.address), "{table}");
    assert!(proposer.text(&["proposal", "list", &model]).contains("voting"));

    let mistaken = ["vote", &one, &model, "--for", "--payload-sha256", other];
    assert_eq!(proposer.refused(&mistaken).0, "PayloadMismatch");
    let voted = proposer.json(&["vote", &one, &model, "--for"]);
    assert_eq!([&voted["weight"], &voted["for"], &voted["against"]].map(atoms), [1_000_000_000, 1_000_000_000, 0]);
    assert_eq!(proposer.refused(&["vote", &one, &model, "--against"]).0, "VotedAlready");
    assert_eq!(atoms(&proposer.json(&["proposal", "show", &one, &model])["weight"]), 0, "it has voted");
    let against = proposer.json(&["vote", &two, &model, "--against"]);
    assert_eq!(atoms(&against["against"]), 1_000_000_000);
    assert_eq!(proposer.refused(&["unstake", "1", &model]).0, "PositionLocked");

    for index in [&one, &two] {
        assert_eq!(creator.refused(&["proposal", "execute", index, &model]).0, "VoteRunning");
        assert_eq!(creator.refused(&["proposal", "close", index, &model]).0, "ProposalNotSettled");
    }
    assert!(creator.json(&["grant", "list", &model])["grants"].as_array().unwrap().is_empty());
    for act in ["show", "claim", "close"] {
        assert_eq!(creator.refused(&["grant", act, &two, &model]).0, "account_missing");
    }

    let voted = young.json(&["vote", &two, &model, "--for"]);
    assert_eq!(atoms(&voted["for"]), 1_000_000_000);
    let added = young.json(&["stake", "1", &model]);
    let warning = added["warning"].as_str().unwrap();
    assert!(warning.contains("vote first") && warning.ends_with(&format!("proposal {one}")), "{warning}");
    assert_eq!(young.refused(&["vote", &one, &model, "--for"]).0, "WeightZero");
    assert!(young.json(&["stake", "1", &model])["warning"].is_null(), "there is nothing more to lose");
}
