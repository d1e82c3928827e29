//! Graphs in their files: what is written loads, and what is not the documented form is refused with what to do.

use std::collections::BTreeSet;

use modchains_sdk::{
    bundle::{GraphError, GraphFiles, ModelGraph, WeightTensor, write_graph},
    core::{
        numeric_class::NumericClass,
        provable::{
            Binary, Encoding, Input, Op, Reduce, Second, Size, SizeRange, Tensor, Unary, Weights,
            check::{GraphProblem, RecordProblem},
        },
    },
};
use modchains_test_graphs::Model;
use modchains_test_seed::random;

use super::draft::{Float, Int8, Int32, add, drawn, nodes, write};

#[test]
fn every_graph_loads_as_it_was_written() {
    let mut random = random();
    let mut operations = BTreeSet::new();
    for model in drawn(60, &mut random) {
        let GraphFiles { structure, weights, graph } = write(&model);
        let text = String::from_utf8(structure.clone()).unwrap();
        operations.extend(text.split("\"op\":\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        // The weights hash to what the model's own records say.
        assert_eq!(graph.records(), model.records);
        for (index, node) in nodes(&model).into_iter().enumerate() {
            let found = graph.weights(index as u32);
            let (Some(written), Some(found)) = (&node.weights, found) else {
                assert!(node.weights.is_none() && found.is_none());
                continue;
            };
            assert_eq!(
                (found.name, found.elements, found.biases),
                (written.name.as_str(), written.elements.as_slice(), written.biases.as_deref())
            );
            let WeightTensor { tensor: Tensor { kind, rows, columns }, .. } = found;
            let row_bytes = columns as usize * kind.bytes();
            for row in 0..rows {
                let of_row = graph.row(index as u32, row).unwrap();
                assert_eq!(of_row.bytes, &written.elements[row as usize * row_bytes..][..row_bytes]);
                let bias = written.biases.as_ref().map_or(&[0; 4][..], |biases| &biases[4 * row as usize..][..4]);
                assert_eq!(of_row.bias, bias);
            }
            assert!(graph.row(index as u32, rows).is_none());
        }
        assert_eq!(ModelGraph::load(&structure, weights).unwrap(), graph);
        let is_exact = graph.records().iter().all(|record| record.kind != Float);
        assert_eq!(graph.numeric_class() == NumericClass::Exact, is_exact);
        assert_eq!(graph.graph().root(modchains_sdk::hash::sha256), graph.root());
    }
    // All that there are.
    assert_eq!(operations.len(), 31, "{operations:?}");
}

/// A small graph, to be changed.
pub fn small() -> GraphFiles {
    let mut random = random();
    let (n, three) = (Size::per(1), [Size::per(1), Size::fixed(3)]);
    let sizes = SizeRange { min: 1, max: 5 };
    let input = Input { encoding: Encoding::Float32, low: (-8.0_f32).to_bits(), high: 8.0_f32.to_bits(), sizes };
    let clamp = Unary::Clamp { low: (-1.0_f32).to_bits(), high: 0x3f00_0000 };
    let mut model = Model::default();
    model.add(Op::Input(input), Float, &[], [n, Size::fixed(4)]);
    add(&mut model, Op::Reduce(Reduce::Affine), Float, &[0], three, &mut random);
    add(&mut model, Op::Binary(Binary::Add, Second::Weights { rows: 1 }), Float, &[1], three, &mut random);
    model.add(Op::Unary(clamp), Float, &[2], three);
    model.add(Op::Binary(Binary::Mul, Second::Constant(0x4120_0000)), Float, &[3], three);
    model.add(Op::Unary(Unary::Round), Int8, &[4], three);
    model.add(Op::Reduce(Reduce::TopK { count: 2 }), Int32, &[5], [n, Size::fixed(2)]);
    write(&model)
}

/// Why a small graph is refused whose structure was changed.
fn refused(change: impl FnOnce(&str) -> String) -> String {
    let GraphFiles { structure, weights, .. } = small();
    let text = String::from_utf8(structure).unwrap();
    let changed = change(&text);
    assert_ne!(changed, text);
    ModelGraph::load(changed.as_bytes(), weights).unwrap_err().to_string()
}

#[test]
fn the_file_is_the_documented_one() {
    let text = String::from_utf8(small().structure).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            r#"{"format":2,"nodes":["#,
            r#"{"op":"input","kind":"float","rows":[0,1],"columns":[4,0],"encoding":"f32","low":"c1000000","high":"41000000","sizes":[1,5]},"#,
            r#"{"op":"affine","kind":"float","inputs":[0],"rows":[0,1],"columns":[3,0],"weights":"node.1"},"#,
            r#"{"op":"add","kind":"float","inputs":[1],"rows":[0,1],"columns":[3,0],"weights":"node.2","second":"weights","weight_rows":1},"#,
            r#"{"op":"clamp","kind":"float","inputs":[2],"rows":[0,1],"columns":[3,0],"low":"bf800000","high":"3f000000"},"#,
            r#"{"op":"mul","kind":"float","inputs":[3],"rows":[0,1],"columns":[3,0],"second":{"constant":"41200000"}},"#,
            r#"{"op":"round","kind":"int8","inputs":[4],"rows":[0,1],"columns":[3,0]},"#,
            r#"{"op":"top_k","kind":"int32","inputs":[5],"rows":[0,1],"columns":[2,0],"count":2}"#,
            "]}",
        ]
    );
}

#[test]
fn whatever_is_not_the_documented_form_is_refused() {
    for (from, to, expected) in [
        // The file.
        ("\"format\":2", "\"format\":1", "format 1, this program reads 2"),
        ("\"format\":2,", "", "missing field `format`"),
        ("\"format\":2", "\"format\":2,\"format\":2", "duplicate field `format`"),
        ("\"format\":2", "\"format\":2,\"author\":1", "unknown field `author`"),
        ("\"nodes\"", "\"layers\"", "unknown field `layers`"),
        // Fields.
        ("\"count\":2", "\"count\":2,\"count\":2", "duplicate field `count`"),
        ("\"count\":2", "\"count\":2,\"size\":2", "unknown field `size`"),
        ("\"count\":2", "\"count\":2,\"root\":\"00\"", "unknown field `root`"),
        ("\"count\":2", "\"count\":null", "invalid type: null"),
        (",\"count\":2", "", "node 6: `count` is missing"),
        (",\"sizes\":[1,5]", "", "node 0: `sizes` is missing"),
        ("\"op\":\"round\",", "", "node 5: `op` is missing"),
        ("\"op\":\"round\"", "\"op\":\"soften\"", "unknown variant `soften`"),
        ("\"op\":\"round\"", "\"op\":\"round\",\"groups\":1", "node 5: `groups` does not belong to this operation"),
        (",\"weight_rows\":1", "", "node 2: `weight_rows` is missing"),
        ("\"second\":\"weights\",", "\"second\":\"input\",", "node 2: `weight_rows` does not belong"),
        ("{\"constant\":\"41200000\"}", "{\"constant\":\"41200000\",\"constant\":\"41200000\"}", "expected"),
        ("{\"constant\":\"41200000\"}", "{\"fixed\":\"41200000\"}", "unknown variant `fixed`"),
        // Words.
        ("\"bf800000\"", "-1", "node 3: `low` must be eight hex digits of a float's pattern"),
        ("\"bf800000\"", "\"BF800000\"", "eight lower-case hex digits"),
        ("\"bf800000\"", "\"+f800000\"", "eight lower-case hex digits"),
        ("\"bf800000\"", "\"bf80000\"", "eight lower-case hex digits"),
        ("\"bf800000\"", "-1.0", "invalid type: floating point `-1.0`"),
        ("\"bf800000\"", "\"80000000\"", "node 3: 0x80000000 is no element of this kind"),
        ("\"41200000\"", "\"7f800000\"", "node 4: 0x7f800000 is no element of this kind"),
        // Lists.
        ("\"rows\":[0,1]", "\"rows\":[0,1,0]", "trailing characters at line 2 column 42"),
        ("\"rows\":[0,1]", "\"rows\":[0]", "invalid length 1"),
        ("\"rows\":[0,1]", "\"rows\":[0,-1]", "invalid value"),
        ("\"inputs\":[5]", "\"inputs\":[5,5,5,5]", "more than 3 parts"),
        ("\"inputs\":[5]", "\"inputs\":[6]", "node 6: reads node 6, which is not before it"),
        // What the core says.
        ("\"columns\":[2,0]", "\"columns\":[3,0]", "node 6: the operation gives other rows and columns"),
        (",\"weights\":\"node.1\"", "", "node 1: weights are missing"),
        (
            "\"op\":\"round\"",
            "\"op\":\"round\",\"weights\":\"node.1\"",
            "node 5: weights are missing, or there must be none",
        ),
        // Weights.
        ("\"node.2\"", "\"node.1\"", "\"node.1\" is F32 [3, 4], expected F32 [1, 3]"),
        ("\"node.2\"", "\"node.3\"", "\"node.3\" is missing, expected F32 [1, 3]"),
    ] {
        let message = refused(|text| text.replacen(from, to, 1));
        assert!(message.contains(expected), "{from} -> {to}: {message}");
    }
    let cut = refused(|text| text[..text.len() / 2].to_owned());
    assert!(cut.contains("EOF while parsing"), "{cut}");
    let more = refused(|text| format!("{text}{{}}"));
    assert!(more.contains("trailing characters"), "{more}");
}

/// Tensors of a file, each with its name, type, shape and bytes.
type Tensors = Vec<(String, safetensors::Dtype, Vec<usize>, Vec<u8>)>;

/// The tensors of a small graph as whatever a change makes of them.
fn with_tensors(change: impl FnOnce(&mut Tensors)) -> GraphError {
    let GraphFiles { structure, weights, .. } = small();
    let read = safetensors::SafeTensors::deserialize(&weights).unwrap();
    let mut tensors: Vec<_> = read
        .iter()
        .map(|(name, view)| (name.to_owned(), view.dtype(), view.shape().to_vec(), view.data().to_vec()))
        .collect();
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    change(&mut tensors);
    let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
        (name.clone(), safetensors::tensor::TensorView::new(*dtype, shape.clone(), bytes).unwrap())
    });
    ModelGraph::load(&structure, safetensors::serialize(views, None).unwrap()).unwrap_err()
}

#[test]
fn weights_of_another_kind_shape_or_number_are_refused() {
    use safetensors::Dtype::{F16, F32, I32};
    type Change = fn(&mut Tensors);
    let cases: [(Change, &str); 8] = [
        (|all| all[0].2 = vec![4, 3], "\"node.1\" is F32 [4, 3], expected F32 [3, 4]"),
        (|all| all[0].2 = vec![1, 1, 1, 1, 12], "\"node.1\" is F32 [1, 1, 1, 1], expected F32 [3, 4]"),
        (|all| all[0].1 = I32, "\"node.1\" is I32 [3, 4], expected F32 [3, 4]"),
        (|all| (all[0].1, all[0].2) = (F16, vec![3, 8]), "\"node.1\" is F16 [3, 8]"),
        (|all| all[1].2 = vec![3, 1], "\"node.1.bias\" is F32 [3, 1], expected F32 [3]"),
        (|all| drop(all.remove(1)), "\"node.1.bias\" is missing"),
        (|all| all.push(("more".into(), F32, vec![0], vec![])), "\"more\" belongs to no node; leave it out"),
        (|all| all.push(("node.2.bias".into(), F32, vec![1], vec![0; 4])), "\"node.2.bias\" belongs to no node"),
    ];
    for (change, expected) in cases {
        let message = with_tensors(change).to_string();
        assert!(message.contains(expected), "{message}");
    }
    let shows_no_controls = with_tensors(|all| all[0].0 = "a\u{1b}[2K".into()).to_string();
    assert!(!shows_no_controls.contains('\u{1b}'), "{shows_no_controls}");
}

#[test]
fn weights_that_are_no_values_are_refused_wherever_they_stand() {
    for pattern in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN, -0.0] {
        for (tensor, elements) in [(0, 12), (1, 3), (2, 3)] {
            for place in 0..elements {
                let bytes = pattern.to_le_bytes();
                let refused = with_tensors(|all| all[tensor].3[4 * place..][..4].copy_from_slice(&bytes));
                let row = if tensor == 0 {
                    place / 4
                } else if tensor == 1 {
                    place
                } else {
                    0
                };
                assert!(
                    matches!(&refused, GraphError::Weights { problem, .. } if problem.starts_with(&format!("row {row} "))),
                    "{pattern} {tensor} {place}: {refused}"
                );
            }
        }
    }
}

#[test]
fn what_a_dispute_could_not_decide_is_refused_by_the_cores_own_rule() {
    let GraphFiles { structure, weights, .. } = small();
    let text = String::from_utf8(structure).unwrap().replace("\"sizes\":[1,5]", "\"sizes\":[0,5]");
    let refused = ModelGraph::load(text.as_bytes(), weights).unwrap_err();
    let GraphError::Refused(GraphProblem::Node { index: 0, problem }) = refused else { panic!("{refused}") };
    assert_eq!(problem, RecordProblem::Parameter);
    assert!(matches!(write_graph(&[]), Err(GraphError::Refused(_))));
}

#[test]
fn nodes_share_weights_of_one_name_but_two_sets_have_two_names() {
    let mut model = Model::fixed_source(Float, 1, 4);
    let shift = Op::Binary(Binary::Add, Second::Weights { rows: 1 });
    add(&mut model, shift, Float, &[0], [Size::ONE, Size::fixed(4)], &mut random());
    let mut drafts = nodes(&model);
    drafts.push(drafts[1].clone());
    let GraphFiles { graph, .. } = write_graph(&drafts).unwrap();
    assert_eq!(graph.weights(1), graph.weights(2));
    assert_eq!(graph.records()[1].weights, graph.records()[2].weights);
    drafts[2].weights.as_mut().unwrap().elements[0] ^= 1;
    let refused = write_graph(&drafts).unwrap_err().to_string();
    assert!(refused.contains("\"node.1\" is the name of two sets of weights"), "{refused}");
}

#[test]
fn the_root_follows_every_weight_and_every_field() {
    let GraphFiles { structure, weights, graph } = small();
    let text = String::from_utf8(structure.clone()).unwrap();
    for (from, to) in
        [("\"sizes\":[1,5]", "\"sizes\":[1,4]"), ("\"3f000000\"", "\"3f000001\""), ("\"count\":2", "\"count\":2 ")]
    {
        let changed = text.replacen(from, to, 1);
        let other = ModelGraph::load(changed.as_bytes(), weights.clone()).unwrap();
        assert_eq!(other.root() == graph.root(), to.ends_with(' '), "{to}");
    }
    // The last element of the last tensor: one unit in its last place.
    let mut other = weights.clone();
    let last = other.len() - 4;
    other[last] ^= 1;
    let other = ModelGraph::load(&structure, other).unwrap();
    assert_ne!(other.root(), graph.root());
    assert_eq!(other.records().iter().zip(graph.records()).filter(|(a, b)| a != b).count(), 1);
}
