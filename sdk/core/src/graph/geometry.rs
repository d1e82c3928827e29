//! The dimensions that follow from an operation, and their bounds.

use super::{ELEMENTS_MAX, Geometry, LayerProblem, Op, SIDE_MAX};

impl Geometry {
    /// The dimensions of a layer that computes `op`. Fails when a side is out of range, when a kernel does not fit its
    /// input, and when there are too many weights or activations.
    pub fn of(op: Op) -> Result<Self, LayerProblem> {
        let in_range = |sides: &[u32]| sides.iter().all(|side| (1..=SIDE_MAX).contains(side));
        let [input_len, rows, row_len, positions] = match op {
            Op::Linear { inputs, outputs } => {
                if !in_range(&[inputs, outputs]) {
                    return Err(LayerProblem::SideOutOfRange { op });
                }
                [u64::from(inputs), u64::from(outputs), u64::from(inputs), 1]
            }
            Op::Conv2d { in_channels, in_height, in_width, out_channels, kernel, stride, padding } => {
                if !in_range(&[in_channels, in_height, in_width, out_channels, kernel, stride]) || padding >= kernel {
                    return Err(LayerProblem::SideOutOfRange { op });
                }
                let (Some(height), Some(width)) =
                    (steps(in_height, kernel, stride, padding), steps(in_width, kernel, stride, padding))
                else {
                    return Err(LayerProblem::KernelTooLarge { op });
                };
                // arith-safety: sides are at most 2^16, so three of them fit 64 bits; steps are below 2^18.
                let input = u64::from(in_channels) * u64::from(in_height) * u64::from(in_width);
                let row = u64::from(in_channels) * u64::from(kernel) * u64::from(kernel);
                [input, u64::from(out_channels), row, height * width]
            }
        };
        let fits = |a: u64, b: u64| a.checked_mul(b).is_some_and(|product| product <= ELEMENTS_MAX);
        let is_small =
            input_len <= ELEMENTS_MAX && fits(rows, row_len) && fits(rows, positions) && fits(row_len, positions);
        let size = |n: u64| usize::try_from(n).ok().filter(|_| is_small).ok_or(LayerProblem::TooManyElements { op });
        Ok(Self {
            op,
            input_len: size(input_len)?,
            rows: size(rows)?,
            row_len: size(row_len)?,
            positions: size(positions)?,
        })
    }

    /// Elements of the output.
    pub const fn output_len(&self) -> usize {
        // arith-safety: bounded by `ELEMENTS_MAX` when the dimensions were made.
        self.rows.saturating_mul(self.positions)
    }
}

/// How often a kernel fits along a padded side; none when it never does.
pub(super) fn steps(side: u32, kernel: u32, stride: u32, padding: u32) -> Option<u64> {
    let room = side.checked_add(padding.checked_mul(2)?)?.checked_sub(kernel)?;
    Some(u64::from(room.checked_div(stride)?) + 1)
}
