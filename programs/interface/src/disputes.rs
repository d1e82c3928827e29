//! The disputes program: graphs whose every element it can decide.

use anchor_lang::prelude::Pubkey;
use bytemuck::{Pod, Zeroable};
use modchains_core::{
    provable::{InputLength, Lengths, Size, SizeRange},
    request::GraphTerms,
};

use crate::View;

/// The disputes program.
pub const ID: Pubkey = Pubkey::from_str_const(modchains_core::ids::DISPUTES);

/// Seeds of addresses that others derive.
pub mod seeds {
    /// What signs for the program when it calls the oracle: `[AUTHORITY]`.
    pub const AUTHORITY: &[u8] = b"authority";
    /// A graph: `[GRAPH, root, registrar]`.
    pub const GRAPH: &[u8] = b"graph";
}

/// What signs for the program when it calls the oracle, and the bump of its address.
pub const AUTHORITY_AND_BUMP: (Pubkey, u8) = {
    let (address, bump) = anchor_lang::derive_program_address(&[seeds::AUTHORITY], ID.as_array());
    (Pubkey::new_from_array(address), bump)
};

/// A graph whose records the program has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Graph {
    /// What its records hash to.
    pub root: [u8; 32],
    /// Who registered it, and alone may close it.
    pub registrar: Pubkey,
    /// When its registrar began to close it, unix seconds; 0 while it is not closing.
    pub closing_at_seconds: i64,
    /// Multiplications and additions of an inference of the largest size.
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
    /// How its results are compared: the code of a `NumericClass` that can be proved.
    pub numeric_class: u8,
    /// 1 once all records were read and the root is theirs; 0 before.
    pub is_sealed: u8,
    /// Not for others.
    pub _skipped: [u8; 4],
}

impl Graph {
    /// What requests turn on, in the form the formulas take.
    pub const fn terms(&self) -> GraphTerms {
        let input = InputLength {
            bytes: Size { fixed: self.input_fixed_bytes, per: self.input_unit_bytes },
            sizes: SizeRange { min: self.size_min, max: self.size_max },
        };
        let output = Size { fixed: self.output_fixed_bytes, per: self.output_unit_bytes };
        GraphTerms {
            lengths: Lengths { input, output },
            multiply_adds: self.multiply_adds,
            judge_version: self.judge_version,
            attestations: self.attestations,
            is_closing: self.closing_at_seconds != 0,
        }
    }
}

impl View for Graph {
    const PROGRAM: Pubkey = ID;
    const DISCRIMINATOR: [u8; 8] = [124, 240, 0, 98, 228, 201, 68, 64];
}
