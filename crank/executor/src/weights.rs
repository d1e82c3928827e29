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

/// All elements, row after row, as words.
///
/// # Errors
/// As [`rows`].
pub fn words(index: u32, node: &Node, weights: &impl Weights) -> Result<Vec<u32>, ExecutorError> {
    let Some(tensor) = node.weights() else { return Ok(Vec::new()) };
    let rows = rows(index, node, weights)?;
    let mut words = vec![0; rows.len() * tensor.columns as usize];
    for (row, words) in rows.iter().zip(words.chunks_exact_mut(tensor.columns as usize)) {
        tensor.kind.decode(row.bytes, words);
    }
    Ok(words)
}
