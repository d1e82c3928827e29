//! Where elements are moved: convolutions and pools as windows, blocks, slices, and tensors put together.

use modchains_core::provable::{Map, Op, Reduce, Size, Window};
use modchains_test_seed::random;

use super::model::{Int8, Int32, int8, matrix, outputs, source};

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
