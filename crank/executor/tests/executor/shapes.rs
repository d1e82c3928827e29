//! Models as they are: an encoder of text and a classifier of images.

use modchains_executor::{Request, Wanted};
use modchains_test_graphs::{Encoder, Model, classifier, random_request};
use modchains_test_seed::random;

use super::compare::{check, executor};

const SMALL: Encoder = Encoder { layers: 2, width: 48, heads: 4, hidden: 96, vocabulary: 50, tokens_max: 40 };

/// Bytes of requests of some sizes.
fn inputs(model: &Model, sizes: impl IntoIterator<Item = u32>) -> Vec<(u32, Vec<u8>)> {
    let mut random = random();
    sizes.into_iter().map(|size| (size, random_request(model, size, &mut random))).collect()
}

fn batch(inputs: &[(u32, Vec<u8>)]) -> Vec<Request<'_>> {
    inputs.iter().map(|(size, input)| Request { size: *size, input }).collect()
}

#[test]
fn an_encoder_gives_the_same_alone_and_in_any_batch() {
    let model = SMALL.model(&mut random());
    let inputs = inputs(&model, [1, 2, 7, 40, 16, 16, 16, 3, 33, 40]);
    let all = batch(&inputs);
    let runs = [1, 2, 3].map(|threads| check(&model, &executor(&model, threads), &all));
    assert!(runs.iter().all(|run| run.words == runs[0].words));
    let executor = executor(&model, 2);
    for (request, words) in all.iter().zip(&runs[0].words) {
        let alone = executor.run(&[*request], Wanted::Trace).unwrap();
        assert_eq!(alone.words, std::slice::from_ref(words));
    }
    assert_eq!(executor.run(&[], Wanted::Output).unwrap().words, Vec::<Vec<u32>>::new());
}

#[test]
fn a_classifier_gives_the_same_alone_and_in_any_batch() {
    let model = classifier(&mut random());
    assert!(model.graph().summary().is_exact);
    let inputs = inputs(&model, [1; 9]);
    let all = batch(&inputs);
    for threads in [1, 2] {
        let executor = executor(&model, threads);
        let run = check(&model, &executor, &all);
        for (request, words) in all.iter().zip(&run.words) {
            assert_eq!(executor.run(&[*request], Wanted::Trace).unwrap().words, std::slice::from_ref(words));
        }
    }
}
