//! What graphs compute, against plain loops over doubles and integers.

use modchains_core::provable::{
    Binary, Encoding, EvidenceError, Input, Judge, Map, Op, Reduce, RunError, Second, Size, SizeRange, Tensor, Trace,
    Unary, Window,
};
use modchains_test_seed::{Random, random};

use super::model::{Float, Int8, Int32, Model, RULE, convolutional, encoder, input, int8, run, small};

/// One tensor as an input, of `Float32` or `Signed32` or `Signed8` elements.
fn source(kind: modchains_core::provable::ElementKind, rows: u32, columns: u32) -> Model {
    let mut model = Model::default();
    let (encoding, low, high) = match kind {
        Float => (Encoding::Float32, 0xff7f_ffff, 0x7f7f_ffff),
        Int8 => (Encoding::Signed8, i32::from(i8::MIN).cast_unsigned(), 127),
        Int32 => (Encoding::Signed32, i32::MIN.cast_unsigned(), i32::MAX.cast_unsigned()),
    };
    let sizes = SizeRange { min: 1, max: 1 };
    model.add(Op::Input(Input { encoding, low, high, sizes }), kind, &[], Size::fixed(rows), Size::fixed(columns));
    model
}

/// Runs a model on words as its input and gives its last output.
fn outputs(model: &Model, words: &[u32]) -> Vec<u32> {
    let kind = model.records[0].kind;
    let mut bytes = vec![0; words.len() * kind.bytes()];
    kind.encode(words, &mut bytes);
    let all = run(model, 1, &bytes);
    let graph = model.graph();
    let last = graph.summary().nodes - 1;
    Trace::new(graph, 1, &all).unwrap().output(last).to_vec()
}

fn double(word: u32) -> f64 {
    f32::from_bits(word).into()
}

fn nearest(value: f64) -> u32 {
    if value == 0.0 { 0 } else { (value as f32).to_bits() }
}

fn matrix(random: &mut Random, len: u32, draw: fn(&mut Random) -> u32) -> Vec<u32> {
    (0..len).map(|_| draw(random)).collect()
}

#[test]
fn products_of_matrices_in_groups() {
    let mut random = random();
    for (groups, m, p, k) in [(1, 3, 4, 5), (3, 2, 5, 200), (4, 1, 1, 97), (2, 3, 3, 96)] {
        // Both operands lie in one input: the rows of the first above those of the second.
        let [first, second] = [groups * m, groups * p];
        let mut model = source(Float, first + second, k);
        let slice = |row: u32| Op::Map(Map::Slice { start: [row, 0], step: [1, 1] });
        let a = model.add(slice(0), Float, &[0], Size::fixed(first), Size::fixed(k));
        let b = model.add(slice(first), Float, &[0], Size::fixed(second), Size::fixed(k));
        let dot = Op::Reduce(Reduce::Dot { groups });
        model.add(dot, Float, &[a, b], Size::fixed(first), Size::fixed(p));
        let words = matrix(&mut random, (first + second) * k, small);
        let at = |row: u32, column: u32| double(words[(row * k + column) as usize]);
        let out = outputs(&model, &words);
        for row in 0..first {
            for column in 0..p {
                let other = first + row / m * p + column;
                let sum: f64 = (0..k).map(|index| at(row, index) * at(other, index)).sum();
                assert_eq!(out[(row * p + column) as usize], nearest(sum), "{groups} {row} {column}");
            }
        }
    }
}

#[test]
fn affine_layers_of_values_and_of_integers() {
    let mut random = random();
    for (kind, out_kind, draw) in [(Float, Float, small as fn(&mut Random) -> u32), (Int8, Int32, int8)] {
        let (rows, k, columns) = (3, 500, 7);
        let mut model = source(kind, rows, k);
        let mut other = Random(random.next());
        let node = (Op::Reduce(Reduce::Affine), out_kind, &[0][..]);
        let shape = [Size::fixed(rows), Size::fixed(columns)];
        let index = model.add_with(node, shape, &mut || draw(&mut random), &mut || small(&mut other));
        let words = matrix(&mut random, rows * k, draw);
        let out = outputs(&model, &words);
        for row in 0..rows {
            for column in 0..columns {
                let (bytes, bias) = &model.weights[&index][column as usize];
                let bias = u32::from_le_bytes(*bias);
                let pairs = (0..k).map(|i| (words[(row * k + i) as usize], kind.word(bytes, i as usize)));
                let expected = if kind == Float {
                    nearest(pairs.map(|(a, b)| double(a) * double(b)).sum::<f64>() + double(bias))
                } else {
                    let sum: i64 = pairs.map(|(a, b)| i64::from(a.cast_signed()) * i64::from(b.cast_signed())).sum();
                    let all = sum + i64::from(bias.cast_signed());
                    (all.clamp(i32::MIN.into(), i32::MAX.into()) as i32).cast_unsigned()
                };
                assert_eq!(out[(row * columns + column) as usize], expected, "{kind:?} {row} {column}");
            }
        }
    }
}

#[test]
fn rows_are_summed_averaged_and_ranked() {
    let mut random = random();
    let (rows, columns) = (4, 256);
    let words = matrix(&mut random, rows * columns, small);
    let lines: Vec<Vec<f64>> =
        words.chunks(columns as usize).map(|row| row.iter().map(|word| double(*word)).collect()).collect();
    let reduced = |reduce: Reduce| {
        let mut model = source(Float, rows, columns);
        model.reduce(reduce, Float, &[0]);
        outputs(&model, &words)
    };
    let expected = |value: fn(&[f64]) -> f64| -> Vec<u32> { lines.iter().map(|row| nearest(value(row))).collect() };
    assert_eq!(reduced(Reduce::Sum), expected(|row| row.iter().sum()));
    // 256 is a power of two, so the division is exact.
    assert_eq!(reduced(Reduce::Mean), expected(|row| row.iter().sum::<f64>() / 256.0));
    assert_eq!(reduced(Reduce::SquareSum), expected(|row| row.iter().map(|x| x * x).sum()));
    assert_eq!(reduced(Reduce::SquareMean), expected(|row| row.iter().map(|x| x * x).sum::<f64>() / 256.0));
    assert_eq!(reduced(Reduce::Max), expected(|row| row.iter().copied().fold(f64::MIN, f64::max)));
    let mut model = source(Float, rows, columns);
    model.add(Op::Reduce(Reduce::TopK { count: 8 }), Int32, &[0], Size::fixed(rows), Size::fixed(8));
    let out = outputs(&model, &words);
    for (row, places) in lines.iter().zip(out.chunks(8)) {
        // A stable sort keeps the lower place of equal elements first.
        let mut order: Vec<u32> = (0..columns).collect();
        order.sort_by(|a, b| row[*b as usize].total_cmp(&row[*a as usize]));
        assert_eq!(places, &order[..8]);
    }
}

#[test]
fn of_equal_elements_the_lowest_place_comes_first() {
    for (kind, words) in [(Float, [5, 9, 9, 5, 9]), (Int8, [5, 9, 9, 5, 9]), (Int32, [u32::MAX, 0, 0, u32::MAX, 0])] {
        let mut model = source(kind, 1, 5);
        model.add(Op::Reduce(Reduce::TopK { count: 5 }), Int32, &[0], Size::ONE, Size::fixed(5));
        assert_eq!(outputs(&model, &words), [1, 2, 4, 0, 3], "{kind:?}");
    }
    let mut negative = source(Int32, 1, 3);
    negative.reduce(Reduce::Max, Int32, &[0]);
    let minus = |size: i32| (-size).cast_unsigned();
    assert_eq!(outputs(&negative, &[minus(5), minus(3), minus(4)]), [minus(3)]);
}

/// A direct convolution with zeros around the image.
fn convolve(image: &[u32], weights: &[Vec<u32>], window: &Window) -> Vec<i64> {
    let [down, across] = window.steps().unwrap();
    let mut sums = Vec::new();
    for y in 0..down {
        for x in 0..across {
            for weights in weights {
                let (mut sum, mut weight) = (0, weights.iter());
                for channel in 0..window.channels {
                    for dy in 0..window.kernel_height {
                        for dx in 0..window.kernel_width {
                            let weight = i64::from(weight.next().unwrap().cast_signed());
                            let row = i64::from(y * window.stride + dy) - i64::from(window.padding);
                            let column = i64::from(x * window.stride + dx) - i64::from(window.padding);
                            let inside = 0..i64::from(window.height);
                            if inside.contains(&row) && (0..i64::from(window.width)).contains(&column) {
                                let line = i64::from(channel * window.height) + row;
                                let pixel = image[(line * i64::from(window.width) + column) as usize];
                                sum += weight * i64::from(pixel.cast_signed());
                            }
                        }
                    }
                }
                sums.push(sum);
            }
        }
    }
    sums
}

#[test]
fn unfolding_makes_a_convolution_of_a_product() {
    let mut random = random();
    for (kernel_height, kernel_width, stride, padding) in
        [(1, 1, 1, 0), (3, 3, 1, 1), (3, 2, 2, 1), (2, 4, 3, 0), (5, 5, 2, 4)]
    {
        let window = Window {
            channels: 3,
            height: 6,
            width: 5,
            kernel_height,
            kernel_width,
            stride,
            padding,
            is_by_channel: false,
        };
        let [down, across] = window.steps().unwrap();
        let (positions, len) = (down * across, 3 * kernel_height * kernel_width);
        let mut model = source(Int8, 3, 30);
        let unfold = Op::Map(Map::Unfold(window));
        let rows = model.add(unfold, Int8, &[0], Size::fixed(positions), Size::fixed(len));
        let node = (Op::Reduce(Reduce::Affine), Int32, &[rows][..]);
        let shape = [Size::fixed(positions), Size::fixed(4)];
        let index = model.add_with(node, shape, &mut || int8(&mut random), &mut || 0);
        let image = matrix(&mut random, 90, int8);
        let weights = model.weights[&index].iter();
        let weights: Vec<Vec<u32>> =
            weights.map(|(bytes, _)| (0..len).map(|i| Int8.word(bytes, i as usize)).collect()).collect();
        let sums: Vec<i64> = outputs(&model, &image).iter().map(|word| word.cast_signed().into()).collect();
        assert_eq!(sums, convolve(&image, &weights, &window), "{window:?}");
    }
}

#[test]
fn unfolding_by_channel_makes_pools() {
    let mut random = random();
    let (height, width) = (5, 6);
    let window = Window {
        channels: 2,
        height,
        width,
        kernel_height: 2,
        kernel_width: 3,
        stride: 2,
        padding: 0,
        is_by_channel: true,
    };
    let image = matrix(&mut random, 2 * height * width, int8);
    let mut model = source(Int8, 2, height * width);
    let windows = model.add(Op::Map(Map::Unfold(window)), Int8, &[0], Size::fixed(8), Size::fixed(6));
    model.reduce(Reduce::Max, Int8, &[windows]);
    let out = outputs(&model, &image);
    let mut expected = Vec::new();
    for channel in 0..2 {
        for (y, x) in [(0, 0), (0, 2), (2, 0), (2, 2)] {
            let at = |dy: u32, dx: u32| image[(channel * 30 + (y + dy) * width + x + dx) as usize].cast_signed();
            let inside = (0..2).flat_map(|dy| (0..3).map(move |dx| at(dy, dx)));
            expected.push(inside.max().unwrap().cast_unsigned());
        }
    }
    assert_eq!(out, expected);
}

#[test]
fn maps_move_elements_where_they_say() {
    let words: Vec<u32> = (0..24).collect();
    let fixed = Size::fixed;
    let mapped = |map: Map, inputs: &[u32], rows: u32, columns: u32| {
        let mut model = source(Int32, 4, 6);
        model.add(Op::Map(map), Int32, inputs, fixed(rows), fixed(columns));
        outputs(&model, &words)
    };
    assert_eq!(mapped(Map::Reshape, &[0], 3, 8), words);
    let [two, three] = [fixed(2), fixed(3)];
    // As 2 x 3 x 2 x 2, with the second and the last dimension exchanged.
    let permuted = mapped(Map::Permute { dimensions: [two, three, two, two], order: [0, 3, 2, 1] }, &[0], 4, 6);
    let mut expected = Vec::new();
    for (a, d, c, b) in (0..24).map(|i| (i / 12, i / 6 % 2, i / 3 % 2, i % 3)) {
        expected.push(((a * 3 + b) * 2 + c) * 2 + d);
    }
    assert_eq!(permuted, expected);
    let sliced = mapped(Map::Slice { start: [1, 2], step: [2, 3] }, &[0], 2, 2);
    assert_eq!(sliced, [8, 11, 20, 23]);
    assert_eq!(mapped(Map::ConcatRows, &[0, 0], 8, 6), [words.clone(), words.clone()].concat());
    let beside: Vec<u32> = words.chunks(6).flat_map(|row| [row, row, row].concat()).collect();
    assert_eq!(mapped(Map::ConcatColumns, &[0, 0, 0], 4, 18), beside);
}

#[test]
fn a_second_operand_goes_with_all_rows_or_columns() {
    let mut random = random();
    let words = matrix(&mut random, 12, small);
    for (binary, value) in [
        (Binary::Add, (|a, b| a + b) as fn(f64, f64) -> f64),
        (Binary::Sub, |a, b| a - b),
        (Binary::Mul, |a, b| a * b),
        (Binary::Max, f64::max),
    ] {
        for (rows, columns) in [(3, 4), (1, 4), (3, 1), (1, 1)] {
            let mut model = source(Float, 3, 4);
            let slice = Op::Map(Map::Slice { start: [0, 0], step: [1, 1] });
            let second = model.add(slice, Float, &[0], Size::fixed(rows), Size::fixed(columns));
            model.binary(binary, [0, second]);
            let out = outputs(&model, &words);
            for (index, word) in out.iter().enumerate() {
                let row = if rows == 1 { 0 } else { index / 4 };
                let column = if columns == 1 { 0 } else { index % 4 };
                assert_eq!(*word, nearest(value(double(words[index]), double(words[row * 4 + column]))));
            }
        }
        let mut model = source(Float, 3, 4);
        let weights = (Op::Binary(binary, Second::Weights { rows: 5 }), Float, &[0][..]);
        let index = model.add_with(weights, [Size::fixed(3), Size::fixed(4)], &mut || small(&mut random), &mut || 0);
        let out = outputs(&model, &words);
        for (place, word) in out.iter().enumerate() {
            let weight = Float.word(&model.weights[&index][place / 4].0, place % 4);
            assert_eq!(*word, nearest(value(double(words[place]), double(weight))));
        }
    }
}

#[test]
fn integers_saturate_and_requantise() {
    let [low, high] = [i32::MIN.cast_unsigned(), i32::MAX.cast_unsigned()];
    let minus = |size: i32| (-size).cast_unsigned();
    let computed = |binary: Binary, word: u32, constant: u32| {
        let mut model = source(Int32, 1, 1);
        model.constant(binary, 0, constant);
        outputs(&model, &[word])[0]
    };
    assert_eq!(computed(Binary::Add, high, 1), high);
    assert_eq!(computed(Binary::Sub, low, 1), low);
    assert_eq!(computed(Binary::Mul, high, minus(2)), low);
    assert_eq!(computed(Binary::Max, minus(3), minus(2)), minus(2));
    for sum in [0, 21, 22, 63, 64, -21, -22, -64, 5_500, -5_500, 1 << 30, -(1 << 30), i32::MAX, i32::MIN] {
        let mut model = source(Int32, 1, 1);
        model.unary(Unary::Requantise(RULE), Int8, 0);
        let exact = ((i128::from(sum) * 3 + 64) >> 7).clamp(-128, 127) as i32;
        assert_eq!(outputs(&model, &[sum.cast_unsigned()]), [exact.cast_unsigned()], "{sum}");
    }
}

#[test]
fn a_table_is_read_by_the_nearest_index() {
    let mut random = random();
    let mut model = source(Int32, 6, 1);
    let node = (Op::Embedding { rows: 4 }, Float, &[0][..]);
    let index = model.add_with(node, [Size::fixed(6), Size::fixed(100)], &mut || small(&mut random), &mut || 0);
    let out = outputs(&model, &[0, 3, 4, i32::MAX.cast_unsigned(), u32::MAX, i32::MIN.cast_unsigned()]);
    for (row, table) in out.chunks(100).zip([0, 3, 3, 3, 0, 0]) {
        let bytes = &model.weights[&index][table].0;
        assert_eq!(row, (0..100).map(|column| Float.word(bytes, column)).collect::<Vec<_>>());
    }
}

#[test]
fn an_input_is_clamped_to_what_the_graph_was_checked_for() {
    let mut model = Model::default();
    let sizes = SizeRange { min: 1, max: 9 };
    let [one, minus_one] = [1.0_f32, -1.0].map(f32::to_bits);
    let input = Input { encoding: Encoding::Float32, low: minus_one, high: one, sizes };
    model.add(Op::Input(input), Float, &[], Size::per(1), Size::ONE);
    let values = [0.5, 2.0, f32::INFINITY, f32::NEG_INFINITY, -0.0, -1.5];
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(run(&model, 6, &bytes), [0.5, 1.0, 1.0, -1.0, 0.0, -1.0].map(f32::to_bits));
    let mut tokens = Model::default();
    let input = Input { encoding: Encoding::Unsigned16, low: 3, high: 1_000, sizes };
    tokens.add(Op::Input(input), Int32, &[], Size::per(1), Size::ONE);
    assert_eq!(run(&tokens, 3, &[0, 0, 1, 1, 255, 255]), [3, 257, 1_000]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut random = random();
    let model = encoder(&mut random);
    let graph = model.graph();
    let bytes = input(&model, 3, &mut random);
    let needed = graph.words(3);
    let mut room = vec![0; needed as usize];
    assert_eq!(graph.run(3, &bytes[1..], &model, &mut room), Err(RunError::InputLength { expected: 6, actual: 5 }));
    assert_eq!(graph.run(3, &bytes, &model, &mut room[1..]), Err(RunError::Room { needed }));
    for actual in [0, 13] {
        assert_eq!(graph.run(actual, &bytes, &model, &mut room), Err(RunError::Size { actual }));
    }
    let without = Model { records: model.records.clone(), ..Model::default() };
    assert_eq!(graph.run(3, &bytes, &without, &mut room), Err(RunError::Weights { node: 1 }));
}

#[test]
fn an_encoder_gives_unit_vectors_and_the_same_for_each_size() {
    let mut random = random();
    let model = encoder(&mut random);
    for n in 1..=12 {
        let bytes = input(&model, n, &mut random);
        let words = run(&model, n, &bytes);
        let graph = model.graph();
        let last = graph.summary().nodes - 1;
        let trace = Trace::new(graph, n, &words).unwrap();
        for index in 0..=last {
            let kind = model.records[index as usize].kind;
            assert!(trace.output(index).iter().all(|word| kind.holds(*word)), "node {index}");
        }
        let length: i32 = trace.output(last).iter().map(|word| word.cast_signed().pow(2)).sum();
        assert!((f64::from(length).sqrt() - 127.0).abs() < 2.0, "{length}");
    }
}

#[test]
fn a_classifier_of_integers_ranks_its_sums() {
    let mut random = random();
    let model = convolutional(&mut random);
    assert!(model.graph().summary().is_exact && !encoder(&mut random).graph().summary().is_exact);
    for _ in 0..20 {
        let words = run(&model, 1, &input(&model, 1, &mut random));
        let trace = Trace::new(model.graph(), 1, &words).unwrap();
        let last = model.records.len() as u32 - 1;
        let (logits, places) = (trace.output(last - 1), trace.output(last));
        let mut order: Vec<u32> = (0..10).collect();
        order.sort_by_key(|place| -logits[*place as usize].cast_signed());
        assert_eq!(places, &order[..3]);
    }
}

#[test]
fn evidence_of_another_form_is_refused() {
    let mut model = source(Float, 2, 100);
    let sum = model.reduce(Reduce::Sum, Float, &[0]);
    let relu = model.unary(Unary::Relu, Float, 0);
    let mut buckets = modchains_core::rounded::Buckets::default();
    let node = model.node(sum, 1);
    let mut judge = Judge::new(&node, 1, 0).unwrap();
    assert_eq!(Judge::new(&node, 2, 0), None);
    assert_eq!(Judge::new(&node, 0, 1), None);
    assert_eq!(judge.value_of_elements(0, 0), Err(EvidenceError::Unexpected));
    assert_eq!(judge.value_of_request([0; 4]), Err(EvidenceError::Unexpected));
    let short = judge.push(&mut buckets, &[0; 95], &[]);
    assert_eq!(short, Err(EvidenceError::Length { expected: 96, actual: 95 }));
    assert_eq!(judge.push(&mut buckets, &[0; 96], &[0; 96]), Err(EvidenceError::Length { expected: 0, actual: 96 }));
    assert_eq!(judge.push(&mut buckets, &[0; 96], &[]), Ok(()));
    assert_eq!(judge.value_of_rows(0), Err(EvidenceError::Incomplete { missing: 4 }));
    assert_eq!(judge.push_int8(&[0; 4], &[0; 4]), Err(EvidenceError::Unexpected));
    assert_eq!(judge.push(&mut buckets, &[0; 4], &[]), Ok(()));
    assert_eq!((judge.value_of_rows(0), judge.next_len()), (Ok(0), 0));
    let mut unary = Judge::new(&model.node(relu, 1), 0, 0).unwrap();
    assert_eq!(unary.push(&mut buckets, &[0], &[]), Err(EvidenceError::Unexpected));
    assert_eq!(unary.value_of_rows(0), Err(EvidenceError::Unexpected));
    assert_eq!(unary.value_of_elements(7, 0), Ok(7));
    let Tensor { rows, columns, .. } = node.output;
    assert_eq!((rows, columns), (2, 1));
}
