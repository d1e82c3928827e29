//! Every command that sends anything asks first, and is refused where nobody can be asked.

use std::{collections::BTreeSet, process::Stdio};

use self::Act::{Reads, Sends};
use crate::{
    bundle::Bundle,
    listed,
    network::{NETWORK, Person},
};

/// What a command does.
enum Act {
    /// It sends nothing: without a terminal and `--yes` it does what it does.
    Reads,
    /// It sends transactions. These are its arguments, with `MODEL`, `BUNDLE` and `SOMEBODY` for real ones.
    Sends(&'static str),
}

/// Every command there is. A new one is added here, or the test fails.
const COMMANDS: &[(&str, Act)] = &[
    ("keygen", Reads),
    ("airdrop", Reads),
    ("balance", Reads),
    ("wrap", Sends("5")),
    ("unwrap", Sends("all")),
    ("accounts", Sends("--close-empty")),
    (
        "launch",
        Sends(
            "BUNDLE --symbol A --uri https://a.example --bundle-uri https://b.example --virtual-reserve 30 --fee 0.1",
        ),
    ),
    ("stake", Sends("1 MODEL")),
    ("unstake", Sends("1 MODEL")),
    ("withdraw", Sends("MODEL")),
    ("claim", Sends("--all")),
    ("compound", Sends("MODEL")),
    ("position close", Sends("MODEL")),
    ("positions", Reads),
    ("portfolio", Reads),
    ("revenue", Reads),
    ("model new", Sends("--name a --symbol A --uri https://a.example")),
    ("model publish", Sends("MODEL --bundle BUNDLE --uri https://a.example")),
    ("model show", Reads),
    ("model list", Reads),
    ("model transfer offer", Sends("MODEL --to SOMEBODY")),
    ("model transfer accept", Sends("MODEL")),
    ("model transfer cancel", Sends("MODEL")),
    ("model transfer show", Reads),
    ("model contributors set", Sends("MODEL --share SOMEBODY=10")),
    ("model contributors apply", Sends("MODEL")),
    ("model contributors show", Reads),
    ("model contributors claim", Sends("MODEL")),
    ("model contributors close", Sends("MODEL")),
    ("model licence set", Sends("MODEL --price 1")),
    ("model licence grant", Sends("MODEL --grantee SOMEBODY --uses all")),
    ("model licence revoke", Sends("MODEL --grantee SOMEBODY")),
    ("model licence close", Sends("MODEL --grantee SOMEBODY")),
    ("model licence show", Reads),
    ("model content mint", Sends("MODEL --title a --uri https://a.example")),
    ("graph check", Reads),
    ("graph cost", Reads),
    ("market open", Sends("MODEL --virtual-reserve 30")),
    ("market quote", Reads),
    ("market buy", Sends("1 MODEL")),
    ("market sell", Sends("1 MODEL")),
    ("market deposit", Sends("1 MODEL")),
    ("market pause", Sends("MODEL --for 1h")),
    ("market resume", Sends("MODEL")),
    ("market pause-budget-close", Sends("MODEL")),
    ("market sync", Sends("MODEL")),
    ("market show", Reads),
    ("market watch", Reads),
    ("market chart", Reads),
    ("market twap", Reads),
    ("vote", Sends("1 MODEL --for")),
    ("proposal open", Sends("MODEL --signal --text a")),
    ("proposal list", Reads),
    ("proposal show", Reads),
    ("proposal execute", Sends("1 MODEL")),
    ("proposal close", Sends("1 MODEL")),
    ("grant list", Reads),
    ("grant show", Reads),
    ("grant claim", Sends("1 MODEL")),
    ("grant close", Sends("1 MODEL")),
    ("vault open", Sends("MODEL")),
    ("vault show", Reads),
    ("vault sweep", Sends("MODEL")),
    ("vault close", Sends("MODEL")),
    ("pool open", Sends("MODEL --mint SOMEBODY")),
    ("pool subscribe", Sends("MODEL --mint SOMEBODY")),
    ("pool unsubscribe", Sends("MODEL --mint SOMEBODY")),
    ("pool deposit", Sends("1 MODEL")),
    ("pool sweep", Sends("MODEL")),
    ("pool close", Sends("MODEL --mint SOMEBODY")),
    ("treasury deposit", Sends("1 MODEL")),
    ("operator register", Sends("5 MODEL")),
    ("operator show", Reads),
    ("operator bond-deposit", Sends("1 MODEL")),
    ("operator bond-withdraw", Sends("MODEL --start 1")),
    ("operator earnings", Sends("MODEL --claim")),
    ("operator close", Sends("MODEL")),
    ("service open", Sends("MODEL --fee 0.1")),
    ("service configure", Sends("MODEL --fee 0.1")),
    ("service split-apply", Sends("MODEL")),
    ("service close", Sends("MODEL")),
    ("service show", Reads),
    ("request new", Sends("MODEL --input-hex 00")),
    ("request show", Reads),
    ("request list", Reads),
    ("request finalize", Sends("MODEL")),
    ("request refund", Sends("MODEL")),
    ("request close", Sends("MODEL")),
    ("request counter-close", Sends("MODEL")),
    ("usage show", Reads),
    ("usage roll", Sends("MODEL")),
    ("fees show", Reads),
    ("fees distribute", Sends("MODEL")),
    ("fees claim", Sends("MODEL --as creator")),
    ("referral open", Sends("MODEL")),
    ("referral show", Reads),
    ("referral claim", Sends("MODEL")),
    ("referral close", Sends("MODEL")),
];

/// Whether there is a command that sends something.
pub fn is_sent_by(command: &str) -> bool {
    COMMANDS.iter().any(|(name, act)| *name == command && matches!(act, Sends(_)))
}

/// What a command that sends does to the thing that it is about: the last word of its name.
const VERBS: &[&str] = &[
    "accept",
    "apply",
    "buy",
    "cancel",
    "claim",
    "close",
    "compound",
    "configure",
    "deposit",
    "distribute",
    "execute",
    "finalize",
    "grant",
    "launch",
    "mint",
    "new",
    "offer",
    "open",
    "pause",
    "publish",
    "refund",
    "register",
    "resume",
    "revoke",
    "roll",
    "sell",
    "set",
    "stake",
    "subscribe",
    "sweep",
    "sync",
    "unstake",
    "unsubscribe",
    "unwrap",
    "vote",
    "withdraw",
    "wrap",
];
/// What reads, and sends when an option says so, goes by what it shows.
const READS_UNLESS_TOLD: &[&str] = &["accounts", "operator earnings"];

#[test]
fn what_sends_is_called_by_its_verb() {
    for (name, act) in COMMANDS {
        let Sends(arguments) = act else { continue };
        let last = name.rsplit([' ', '-']).next().unwrap();
        let is_told = READS_UNLESS_TOLD.contains(name) && arguments.contains("--");
        assert!(is_told || VERBS.contains(&last), "{name} is no verb");
    }
}

/// The commands below `group` that have none below them, by the program's own help.
fn leaves(person: &Person, group: &[String]) -> Vec<String> {
    let mut arguments: Vec<&str> = group.iter().map(String::as_str).collect();
    arguments.push("--help");
    let help = person.text(&arguments);
    let Some((_, listed)) = help.split_once("\nCommands:\n") else { return vec![group.join(" ")] };
    let names = listed.lines().take_while(|line| !line.is_empty());
    let names = names.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.flat_map(|name| leaves(person, &[group, &[name.to_owned()]].concat())).collect()
}

#[test]
fn every_command_that_sends_is_refused_without_a_terminal() {
    let (owner, model) = listed("consenting");
    let somebody = NETWORK.person("somebody", 1);
    let bundle = Bundle::write("consent");
    let found: BTreeSet<String> = leaves(&owner, &[]).into_iter().collect();
    let named: BTreeSet<String> = COMMANDS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(found, named);

    let before = owner.balance(&model);
    for (name, act) in COMMANDS {
        let Sends(arguments) = act else { continue };
        let line = format!("{name} {arguments}").replace("MODEL", &model).replace("SOMEBODY", &somebody.address);
        let line = line.replace("BUNDLE", bundle.path());
        let arguments: Vec<&str> = line.split(' ').collect();
        let (label, message) = owner.refused_unasked(&arguments);
        assert!(label == "not_confirmed" && message.contains("--yes"), "{line}: {label} {message}");
    }
    assert_eq!(owner.balance(&model), before);
}

#[test]
fn a_question_that_nobody_answers_sends_nothing_either() {
    let (owner, model) = listed("asked");
    let before = owner.balance(&model);
    let mut wrap = owner.command(&["wrap", "5"]);
    let asked = wrap.stdin(Stdio::piped()).output().unwrap();
    assert_eq!(asked.status.code(), Some(1));
    assert_eq!(owner.balance(&model), before);
}
