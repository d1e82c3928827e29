//! A sentence through the published encoder: every element of every node is that of the reference interpreter.

use std::{env, path::Path};

use modchains_executor::{Executor, Request, Wanted};
use modchains_models::write_minilm;
use modchains_sdk::core::provable::Trace;

#[test]
fn the_sentence_encoder_computes_what_the_interpreter_does() {
    let published = env::var_os("MODCHAINS_MINILM").expect("cargo xtask env sets MODCHAINS_MINILM");
    let folder = tempfile::tempdir().unwrap();
    let model = write_minilm(Path::new(&published), folder.path()).unwrap().graph().unwrap();
    let graph = model.graph();
    // "Who?", as the tokenizer has it.
    let input: Vec<u8> = [101_u16, 2_040, 1_029, 102].iter().flat_map(|token| token.to_le_bytes()).collect();
    let size = graph.size_of_input(input.len() as u64).unwrap();
    let executor = Executor::new(model.records().to_vec(), &model, 2).unwrap();
    let run = executor.run(&[Request { size, input: &input }], Wanted::Trace).unwrap();
    let mut words = vec![0; graph.words(size) as usize];
    let expected = graph.run(size, &input, &model, &mut words).unwrap();
    let found = Trace::new(graph, size, &run.words[0]).unwrap();
    for node in 0..graph.summary().nodes {
        assert!(found.output(node) == expected.output(node), "node {node}");
    }
}
