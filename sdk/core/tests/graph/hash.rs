//! How graphs hash, against the layout as it is documented.

use modchains_core::graph::{GraphError, Op, Requantise, row_leaf, tree_root};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::{Case, Tensors, cases};

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}

fn root(case: &Case) -> [u8; 32] {
    case.with(|graph| graph.root(sha256, &mut vec![[9; 32]; graph.hashes_max()]).unwrap())
}

/// The root of a tree from above: a node of height `h` stands for up to 16^h leaves.
fn from_above(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => [0; 32],
        [leaf] => *leaf,
        _ => {
            let mut span = 1;
            while span * 16 < leaves.len() {
                span *= 16;
            }
            let children: Vec<[u8; 32]> = leaves.chunks(span).map(|below| of_height(below, span)).collect();
            sha256(&[&[1], children.as_flattened()])
        }
    }
}

/// The node over `leaves`, of which a full one has `span`: below the root a node over one leaf is a node still.
fn of_height(leaves: &[[u8; 32]], span: usize) -> [u8; 32] {
    if span == 1 {
        return leaves[0];
    }
    let children: Vec<[u8; 32]> = leaves.chunks(span / 16).map(|below| of_height(below, span / 16)).collect();
    sha256(&[&[1], children.as_flattened()])
}

fn documented_root(case: &Case) -> [u8; 32] {
    let layers: Vec<[u8; 32]> = case.tensors.iter().map(documented_layer).collect();
    sha256(&[&[3], &(layers.len() as u32).to_le_bytes(), &from_above(&layers)])
}

fn documented_layer(layer: &Tensors) -> [u8; 32] {
    let row_len = layer.weights.len() / layer.bias.len();
    let rows = layer.weights.chunks(row_len).zip(&layer.bias);
    let rows: Vec<[u8; 32]> = rows.map(|(weights, bias)| sha256(&[&[0], &bias.to_le_bytes(), weights])).collect();
    let (op, sides) = match layer.op {
        Op::Linear { inputs, outputs } => (1, vec![inputs, outputs, 0, 0, 0, 0, 0]),
        Op::Conv2d { in_channels, in_height, in_width, out_channels, kernel, stride, padding } => {
            (2, vec![in_channels, in_height, in_width, out_channels, kernel, stride, padding])
        }
    };
    let mut header = vec![op];
    header.extend(sides.iter().flat_map(|side| side.to_le_bytes()));
    match layer.requantise {
        Some(rule) => {
            header.push(1);
            header.extend(rule.multiplier.to_le_bytes());
            header.extend([rule.shift, rule.min as u8, rule.max as u8]);
        }
        None => header.extend([0; 8]),
    }
    sha256(&[&[2], &header, &(rows.len() as u32).to_le_bytes(), &from_above(&rows)])
}

#[test]
fn the_root_of_a_small_graph_is_pinned() {
    let tensors = vec![
        Tensors {
            op: Op::Conv2d {
                in_channels: 1,
                in_height: 2,
                in_width: 2,
                out_channels: 2,
                kernel: 2,
                stride: 1,
                padding: 0,
            },
            weights: vec![1, 2, 3, 4, 255, 254, 253, 252],
            bias: vec![5, -6],
            requantise: Some(Requantise { multiplier: 7, shift: 3, min: -8, max: 9 }),
        },
        Tensors { op: Op::Linear { inputs: 2, outputs: 1 }, weights: vec![10, 245], bias: vec![12], requantise: None },
    ];
    let case = Case { tensors, input_len: 4, input_max: 255 };
    let hex = root(&case).map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(hex, "65b816241959d860ea5897aebbceedd2f6dd514abc40cd9914e122c78924107e");
}

#[test]
fn a_tree_over_nothing_is_zero_and_over_one_leaf_that_leaf() {
    assert_eq!(tree_root(sha256, &mut []), [0; 32]);
    assert_eq!(tree_root(sha256, &mut [[5; 32]]), [5; 32]);
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_tree_is_the_same_from_above_and_from_below(count in prop_oneof![0u32..40, 200u32..300, 4_000u32..4_200]) {
        let leaves: Vec<[u8; 32]> = (0..count).map(|leaf| sha256(&[&leaf.to_le_bytes()])).collect();
        prop_assert_eq!(tree_root(sha256, &mut leaves.clone()), from_above(&leaves));
    }

    #[test]
    fn the_root_is_the_documented_one_and_room_is_all_it_needs(case in cases()) {
        prop_assert_eq!(root(&case), documented_root(&case));
        let needed = case.with(|graph| graph.hashes_max());
        let short = case.with(|graph| graph.root(sha256, &mut vec![[0; 32]; needed - 1]));
        prop_assert_eq!(short, Err(GraphError::Room { needed }));
    }

    #[test]
    fn every_part_of_a_graph_moves_its_root(case in cases(), layer: prop::sample::Index, at: prop::sample::Index) {
        let before = root(&case);
        let layer = layer.index(case.tensors.len());
        type Change = fn(&mut Tensors, prop::sample::Index);
        let changes: [Change; 6] = [
            |tensors, at| {
                let index = at.index(tensors.weights.len());
                // One less in size, so that sums stay exact; zero becomes one.
                let weight = tensors.weights[index].cast_signed();
                tensors.weights[index] = (if weight == 0 { 1 } else { weight - weight.signum() }).cast_unsigned();
            },
            |tensors, at| {
                let index = at.index(tensors.bias.len());
                tensors.bias[index] -= tensors.bias[index].signum() + i32::from(tensors.bias[index] == 0);
            },
            |tensors, _| with_rule(tensors, |rule| rule.multiplier = rule.multiplier % ((1 << 31) - 1) + 1),
            |tensors, _| with_rule(tensors, |rule| rule.shift += 1),
            |tensors, _| with_rule(tensors, |rule| rule.min = (rule.min + 1).min(rule.max)),
            |tensors, _| with_rule(tensors, |rule| rule.max = (rule.max - 1).max(rule.min)),
        ];
        for change in changes {
            let mut changed = case.clone();
            change(&mut changed.tensors[layer], at);
            let differs = format!("{:?}", changed.tensors) != format!("{:?}", case.tensors);
            prop_assert_eq!(root(&changed) != before, differs);
        }
    }

    #[test]
    fn no_row_stands_for_another(bias: i32, weights in prop::collection::vec(any::<u8>(), 1..40), more: u8) {
        let leaf = row_leaf(sha256, bias, &weights);
        prop_assert_ne!(leaf, row_leaf(sha256, bias.wrapping_add(1), &weights));
        let longer = [weights.as_slice(), &[more]].concat();
        prop_assert_ne!(leaf, row_leaf(sha256, bias, &longer));
        prop_assert_ne!(leaf, sha256(&[&[1], &bias.to_le_bytes(), &weights]), "no row is a node");
    }
}

fn with_rule(tensors: &mut Tensors, change: impl FnOnce(&mut Requantise)) {
    if let Some(rule) = &mut tensors.requantise {
        change(rule);
    }
}
