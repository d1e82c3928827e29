//! Random graphs.

use std::collections::BTreeSet;

use modchains_core::provable::Record;
use modchains_executor::{Executor, Instructions, Operator, Request, limit_instructions};
use modchains_test_graphs::{random_graph, random_request};
use modchains_test_seed::{is_long, random};

use super::compare::{check, executor};

fn code(record: &Record) -> (u8, u8) {
    let bytes = record.encode();
    // The variant of a permutation is its order.
    (bytes[0], if bytes[0] == 3 { 0 } else { bytes[3] })
}

#[test]
fn every_element_of_random_graphs_is_that_of_the_interpreter() {
    let mut random = random();
    let (mut codes, mut redone) = (BTreeSet::new(), [[0; 2]; Operator::ALL.len()]);
    for number in 0..if is_long() { 6_000 } else { 300 } {
        let model = random_graph(&mut random, 4 + number % 40);
        codes.extend(model.records.iter().map(code));
        let inputs: Vec<(u32, Vec<u8>)> = (0..1 + random.below(4))
            .map(|_| {
                let size = 1 + random.below(5) as u32;
                (size, random_request(&model, size, &mut random))
            })
            .collect();
        let batch: Vec<Request<'_>> = inputs.iter().map(|(size, input)| Request { size: *size, input }).collect();
        let executors: Vec<Executor> = [1, 2].map(|threads| executor(&model, threads)).into();
        limit_instructions([Instructions::Plain, Instructions::Avx2, Instructions::Avx512][number % 3]);
        for executor in &executors {
            let run = check(&model, executor, &batch);
            for (found, operator) in redone.iter_mut().zip(Operator::ALL) {
                let counts = run.statistics.of(operator);
                *found = [found[0] + counts.flagged, found[1] + counts.exact];
            }
        }
        // Alone and among others.
        check(&model, &executors[number % 2], &batch[..1]);
    }
    let expected: BTreeSet<(u8, u8)> = (1..=8)
        .chain(16..=25)
        .chain(48..=55)
        .map(|code| (code, 0))
        .chain((32..=36).flat_map(|code| (0..3).map(move |variant| (code, variant))))
        .collect();
    assert_eq!(codes, expected);
    for (operator, [flagged, exact]) in Operator::ALL.into_iter().zip(redone) {
        println!("{}: {flagged} flagged, {exact} in integers", operator.name());
        if matches!(operator, Operator::Affine | Operator::Dot | Operator::Sum | Operator::Mean) {
            assert!(flagged >= exact && exact > 0, "{} was never redone", operator.name());
        }
    }
}
