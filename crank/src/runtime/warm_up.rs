//! The first passes of a model, before anybody waits: they allocate, choose kernels, and show whether the model treats
//! each request by itself.

use modchains_sdk::bundle::{Encoding, InputSpec, Manifest, OutputError};

use super::{ModelRuntime, RuntimeError};

/// How many different inputs are made up.
const INPUTS: usize = 8;
/// By how many units each is longer than the one before, if inputs have units.
const UNITS: usize = 8;

/// Runs made-up inputs one by one and in batches up to `max_batch`, and compares the answers by the output rule.
///
/// That an answer is no number says nothing: a model may well be undefined on an input that nobody asks.
///
/// # Errors
/// What the model fails with, or [`RuntimeError::BatchDiffers`].
pub fn warm_up(model: &dyn ModelRuntime, manifest: &Manifest, max_batch: u16) -> Result<(), RuntimeError> {
    let made_up: Vec<Vec<u8>> = (0..INPUTS).map(|number| input(&manifest.input, number)).collect();
    let mut answered: Vec<(&[u8], Vec<u8>)> = Vec::with_capacity(INPUTS);
    for input in &made_up {
        match model.infer_batch(&[input.as_slice()]) {
            Ok(results) => answered.extend(results.into_iter().map(|result| (input.as_slice(), result))),
            Err(RuntimeError::Output(OutputError::NotFinite { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    let largest = usize::from(max_batch.max(1));
    for batch in [largest.min(2), largest] {
        let inputs: Vec<&[u8]> = answered.iter().map(|(input, _)| *input).cycle().take(batch).collect();
        let results = match model.infer_batch(&inputs) {
            Err(RuntimeError::Output(OutputError::NotFinite { .. })) => Err(RuntimeError::BatchDiffers { batch }),
            results => results,
        }?;
        for (together, (_, alone)) in results.iter().zip(answered.iter().cycle()) {
            if !manifest.output.agree(together, alone)? {
                return Err(RuntimeError::BatchDiffers { batch });
            }
        }
    }
    Ok(())
}

/// A blank input first, then others in which every element depends on the number, and longer ones where inputs have units.
fn input(spec: &InputSpec, number: usize) -> Vec<u8> {
    let units = spec.units.map_or(1, |[min, max]| (UNITS * (number + 1)).clamp(min as usize, max as usize));
    let element_bytes = spec.dtype.bytes() as usize;
    let elements = spec.bytes as usize * units / element_bytes;
    let elements = (0..elements).flat_map(|at| {
        let value = (at + 1) * number * 7919;
        let word = match spec.dtype {
            Encoding::Float32 => (value as u16 as f32 / 32_768.0 - 1.0).to_bits(),
            _ => (value % (spec.max.unwrap_or(u8::MAX.into()) as usize + 1)) as u32,
        };
        word.to_le_bytes().into_iter().take(element_bytes)
    });
    elements.collect()
}
