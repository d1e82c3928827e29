//! What people read and write instead of addresses and seconds.

use std::process::Command;

use crate::{
    listed,
    network::{NETWORK, atoms},
};

#[test]
fn a_model_goes_by_the_start_of_its_address_its_name_and_its_symbol_while_no_other_does() {
    let (creator, model) = listed("namesake");
    let reader = NETWORK.person("reader", 1);
    for text in [&model[..], &model[..12], "namesake"] {
        assert_eq!(reader.json(&["market", "show", text])["model"], model.as_str(), "{text}");
    }
    let bought = creator.json(&["market", "buy", "0.1", "namesake"]);
    let sold = creator.json(&["market", "sell", "--max", "namesake"]);
    assert_eq!(atoms(&sold["paid"]), atoms(&bought["got"]));
    let uri = "https://modchains.example/model.json";
    let other = reader.json(&["model", "new", "--name", "namesake", "--symbol", "SAME", "--uri", uri]);
    let (label, message) = reader.refused(&["market", "show", "namesake"]);
    assert!(label == "unfit" && message.contains("ambiguous"), "{message}");
    assert!(message.contains(&model) && message.contains(other["model"].as_str().unwrap()), "{message}");
    assert_eq!(reader.json(&["model", "show", "SAME"])["model"], other["model"]);
    let (label, message) = reader.refused(&["market", "buy", "1", "no such model"]);
    assert!(label == "unfit" && message.contains("no model"), "{message}");
}

#[test]
fn a_request_goes_by_the_start_of_its_address() {
    let (creator, model) = listed("requested");
    creator.json(&["vault", "open", &model]);
    creator.json(&["service", "open", &model, "--fee", "0.05"]);
    let asked = creator.json(&["request", "new", &model, "--input-hex", "00"]);
    let request = asked["request"].as_str().unwrap();
    assert_eq!(creator.json(&["request", "show", &request[..12]])["request"], request);
    assert_eq!(creator.refused(&["request", "show", "1111"]).0, "unfit");
}

#[test]
fn people_see_local_time_and_scripts_see_seconds() {
    let (creator, model) = listed("clocked");
    let mut show = creator.command(&["market", "show", &model]);
    let shown = show.env("TZ", "IST-5:30").output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("+05:30 ("), "{shown}");
    let synced_at = creator.json(&["market", "show", &model])["synced_at"].as_i64().unwrap();
    assert!(!shown.contains(&synced_at.to_string()), "{shown}");
}

#[test]
fn a_key_file_is_read_once_so_a_pipe_will_do() {
    let (creator, _) = listed("piped");
    let mut through_pipe = Command::new("bash");
    let line = "exec \"$0\" model licence set --name piped --price 0.5 --yes --keypair <(cat \"$MODCHAINS_KEYPAIR\")";
    let command = creator.command(&[]);
    for (name, value) in command.get_envs().filter_map(|(name, value)| Some((name, value?))) {
        through_pipe.env(name, value);
    }
    let set = through_pipe.args(["-c", line]).arg(command.get_program()).output().unwrap();
    assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
}
