//! The largest elements of rows.

use super::call::Call;
use crate::simd::vectorised;

vectorised! {
    /// Words of which the largest, as integers with a sign, is asked for; none is below the first.
    fn largest(words: &[u32]) -> i32 {
        words.iter().fold(i32::MIN, |largest, word| largest.max(word.cast_signed()))
    }
}

vectorised! {
    fn largest_value(words: &[u32]) -> f32 {
        const LANES: usize = 16;
        let (words, rest) = words.as_chunks::<LANES>();
        let mut lanes = [f32::MIN; LANES];
        for words in words {
            for (lane, word) in lanes.iter_mut().zip(words) {
                let value = f32::from_bits(*word);
                *lane = if value > *lane { value } else { *lane };
            }
        }
        lanes.into_iter().chain(rest.iter().map(|word| f32::from_bits(*word))).fold(f32::MIN, f32::max)
    }
}

/// The largest element of each row.
pub fn max(call: &Call<'_>, out: &mut [u32]) {
    let is_float = call.is_float();
    for (row, out) in call.first().chunks_exact(call.node.operand().columns as usize).zip(out) {
        *out = if is_float { largest_value(row).to_bits() } else { largest(row).cast_unsigned() };
    }
}

/// The places of the largest elements of each row, of equal ones the lowest first.
pub fn top(call: &Call<'_>, out: &mut [u32]) {
    // Words in the order of their elements: negative values are ordered the other way round.
    let key = |word: u32| match (call.is_float(), word.cast_signed()) {
        (true, negative @ ..0) => !(negative & i32::MAX),
        (_, word) => word,
    };
    let columns = call.node.operand().columns as usize;
    for (row, out) in call.first().chunks_exact(columns).zip(out.chunks_exact_mut(call.columns())) {
        let mut best: Vec<(i32, u32)> = Vec::with_capacity(out.len() + 1);
        for (place, word) in row.iter().enumerate() {
            let key = key(*word);
            if best.len() < out.len() || best.last().is_some_and(|(least, _)| key > *least) {
                let rank = best.partition_point(|(other, _)| *other >= key);
                best.insert(rank, (key, place as u32));
                best.truncate(out.len());
            }
        }
        for (out, (_, place)) in out.iter_mut().zip(best) {
            *out = place;
        }
    }
}
