//! How a scenario is made: its name, the world it begins in, and what builds its instruction for both sides.

use solana_instruction::Instruction;

use crate::world::{Side, World};

/// Builds an instruction for each side.
pub(crate) type Build = fn(&mut World) -> [Instruction; 2];

/// An instruction's name, the world before it, and how it is built.
pub(crate) type Row = (&'static str, fn() -> World, Build);

/// The same for either side.
pub(crate) fn both(build: impl FnMut(Side) -> Instruction) -> [Instruction; 2] {
    Side::BOTH.map(build)
}
