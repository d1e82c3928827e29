//! The reference interpreter: plain integers, one element after the other.
//!
//! Whatever executes a graph for speed must give the same values; whoever doubts one value computes it alone.

use super::{Graph, GraphError, Layer, Op, geometry::steps};

impl Graph<'_> {
    /// Values of the longest input or output of a layer: the length of each of the two buffers that [`Self::run`] needs.
    pub fn values_max(&self) -> usize {
        self.layers.iter().map(Layer::output_len).max().unwrap_or(0).max(self.input_len())
    }

    /// The sums of the last layer for `input`. Layers read one buffer and write the other, in turn; each must hold
    /// [`Self::values_max`] values.
    pub fn run<'b>(&self, input: &[u8], buffers: [&'b mut [i32]; 2]) -> Result<&'b [i32], GraphError> {
        if input.len() != self.input_len() {
            return Err(GraphError::InputLength { expected: self.input_len(), actual: input.len() });
        }
        if let Some((index, value)) = input.iter().enumerate().find(|(_, value)| **value > self.input_max) {
            return Err(GraphError::InputRange { index, max: self.input_max, actual: *value });
        }
        let needed = self.values_max();
        let [mut values, mut outputs] = buffers;
        if values.len() < needed || outputs.len() < needed {
            return Err(GraphError::Room { needed });
        }
        for (value, byte) in values.iter_mut().zip(input) {
            *value = i32::from(*byte);
        }
        for layer in self.layers {
            for (index, output) in outputs.iter_mut().take(layer.output_len()).enumerate() {
                *output = layer.element(values, index);
            }
            core::mem::swap(&mut values, &mut outputs);
        }
        Ok(values.get(..self.output_len()).unwrap_or_default())
    }
}

impl Layer<'_> {
    /// One element of the output, by its position in the flattened output, from the layer's input: a sum, requantised
    /// unless the layer is the last. 0 beyond the output.
    pub fn element(&self, input: &[i32], index: usize) -> i32 {
        let positions = self.geometry.positions.max(1);
        let (row, position) = (index / positions, index % positions);
        let Some((bias, weights)) = self.row(row) else { return 0 };
        let products = match self.geometry.op {
            Op::Linear { .. } => dot(weights, input),
            Op::Conv2d { .. } => self.convolve(weights, input, position),
        };
        // arith-safety: every partial sum of a checked graph is below `ACCUMULATOR_LIMIT`; of another one it wraps.
        let sum = products.wrapping_add(bias);
        self.requantise.map_or(sum, |rule| i32::from(rule.apply(sum)))
    }

    fn convolve(&self, weights: &[u8], input: &[i32], position: usize) -> i32 {
        let Op::Conv2d { in_height, in_width, kernel, stride, padding, .. } = self.geometry.op else { return 0 };
        let columns = steps(in_width, kernel, stride, padding).map_or(1, |columns| columns as usize);
        let [height, width, kernel, stride, padding] =
            [in_height, in_width, kernel, stride, padding].map(|side| side as usize);
        let (top, left) = (position / columns * stride, position % columns * stride);
        let mut sum = 0_i32;
        let channels = weights.chunks_exact((kernel * kernel).max(1)).zip(input.chunks_exact((height * width).max(1)));
        for (weights, pixels) in channels {
            for (down, weights) in weights.chunks_exact(kernel.max(1)).enumerate() {
                // Above and left of the image, as below and right of it, are zeros.
                let Some(line) =
                    (top + down).checked_sub(padding).and_then(|y| pixels.chunks_exact(width.max(1)).nth(y))
                else {
                    continue;
                };
                let skipped = padding.saturating_sub(left).min(weights.len());
                let from = left.saturating_sub(padding).min(line.len());
                sum = sum.wrapping_add(dot(&weights[skipped..], &line[from..]));
            }
        }
        sum
    }
}

/// Sum of the products of as many pairs as there are.
fn dot(weights: &[u8], values: &[i32]) -> i32 {
    let products =
        weights.iter().zip(values).map(|(weight, value)| i32::from(weight.cast_signed()).wrapping_mul(*value));
    products.fold(0, i32::wrapping_add)
}
