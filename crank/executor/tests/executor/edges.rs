//! Where roundings are hard: midpoints, the ends of the range, and zeros.

use modchains_core::{
    provable::{
        Binary,
        ElementKind::{Float, Int8, Int32},
        Map, Op, Reduce, Second, Size, Unary,
    },
    rounded::{MAX, ONE},
};
use modchains_executor::{Operator, Request, Run};
use modchains_test_graphs::{Model, bytes, random_value};
use modchains_test_seed::{Random, random};

use super::compare::{check, executor};

const SIGN: u32 = 1 << 31;
/// The smallest value above zero, half of what lies between 1 and the next value, and what is far below that.
const LEAST: u32 = 1;
const HALF_UNIT: u32 = 0x3380_0000;
const TINY: u32 = 0x2b80_0000;

fn power(exponent: i32) -> u32 {
    2.0_f32.powi(exponent).to_bits()
}

/// Runs a model of one request of size 1 on one and on two threads, against the interpreter.
fn run(model: &Model, words: &[u32]) -> Run {
    let input = bytes(model.records[0].kind, words);
    let batch = [Request { size: 1, input: &input }];
    let alone = check(model, &executor(model, 1), &batch);
    assert_eq!(check(model, &executor(model, 2), &batch).words, alone.words);
    alone
}

/// The output of the last node.
fn last(model: &Model, run: &Run) -> Vec<u32> {
    let len = model.graph().tensor(model.records.len() as u32 - 1, 1).unwrap().elements() as usize;
    run.words[0][run.words[0].len() - len..].to_vec()
}

/// The products of pairs of rows, each in a group of its own.
fn products(pairs: &[([u32; 4], [u32; 4])]) -> Vec<u32> {
    let rows = pairs.len() as u32;
    let mut model = Model::fixed_source(Float, 2 * rows, 4);
    let half = |start: u32| Op::Map(Map::Slice { start: [start, 0], step: [1, 1] });
    let shape = [Size::fixed(rows), Size::fixed(4)];
    let inputs = [0, rows].map(|start| model.add(half(start), Float, &[0], shape));
    model.add(Op::Reduce(Reduce::Dot { groups: rows }), Float, &inputs, [Size::fixed(rows), Size::ONE]);
    let words: Vec<u32> = pairs.iter().map(|pair| pair.0).chain(pairs.iter().map(|pair| pair.1)).flatten().collect();
    last(&model, &run(&model, &words))
}

#[test]
fn products_at_the_edges() {
    let minus = |word: u32| word | SIGN;
    let [three, big] = [3.0_f32, 3e38].map(f32::to_bits);
    let cases = [
        // A midpoint to the even value, and one to the even value above.
        ([ONE, HALF_UNIT, 0, 0], [ONE, ONE, 0, 0], ONE),
        ([ONE + 1, HALF_UNIT, 0, 0], [ONE, ONE, 0, 0], ONE + 2),
        // A little more and a little less than a midpoint, which doubles cannot tell from it.
        ([ONE, HALF_UNIT, TINY, 0], [ONE, ONE, TINY, 0], ONE + 1),
        ([ONE, HALF_UNIT, minus(TINY), 0], [ONE, ONE, TINY, 0], ONE),
        ([ONE + 1, HALF_UNIT, minus(TINY), 0], [ONE, ONE, TINY, 0], ONE + 1),
        // Nothing is left, or a product that is far below all others.
        ([three, minus(three), 0, 0], [three, three, ONE, ONE], 0),
        ([big, ONE, minus(big), 0], [big, ONE, big, 0], ONE),
        ([minus(three), 0, 0, 0], [0, minus(ONE), 0, 0], 0),
        // Below the smallest value, and midpoints between the smallest ones.
        ([LEAST, 0, 0, 0], [power(-1), 0, 0, 0], 0),
        ([minus(LEAST), 0, 0, 0], [power(-2), 0, 0, 0], 0),
        ([3, 0, 0, 0], [power(-1), 0, 0, 0], 2),
        ([LEAST, LEAST, 0, 0], [power(-1), power(-2), 0, 0], 1),
        ([LEAST, LEAST, 0, 0], [LEAST, LEAST, 0, 0], 0),
        ([power(-75), 0, 0, 0], [minus(power(-75)), 0, 0, 0], 0),
        ([power(-74), 0, 0, 0], [minus(power(-75)), 0, 0, 0], minus(1)),
        // Only the result is rounded, and beyond the largest value it is that.
        ([big, big, minus(big), 0], [ONE, ONE, ONE, 0], big),
        ([MAX, MAX, 0, 0], [MAX, MAX, 0, 0], MAX),
        ([MAX, MAX, 0, 0], [minus(MAX), minus(MAX), 0, 0], minus(MAX)),
        ([MAX, power(102), 0, 0], [ONE, ONE, 0, 0], MAX),
        ([MAX, power(103), 0, 0], [ONE, ONE, 0, 0], MAX),
    ];
    let pairs: Vec<_> = cases.iter().map(|(first, second, _)| (*first, *second)).collect();
    assert_eq!(products(&pairs), cases.map(|(.., expected)| expected));
}

#[test]
fn a_product_with_weights_at_the_edges() {
    let mut random = random();
    let edges =
        [0, ONE, ONE | SIGN, HALF_UNIT, HALF_UNIT | SIGN, TINY, LEAST, LEAST | SIGN, MAX, MAX | SIGN, power(-75)];
    for terms in [1, 2, 3, 17] {
        let mut model = Model::fixed_source(Float, 40, terms);
        let draw = |random: &mut Random| match random.below(3) {
            0 => random_value(random, 3),
            _ => edges[random.below(edges.len() as u64) as usize],
        };
        let shape = [Size::fixed(40), Size::fixed(50)];
        model.add_weighted(Op::Reduce(Reduce::Affine), Float, &[0], shape, &mut || draw(&mut random));
        let words: Vec<u32> = (0..40 * terms).map(|_| draw(&mut random)).collect();
        let counts = run(&model, &words).statistics.of(Operator::Affine);
        assert!(terms == 1 || counts.exact > 100, "{counts:?}");
    }
}

#[test]
fn nothing_but_midpoints_is_computed_in_integers_alone() {
    // 1 + 2^-24 with every weight: each sum is a midpoint.
    let mut model = Model::fixed_source(Float, 64, 2);
    let mut weights = [ONE, HALF_UNIT, 0].into_iter().cycle();
    let shape = [Size::fixed(64), Size::fixed(33)];
    model.add_weighted(Op::Reduce(Reduce::Affine), Float, &[0], shape, &mut || weights.next().unwrap());
    let all = run(&model, &[ONE; 128]);
    let counts = all.statistics.of(Operator::Affine);
    assert_eq!([counts.elements, counts.flagged, counts.exact], [64 * 33; 3]);
    assert_eq!(last(&model, &all), [ONE; 64 * 33]);
}

#[test]
fn sums_and_means_at_the_edges() {
    // For each function a row that it takes to a midpoint.
    let square = (1.0_f32 + 2.0_f32.powi(-12)).to_bits();
    for (reduce, operator, row) in [
        (Reduce::Sum, Operator::Sum, [ONE, HALF_UNIT]),
        (Reduce::Mean, Operator::Mean, [ONE, ONE + 1]),
        (Reduce::SquareSum, Operator::SquareSum, [ONE, power(-12)]),
        (Reduce::SquareMean, Operator::SquareMean, [square; 2]),
    ] {
        let mut model = Model::fixed_source(Float, 300, 2);
        model.reduce(reduce, Float, 0);
        let mut random = random();
        let other = [0, ONE | SIGN, MAX, MAX | SIGN, LEAST, LEAST | SIGN, power(-75), power(64)];
        let mut words = row.to_vec();
        words.extend((2..600).map(|place| match place % 3 {
            0 => random_value(&mut random, place),
            _ => other[random.below(other.len() as u64) as usize],
        }));
        let counts = run(&model, &words).statistics.of(operator);
        assert!(counts.exact > 0 && counts.elements == 300, "{counts:?}");
    }
}

#[test]
fn functions_of_two_elements_at_the_edges() {
    let sizes =
        [0, LEAST, 2, 0x007f_ffff, 0x0080_0000, power(-75), TINY, HALF_UNIT, ONE, ONE + 1, power(64), MAX - 1, MAX];
    let values: Vec<u32> = sizes.iter().flat_map(|size| [*size, if *size == 0 { 0 } else { size | SIGN }]).collect();
    let rows = (values.len() * values.len()) as u32;
    let mut model = Model::fixed_source(Float, rows, 2);
    let column = |column: u32| Op::Map(Map::Slice { start: [0, column], step: [1, 1] });
    let shape = [Size::fixed(rows), Size::ONE];
    let operands = [0, 1].map(|place| model.add(column(place), Float, &[0], shape));
    for binary in [Binary::Add, Binary::Sub, Binary::Mul, Binary::Div, Binary::Max] {
        model.same(Op::Binary(binary, Second::Input), Float, &operands);
    }
    for unary in [Unary::Sqrt, Unary::Rsqrt, Unary::Exp, Unary::Erf, Unary::Tanh, Unary::Relu] {
        model.same(Op::Unary(unary), Float, &operands[..1]);
    }
    model.same(Op::Unary(Unary::Round), Int8, &operands[..1]);
    let words: Vec<u32> = values.iter().flat_map(|a| values.iter().flat_map(|b| [*a, *b])).collect();
    run(&model, &words);
}

#[test]
fn rounding_to_integers_takes_the_even_one() {
    let mut model = Model::fixed_source(Float, 1, 9);
    model.same(Op::Unary(Unary::Round), Int8, &[0]);
    let values = [0.5_f32, 1.5, -0.5, -2.5, 126.5, 127.5, -128.5, 1e30, -1e-30].map(f32::to_bits);
    let expected = [0, 2, 0, -2, 126, 127, -128, 127, 0].map(i32::cast_unsigned);
    assert_eq!(last(&model, &run(&model, &values)), expected);
}

#[test]
fn sums_of_integers_are_exact_to_the_largest() {
    let mut random = random();
    // Below 2^24 in single precision, above in double precision; the longest rows there are have 2^14 terms.
    for (terms, bias) in [(900, 0), (1_023, i32::MAX), (1_024, i32::MIN), (1_100, 0), (5_001, -77), (16_384, i32::MAX)]
    {
        let mut model = Model::fixed_source(Int8, 2, terms);
        let mut place = 0;
        let mut draw = || {
            // Large, of one sign, and with lowest bits that matter; the last of a row is the bias.
            place += 1;
            let large = 127 - random.below(2) as i32;
            if place % (terms + 1) == 0 { bias.cast_unsigned() } else { large.cast_unsigned() }
        };
        let shape = [Size::fixed(2), Size::fixed(3)];
        let affine = model.add_weighted(Op::Reduce(Reduce::Affine), Int32, &[0], shape, &mut draw);
        model.add(Op::Reduce(Reduce::Dot { groups: 1 }), Int32, &[0, 0], [Size::fixed(2); 2]);
        model.reduce(Reduce::SquareSum, Int32, 0);
        let mut words = vec![127; terms as usize];
        words.extend((0..terms).map(|_| (-127 - random.below(2) as i32).cast_unsigned()));
        let all = run(&model, &words);
        let expected = model.weights[&affine].iter().map(|(row, _)| {
            let sum: i64 = row.iter().map(|weight| i64::from(*weight) * 127).sum();
            (sum + i64::from(bias)).min(i32::MAX.into())
        });
        let found = &all.words[0][2 * terms as usize..][..3];
        assert!(expected.eq(found.iter().map(|word| i64::from(word.cast_signed()))));
    }
}

#[test]
fn the_order_of_terms_does_not_matter() {
    let mut random = random();
    let (rows, columns, terms) = (30, 40, 700);
    // Sums that cancel, so that their order matters most to doubles.
    let mut words: Vec<u32> = (0..rows * terms).map(|_| random_value(&mut random, 1)).collect();
    let mut weights: Vec<u32> = (0..columns * terms).map(|_| random_value(&mut random, 1)).collect();
    let mut found: Vec<Vec<u32>> = Vec::new();
    for _ in 0..4 {
        let mut model = Model::fixed_source(Float, rows, terms);
        let mut rows_left = weights.chunks(terms as usize);
        let mut row: Vec<u32> = Vec::new();
        let mut draw = || {
            if row.is_empty() {
                row.push(0);
                row.extend(rows_left.next().unwrap().iter().rev());
            }
            row.pop().unwrap()
        };
        let shape = [Size::fixed(rows), Size::fixed(columns)];
        model.add_weighted(Op::Reduce(Reduce::Affine), Float, &[0], shape, &mut draw);
        found.push(last(&model, &run(&model, &words)));
        // The same exchange of terms in all rows of both.
        let (from, to) = (random.below(terms.into()) as usize, random.below(terms.into()) as usize);
        let by = random.below(terms.into()) as usize;
        for row in words.chunks_mut(terms as usize).chain(weights.chunks_mut(terms as usize)) {
            row.swap(from, to);
            row.rotate_left(by);
        }
    }
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]));
}
