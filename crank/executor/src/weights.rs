//! Weights as they are computed with.

use modchains_core::provable::{Node, WeightProblem, WeightRow, Weights, is_bias, is_row};

use crate::error::ExecutorError;

/// The rows of a node's weights.
///
/// # Errors
/// When one is missing, has another length, or holds what is no value.
pub fn rows<'a>(index: u32, node: &Node, weights: &'a impl Weights) -> Result<Vec<WeightRow<'a>>, ExecutorError> {
    let refusal = |problem| ExecutorError::Weights { node: index, problem };
    let tensor = node.weights().ok_or_else(|| refusal(WeightProblem::Length { row: 0 }))?;
    let len = tensor.columns as usize * tensor.kind.bytes();
    (0..tensor.rows)
        .map(|row| {
            let found = weights.row(index, row).filter(|found| found.bytes.len() == len);
            let found = found.ok_or_else(|| refusal(WeightProblem::Length { row }))?;
            let is_value = is_row(tensor.kind, found.bytes) && is_bias(tensor.kind, found.bias);
            if is_value { Ok(found) } else { Err(refusal(WeightProblem::Value { row })) }
        })
        .collect()
}

/// All elements of the rows of a node's weights, row after row, as words.
pub fn words(node: &Node, rows: &[WeightRow<'_>]) -> Vec<u32> {
    let Some(tensor) = node.weights() else { return Vec::new() };
    let mut words = vec![0; rows.len() * tensor.columns as usize];
    for (row, words) in rows.iter().zip(words.chunks_exact_mut(tensor.columns as usize)) {
        tensor.kind.decode(row.bytes, words);
    }
    words
}
