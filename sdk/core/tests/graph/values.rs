//! What graphs compute, against an implementation that shares nothing with the interpreter.

use modchains_core::graph::{ACCUMULATOR_LIMIT, GraphError, Op, Requantise};
use proptest::prelude::*;

use super::{Case, Tensors, cases};

/// Every input value is added to every output that it reaches, in integers that cannot overflow. Written from the
/// format's documentation; the interpreter gathers instead.
fn scatter(tensors: &[Tensors], input: &[u8]) -> Vec<i128> {
    let mut values: Vec<i128> = input.iter().map(|value| i128::from(*value)).collect();
    for layer in tensors {
        let sums = match layer.op {
            Op::Linear { inputs, outputs } => {
                let mut sums: Vec<i128> = layer.bias.iter().map(|bias| i128::from(*bias)).collect();
                for (column, value) in values.iter().enumerate() {
                    for (row, sum) in sums.iter_mut().enumerate().take(outputs as usize) {
                        *sum += i128::from(layer.weights[row * inputs as usize + column].cast_signed()) * value;
                    }
                }
                sums
            }
            Op::Conv2d { .. } => scatter_convolution(layer, &values),
        };
        assert!(sums.iter().all(|sum| sum.abs() < i128::from(ACCUMULATOR_LIMIT)));
        values = match layer.requantise {
            None => sums,
            Some(rule) => sums.into_iter().map(|sum| rounded(rule, sum)).collect(),
        };
    }
    values
}

/// `floor(x + 1/2)`, clamped.
fn rounded(rule: Requantise, sum: i128) -> i128 {
    let (half, divisor) = (1_i128 << (rule.shift - 1), 1_i128 << rule.shift);
    let rounded = (sum * i128::from(rule.multiplier) + half).div_euclid(divisor);
    rounded.max(rule.min.into()).min(rule.max.into())
}

fn scatter_convolution(layer: &Tensors, values: &[i128]) -> Vec<i128> {
    let Op::Conv2d { in_channels, in_height, in_width, out_channels, kernel, stride, padding } = layer.op else {
        panic!("no convolution")
    };
    let [channels, height, width, rows, kernel, stride, padding] =
        [in_channels, in_height, in_width, out_channels, kernel, stride, padding].map(|side| side as usize);
    let [tall, wide] = [height, width].map(|side| (side + 2 * padding - kernel) / stride + 1);
    let mut sums: Vec<i128> =
        layer.bias.iter().flat_map(|bias| std::iter::repeat_n(i128::from(*bias), tall * wide)).collect();
    for (index, value) in values.iter().enumerate() {
        let (channel, y, x) = (index / (height * width), index / width % height, index % width);
        for (weight, byte) in layer.weights.iter().enumerate() {
            let (row, of, dy, dx) = (
                weight / (channels * kernel * kernel),
                weight / (kernel * kernel) % channels,
                weight / kernel % kernel,
                weight % kernel,
            );
            // The output whose window has this pixel under this weight, if the stride meets it.
            let (Some(top), Some(left)) = ((y + padding).checked_sub(dy), (x + padding).checked_sub(dx)) else {
                continue;
            };
            let meets = of == channel && top % stride == 0 && left % stride == 0;
            if meets && row < rows && top / stride < tall && left / stride < wide {
                sums[(row * tall + top / stride) * wide + left / stride] += i128::from(byte.cast_signed()) * value;
            }
        }
    }
    sums
}

fn run(case: &Case, input: &[u8], room: usize) -> Result<Vec<i32>, GraphError> {
    case.with(|graph| {
        // What the buffers hold before must not matter.
        let (mut one, mut two) = (vec![i32::MIN; room], vec![i32::MAX; room]);
        graph.run(input, [&mut one, &mut two]).map(<[i32]>::to_vec)
    })
}

fn input_of(case: &Case, seed: &[u8]) -> Vec<u8> {
    let value = |byte: &u8| (u16::from(*byte) % (u16::from(case.input_max) + 1)) as u8;
    seed.iter().cycle().take(case.input_len).map(value).collect()
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn the_interpreter_gives_what_every_input_value_adds_up_to(
        case in cases(), seed in prop::collection::vec(any::<u8>(), 97),
    ) {
        let input = input_of(&case, &seed);
        let needed = case.with(|graph| graph.values_max());
        let outputs: Vec<i128> = run(&case, &input, needed).unwrap().into_iter().map(i128::from).collect();
        prop_assert_eq!(&outputs, &scatter(&case.tensors, &input));
        prop_assert_eq!(outputs.len(), case.with(|graph| graph.output_len()));
    }

    #[test]
    fn any_element_can_be_computed_alone(case in cases(), seed in prop::collection::vec(any::<u8>(), 97)) {
        let input = input_of(&case, &seed);
        let mut values: Vec<i32> = input.iter().map(|value| i32::from(*value)).collect();
        let whole = run(&case, &input, case.with(|graph| graph.values_max())).unwrap();
        let backwards = case.with(|graph| {
            for layer in graph.layers() {
                let mut outputs = vec![0; layer.output_len()];
                for index in (0..layer.output_len()).rev() {
                    outputs[index] = layer.element(&values, index);
                }
                assert_eq!(layer.element(&values, layer.output_len()), 0, "beyond the output");
                values = outputs;
            }
            values
        });
        prop_assert_eq!(backwards, whole);
    }

    #[test]
    fn misfits_are_refused(case in cases(), seed in prop::collection::vec(any::<u8>(), 97), at: prop::sample::Index) {
        let input = input_of(&case, &seed);
        let needed = case.with(|graph| graph.values_max());
        prop_assert_eq!(run(&case, &input, needed - 1), Err(GraphError::Room { needed }));
        let (expected, actual) = (input.len(), input.len() - 1);
        prop_assert_eq!(run(&case, &input[1..], needed), Err(GraphError::InputLength { expected, actual }));
        if let Some(actual) = case.input_max.checked_add(1) {
            let (mut input, index) = (input.clone(), at.index(input.len()));
            input[index] = actual;
            let error = GraphError::InputRange { index, max: case.input_max, actual };
            prop_assert_eq!(run(&case, &input, needed), Err(error));
        }
    }

    #[test]
    fn a_rule_rounds_halves_up_and_clamps(
        multiplier in 1u32..1 << 31, shift in 1u8..=62, bounds in prop::array::uniform2(any::<i8>()),
        sum in -(1i32 << 24) + 1..1 << 24,
    ) {
        let rule = Requantise { multiplier, shift, min: bounds[0].min(bounds[1]), max: bounds[0].max(bounds[1]) };
        prop_assert!(rule.is_valid());
        prop_assert_eq!(i128::from(rule.apply(sum)), rounded(rule, sum.into()));
    }

    #[test]
    fn no_rule_and_no_sum_panics(multiplier: u32, shift: u8, min: i8, max: i8, sum: i32) {
        Requantise { multiplier, shift, min, max }.apply(sum);
    }
}

#[test]
fn halves_round_towards_plus_infinity() {
    let half = Requantise { multiplier: 1, shift: 1, min: -128, max: 127 };
    assert_eq!([3, 1, -1, -3, 1000, -1000].map(|sum| half.apply(sum)), [2, 1, 0, -1, 127, -128]);
}
