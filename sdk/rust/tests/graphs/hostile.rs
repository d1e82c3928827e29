//! Files that were made to be read badly: each is refused at once, in a few words, without much memory.

use std::time::{Duration, Instant};

use modchains_sdk::bundle::{GRAPH_BYTES_MAX, GraphFiles, ModelGraph};

use super::files::small;

/// Far above what a refusal takes, far below what reading all of it would.
const AT_ONCE: Duration = Duration::from_secs(20);

fn refused(structure: &[u8], weights: Vec<u8>) -> String {
    let started = Instant::now();
    let message = ModelGraph::load(structure, weights).unwrap_err().to_string();
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
    assert!(message.len() < 1_000, "{} bytes", message.len());
    assert!(!message.contains('\u{1b}'), "{message:?}");
    message
}

fn file(nodes: &str) -> Vec<u8> {
    format!("{{\"format\":2,\"nodes\":[{nodes}]}}").into_bytes()
}

#[test]
fn a_million_nodes_are_not_even_collected() {
    let GraphFiles { weights, .. } = small();
    let million = file(&vec!["{}"; 1_000_000].join(","));
    let message = refused(&million, weights.clone());
    assert!(message.contains("more than 16384 parts in a list"), "{message}");
    let huge = refused(&vec![b' '; GRAPH_BYTES_MAX + 1], weights);
    assert!(huge.contains("at most 16777216 are read"), "{huge}");
}

#[test]
fn depth_size_and_length_are_bounded() {
    let GraphFiles { weights, .. } = small();
    let deep = "[".repeat(1_000_000);
    for nodes in [
        deep.clone(),
        format!("{{\"inputs\":{deep}"),
        format!("{{\"second\":{{\"constant\":{deep}"),
        "{\"second\":".repeat(100_000),
    ] {
        refused(&file(&nodes), weights.clone());
    }
    for number in ["4294967296", "-1", "1e999", "1e9", "0.5", "18446744073709551616", &"9".repeat(1_000_000)] {
        for field in ["rows\":[0,", "inputs\":["] {
            refused(&file(&format!("{{\"{field}{number}]}}")), weights.clone());
        }
        refused(&file(&format!("{{\"count\":{number}}}")), weights.clone());
    }
    let long = "x".repeat(5_000_000);
    for node in [format!("{{\"op\":\"{long}\"}}"), format!("{{\"{long}\":1}}"), format!("{{\"low\":\"{long}\"}}")] {
        refused(&file(&node), weights.clone());
    }
    let steering = refused(&file("{\"\\u001b[2K\":1}"), weights);
    assert!(steering.contains("\\u{1b}"), "{steering}");
}

#[test]
fn a_hostile_header_of_weights_is_refused() {
    let GraphFiles { structure, weights, .. } = small();
    let with_header = |header: &str| [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    let nested = format!("{{\"a\":{}", "[".repeat(1_000_000));
    let tensor = |name: &str, rest: &str| format!("\"{name}\":{{\"dtype\":\"F32\",{rest}}}");
    let overlapping = format!(
        "{{{},{}}}",
        tensor("node.1", "\"shape\":[3,4],\"data_offsets\":[0,48]"),
        tensor("node.1.bias", "\"shape\":[3],\"data_offsets\":[36,48]")
    );
    let overflowing = format!("{{{}}}", tensor("node.1", "\"shape\":[4294967296,4294967296,2],\"data_offsets\":[0,0]"));
    let backwards = format!("{{{}}}", tensor("node.1", "\"shape\":[3,4],\"data_offsets\":[48,0]"));
    for header in [nested.as_str(), &overlapping, &overflowing, &backwards, "{}", "[]", ""] {
        let message = refused(&structure, with_header(header));
        assert!(message.contains("weights.safetensors"), "{message}");
    }
    for bytes in
        [vec![], vec![0xff; 8], vec![0xff; 100], weights[..weights.len() - 1].to_vec(), [&weights[..], &[0]].concat()]
    {
        refused(&structure, bytes);
    }
    let long = refused(&structure, with_header(&format!("{{\"{}\":1}}", "x".repeat(40 << 20))));
    assert!(long.contains("at most 33554432 are read"), "{long}");
}
