//! What comes from outside: the request and tables.

use modchains_core::{
    provable::{Encoding, Input, evaluate},
    rounded::MAX,
};

use super::{call::Call, unary::clamped};
use crate::simd::vectorised;

/// The elements of the request, clamped.
pub fn input(input: &Input, call: &Call<'_>, out: &mut [u32]) {
    let len = input.encoding.bytes() as usize;
    let start = call.rows.start * call.columns() * len;
    let bytes = &call.request[start..][..out.len() * len];
    if input.encoding == Encoding::Float32 {
        return values(bytes, input.low, input.high, out);
    }
    for (bytes, out) in bytes.chunks_exact(len).zip(out) {
        let mut padded = [0; 4];
        padded[..len].copy_from_slice(bytes);
        *out = evaluate::input(input, padded);
    }
}

vectorised! {
    /// Any patterns as values: what is beyond the largest counts as that, the negative zero as zero.
    fn values(bytes: &[u8], low: u32, high: u32, out: &mut [u32]) {
        const SIGN: u32 = 1 << 31;
        let [low, high] = [low, high].map(f32::from_bits);
        for (bytes, out) in bytes.as_chunks::<4>().0.iter().zip(out) {
            let pattern = u32::from_le_bytes(*bytes);
            let size = (pattern & !SIGN).min(MAX);
            let value = f32::from_bits(pattern & SIGN | size) + 0.0;
            *out = clamped(value, low, high).to_bits();
        }
    }
}

/// Rows of a table.
pub fn embedding(table: &[u32], call: &Call<'_>, out: &mut [u32]) {
    let columns = call.columns();
    let rows = (table.len() / columns) as u32;
    for (index, out) in call.first().iter().zip(out.chunks_exact_mut(columns)) {
        let start = evaluate::table_row(*index, rows) as usize * columns;
        out.copy_from_slice(&table[start..start + columns]);
    }
}
