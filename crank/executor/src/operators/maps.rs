//! Elements in another place.

use modchains_core::provable::{INPUTS_MAX, Map, Node, Size, Window};

use super::call::{Call, Lines};

/// Copies what belongs into a range of rows. All rows of the inputs are there.
pub fn map(map: &Map, call: &Call<'_>, out: &mut [u32]) {
    let words = call.inputs[0].words;
    let columns = call.columns();
    match map {
        Map::Reshape => out.copy_from_slice(&words[call.rows.start * columns..call.rows.end * columns]),
        Map::Permute { dimensions, order } => permute(dimensions, *order, call, out),
        Map::Slice { start, step } => slice(*start, *step, call, out),
        Map::ConcatRows => concat_rows(&call.inputs, call, out),
        Map::ConcatColumns => concat_columns(&call.inputs, call, out),
        Map::Unfold(window) => unfold(window, call, out),
    }
}

/// Exchanges the dimensions of a block.
fn permute(dimensions: &[Size; 4], order: [u8; 4], call: &Call<'_>, out: &mut [u32]) {
    let words = call.inputs[0].words;
    let sides = dimensions.map(|side| side.at(call.node.size).unwrap_or(0) as usize);
    let strides = [sides[1] * sides[2] * sides[3], sides[2] * sides[3], sides[3], 1];
    let places = order.map(usize::from).map(|dimension| (sides[dimension], strides[dimension]));
    let [outer, middle, inner, (run, stride)] = joined(places);
    // Where the first element of the range lies in the result's block.
    let start = call.rows.start * call.columns();
    let (mut along, mut place) = (start % run, start / run);
    let mut left = out;
    while !left.is_empty() {
        let (a, b, c) = (place / inner.0 / middle.0 % outer.0, place / inner.0 % middle.0, place % inner.0);
        let from = a * outer.1 + b * middle.1 + c * inner.1 + along * stride;
        let (out, rest) = left.split_at_mut((run - along).min(left.len()));
        copy(&words[from..], stride, out);
        (along, place, left) = (0, place + 1, rest);
    }
}

/// Sides and strides of a block, where sides that lie one after the other anyway are one, and those of 1 come first: the last
/// is as long as can be.
fn joined(places: [(usize, usize); 4]) -> [(usize, usize); 4] {
    let mut joined = [(1, 1); 4];
    let mut last = joined.len();
    for (side, stride) in places.into_iter().rev().filter(|(side, _)| *side != 1) {
        match joined.get_mut(last) {
            Some(before) if before.0 * before.1 == stride => before.0 *= side,
            _ => {
                last -= 1;
                joined[last] = (side, stride);
            }
        }
    }
    joined
}

/// Every `step`-th word.
fn copy(words: &[u32], step: usize, out: &mut [u32]) {
    match step {
        1 => out.copy_from_slice(&words[..out.len()]),
        step => out.iter_mut().zip(words.iter().step_by(step)).for_each(|(out, word)| *out = *word),
    }
}

fn slice(start: [u32; 2], step: [u32; 2], call: &Call<'_>, out: &mut [u32]) {
    let [row_start, column_start, row_step, column_step] =
        [start[0], start[1], step[0], step[1]].map(|side| side as usize);
    let columns = call.node.operand().columns as usize;
    for (row, out) in call.rows.clone().zip(out.chunks_exact_mut(call.columns())) {
        let line = &call.inputs[0].words[(row * row_step + row_start) * columns..][..columns];
        copy(&line[column_start..], column_step, out);
    }
}

/// The rows of each input: which of the result they are, and how many columns it has.
fn parts<'a>(inputs: &'a [Lines<'a>; INPUTS_MAX], node: &'a Node) -> impl Iterator<Item = (&'a [u32], [usize; 2])> {
    let tensors = node.inputs.iter().take(node.input_count.into());
    inputs.iter().zip(tensors).map(|(lines, tensor)| (lines.words, [tensor.rows as usize, tensor.columns as usize]))
}

fn concat_rows(inputs: &[Lines<'_>; INPUTS_MAX], call: &Call<'_>, out: &mut [u32]) {
    let columns = call.columns();
    let (wanted, mut end) = (call.rows.start * columns..call.rows.end * columns, 0);
    for (words, _) in parts(inputs, call.node) {
        let start = end;
        end += words.len();
        let (from, to) = (wanted.start.max(start), wanted.end.min(end));
        if from < to {
            out[from - wanted.start..to - wanted.start].copy_from_slice(&words[from - start..to - start]);
        }
    }
}

fn concat_columns(inputs: &[Lines<'_>; INPUTS_MAX], call: &Call<'_>, out: &mut [u32]) {
    for (row, out) in call.rows.clone().zip(out.chunks_exact_mut(call.columns())) {
        let mut left = out;
        for (words, [_, columns]) in parts(inputs, call.node) {
            let (part, rest) = left.split_at_mut(columns);
            part.copy_from_slice(&words[row * columns..(row + 1) * columns]);
            left = rest;
        }
    }
}

fn unfold(window: &Window, call: &Call<'_>, out: &mut [u32]) {
    let words = call.inputs[0].words;
    let Window { height, width, kernel_height, kernel_width, stride, padding, .. } = *window;
    let [height, width, kernel_height, kernel_width, stride, padding] =
        [height, width, kernel_height, kernel_width, stride, padding].map(|side| side as usize);
    let Some([down, across]) = window.steps().map(|steps| steps.map(|side| side as usize)) else { return };
    let positions = down * across;
    for (row, out) in call.rows.clone().zip(out.chunks_exact_mut(call.columns())) {
        let (first_channel, position) =
            if window.is_by_channel { (row / positions, row % positions) } else { (0, row) };
        let (top, left) = (position / across * stride, position % across * stride);
        // A line of the window after the other.
        for (number, out) in out.chunks_exact_mut(kernel_width).enumerate() {
            let channel = first_channel + number / kernel_height;
            let y = (top + number % kernel_height).checked_sub(padding).filter(|y| *y < height);
            for (offset, out) in out.iter_mut().enumerate() {
                let x = (left + offset).checked_sub(padding).filter(|x| *x < width);
                *out = match (y, x) {
                    (Some(y), Some(x)) => words[(channel * height + y) * width + x],
                    _ => 0,
                };
            }
        }
    }
}
