use super::{ELEMENTS_MAX, LayerProblem, SIDE_MAX};

/// The operations of an integer graph. Each output element is one row of weights times one input vector plus a bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Op {
    /// Every output sees every input.
    Linear {
        /// Length of the input vector.
        inputs: u32,
        /// Number of outputs.
        outputs: u32,
    },
    /// Cross-correlation with zero padding. A row of weights is ordered channel, kernel row, kernel column.
    Conv2d {
        /// Channels in.
        in_channels: u32,
        /// Height in.
        in_height: u32,
        /// Width in.
        in_width: u32,
        /// Channels out.
        out_channels: u32,
        /// Side of the square kernel.
        kernel: u32,
        /// Step in both directions.
        stride: u32,
        /// Zeros added on every side.
        padding: u32,
    },
}

/// The dimensions of a layer, uniform over all operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// The operation with its parameters.
    pub op: Op,
    /// Elements of the input.
    pub input_len: usize,
    /// Rows of weights: linear outputs or convolution channels.
    pub rows: usize,
    /// Weights per row.
    pub row_len: usize,
    /// Positions at which every row is applied: 1, or output height times width.
    pub positions: usize,
}

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
