//! Proposals, votes and grants. Execution takes days, so what refuses it before is checked.

use std::cell::RefCell;

use modchains_sdk::{
    Pubkey, address,
    core::governance::ProposalStatus,
    vault::state::{ProposalAction, Vault},
};
use serde_json::Value;

use super::staking::vaulted;
use crate::network::{NETWORK, Person, atoms, eventually};

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
    let (label, message) = creator.refused(&["proposal", "open", &model, "--treasury-share", "10"]);
    assert!(label == "account_missing" && message.contains("modchains stake"), "{message}");
    let (label, message) = proposer.refused(&["vote", "1", &model, "--for"]);
    assert!(label == "account_missing" && message.contains("modchains proposal list"), "{message}");
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

#[test]
fn the_library_lists_the_proposals_of_one_vault_the_latest_first_as_they_stand() {
    let [(_, model), (_, other)] = ["listing_decisions", "other_decisions"].map(vaulted);
    let [first, second] = ["first_proposer", "second_proposer"].map(|name| NETWORK.person(name, 10));
    for (staker, model) in [(&first, &model), (&second, &model), (&second, &other)] {
        staker.json(&["market", "buy", "1", model]);
        staker.json(&["stake", "1000", model]);
    }
    let unpayable = opened(&first, &[&model, "--reserve-deposit", "2"]);
    assert!(unpayable["warning"].as_str().unwrap().contains("the treasury holds less"), "{unpayable}");
    let one_index = unpayable["proposal"].as_u64().unwrap();
    let unordered = ["--grant-milestone", "1@30d", "--grant-milestone", "1@10d", "--payee", &first.address];
    let (label, message) = second.refused(&[&["proposal", "open", &model], &unordered[..]].concat());
    assert!(label == "unfit" && message.contains("--help"), "{message}");
    let decided = opened(&second, &[&model, "--treasury-share", "12.5"]);
    assert!(decided["warning"].is_null(), "{decided}");
    let two_index = decided["proposal"].as_u64().unwrap();
    opened(&second, &[&other, "--signal", "--text", "Another vault's."]);
    let voted = first.json(&["vote", &one_index.to_string(), &model, "--for"]);
    let (key, owner): (Pubkey, Pubkey) = (model.parse().unwrap(), first.address.parse().unwrap());
    let (listed, one, position, grants, now_seconds) = NETWORK.read(async |client| {
        let now_seconds = client.now_seconds().await.unwrap();
        let listed = client.proposals(&key, now_seconds).await.unwrap();
        let one = client.proposal(&key, one_index, now_seconds).await.unwrap();
        let position = client.position(&key, &owner).await.unwrap().value;
        (listed, one, position, client.grants(&key).await.unwrap(), now_seconds)
    });
    let vault: Vault = NETWORK.read(async |client| client.vault(&key).await.unwrap().value);
    let seen: Vec<(u64, ProposalAction)> = listed.iter().map(|it| (it.proposal.value.index, it.action)).collect();
    let expected = [
        (two_index, ProposalAction::TreasuryShare { treasury_bps: 1_250 }),
        (one_index, ProposalAction::ReserveDeposit { reserve_atoms: 2_000_000_000 }),
    ];
    assert_eq!((seen.as_slice(), vault.proposal_count), (&expected[..], 2));
    for proposal in &listed {
        assert_eq!(proposal.proposal.value.vault, address::vault::vault(&key));
        assert!(proposal.status == ProposalStatus::Voting && proposal.proposal.value.state().end_seconds > now_seconds);
    }
    let state = one.proposal.value.state();
    assert_eq!((state.for_atoms, state.against_atoms), (atoms(&voted["for"]), 0));
    assert_eq!((one.proposal.address, one.action), (listed[1].proposal.address, listed[1].action));
    assert_eq!([&listed[1], &listed[0]].map(|it| it.weight_atoms(&position)), [0, 1_000_000_000], "it votes once");
    assert!(grants.is_empty(), "nothing is executed before its timelock is over");
}
