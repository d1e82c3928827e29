//! What graphs compute, against plain loops over doubles and integers.

use modchains_core::provable::{
    Binary, Encoding, EvidenceError, Input, Judge, Map, Op, Reduce, Reduction, RunError, Second, Size, SizeRange,
    Tensor, Trace, Unary, WeightRow, int8_sum_bound,
};
use modchains_test_seed::{Random, random};

use super::{
    model::{
        Float, Int8, Int32, Model, RULE, convolutional, double, encoder, input, int8, matrix, nearest, outputs, run,
        small, source,
    },
    sha256,
};

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
fn bytes_and_words_give_the_same_sum() {
    let mut random = random();
    for round in 0..400 {
        let len = random.below(if round % 8 == 0 { 3_000 } else { 40 }) as usize;
        // The ends of the range in some rounds, where the lanes are fullest.
        let mut byte = || match round % 4 {
            0 => 0x80,
            1 => [0x80, 0x7f][random.below(2) as usize],
            _ => random.next() as u8,
        };
        let (a, b): (Vec<u8>, Vec<u8>) = (0..len).map(|_| (byte(), byte())).unzip();
        let signed = |bytes: &[u8]| bytes.iter().map(|byte| i64::from(*byte as i8)).collect::<Vec<_>>();
        let expected: i64 = signed(&a).iter().zip(signed(&b)).map(|(a, b)| a * b).sum();
        let mut reduction = Reduction::new(Reduce::Affine, Int8);
        let (start, end) = (random.below(len as u64 + 1) as usize, len);
        reduction.push_int8(&a[..start], &b[..start]);
        reduction.push_int8(&a[start..end], &b[start..end]);
        assert_eq!(i64::from(reduction.finish(len as u32, 0, 0).cast_signed()), expected);
        let words = |bytes: &[u8]| (0..len).map(|index| Int8.word(bytes, index)).collect::<Vec<_>>();
        let mut by_words = Reduction::new(Reduce::Affine, Int8);
        by_words.push(&mut modchains_core::rounded::Buckets::default(), &words(&a), &words(&b));
        assert_eq!(by_words.state(), reduction.state());
    }
}

#[test]
fn no_sum_of_integers_leaves_its_bound() {
    let mut random = random();
    for round in 0..300 {
        let weights: Vec<u8> = (0..1 + random.below(200)).map(|_| random.next() as u8).collect();
        let bias = random.next() as i32 >> random.below(31);
        let bound = int8_sum_bound(WeightRow { bytes: &weights, bias: bias.to_le_bytes() });
        let (mut sum, mut most) = (i64::from(bias), i64::from(bias).abs());
        for weight in &weights {
            let input = match round % 3 {
                0 => i64::from(random.next() as i8),
                // Every product as large as it can be, with one sign.
                1 if weight.cast_signed() < 0 => 127,
                _ => -128,
            };
            sum += i64::from(weight.cast_signed()) * input;
            most = most.max(sum.abs());
        }
        assert!(most <= bound, "{most} of {bound}");
    }
    let bound = int8_sum_bound(WeightRow { bytes: &[0x80, 0x80], bias: 5_i32.to_le_bytes() });
    assert_eq!(bound, 2 * 128 * 128 + 5, "reached by two inputs of -128");
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
        let output: Vec<u8> = trace.output(last).iter().map(|word| *word as u8).collect();
        let tensor = graph.tensor(last, n).unwrap();
        assert_eq!(tensor.leaf_of_bytes(sha256, last, &output), Some(trace.leaf(sha256, last)));
        assert_eq!(tensor.leaf_of_bytes(sha256, last, &output[1..]), None);
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
