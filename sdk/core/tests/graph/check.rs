//! Which graphs are accepted.

use modchains_core::graph::{
    ACCUMULATOR_LIMIT, ELEMENTS_MAX, Geometry, Graph, GraphError, LAYERS_MAX, LayerProblem, Op, Requantise, SIDE_MAX,
};
use proptest::prelude::*;

use super::{Tensors, cases, layers};

fn linear(inputs: u32, outputs: u32, requantise: Option<Requantise>) -> Tensors {
    let weights = vec![1; (inputs * outputs) as usize];
    Tensors { op: Op::Linear { inputs, outputs }, weights, bias: vec![0; outputs as usize], requantise }
}

const RULE: Requantise = Requantise { multiplier: 1, shift: 1, min: 0, max: 127 };

fn problem(tensors: &[Tensors], input_len: usize) -> Option<(usize, LayerProblem)> {
    match Graph::new(&layers(tensors), input_len, 127) {
        Ok(_) => None,
        Err(GraphError::Layer { index, problem }) => Some((index, problem)),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn sums_just_below_the_limit_are_exact_and_one_more_is_refused() {
    // 1040 * 127 * 127 = 16,774,160; the bias brings the sum to 2^24 - 1 in size.
    let bias = (1 << 24) - 1 - 1040 * 127 * 127;
    let layer = |bias: i32| Tensors {
        weights: [vec![127; 1040], vec![(-127_i8).cast_unsigned(); 1040]].concat(),
        bias: vec![bias, -bias],
        ..linear(1040, 2, None)
    };
    let exact = [layer(bias)];
    let layers = layers(&exact);
    let graph = Graph::new(&layers, 1040, 127).unwrap();
    let (mut one, mut two) = (vec![0; 1040], vec![0; 1040]);
    let sums = graph.run(&[127; 1040], [&mut one, &mut two]).unwrap();
    assert_eq!(sums, [(1 << 24) - 1, 1 - (1 << 24)]);
    let overflow = LayerProblem::AccumulatorOverflow { row: 0, bound: ACCUMULATOR_LIMIT };
    assert_eq!(problem(&[layer(bias + 1)], 1040), Some((0, overflow)));
}

#[test]
fn layers_must_fit_each_other() {
    let fits = [linear(4, 3, Some(RULE)), linear(3, 2, None)];
    assert_eq!(problem(&fits, 4), None);
    assert_eq!(problem(&fits, 5), Some((0, LayerProblem::InputLength { expected: 4, actual: 5 })));
    let misfit = [linear(4, 3, Some(RULE)), linear(2, 2, None)];
    assert_eq!(problem(&misfit, 4), Some((1, LayerProblem::InputLength { expected: 2, actual: 3 })));
    for count in [0, LAYERS_MAX + 1] {
        let many = vec![linear(1, 1, Some(RULE)); count];
        assert_eq!(Graph::new(&layers(&many), 1, 1), Err(GraphError::LayerCount { actual: count }));
    }
}

#[test]
fn all_layers_but_the_last_requantise_by_a_valid_rule() {
    let last = [linear(4, 3, Some(RULE))];
    assert_eq!(problem(&last, 4), Some((0, LayerProblem::LastRequantises)));
    let missing = [linear(4, 3, None), linear(3, 2, None)];
    assert_eq!(problem(&missing, 4), Some((0, LayerProblem::RequantiseMissing)));
    let invalid = [
        Requantise { multiplier: 0, ..RULE },
        Requantise { multiplier: 1 << 31, ..RULE },
        Requantise { shift: 0, ..RULE },
        Requantise { shift: 63, ..RULE },
        Requantise { min: 1, max: 0, ..RULE },
    ];
    for rule in invalid {
        let tensors = [linear(4, 3, Some(rule)), linear(3, 2, None)];
        assert_eq!(problem(&tensors, 4), Some((0, LayerProblem::RequantiseInvalid { rule })));
    }
}

#[test]
fn tensors_are_as_long_as_the_dimensions_say() {
    for (weights, bias) in [(11, 3), (13, 3), (12, 2), (12, 4), (0, 0)] {
        let tensors = [Tensors { weights: vec![1; weights], bias: vec![0; bias], ..linear(4, 3, None) }];
        let geometry = Geometry::of(tensors[0].op).unwrap();
        assert_eq!(problem(&tensors, 4), Some((0, LayerProblem::TensorLength { geometry })));
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn dimensions_are_bounded_whatever_the_operation(sides: [u32; 7], small in prop::array::uniform7(0u32..20)) {
        for [in_channels, in_height, in_width, out_channels, kernel, stride, padding] in [sides, small] {
            let conv = Op::Conv2d { in_channels, in_height, in_width, out_channels, kernel, stride, padding };
            for op in [conv, Op::Linear { inputs: in_channels, outputs: out_channels }] {
                let Ok(geometry) = Geometry::of(op) else { continue };
                let most = ELEMENTS_MAX as usize;
                prop_assert!(geometry.input_len <= most && geometry.output_len() <= most);
                prop_assert!(geometry.rows * geometry.row_len <= most && geometry.rows <= SIDE_MAX as usize);
                prop_assert!(geometry.input_len > 0 && geometry.positions > 0 && geometry.row_len > 0);
            }
        }
    }

    #[test]
    fn a_sum_that_could_leave_the_exact_range_is_refused(case in cases(), layer: prop::sample::Index) {
        let mut tensors = case.tensors.clone();
        let index = layer.index(tensors.len());
        tensors[index].bias[0] = 1 << 24;
        let layers = layers(&tensors);
        let error = Graph::new(&layers, case.input_len, case.input_max);
        let is_refused = matches!(
            error,
            Err(GraphError::Layer { index: at, problem: LayerProblem::AccumulatorOverflow { row: 0, .. } }) if at == index
        );
        prop_assert!(is_refused);
    }
}
