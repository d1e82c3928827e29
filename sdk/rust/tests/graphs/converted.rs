//! Graphs that the converter (`sdk/convert`) made of PyTorch's programs: they load, have the roots that it computed by itself, and
//! the interpreter gives what its own evaluation gave.

use std::{fs, path::PathBuf};

use modchains_sdk::{
    bundle::ModelGraph,
    core::{
        numeric_class::NumericClass,
        provable::{ElementKind, InputLength},
    },
};
use serde_json::Value;

const NAMES: [(&str, NumericClass); 4] = [
    ("integers", NumericClass::Exact),
    ("picture", NumericClass::Rounded),
    ("places", NumericClass::Rounded),
    ("sentence", NumericClass::Rounded),
];

#[test]
fn converted_graphs_load_and_give_what_the_converter_computed() {
    for (name, class) in NAMES {
        let read = |file: &str| fs::read(folder(name).join(file)).unwrap();
        let graph = ModelGraph::load(&read("graph.json"), read("weights.safetensors")).unwrap();
        let expected: Value = serde_json::from_slice(&read("cases.json")).unwrap();
        assert_eq!(graph.numeric_class(), class, "{name}");
        assert_eq!(hex::encode(graph.root()), expected["root"].as_str().unwrap(), "{name}");
        let cases = expected["cases"].as_array().unwrap();
        assert!(cases.len() >= 4, "{name}");
        for case in cases {
            let bytes = |field: &str| hex::decode(case[field].as_str().unwrap()).unwrap();
            assert_near(&run(&graph, &bytes("input")), &bytes("output"), last_kind(&graph), name);
        }
    }
}

/// The test runs in the folder of its package.
fn folder(name: &str) -> PathBuf {
    PathBuf::from("tests/graphs/converted").join(name)
}

fn last_kind(graph: &ModelGraph) -> ElementKind {
    graph.records().last().unwrap().kind
}

/// The bytes of the last node.
fn run(graph: &ModelGraph, input: &[u8]) -> Vec<u8> {
    let checked = graph.graph();
    let n = InputLength::of(&graph.records()[0]).unwrap().size_of(input.len() as u64).unwrap();
    let mut words = vec![0; checked.words(n) as usize];
    checked.run(n, input, graph, &mut words).unwrap();
    let elements = checked.tensor(graph.records().len() as u32 - 1, n).unwrap().elements() as usize;
    let kind = last_kind(graph);
    let mut bytes = vec![0; elements * kind.bytes()];
    assert_eq!(kind.encode(&words[words.len() - elements..], &mut bytes), bytes.len());
    bytes
}

/// Integers must be equal. Floats were rounded after sums in double precision: where one was near a midpoint, what
/// follows from it can be a few units in the last place away.
fn assert_near(actual: &[u8], expected: &[u8], kind: ElementKind, name: &str) {
    assert_eq!(actual.len(), expected.len(), "{name}");
    if kind != ElementKind::Float {
        assert_eq!(actual, expected, "{name}");
        return;
    }
    let values =
        |bytes: &[u8]| -> Vec<f32> { bytes.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect() };
    for (a, b) in values(actual).into_iter().zip(values(expected)) {
        assert!((a - b).abs() <= 1e-6 * b.abs().max(1.0), "{name}: {a} and {b}");
    }
}
