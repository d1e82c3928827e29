use modchains_core::provable::{
    Weights,
    commitment::{self, Position},
};
use modchains_disputes::instructions::RevealArgs;

use super::table::Table;
use crate::{hash::sha256, provable::Move};

/// What an operator has shown in a game, as it lies in the ledger. The game keeps hashes alone, so whatever is found here is
/// checked against one: what does not belong to the game, or came twice, or in another order, does no harm.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    reveals: Vec<RevealArgs>,
}

impl Seen {
    /// Adds what a move shows, if anything. A pick repeats it.
    pub fn learn(&mut self, step: &Move) {
        match step {
            Move::Reveal(shown) => self.add(shown.clone()),
            Move::Pick(args) => self.add(args.shown.clone()),
            _ => {}
        }
    }

    /// Adds what was shown, or what somebody says was.
    pub fn add(&mut self, reveal: RevealArgs) {
        self.reveals.push(reveal);
    }

    /// What was shown at the place where the game stands; none when that is not among it.
    pub(super) fn here<W: Weights>(&self, table: &Table<'_, W>) -> Option<&RevealArgs> {
        // Every reveal has something at its first place.
        let fits = |reveal: &&RevealArgs| table.game.pick(sha256, table.case, &reveal.reveal(), 0, table.now).is_ok();
        self.reveals.iter().rev().find(fits)
    }

    /// The siblings of a node's output in the operator's trace, from below. They are known of every node up to the first that
    /// differs: what lies left of it is the own trace's, the rest was shown on the way to it. None when something on that way
    /// is not among what was seen.
    pub(super) fn siblings<W: Weights>(&self, table: &Table<'_, W>, node: u32) -> Option<Vec<[u8; 32]>> {
        let (own, nodes) = (table.own.leaves(), table.case.nodes);
        let mut at = Position::root(nodes);
        let mut hash = self.tensors_root(table)?;
        let mut from_above: Vec<[u8; 32]> = Vec::new();
        while hash != own.node(at) && !at.is_leaf() {
            let mut shown = self.nodes_below(&hash)?.to_vec();
            let levels = shown.len().trailing_zeros();
            let height = at.height.checked_sub(levels)?;
            // The place among those shown that leads to the node.
            let index = (node >> height).checked_sub(at.index << levels)?;
            let child = *shown.get(index as usize)?;
            let mut siblings = vec![[0; 32]; levels as usize];
            commitment::path(sha256, &mut shown, index, &mut siblings);
            from_above.extend(siblings.iter().rev());
            (at, hash) = (Position { height, index: node >> height }, child);
        }
        let below = own.siblings(node);
        let mut siblings: Vec<[u8; 32]> = below.get(..at.height as usize)?.to_vec();
        siblings.extend(from_above.iter().rev());
        Some(siblings)
    }

    /// The root of the operator's tree over the nodes' outputs.
    fn tensors_root<W: Weights>(&self, table: &Table<'_, W>) -> Option<[u8; 32]> {
        let case = table.case;
        let is_root =
            |root: &[u8; 32]| commitment::trace_root(sha256, &case.graph, case.size, case.nodes, root) == case.trace;
        let shown = self.nodes().map(|nodes| commitment::root_of_leaves(sha256, &mut nodes.to_vec()));
        shown.chain([table.own.leaves().root()]).find(is_root)
    }

    fn nodes_below(&self, hash: &[u8; 32]) -> Option<&[[u8; 32]]> {
        self.nodes().find(|nodes| commitment::root_of_leaves(sha256, &mut nodes.to_vec()) == *hash)
    }

    fn nodes(&self) -> impl Iterator<Item = &[[u8; 32]]> {
        self.reveals.iter().filter_map(|reveal| match reveal {
            RevealArgs::Nodes { nodes } if nodes.len() > 1 && nodes.len().is_power_of_two() => Some(nodes.as_slice()),
            _ => None,
        })
    }
}
