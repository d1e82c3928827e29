//! A classifier of images in 8-bit integers.

use modchains_core::provable::{
    ElementKind::{self, Int8, Int32},
    Encoding, Input, Map, Op, Reduce, Requantise, Size, SizeRange, Unary, Window,
};
use modchains_test_seed::Random;

use super::model::Model;

/// Two channels of 7 by 9, a convolution, the largest and the mean of windows, and the places of the three largest of ten
/// sums.
#[must_use]
pub fn classifier(random: &mut Random) -> Model {
    let fixed = Size::fixed;
    let mut model = Model::default();
    let sizes = SizeRange { min: 1, max: 1 };
    let input = Input { encoding: Encoding::Unsigned8, low: 0, high: 127, sizes };
    let image = model.add(Op::Input(input), Int8, &[], [fixed(2), fixed(7 * 9)]);
    let convolution = Window {
        channels: 2,
        height: 7,
        width: 9,
        kernel_height: 3,
        kernel_width: 3,
        stride: 2,
        padding: 1,
        is_by_channel: false,
    };
    let pool = Window {
        channels: 6,
        height: 4,
        width: 5,
        kernel_height: 2,
        kernel_width: 2,
        padding: 0,
        is_by_channel: true,
        ..convolution
    };
    let mut affine = |model: &mut Model, input: u32, shape: [Size; 2]| {
        let mut draw = || i32::from(random.next() as i8).cast_unsigned();
        model.add_weighted(Op::Reduce(Reduce::Affine), Int32, &[input], shape, &mut draw)
    };
    let requantise = |model: &mut Model, input: u32, multiplier: u32, shift: u8| {
        let rule = Requantise { multiplier, shift, min: -128, max: 127 };
        model.same(Op::Unary(Unary::Requantise(rule)), Int8, &[input])
    };
    let map = |model: &mut Model, map: Map, inputs: &[u32], shape: [u32; 2]| {
        model.add(Op::Map(map), ElementKind::Int8, inputs, shape.map(Size::fixed))
    };
    let rows = map(&mut model, Map::Unfold(convolution), &[image], [20, 18]);
    let sums = affine(&mut model, rows, [fixed(20), fixed(6)]);
    let small = requantise(&mut model, sums, 3, 7);
    let small = model.same(Op::Unary(Unary::Relu), Int8, &[small]);
    let dimensions = [Size::ONE, Size::ONE, fixed(20), fixed(6)];
    let by_channel = map(&mut model, Map::Permute { dimensions, order: [0, 1, 3, 2] }, &[small], [6, 20]);
    let windows = map(&mut model, Map::Unfold(pool), &[by_channel], [24, 4]);
    let largest = model.reduce(Reduce::Max, Int8, windows);
    let sums = model.reduce(Reduce::Sum, Int32, windows);
    let means = requantise(&mut model, sums, 1, 2);
    let both = map(&mut model, Map::ConcatColumns, &[largest, means], [24, 2]);
    let flat = map(&mut model, Map::Reshape, &[both], [1, 48]);
    let sums = affine(&mut model, flat, [Size::ONE, fixed(10)]);
    model.add(Op::Reduce(Reduce::TopK { count: 3 }), Int32, &[sums], [Size::ONE, fixed(3)]);
    model
}
