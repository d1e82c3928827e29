//! Which graphs are accepted.

use modchains_core::provable::{
    Binary, Encoding, Graph, Input, Map, Op, Record, Reduce, Requantise, Second, Size, SizeRange, Unary, WeightProblem,
    WeightRow, Weights, Window,
    check::{
        COLUMNS_PER_REDUCTION_MAX, ELEMENTS_MAX, EVIDENCE_PIECES_MAX, GraphProblem, MULTIPLY_ADDS_MAX, NODES_MAX,
        REVEALS_MAX, RecordProblem, TRACE_BYTES_MAX,
    },
};
use modchains_test_seed::{is_long, random};

use super::{
    model::{Float, Int8, Int32, Model, RULE, Row, convolutional, encoder, record},
    sha256,
};

const N: Size = Size::per(1);
const ONE: Size = Size::ONE;
const SIZES: SizeRange = SizeRange { min: 2, max: 100 };
const WINDOW: Window = Window {
    channels: 1,
    height: 2,
    width: 4,
    kernel_height: 2,
    kernel_width: 2,
    stride: 1,
    padding: 0,
    is_by_channel: false,
};

fn fixed(fixed: u32) -> Size {
    Size::fixed(fixed)
}

/// Values for n rows of eight, and 8-bit and 32-bit integers of the same shape.
fn inputs() -> Vec<Record> {
    let input = Input { encoding: Encoding::Float32, low: 0, high: 0x3f80_0000, sizes: SIZES };
    let small = Op::Unary(Unary::Round);
    vec![
        record(Op::Input(input), Float, &[], N, fixed(8)),
        record(small, Int8, &[0], N, fixed(8)),
        record(Op::Binary(Binary::Add, Second::Constant(1)), Int32, &[1], N, fixed(8)),
    ]
}

/// What is wrong with a node after the inputs; nothing when it is accepted.
fn problem(node: Record) -> Option<RecordProblem> {
    let records = [inputs(), vec![node]].concat();
    match Graph::new(&records) {
        Ok(_) => None,
        Err(GraphProblem::Node { index: 3, problem }) => Some(problem),
        Err(other) => panic!("{other}"),
    }
}

fn with_weights(node: Record) -> Record {
    Record { weights: Some([1; 32]), ..node }
}

#[test]
fn the_models_are_accepted_at_their_cost() {
    let mut random = random();
    let summary = *encoder(&mut random).graph().summary();
    assert_eq!(summary.nodes as usize, encoder(&mut random).records.len());
    assert_eq!((summary.sizes, summary.evidence_pieces, summary.reveals), (SizeRange { min: 1, max: 12 }, 2, 5));
    let one = Graph::new(&inputs()).map(|graph| *graph.summary()).unwrap();
    assert_eq!((one.multiply_adds, one.trace_bytes, one.is_exact), (3 * 800, 800 * 9, false));
}

#[test]
fn the_first_node_and_no_other_is_the_input() {
    let [input, ..] = inputs()[..] else { panic!() };
    assert_eq!(problem(input), Some(RecordProblem::InputMisplaced));
    let relu = record(Op::Unary(Unary::Relu), Float, &[0], N, fixed(8));
    let refused = |records: &[Record]| Graph::new(records).unwrap_err();
    assert_eq!(refused(&[relu]), GraphProblem::Node { index: 0, problem: RecordProblem::InputMisplaced });
    assert_eq!(refused(&[]), GraphProblem::NoNode);
}

#[test]
fn a_node_reads_earlier_nodes_alone() {
    for input in [3, 4, u32::MAX] {
        let relu = record(Op::Unary(Unary::Relu), Float, &[input], N, fixed(8));
        assert_eq!(problem(relu), Some(RecordProblem::InputNotEarlier { input }));
    }
    let relu = Op::Unary(Unary::Relu);
    assert_eq!(problem(record(relu, Float, &[], N, fixed(8))), Some(RecordProblem::InputCount { actual: 0 }));
    assert_eq!(problem(record(relu, Float, &[0, 0], N, fixed(8))), Some(RecordProblem::InputCount { actual: 2 }));
    let dot = record(Op::Reduce(Reduce::Dot { groups: 1 }), Float, &[0], N, N);
    assert_eq!(problem(dot), Some(RecordProblem::InputCount { actual: 1 }));
}

#[test]
fn elements_are_of_the_kinds_that_an_operation_takes_and_gives() {
    let eight = fixed(8);
    let wrong = [
        record(Op::Unary(Unary::Exp), Int32, &[0], N, eight),
        record(Op::Unary(Unary::Exp), Float, &[1], N, eight),
        record(Op::Unary(Unary::Relu), Int8, &[0], N, eight),
        record(Op::Unary(Unary::Round), Int8, &[2], N, eight),
        record(Op::Unary(Unary::Convert), Float, &[0], N, eight),
        record(Op::Unary(Unary::Requantise(RULE)), Int32, &[2], N, eight),
        record(Op::Binary(Binary::Add, Second::Input), Int8, &[1, 1], N, eight),
        record(Op::Binary(Binary::Add, Second::Input), Float, &[0, 1], N, eight),
        record(Op::Binary(Binary::Div, Second::Input), Int32, &[2, 2], N, eight),
        record(Op::Reduce(Reduce::Dot { groups: 1 }), Int32, &[2, 2], N, N),
        record(Op::Reduce(Reduce::Dot { groups: 1 }), Float, &[0, 1], N, N),
        record(Op::Reduce(Reduce::Mean), Int32, &[2], N, ONE),
        record(Op::Reduce(Reduce::Max), Int32, &[0], N, ONE),
        record(Op::Reduce(Reduce::TopK { count: 1 }), Float, &[0], N, ONE),
        record(Op::Map(Map::Reshape), Int8, &[0], N, eight),
    ];
    for node in wrong {
        assert_eq!(problem(node), Some(RecordProblem::Kind), "{node:?}");
    }
    let table = record(Op::Embedding { rows: 5 }, Float, &[0], N, eight);
    assert_eq!(problem(with_weights(table)), Some(RecordProblem::Kind));
    let input = Input { encoding: Encoding::Signed8, low: 0, high: 1, sizes: SIZES };
    let refused = Graph::new(&[record(Op::Input(input), Float, &[], N, ONE)]).unwrap_err();
    assert_eq!(refused, GraphProblem::Node { index: 0, problem: RecordProblem::Kind });
}

#[test]
fn shapes_are_those_that_an_operation_gives_for_every_size() {
    let eight = fixed(8);
    let two_rows = Size { fixed: 2, per: 1 };
    let slice = |start, step| Op::Map(Map::Slice { start, step });
    let block = [N, fixed(2), fixed(4), ONE];
    let permute = Op::Map(Map::Permute { dimensions: block, order: [1, 0, 2, 3] });
    let right = [
        record(Op::Unary(Unary::Exp), Float, &[0], N, eight),
        record(Op::Map(Map::Reshape), Float, &[0], Size::per(4), fixed(2)),
        record(permute, Float, &[0], Size::per(2), fixed(4)),
        record(slice([1, 7], [1, 1]), Float, &[0], ONE, ONE),
        record(slice([0, 0], [7, 2]), Float, &[0], ONE, fixed(4)),
        record(Op::Map(Map::ConcatRows), Float, &[0, 0], Size::per(2), eight),
        record(Op::Map(Map::ConcatColumns), Float, &[0, 0], N, fixed(16)),
        record(Op::Reduce(Reduce::Dot { groups: 1 }), Float, &[0, 0], N, N),
        record(Op::Reduce(Reduce::TopK { count: 8 }), Int32, &[0], N, eight),
        with_weights(record(Op::Reduce(Reduce::Affine), Int32, &[1], N, fixed(5))),
        with_weights(record(Op::Binary(Binary::Add, Second::Weights { rows: 100 }), Float, &[0], N, eight)),
    ];
    for node in right {
        assert_eq!(problem(node), None, "{node:?}");
    }
    let wrong = [
        record(Op::Unary(Unary::Exp), Float, &[0], N, fixed(9)),
        record(Op::Unary(Unary::Exp), Float, &[0], fixed(8), eight),
        record(Op::Map(Map::Reshape), Float, &[0], Size::per(4), fixed(3)),
        record(Op::Map(Map::Reshape), Float, &[0], two_rows, fixed(8)),
        record(permute, Float, &[0], N, fixed(4)),
        record(slice([2, 0], [1, 1]), Float, &[0], ONE, ONE),
        record(slice([0, 0], [1, 1]), Float, &[0], fixed(3), ONE),
        record(slice([0, 1], [1, 1]), Float, &[0], N, eight),
        record(Op::Map(Map::ConcatRows), Float, &[0, 0], N, eight),
        record(Op::Map(Map::ConcatColumns), Float, &[0, 0], N, eight),
        record(Op::Map(Map::Unfold(WINDOW)), Float, &[0], fixed(3), fixed(4)),
        record(Op::Reduce(Reduce::Dot { groups: 2 }), Float, &[0, 0], N, N),
        record(Op::Reduce(Reduce::Dot { groups: 1 }), Float, &[0, 0], N, eight),
        record(Op::Reduce(Reduce::Sum), Float, &[0], N, eight),
        record(Op::Reduce(Reduce::TopK { count: 2 }), Int32, &[0], N, ONE),
        with_weights(record(Op::Reduce(Reduce::Affine), Float, &[0], N, N)),
        with_weights(record(Op::Binary(Binary::Add, Second::Weights { rows: 99 }), Float, &[0], N, eight)),
        with_weights(record(Op::Embedding { rows: 5 }, Float, &[1], N, eight)),
    ];
    for node in wrong {
        assert_eq!(problem(node), Some(RecordProblem::Shape), "{node:?}");
    }
    for node in [
        record(Op::Map(Map::Reshape), Float, &[0], Size::default(), eight),
        record(slice([0, 0], [1, 1]), Float, &[0], ONE, Size::default()),
    ] {
        assert_eq!(problem(node), Some(RecordProblem::Empty));
    }
}

#[test]
fn parameters_and_constants_are_in_range() {
    let eight = fixed(8);
    let unary = |unary: Unary, kind, input| record(Op::Unary(unary), kind, &[input], N, eight);
    let windows = [
        Window { stride: 0, ..WINDOW },
        Window { padding: 2, ..WINDOW },
        Window { kernel_height: 3, ..WINDOW },
        Window { channels: 0, ..WINDOW },
        Window { height: u32::MAX, width: u32::MAX, ..WINDOW },
    ];
    let requantise = |rule: Requantise| unary(Unary::Requantise(rule), Int8, 2);
    let order = |order| Map::Permute { dimensions: [N, fixed(8), ONE, ONE], order };
    let mut wrong = vec![
        unary(Unary::Clamp { low: 0x3f80_0000, high: 0 }, Float, 0),
        unary(Unary::Clamp { low: 1, high: 0 }, Int8, 1),
        requantise(Requantise { multiplier: 0, ..RULE }),
        requantise(Requantise { shift: 63, ..RULE }),
        requantise(Requantise { min: 1, max: 0, ..RULE }),
        record(Op::Map(order([0, 1, 2, 2])), Float, &[0], N, eight),
        record(Op::Map(Map::Slice { start: [0, 0], step: [0, 1] }), Float, &[0], N, eight),
        record(Op::Reduce(Reduce::Dot { groups: 0 }), Float, &[0, 0], N, N),
        record(Op::Reduce(Reduce::TopK { count: 0 }), Int32, &[0], N, eight),
        record(Op::Reduce(Reduce::TopK { count: 9 }), Int32, &[0], N, fixed(9)),
        with_weights(record(Op::Embedding { rows: 0 }, Float, &[1], N, eight)),
    ];
    wrong.extend(windows.map(|window| record(Op::Map(Map::Unfold(window)), Float, &[0], ONE, fixed(4))));
    for node in wrong {
        assert_eq!(problem(node), Some(RecordProblem::Parameter), "{node:?}");
    }
    for word in [0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0x8000_0000] {
        let constant = record(Op::Binary(Binary::Mul, Second::Constant(word)), Float, &[0], N, eight);
        assert_eq!(problem(constant), Some(RecordProblem::Constant { word }));
        let clamp = unary(Unary::Clamp { low: 0, high: word }, Float, 0);
        assert_eq!(problem(clamp), Some(RecordProblem::Constant { word }));
        let input = Input { encoding: Encoding::Float32, low: word, high: 0, sizes: SIZES };
        let refused = Graph::new(&[record(Op::Input(input), Float, &[], N, ONE)]).unwrap_err();
        assert_eq!(refused, GraphProblem::Node { index: 0, problem: RecordProblem::Constant { word } });
    }
    let clamp = unary(Unary::Clamp { low: 0, high: 128 }, Int8, 1);
    assert_eq!(problem(clamp), Some(RecordProblem::Constant { word: 128 }));
    for sizes in [SizeRange { min: 0, max: 1 }, SizeRange { min: 2, max: 1 }] {
        let input = Input { encoding: Encoding::Float32, low: 0, high: 0, sizes };
        let refused = Graph::new(&[record(Op::Input(input), Float, &[], ONE, ONE)]).unwrap_err();
        assert_eq!(refused, GraphProblem::Node { index: 0, problem: RecordProblem::Parameter });
    }
}

#[test]
fn the_size_of_an_input_follows_from_its_length() {
    let input = |rows, columns| {
        let input = Input { encoding: Encoding::Unsigned16, low: 0, high: 9, sizes: SIZES };
        record(Op::Input(input), Int32, &[], rows, columns)
    };
    let size_of = |node: Record, bytes| Graph::new(&[node]).unwrap().size_of_input(bytes);
    let five_and_per_three = Size { fixed: 5, per: 3 };
    for node in [input(five_and_per_three, fixed(7)), input(fixed(7), five_and_per_three)] {
        for n in SIZES.min..=SIZES.max {
            let bytes = Graph::new(&[node]).unwrap().input_bytes(n);
            assert_eq!(bytes, u64::from(5 + 3 * n) * 7 * 2);
            assert_eq!(size_of(node, bytes), Some(n));
            assert!([bytes - 1, bytes + 1, bytes - 14].iter().all(|bytes| size_of(node, *bytes).is_none()));
        }
        for n in [0, SIZES.min - 1, SIZES.max + 1, u32::MAX] {
            assert_eq!(size_of(node, (5 + 3 * u64::from(n)) * 7 * 2), None);
        }
        assert_eq!((size_of(node, 0), size_of(node, u64::MAX)), (None, None));
    }
    let one_length = input(fixed(4), fixed(7));
    assert_eq!((size_of(one_length, 56), size_of(one_length, 112)), (Some(SIZES.min), None));
    let refused = Graph::new(&[input(N, N)]).unwrap_err();
    assert_eq!(refused, GraphProblem::Node { index: 0, problem: RecordProblem::Shape });
}

#[test]
fn weights_stand_where_an_operation_takes_them() {
    let affine = record(Op::Reduce(Reduce::Affine), Float, &[0], N, fixed(5));
    assert_eq!(problem(affine), Some(RecordProblem::Weights));
    let relu = record(Op::Unary(Unary::Relu), Float, &[0], N, fixed(8));
    assert_eq!(problem(with_weights(relu)), Some(RecordProblem::Weights));
}

/// The problem of a graph with an input of given shape and one more node.
fn large(kind: modchains_core::provable::ElementKind, rows: u32, columns: u32, node: Option<Record>) -> GraphProblem {
    let encoding = if kind == Float { Encoding::Float32 } else { Encoding::Signed8 };
    let input = Input { encoding, low: 0, high: 1, sizes: SizeRange { min: 1, max: 1 } };
    let records = [Some(record(Op::Input(input), kind, &[], fixed(rows), fixed(columns))), node];
    Graph::new(&records.into_iter().flatten().collect::<Vec<_>>()).unwrap_err()
}

#[test]
fn what_a_dispute_could_not_decide_is_refused() {
    let node = |problem| GraphProblem::Node { index: 1, problem };
    let sum = |rows| Some(record(Op::Reduce(Reduce::Sum), Float, &[0], fixed(rows), ONE));
    let columns = COLUMNS_PER_REDUCTION_MAX + 1;
    assert_eq!(large(Float, 1, columns, sum(1)), node(RecordProblem::TooManyColumns { actual: columns }));
    let pieces = COLUMNS_PER_REDUCTION_MAX.div_ceil(96);
    assert!(pieces > EVIDENCE_PIECES_MAX);
    let evidence = RecordProblem::TooMuchEvidence { actual: pieces };
    assert_eq!(large(Float, 1, COLUMNS_PER_REDUCTION_MAX, sum(1)), node(evidence));
    let dot = record(Op::Reduce(Reduce::Dot { groups: 1 }), Float, &[0, 0], ONE, ONE);
    let evidence = RecordProblem::TooMuchEvidence { actual: 130 };
    assert_eq!(large(Float, 1, 64 * 96 + 1, Some(dot)), node(evidence));
    let [rows, columns] = [1 << 15, (ELEMENTS_MAX >> 15) as u32 + 1];
    let too_many = GraphProblem::Node { index: 0, problem: RecordProblem::TooManyElements };
    assert_eq!(large(Int8, rows, columns, None), too_many);
    assert_eq!(large(Int8, u32::MAX, u32::MAX, None), too_many);
    // Rows so long that naming a piece takes too many moves.
    let reveals = 1_u32 << 15;
    assert_eq!(
        large(Float, 1, reveals, None),
        GraphProblem::TooManyReveals { actual: reveals.div_ceil(96).div_ceil(16) }
    );
    assert!(reveals.div_ceil(96).div_ceil(16) > REVEALS_MAX);
}

#[test]
fn all_nodes_together_stay_within_the_limits() {
    let rows = 1_u32 << 18;
    let input = Input { encoding: Encoding::Float32, low: 0, high: 1, sizes: SizeRange { min: 1, max: 1 } };
    let mut records = vec![record(Op::Input(input), Float, &[], fixed(rows), fixed(1_024))];
    for index in 0..3 {
        records.push(record(Op::Unary(Unary::Relu), Float, &[index], fixed(rows), fixed(1_024)));
    }
    let bytes = 4 * u64::from(rows) * 4_096;
    assert_eq!(bytes, TRACE_BYTES_MAX);
    assert!(Graph::new(&records).is_ok());
    records.push(record(Op::Reduce(Reduce::Sum), Float, &[0], fixed(rows), ONE));
    assert_eq!(Graph::new(&records), Err(GraphProblem::TraceTooLarge { actual: bytes + 4 * u64::from(rows) }));

    let rows = 1_u32 << 13;
    let input = record(Op::Input(input), Float, &[], fixed(rows), fixed(4_096));
    let dot = record(Op::Reduce(Reduce::Dot { groups: 1 }), Float, &[0, 0], fixed(rows), fixed(rows));
    let actual = u64::from(rows) * u64::from(rows) * 4_096 + u64::from(rows) * 4_096;
    assert!(actual > MULTIPLY_ADDS_MAX);
    assert_eq!(Graph::new(&[input, dot]), Err(GraphProblem::TooManyMultiplyAdds { actual }));

    let relu = record(Op::Unary(Unary::Relu), Float, &[0], N, fixed(8));
    let mut many = inputs();
    many.resize(NODES_MAX as usize, relu);
    assert!(Graph::new(&many).is_ok());
    many.push(relu);
    assert_eq!(Graph::new(&many), Err(GraphProblem::TooManyNodes));
}

/// Rows of zeros of any length.
struct Zeros(Vec<u8>);

impl Weights for Zeros {
    fn row(&self, _node: u32, _row: u32) -> Option<WeightRow<'_>> {
        Some(WeightRow { bytes: &self.0, bias: [0; 4] })
    }
}

#[test]
fn whatever_is_accepted_can_be_run() {
    let mut random = random();
    let zeros = Zeros(vec![0; 4 << 14]);
    let (mut accepted, mut refused) = (0, 0);
    let models = [encoder(&mut random), convolutional(&mut random)];
    for round in 0..if is_long() { 100_000 } else { 5_000 } {
        let mut records = models[round % 2].records.clone();
        let at = random.below(records.len() as u64) as usize;
        let mut bytes = records[at].encode();
        // A few bytes of what the node computes and reads, and of its shape.
        for _ in 0..1 + random.below(2) {
            let place =
                [0, 1, 2, 3, 4, 8, 12, 16, 20, 24, 28, 64, 68, 72, 76, 80, 84, 88, 92][random.below(19) as usize];
            bytes[place] = random.below(if place == 0 { 60 } else { 10 }) as u8;
        }
        let Some(changed) = Record::decode(&bytes) else { continue };
        records[at] = changed;
        let Ok(graph) = Graph::new(&records) else {
            refused += 1;
            continue;
        };
        accepted += 1;
        let sizes = graph.summary().sizes;
        let n = sizes.min + random.below(u64::from(sizes.max - sizes.min) + 1).min(12) as u32;
        let (words, len) = (graph.words(n), graph.input_bytes(n));
        if words < 1 << 20 {
            let input: Vec<u8> = (0..len).map(|_| random.next() as u8).collect();
            let mut room = vec![0; words as usize];
            let trace = graph.run(n, &input, &zeros, &mut room);
            assert!(trace.is_ok(), "{changed:?}: {trace:?}");
        }
    }
    assert!(accepted > 300 && refused > 300, "{accepted} accepted, {refused} refused");
}

#[test]
fn weights_are_values_of_the_right_length_and_are_what_the_record_says() {
    let mut random = random();
    let model = encoder(&mut random);
    for (index, rows) in &model.weights {
        let node = model.node(*index, 1);
        let root = |model: &Model| node.weights_root(sha256, *index, model);
        let committed = model.records[*index as usize].weights.unwrap();
        assert_eq!(root(&model), Ok(committed));
        let last = rows.len() - 1;
        let changed = |change: &dyn Fn(&mut Vec<Row>)| {
            let mut other = model.clone();
            change(other.weights.get_mut(index).unwrap());
            root(&other)
        };
        let row = last as u32;
        assert_eq!(changed(&|rows| rows.truncate(last)), Err(WeightProblem::Length { row }));
        assert_eq!(changed(&|rows| rows[last].0.truncate(4)), Err(WeightProblem::Length { row }));
        for word in [0x7f80_0000_u32, 0x7fc0_0000, 0x8000_0000] {
            assert_eq!(
                changed(&|rows| rows[last].0[..4].copy_from_slice(&word.to_le_bytes())),
                Err(WeightProblem::Value { row })
            );
            assert_eq!(changed(&|rows| rows[last].1 = word.to_le_bytes()), Err(WeightProblem::Value { row }));
        }
        assert_ne!(changed(&|rows| rows[last].0[1] ^= 1), Ok(committed));
        if rows.len() > 1 {
            assert_ne!(changed(&|rows| rows.rotate_left(1)), Ok(committed));
        }
    }
    let without = model.node(0, 1);
    assert_eq!(without.weights_root(sha256, 0, &model), Ok([0; 32]));
}
