//! Operators who post what is not the answer, each in its own way.

use modchains_sdk::{
    core::{
        dispute::Phase,
        provable::{
            Tensor,
            commitment::{self, Position},
        },
    },
    dispute::{Seen, Table},
    disputes::instructions::{RevealArgs, TraceRevealArgs},
    hash::sha256,
    provable::{HashTree, Move},
};
use modchains_test_graphs::{Model, run};
use modchains_test_seed::Random;

use super::{
    arena::{Defender, Player},
    inference::Inference,
    recompute::Recompute,
};

/// What a liar does to a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// One element is one unit off.
    UnitOff,
    /// One element is any word that its kind can have, values or not.
    AnyWord,
    /// One bit of one element is the other.
    Bit,
    /// A row holds what another row of the node has.
    OtherRow,
    /// All elements of a node are zero.
    Zeros,
    /// Two nodes of one shape have changed places.
    Exchanged,
    /// Several elements of several nodes are wrong.
    Several,
    /// The answer to another input.
    OtherInput,
    /// The answer of another model of the same shape.
    OtherWeights,
    /// Nothing but the output is wrong.
    OutputAlone,
}

pub const LIES: [Lie; 10] = [
    Lie::UnitOff,
    Lie::AnyWord,
    Lie::Bit,
    Lie::OtherRow,
    Lie::Zeros,
    Lie::Exchanged,
    Lie::Several,
    Lie::OtherInput,
    Lie::OtherWeights,
    Lie::OutputAlone,
];

/// A trace with a lie in it. What comes after the lie is computed from it, or is left as it was; some lies are none by chance.
pub fn lied(inference: &Inference, lie: Lie, random: &mut Random) -> Vec<u32> {
    let mut words = inference.words.clone();
    let nodes = inference.nodes();
    let last = nodes - 1;
    let node = random.below(u64::from(nodes)) as u32;
    let recompute = Recompute::new(inference);
    let start = recompute.start(node);
    let tensor = inference.tensor(node);
    let len = tensor.elements() as usize;
    match lie {
        Lie::UnitOff => {
            let word = &mut words[start + random.below(len as u64) as usize];
            *word = off_by_one(&tensor, *word, random);
        }
        Lie::AnyWord => words[start + random.below(len as u64) as usize] = any_word(&tensor, random),
        Lie::Bit => {
            let place = start + random.below(len as u64) as usize;
            words[place] = canonical(&tensor, words[place] ^ 1 << random.below(8 * tensor.kind.bytes() as u64));
        }
        Lie::OtherRow => {
            let row = |random: &mut Random| {
                let row = random.below(u64::from(tensor.rows)) as usize;
                start + row * tensor.columns as usize
            };
            let (from, to) = (row(random), row(random));
            words.copy_within(from..from + tensor.columns as usize, to);
        }
        Lie::Zeros => words[start..start + len].fill(0),
        Lie::Exchanged => {
            let same = |other: &u32| *other != node && inference.tensor(*other) == tensor;
            if let Some(other) = (0..nodes).find(same) {
                let other = recompute.start(other);
                for place in 0..len {
                    words.swap(start + place, other + place);
                }
            }
        }
        Lie::Several => {
            for _ in 0..1 + random.below(6) {
                let node = random.below(u64::from(nodes)) as u32;
                let tensor = inference.tensor(node);
                let place = recompute.start(node) + random.below(tensor.elements()) as usize;
                words[place] = any_word(&tensor, random);
            }
        }
        Lie::OtherInput => words = inference.other_answer(random),
        Lie::OtherWeights => {
            let mut other = inference.model.clone();
            for (bytes, _) in other.weights.values_mut().flatten() {
                let place = random.below(bytes.len() as u64) as usize;
                bytes[place] ^= 1;
            }
            words = run(&other, inference.size, &inference.input);
        }
        Lie::OutputAlone => {
            let place = recompute.start(last) + random.below(inference.tensor(last).elements()) as usize;
            words[place] = any_word(&inference.tensor(last), random);
        }
    }
    if random.chance(2) && node < last {
        recompute.from(node + 1, &mut words);
    }
    words
}

/// A word as its bytes say it again.
fn canonical(tensor: &Tensor, word: u32) -> u32 {
    let mut bytes = [0; 4];
    tensor.kind.encode(&[word], &mut bytes);
    tensor.kind.word(&bytes, 0)
}

fn off_by_one(tensor: &Tensor, word: u32, random: &mut Random) -> u32 {
    canonical(tensor, if random.chance(2) { word.wrapping_add(1) } else { word.wrapping_sub(1) })
}

fn any_word(tensor: &Tensor, random: &mut Random) -> u32 {
    // No number, an infinity, the negative zero, the smallest value, and all others.
    let odd = [0x7fc0_0000, 0x7f80_0000, 0x8000_0000, 1, 0xffff_ffff];
    let word = match random.below(8) {
        place @ 0..5 => odd[place as usize],
        _ => random.next() as u32,
    };
    canonical(tensor, word)
}

/// An operator by the rules who stops at some move.
pub struct Stops {
    pub after: usize,
    pub concedes: bool,
}

impl Player for Stops {
    fn play(&mut self, table: &Table<'_, Model>, seen: &Seen) -> Option<Move> {
        match self.after.checked_sub(1) {
            Some(after) => {
                self.after = after;
                Defender.play(table, seen)
            }
            None => self.concedes.then_some(Move::Concede),
        }
    }
}

/// What is wrong with a tree itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// A node's output is any hash.
    AnyLeaf,
    /// A node's output is said to have rows for columns.
    OtherShape,
    /// A node's output is said to be another node's.
    OtherNode,
    /// After the last node something follows.
    Junk,
    /// After the last row of a node something follows.
    JunkInRows,
}

pub const MALFORMED: [Malformed; 5] =
    [Malformed::AnyLeaf, Malformed::OtherShape, Malformed::OtherNode, Malformed::Junk, Malformed::JunkInRows];

/// An operator whose tree has something in it that no trace has.
pub struct Malformer {
    tensors: HashTree,
    rows: Option<(u32, HashTree)>,
}

impl Malformer {
    pub fn new(inference: &Inference, words: &[u32], malformed: Malformed, random: &mut Random) -> Self {
        let own = inference.tree(words);
        let nodes = inference.nodes();
        let leaf = |node| own.leaves().node(Position { height: 0, index: node });
        let mut leaves: Vec<[u8; 32]> = (0..nodes).map(leaf).collect();
        // The last leaf is the program's own.
        let node = random.below(u64::from(nodes.max(2) - 1)) as u32;
        let tensor = inference.tensor(node);
        let root = own.rows(node).unwrap().root();
        let mut of_rows = None;
        match malformed {
            Malformed::AnyLeaf => leaves[node as usize] = [7; 32],
            Malformed::OtherShape => {
                leaves[node as usize] = commitment::tensor_leaf(sha256, node, [tensor.columns, tensor.rows + 1], &root);
            }
            Malformed::OtherNode => {
                leaves[node as usize] = commitment::tensor_leaf(sha256, node + 1, [tensor.rows, tensor.columns], &root);
            }
            Malformed::Junk => {
                leaves.resize(leaves.len().next_power_of_two(), [0; 32]);
                if leaves.len() > nodes as usize {
                    *leaves.last_mut().unwrap() = [7; 32];
                }
            }
            Malformed::JunkInRows => {
                let row = |row| own.rows(node).unwrap().node(Position { height: 0, index: row });
                let mut rows: Vec<[u8; 32]> = (0..tensor.rows).map(row).collect();
                rows.resize(rows.len().next_power_of_two(), [0; 32]);
                if rows.len() > tensor.rows as usize {
                    *rows.last_mut().unwrap() = [7; 32];
                }
                let tree = HashTree::new(rows);
                leaves[node as usize] =
                    commitment::tensor_leaf(sha256, node, [tensor.rows, tensor.columns], &tree.root());
                of_rows = Some((node, tree));
            }
        }
        Self { tensors: HashTree::new(leaves), rows: of_rows }
    }

    /// The root of its tree over the nodes' outputs.
    pub fn root(&self) -> [u8; 32] {
        self.tensors.root()
    }
}

impl Player for Malformer {
    fn play(&mut self, table: &Table<'_, Model>, seen: &Seen) -> Option<Move> {
        let play = match (&table.game.phase, &self.rows) {
            (Phase::Trace, _) => Move::Trace(TraceRevealArgs { siblings: self.tensors.siblings(table.case.nodes - 1) }),
            (Phase::Tensors(tree), _) => Move::Reveal(RevealArgs::Nodes { nodes: self.tensors.below(tree.at) }),
            (Phase::Rows { entered, tree }, Some((node, rows))) if entered.node == *node => {
                Move::Reveal(RevealArgs::Nodes { nodes: rows.below(tree.at) })
            }
            _ => return Defender.play(table, seen),
        };
        // Where it is refused there is nothing else to say.
        let refused = match &play {
            Move::Reveal(shown) => table.game.show(sha256, table.case, &shown.reveal(), table.now).is_err(),
            _ => false,
        };
        (!refused).then_some(play)
    }
}
