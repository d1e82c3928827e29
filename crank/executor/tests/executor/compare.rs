//! Comparing runs.

use modchains_core::provable::{ElementKind, Trace};
use modchains_executor::{Executor, Operator, Request, Run, Wanted};
use modchains_test_graphs::Model;

/// What runs a model.
pub fn executor(model: &Model, threads: usize) -> Executor {
    Executor::new(model.records.clone(), model, threads).unwrap()
}

/// Asserts that a run of a batch gave what the interpreter gives for each request alone.
pub fn assert_as_interpreted(model: &Model, batch: &[Request<'_>], run: &Run) {
    for (request, words) in batch.iter().zip(&run.words) {
        let expected = model.interpreted(request.size, request.input);
        assert_eq!(words.len(), expected.len());
        if *words == expected {
            continue;
        }
        let [found, expected] = [words, &expected].map(|words| Trace::new(model.graph(), request.size, words).unwrap());
        for index in 0..model.records.len() as u32 {
            let pairs = found.output(index).iter().zip(expected.output(index));
            if let Some((place, (found, expected))) = pairs.enumerate().find(|(_, (found, expected))| found != expected)
            {
                let record = &model.records[index as usize];
                let show = |word: u32| match record.kind {
                    ElementKind::Float => format!("{word:#010x} {:e}", f32::from_bits(word)),
                    _ => word.cast_signed().to_string(),
                };
                let (found, expected) = (show(*found), show(*expected));
                panic!(
                    "node {index} {:?}, n {}, element {place}: {found}, expected {expected}",
                    record.op, request.size
                );
            }
        }
    }
}

/// Runs a batch on an executor and compares everything, also with what the executor gives when only the output is wanted.
pub fn check(model: &Model, executor: &Executor, batch: &[Request<'_>]) -> Run {
    let run = executor.run(batch, Wanted::Trace).unwrap();
    assert_as_interpreted(model, batch, &run);
    let outputs = executor.run(batch, Wanted::Output).unwrap();
    for ((request, all), output) in batch.iter().zip(&run.words).zip(&outputs.words) {
        let trace = Trace::new(model.graph(), request.size, all).unwrap();
        assert_eq!(trace.output(model.records.len() as u32 - 1), output);
    }
    let counts = |run: &Run| {
        Operator::ALL.map(|operator| {
            let counts = run.statistics.of(operator);
            [counts.elements, counts.flagged, counts.exact]
        })
    };
    assert_eq!(counts(&run), counts(&outputs));
    run
}
