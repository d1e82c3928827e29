//! Sums of products against exact integers.

use modchains_core::rounded::{Buckets, MAX, ONE, TERMS_MAX, TERMS_PER_FLUSH_MAX, Wide, add, div, from_integer, mul};
use modchains_test_seed::{Random, is_long, random};
use num_bigint::BigInt;

use super::{
    SIGN, draw,
    reference::{Fraction, is_nearest, units},
};

fn sum(a: &[u32], b: &[u32], piece: usize) -> Wide {
    let (mut buckets, mut sum) = (Buckets::default(), Wide::ZERO);
    for (a, b) in a.chunks(piece).zip(b.chunks(piece)) {
        buckets.add_products(a, b);
        buckets.flush(&mut sum);
    }
    assert_eq!(buckets, Buckets::default(), "a flush leaves nothing");
    sum
}

fn exact(a: &[u32], b: &[u32]) -> BigInt {
    a.iter().zip(b).map(|(a, b)| units(*a) * units(*b)).sum()
}

/// Two vectors; in some cases the sum nearly cancels.
fn vectors(random: &mut Random) -> (Vec<u32>, Vec<u32>) {
    let most = if random.chance(8) { 2_000 } else { 60 };
    let len = 1 + random.below(most) as usize;
    let mut a: Vec<u32> = (0..len).map(|_| draw(random)).collect();
    let mut b: Vec<u32> = (0..len).map(|_| draw(random)).collect();
    if random.chance(2) {
        let (again, negated): (Vec<u32>, Vec<u32>) = a.iter().zip(&b).map(|(a, b)| (*b, a ^ SIGN)).unzip();
        a.extend(again);
        b.extend(negated);
        a.push(draw(random));
        b.push(draw(random));
    }
    (a, b)
}

#[test]
fn a_sum_of_products_is_rounded_once() {
    let mut random = random();
    for _ in 0..if is_long() { 40_000 } else { 2_000 } {
        let (a, b) = vectors(&mut random);
        let (exact, wide) = (exact(&a, &b), sum(&a, &b, TERMS_PER_FLUSH_MAX));
        assert!(is_nearest(wide.round(), &Fraction::of_units(exact.clone(), 298)), "{a:x?} {b:x?}");
        let count = 1 + random.below(1 << 15) as u32;
        let mean = Fraction::new(exact, BigInt::from(count) << 298);
        assert!(is_nearest(wide.round_quotient(count), &mean), "{a:x?} {b:x?} / {count}");
    }
}

#[test]
fn pieces_and_order_do_not_matter() {
    let mut random = random();
    for _ in 0..200 {
        let (mut a, mut b) = vectors(&mut random);
        let whole = sum(&a, &b, TERMS_PER_FLUSH_MAX);
        for piece in [1, 7, 96] {
            assert_eq!(sum(&a, &b, piece), whole);
        }
        for index in (1..a.len()).rev() {
            let other = random.below(index as u64 + 1) as usize;
            a.swap(index, other);
            b.swap(index, other);
        }
        assert_eq!(sum(&b, &a, 96), whole);
    }
}

#[test]
fn an_accumulator_kept_between_pieces_goes_on() {
    let mut random = random();
    let (a, b) = vectors(&mut random);
    let mut kept = *Wide::ZERO.digits();
    for (a, b) in a.chunks(3).zip(b.chunks(3)) {
        let (mut buckets, mut sum) = (Buckets::default(), Wide::from_digits(kept));
        buckets.add_products(a, b);
        buckets.flush(&mut sum);
        kept = *sum.digits();
    }
    assert_eq!(Wide::from_digits(kept), sum(&a, &b, TERMS_PER_FLUSH_MAX));
}

#[test]
fn the_largest_sums_fit() {
    for (a, b) in [(MAX, MAX), (MAX, MAX | SIGN), (u32::MAX, u32::MAX), (1, 1), (1, 1 | SIGN)] {
        let (mut buckets, mut sum) = (Buckets::default(), Wide::ZERO);
        let terms = vec![a; TERMS_PER_FLUSH_MAX];
        let factors = vec![b; TERMS_PER_FLUSH_MAX];
        for _ in 0..TERMS_MAX as usize / TERMS_PER_FLUSH_MAX {
            buckets.add_products(&terms, &factors);
            buckets.flush(&mut sum);
        }
        let exact = units(a) * units(b) * TERMS_MAX;
        let digits: Vec<u8> = sum.digits().iter().flat_map(|digit| digit.to_le_bytes()).collect();
        assert_eq!(BigInt::from_signed_bytes_le(&digits), exact);
        assert!(is_nearest(sum.round(), &Fraction::of_units(exact, 298)));
    }
}

#[test]
fn a_mean_of_equal_values_is_that_value() {
    let mut random = random();
    for _ in 0..2_000 {
        let (value, count) = (draw(&mut random), 1 + random.below(3_000) as usize);
        let values = vec![value; count];
        let mut buckets = Buckets::default();
        let mut sum = Wide::ZERO;
        buckets.add_values(&values);
        buckets.flush(&mut sum);
        assert_eq!(sum.round_quotient(count as u32), value);
        // A product with one, and a sum of two, by the other functions.
        let one = self::sum(&[value], &[ONE], 1);
        assert_eq!(one.round(), value);
        let other = draw(&mut random);
        assert_eq!(self::sum(&[value, other], &[ONE, ONE], 2).round(), add(value, other));
        assert_eq!(self::sum(&[value], &[other], 1).round(), mul(value, other));
        let divisor = 1 + random.below(1 << 24) as u32;
        assert_eq!(one.round_quotient(divisor), div(value, from_integer(divisor.cast_signed())));
    }
}
