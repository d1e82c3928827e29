//! What comes from outside: the request and tables.

use modchains_core::provable::{Input, evaluate};

use super::call::Call;

/// The elements of the request, clamped.
pub fn input(input: &Input, call: &Call<'_>, out: &mut [u32]) {
    let len = input.encoding.bytes() as usize;
    let start = call.rows.start * call.columns() * len;
    for (bytes, out) in call.request[start..].chunks_exact(len).zip(out) {
        let mut padded = [0; 4];
        padded[..len].copy_from_slice(bytes);
        *out = evaluate::input(input, padded);
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
