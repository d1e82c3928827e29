//! Sums, products, quotients and roots against exact fractions, and against the machine's own.

use modchains_core::rounded::{add, clamp, div, from_integer, is_value, max, mul, relu, rsqrt, sqrt, sub, to_int8};
use modchains_test_seed::{Random, is_long, random};
use num_bigint::{BigInt, Sign};

use super::{
    SIGN, canonical, draw,
    reference::{Fraction, is_nearest, units},
};

fn count(cases: u64) -> u64 {
    if is_long() { 20 * cases } else { cases }
}

/// A value near in size to `a` in one of two cases, so that sums cancel and ties occur.
fn partner(random: &mut Random, a: u32) -> u32 {
    if random.chance(2) {
        return draw(random);
    }
    let near = (a & !SIGN).saturating_add_signed(random.below(1 << 26) as i32 - (1 << 25));
    if is_value(near) { near ^ if near != 0 && random.chance(2) { SIGN } else { 0 } } else { draw(random) }
}

#[test]
fn sums_products_and_quotients_are_the_nearest_values() {
    let mut random = random();
    for _ in 0..count(30_000) {
        let a = draw(&mut random);
        let b = partner(&mut random, a);
        let (x, y) = (units(a), units(b));
        assert!(is_nearest(add(a, b), &Fraction::of_units(&x + &y, 149)), "{a:#x} + {b:#x} = {:#x}", add(a, b));
        assert!(is_nearest(sub(a, b), &Fraction::of_units(&x - &y, 149)), "{a:#x} - {b:#x} = {:#x}", sub(a, b));
        assert!(is_nearest(mul(a, b), &Fraction::of_units(&x * &y, 298)), "{a:#x} * {b:#x} = {:#x}", mul(a, b));
        if y.sign() == Sign::NoSign {
            assert_eq!(div(a, b), 0);
        } else {
            assert!(is_nearest(div(a, b), &Fraction::new(x, y)), "{a:#x} / {b:#x} = {:#x}", div(a, b));
        }
    }
}

/// Whether `bits` is the value nearest to the positive number of which `compare` says how its square stands to a square.
fn root_is_nearest(bits: u32, is_square_above: impl Fn(&BigInt) -> bool) -> bool {
    // The midpoints in units of 2^-150; the root is never one of them, whose squares have too many bits.
    let low = units(bits) + units(bits.saturating_sub(1));
    let high = units(bits) + units(bits + 1);
    is_square_above(&(&low * &low)) && !is_square_above(&(&high * &high))
}

#[test]
fn roots_are_the_nearest_values() {
    let mut random = random();
    for _ in 0..count(30_000) {
        let a = draw(&mut random) & !SIGN;
        if a == 0 {
            continue;
        }
        let x = units(a);
        // sqrt(x) > m: x 2^-149 > m^2 2^-300. 1/sqrt(x) > m: 1 > m^2 2^-300 x 2^-149.
        assert!(root_is_nearest(sqrt(a), |square| &x << 151 > *square), "sqrt {a:#x} = {:#x}", sqrt(a));
        let one = BigInt::from(1) << 449;
        assert!(root_is_nearest(rsqrt(a), |square| one > square * &x), "rsqrt {a:#x} = {:#x}", rsqrt(a));
    }
}

#[test]
fn the_machine_agrees() {
    let mut random = random();
    for _ in 0..count(2_000_000) {
        let a = draw(&mut random);
        let b = partner(&mut random, a);
        let (x, y) = (f32::from_bits(a), f32::from_bits(b));
        let results = [(x + y, add(a, b)), (x - y, sub(a, b)), (x * y, mul(a, b)), (x.max(y), max(a, b))];
        for (machine, ours) in results {
            assert_eq!(canonical(machine), Some(ours), "{a:#x} {b:#x}");
        }
        if b != 0 {
            assert_eq!(canonical(x / y), Some(div(a, b)), "{a:#x} / {b:#x}");
        }
        assert_eq!(canonical(x.abs().sqrt()), Some(sqrt(a & !SIGN)), "sqrt {a:#x}");
        assert_eq!(canonical(x.max(0.0)), Some(relu(a)));
        let (low, high) = (x.min(y), x.max(y));
        let c = draw(&mut random);
        let clamped = f32::from_bits(c).clamp(low, high);
        assert_eq!(canonical(clamped), Some(clamp(c, canonical(low).unwrap(), canonical(high).unwrap())));
    }
}

/// Every root in a long run: the square root against the machine's, the inverse one against two divisions in double
/// precision that enclose it.
#[test]
fn every_root_agrees_with_the_machine() {
    let step = if is_long() { 1 } else { 1_009 };
    for a in (1..=modchains_core::rounded::MAX).step_by(step) {
        let x = f32::from_bits(a);
        assert_eq!(sqrt(a), x.sqrt().to_bits(), "sqrt {a:#x}");
        let inverse = 1.0 / f64::from(x).sqrt();
        let [low, high] = [1.0 - f64::EPSILON * 2.0, 1.0 + f64::EPSILON * 2.0].map(|part| (inverse * part) as f32);
        let ours = f32::from_bits(rsqrt(a));
        assert!(low <= ours && ours <= high, "rsqrt {a:#x}");
    }
}

#[test]
fn integers_and_values_convert_to_the_nearest() {
    let mut random = random();
    for _ in 0..count(30_000) {
        let integer = (random.next() as i32) >> random.below(31);
        assert_eq!(canonical(integer as f32), Some(from_integer(integer)));
        let a = draw(&mut random);
        let expected = f32::from_bits(a).round_ties_even().clamp(-128.0, 127.0) as i8;
        assert_eq!(to_int8(a), expected, "{a:#x}");
    }
    for halves in -300_i16..=300 {
        let half = f32::from(halves) / 2.0;
        let expected = half.round_ties_even().clamp(-128.0, 127.0) as i8;
        assert_eq!(to_int8(canonical(half).unwrap()), expected, "{half}");
    }
}
