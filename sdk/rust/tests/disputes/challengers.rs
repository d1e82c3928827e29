//! Challengers of a result that is right, and puppets of an operator whose is not.

use modchains_sdk::{
    core::provable::RECORD_BYTES,
    dispute::{Decision, Seen, Table, challenge},
    disputes::instructions::{
        DisputeAnchorArgs, DisputeJudgeArgs, DisputePickArgs, DisputeStreamArgs, PieceArgs, RevealArgs,
    },
    provable::Move,
};
use modchains_test_graphs::Model;
use modchains_test_seed::Random;

use super::arena::Player;

/// A challenger who goes by the rules, on a trace of his own that may be wrong, until he stops; and who in between tries what he
/// can think of.
pub struct Troublemaker {
    pub random: Random,
    /// Moves until he stops; he may never do.
    pub after: usize,
    /// Whether he gives up then, or says nothing.
    pub concedes: bool,
    /// How often he tries something else.
    pub one_in: u64,
}

impl Player for Troublemaker {
    fn play(&mut self, table: &Table<'_, Model>, seen: &Seen) -> Option<Move> {
        let Some(after) = self.after.checked_sub(1) else { return self.concedes.then_some(Move::Concede) };
        self.after = after;
        let by_rules = match challenge(table, seen) {
            Ok(Decision::Play { play, .. }) => play,
            // His trace or what he makes of it leads nowhere.
            _ => return None,
        };
        if !self.random.chance(self.one_in) {
            return Some(by_rules);
        }
        Some(if self.random.chance(2) { self.anything() } else { self.changed(by_rules) })
    }
}

impl Troublemaker {
    fn hash(&mut self) -> [u8; 32] {
        let byte = self.random.next() as u8;
        [byte; 32]
    }

    fn hashes(&mut self) -> Vec<[u8; 32]> {
        (0..self.random.below(20)).map(|_| self.hash()).collect()
    }

    fn bytes(&mut self) -> Vec<u8> {
        (0..self.random.below(400)).map(|_| self.random.next() as u8).collect()
    }

    /// Something that belongs nowhere.
    fn anything(&mut self) -> Move {
        let operand = self.random.below(3) as u8;
        let record = [self.random.next() as u8; RECORD_BYTES];
        let siblings = self.hashes();
        match self.random.below(8) {
            0 => Move::Anchor(DisputeAnchorArgs::Node { record, siblings }),
            1 => Move::Anchor(DisputeAnchorArgs::Record { input: operand, record, siblings }),
            2 => Move::Anchor(DisputeAnchorArgs::Tensor { operand, rows: self.hash(), siblings }),
            3 => Move::Anchor(DisputeAnchorArgs::Row { operand, row: self.hash(), siblings }),
            4 => Move::Anchor(DisputeAnchorArgs::Skip { operand, pieces: siblings, next: self.hash() }),
            5 => {
                let first = Some(PieceArgs { bytes: self.bytes(), next: self.hash() });
                let second = Some(PieceArgs { bytes: self.bytes(), next: self.hash() });
                Move::Stream(DisputeStreamArgs { step: operand.into(), first, second })
            }
            6 => Move::Pick(DisputePickArgs { shown: RevealArgs::Nodes { nodes: siblings }, index: 0 }),
            _ => Move::Pick(DisputePickArgs { shown: RevealArgs::Elements { bytes: self.bytes() }, index: 0 }),
        }
    }

    /// A move that is almost the right one.
    fn changed(&mut self, play: Move) -> Move {
        let flip = 1_u8 << self.random.below(8);
        let mut play = play;
        match &mut play {
            // Another place is a choice that he has.
            Move::Pick(args) => args.index ^= u32::from(flip),
            Move::Anchor(
                DisputeAnchorArgs::Node { siblings, .. }
                | DisputeAnchorArgs::Record { siblings, .. }
                | DisputeAnchorArgs::Tensor { siblings, .. }
                | DisputeAnchorArgs::Row { siblings, .. },
            ) => match siblings.first_mut() {
                Some(sibling) => sibling[0] ^= flip,
                None => siblings.push([0; 32]),
            },
            Move::Anchor(DisputeAnchorArgs::Skip { next, .. }) => next[0] ^= flip,
            Move::Stream(DisputeStreamArgs { first: Some(piece), .. }) if !piece.bytes.is_empty() => {
                let place = self.random.below(piece.bytes.len() as u64) as usize;
                piece.bytes[place] ^= flip;
            }
            Move::Stream(args) => args.step ^= u32::from(flip),
            Move::Judge(DisputeJudgeArgs { bias }) => bias[0] ^= flip,
            _ => {}
        }
        play
    }
}
