//! Provable bundles through the runtime that answers requests, against the reference interpreter.

use std::path::Path;

use modchains_crank::runtime::{self, RuntimeError};
use modchains_sdk::{
    bundle::{
        Bundle, BundleDraft, GRAPH_FILE, GraphFiles, InputError, InputSpec, NamedWeights, NodeDraft, OutputRule,
        WEIGHTS_FILE, write_bundle, write_graph,
    },
    core::provable::{Op, Reduce, Trace},
};
use modchains_test_graphs::Encoder;
use modchains_test_seed::{Random, random};

use crate::fixture::{fixture, scratch};

/// The last tensor's bytes as the core's interpreter gives them: plain integers, one element after the other.
fn reference(bundle: &Bundle, input: &[u8]) -> Vec<u8> {
    let loaded = bundle.graph().unwrap();
    let graph = loaded.graph();
    let size = graph.size_of_input(input.len() as u64).unwrap();
    let mut words = vec![0; graph.words(size) as usize];
    let trace: Trace<'_> = graph.run(size, input, &loaded, &mut words).unwrap();
    let last = graph.summary().nodes - 1;
    let mut bytes = vec![0; trace.output(last).len() * 4];
    let len = loaded.records()[last as usize].kind.encode(trace.output(last), &mut bytes);
    bytes.truncate(len);
    bytes
}

/// Runs the inputs in batches of each size on each number of threads and compares every byte with the reference.
fn assert_exact(bundle: &Bundle, inputs: &[Vec<u8>]) {
    let expected: Vec<Vec<u8>> = inputs.iter().map(|input| reference(bundle, input)).collect();
    for threads in [1, 2] {
        let model = runtime::load(bundle, threads).unwrap();
        for batch in [1, 7, inputs.len()] {
            let views: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
            let results: Vec<Vec<u8>> = views.chunks(batch).flat_map(|b| model.infer_batch(b).unwrap()).collect();
            assert_eq!(results, expected, "{threads} threads, batches of {batch}");
        }
        for result in &expected {
            bundle.manifest().output.decode(result).unwrap();
        }
        assert!(model.infer_batch(&[]).unwrap().is_empty());
    }
}

#[test]
fn the_trained_graph_gives_the_reference_bytes_on_any_threads_and_batch() {
    let fixture = fixture();
    let inputs: Vec<Vec<u8>> = fixture.split.held_out.iter().map(|sample| sample.pixels.to_vec()).collect();
    assert_exact(&fixture.exact, &inputs);
}

/// A bundle of an encoder of texts, whose inputs have any number of tokens.
fn encoder(dir: &Path, random: &mut Random) -> Bundle {
    let encoder = Encoder { layers: 1, width: 8, heads: 2, hidden: 12, vocabulary: 30, tokens_max: 20 };
    let model = encoder.model(random);
    let nodes: Vec<NodeDraft> = (0..)
        .zip(&model.records)
        .map(|(index, record)| {
            let weights = model.weights.get(&index).map(|rows| NamedWeights {
                name: format!("node.{index}"),
                elements: rows.iter().flat_map(|(bytes, _)| bytes.clone()).collect(),
                biases: matches!(record.op, Op::Reduce(Reduce::Affine))
                    .then(|| rows.iter().flat_map(|(_, bias)| *bias).collect()),
            });
            NodeDraft { record: *record, weights }
        })
        .collect();
    let GraphFiles { structure, weights, graph } = write_graph(&nodes).unwrap();
    let last = graph.records().last().unwrap();
    let elements = graph.graph().tensor(graph.records().len() as u32 - 1, 1).unwrap().elements();
    let bytes = elements as u32 * last.kind.bytes() as u32;
    let draft = BundleDraft {
        name: "encoder".to_owned(),
        version: "1".to_owned(),
        numeric_class: graph.numeric_class(),
        graph_root: Some(graph.root()),
        input: InputSpec::of(&graph, vec![1]).unwrap(),
        output: OutputRule::Tensor { bytes, kind: last.kind },
        accuracy: None,
        card: "# encoder\n".to_owned(),
        files: vec![(GRAPH_FILE, structure), (WEIGHTS_FILE, weights)],
    };
    write_bundle(dir, &draft).unwrap()
}

#[test]
fn inputs_of_any_number_of_tokens_are_answered_in_one_batch() {
    let (scratch, mut random) = (scratch(), random());
    let bundle = encoder(scratch.path(), &mut random);
    let spec = &bundle.manifest().input;
    let [min, max] = spec.units.unwrap();
    let token = |random: &mut Random| (random.below(u64::from(spec.max.unwrap()) + 1) as u16).to_le_bytes();
    let inputs: Vec<Vec<u8>> =
        (0..12).map(|number| (0..(min + number).min(max)).flat_map(|_| token(&mut random)).collect()).collect();
    assert_exact(&bundle, &inputs);
    let model = runtime::load(&bundle, 1).unwrap();
    runtime::warm_up(model.as_ref(), bundle.manifest(), 4).unwrap();
    let long = vec![0; spec.bytes_max() + 2];
    let refused = model.infer_batch(&[inputs[0].as_slice(), &long]).unwrap_err();
    assert!(matches!(&refused, RuntimeError::Input { position: 1, source: InputError::Units { .. } }), "{refused}");
}
