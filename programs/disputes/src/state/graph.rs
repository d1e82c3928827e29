use anchor_lang::prelude::*;
use modchains_core::{
    dispute::Case,
    numeric_class::NumericClass,
    provable::{ElementKind, Lengths, Record, Size, Tensor, check::Summary},
    request::GraphTerms,
    window,
};
use modchains_program_interface::{assert_view, disputes as view};

use crate::errors::{DisputesError, ensure};

/// How long a sealed graph stays after its registrar announced that it will be closed: longer than a request that names it can
/// take from creation to the end of its last dispute.
pub const CLOSE_SECONDS: u32 = 120 * 24 * 3_600;
/// Which semantics decide elements of graphs that are registered now. Those of a number never change.
pub const JUDGE_VERSION: u16 = 1;

/// A graph whose records the program has read. While they are read, a [`Builder`](super::Builder) follows in the account.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Graph {
    /// What its records hash to.
    pub root: [u8; 32],
    /// Who registered it, paid for the account, and alone may close it.
    pub registrar: Pubkey,
    /// When its registrar began to close it, unix seconds; 0 while it is not closing.
    pub closing_at_seconds: i64,
    /// Multiplications and additions of an inference of the largest input.
    pub multiply_adds: u64,
    /// Nodes.
    pub nodes: u32,
    /// Smallest size of an input.
    pub size_min: u32,
    /// Largest size of an input.
    pub size_max: u32,
    /// Bytes of an input beside those that grow with its size.
    pub input_fixed_bytes: u32,
    /// Bytes of an input for each unit of its size; 0 where all have one length, and then the smallest size.
    pub input_unit_bytes: u32,
    /// Bytes of an output beside those that grow with the size.
    pub output_fixed_bytes: u32,
    /// Bytes of an output for each unit of the size.
    pub output_unit_bytes: u32,
    /// How many operators that are not the model's creator attest that they hold the bundle.
    pub attestations: u32,
    /// Which semantics decide its elements.
    pub judge_version: u16,
    /// How its results are compared: the code of a [`NumericClass`] that can be proved.
    pub numeric_class: u8,
    /// 1 once all records were read and the root is theirs; 0 before.
    pub is_sealed: u8,
    /// What elements of the output are: the code of an [`ElementKind`].
    pub output_kind: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 2],
    /// Bytes of all outputs for the largest input.
    pub trace_bytes: u64,
    /// When it was sealed, unix seconds; 0 before. Tells it from another one that was at this address.
    pub sealed_at_seconds: i64,
    /// Rows of the output: those that are always there, and those for each unit of the size.
    pub output_rows: [u32; 2],
    /// Columns of the output, likewise.
    pub output_columns: [u32; 2],
    /// Reveals from the root of a trace to a piece, for the largest input.
    pub reveals: u32,
    /// Pieces of evidence for one element, for the largest input.
    pub evidence_pieces: u32,
}

assert_view!(view::Graph => Graph {
    root, registrar, closing_at_seconds, multiply_adds, nodes, size_min, size_max, input_fixed_bytes, input_unit_bytes,
    output_fixed_bytes, output_unit_bytes, attestations, judge_version, numeric_class, is_sealed,
} skipping { _skipped });

impl Graph {
    /// Bytes of a sealed graph's account.
    pub const SPACE: usize = 8 + size_of::<Self>();

    /// Refuses a graph that is still read.
    pub fn require_sealed(&self) -> Result<()> {
        ensure(self.is_sealed == 1, DisputesError::GraphNotSealed)
    }

    /// Refuses a graph that was read.
    pub fn require_open(&self) -> Result<()> {
        ensure(self.is_sealed == 0, DisputesError::GraphSealed)
    }

    /// Keeps what is known of a graph all of whose records were read.
    pub fn seal(&mut self, summary: &Summary, last: &Record, lengths: &Lengths, now_seconds: i64) {
        let class = if summary.is_exact { NumericClass::Exact } else { NumericClass::Rounded };
        *self = Self {
            root: self.root,
            registrar: self.registrar,
            closing_at_seconds: 0,
            nodes: summary.nodes,
            size_min: summary.sizes.min,
            size_max: summary.sizes.max,
            input_fixed_bytes: lengths.input.bytes.fixed,
            input_unit_bytes: lengths.input.bytes.per,
            output_fixed_bytes: lengths.output.fixed,
            output_unit_bytes: lengths.output.per,
            attestations: 0,
            judge_version: JUDGE_VERSION,
            numeric_class: class as u8,
            is_sealed: 1,
            output_kind: last.kind.code(),
            bump: self.bump,
            _padding: [0; 2],
            multiply_adds: summary.multiply_adds,
            trace_bytes: summary.trace_bytes,
            sealed_at_seconds: now_seconds,
            output_rows: [last.rows.fixed, last.rows.per],
            output_columns: [last.columns.fixed, last.columns.per],
            reveals: summary.reveals,
            evidence_pieces: summary.evidence_pieces,
        };
    }

    /// Announces that it will be closed.
    pub fn start_closing(&mut self, now_seconds: i64) -> Result<()> {
        self.require_sealed()?;
        ensure(self.closing_at_seconds == 0, DisputesError::GraphClosing)?;
        self.closing_at_seconds = now_seconds;
        Ok(())
    }

    /// From when it may be closed, unix seconds.
    ///
    /// # Errors
    /// When that was not announced.
    pub fn closable_at_seconds(&self) -> Result<i64> {
        ensure(self.closing_at_seconds != 0, DisputesError::GraphNotClosing)?;
        Ok(window::end_seconds(self.closing_at_seconds, CLOSE_SECONDS).map_err(|_| DisputesError::StateInconsistent)?)
    }

    /// Refuses to close it while it is sealed and somebody may still need it.
    pub fn require_closable(&self, now_seconds: i64) -> Result<()> {
        if self.is_sealed == 0 {
            return Ok(());
        }
        ensure(!window::is_open(now_seconds, self.closable_at_seconds()?), DisputesError::GraphStillNeeded)
    }

    /// What a request copies of it.
    pub fn terms(&self) -> GraphTerms {
        let fields = &bytemuck::bytes_of(self)[..size_of::<view::Graph>()];
        bytemuck::pod_read_unaligned::<view::Graph>(fields).terms()
    }

    /// What a game is about: a result for an input of a size, by an operator who is bound to a trace, zero for none yet.
    pub fn case(&self, size: u32, trace: [u8; 32], grace_seconds: u32) -> Result<Case> {
        let side = |[fixed, per]: [u32; 2]| Size { fixed, per }.at(size).ok_or(DisputesError::StateInconsistent);
        let kind = ElementKind::from_code(self.output_kind).ok_or(DisputesError::StateInconsistent)?;
        Ok(Case {
            graph: self.root,
            nodes: self.nodes,
            size,
            output: Tensor { kind, rows: side(self.output_rows)?, columns: side(self.output_columns)? },
            trace,
            grace_seconds,
        })
    }
}
