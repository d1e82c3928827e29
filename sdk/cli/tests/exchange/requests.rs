//! Requests of every length that the program allows.

use modchains_sdk::oracle::state::{INPUT_BYTES_MAX, OUTPUT_BYTES_MAX};

use crate::{listed, network::NETWORK};

/// Bytes that differ from their neighbours, in hexadecimal.
fn bytes(length: u16) -> Vec<u8> {
    (0..length).map(|index| (index * 7 % 251) as u8).collect()
}

/// The result goes with its claim, a compute limit and a price: not a byte more fits a transaction.
#[test]
fn the_longest_input_is_asked_and_the_longest_answer_comes_back() {
    let (creator, model) = listed("at_length");
    let requester = NETWORK.person("long_winded", 5);
    let (input, output) = (bytes(INPUT_BYTES_MAX), bytes(OUTPUT_BYTES_MAX));
    creator.json(&["vault", "open", &model]);
    let longer = (OUTPUT_BYTES_MAX + 1).to_string();
    let refused = creator.refused(&["service", "open", &model, "--fee", "0.01", "--output-max", &longer]);
    assert!(refused.1.contains("; "), "no remedy in {refused:?}");
    let longest = OUTPUT_BYTES_MAX.to_string();
    creator.json(&["service", "open", &model, "--fee", "0.01", "--output-max", &longest]);
    creator.json(&["operator", "register", "5", &model]);
    // A longest input leaves no room for wrapping.
    requester.json(&["wrap", "0.1"]);
    let asked = requester.json(&["request", "new", &model, "--input-hex", &hex::encode(&input)]);
    let request = asked["request"].as_str().unwrap();
    creator.answer(&model, request, &output);
    let shown = requester.json(&["request", "show", request]);
    assert_eq!(shown["status"], "finalized");
    for (what, expected) in [("input", &input), ("output", &output)] {
        assert_eq!(shown[format!("{what}_hex")], hex::encode(expected).as_str());
        assert_eq!(shown[format!("{what}_matches_its_hash")], true);
    }
}
