//! What a layer computes, and its dimensions.

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
