//! What the boundary test left open: sums in twice the precision, and in integers.

use modchains_core::{
    provable::{ElementKind, Reduce, Reduction},
    rounded::Buckets,
};

use super::guard::{ROUNDING, settled};
use crate::simd::vectorised;

/// Partial sums that run beside each other.
const LANES: usize = 8;

/// The value nearest to `sum a_i b_i + bias`, in twice the precision; none when that does not decide. `norms` is the product of
/// `|(a, 1)|` and `|(b, bias)|`, or more; the elements are values.
///
/// Products are exact, and so is each sum of two as a rounded sum and what rounding took away (Ogita, Rump, Oishi: Accurate sum
/// and dot product, 2005, algorithm 5.3). What was taken away is below `u S` each time, and adding these K parts is wrong by
/// `K u` times that: `K^2 u^2 S` in all, S being the sum of sizes, which is at most `norms`.
pub fn nearest_dot(a: &[f64], b: &[f64], bias: f64, norms: f64) -> Option<u32> {
    let (sum, rest) = dot(a, b, bias);
    let terms = a.len() as f64 + 16.0;
    let bound = terms * terms * ROUNDING * ROUNDING * norms;
    let [low, high] = [rest - bound, rest + bound].map(|rest| to_odd(sum, rest) as f32);
    (low == high).then(|| settled(low).to_bits())
}

/// `a + b` as a rounded sum and the rest (Knuth: The Art of Computer Programming, volume 2, 4.2.2, theorem B).
#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// `a + b` to a double that is odd where it is not exact: then rounding it once more gives what rounding `a + b` gives
/// (Boldo, Melquiond: Emulation of FMA and correctly rounded sums, 2008).
fn to_odd(a: f64, b: f64) -> f64 {
    let (sum, rest) = two_sum(a, b);
    if rest == 0.0 || sum.to_bits() & 1 == 1 {
        sum
    } else if rest > 0.0 {
        sum.next_up()
    } else {
        sum.next_down()
    }
}

vectorised! {
    fn dot(a: &[f64], b: &[f64], bias: f64) -> (f64, f64) {
        let (mut sums, mut rests) = ([0.0; LANES], [0.0; LANES]);
        let mut add = |a: &[f64], b: &[f64]| {
            for (((a, b), sum), rest) in a.iter().zip(b).zip(&mut sums).zip(&mut rests) {
                let (next, lost) = two_sum(*sum, a * b);
                (*sum, *rest) = (next, *rest + lost);
            }
        };
        let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
        for (a, b) in a.iter().zip(b) {
            add(a, b);
        }
        add(a_rest, b_rest);
        sums.iter().zip(rests).fold((bias, 0.0), |(sum, rest), (more, lost)| {
            let (sum, more_lost) = two_sum(sum, *more);
            (sum, rest + (lost + more_lost))
        })
    }
}

/// A function of rows of values, in integers, as the reference interpreter computes it. `second` is empty where there is one
/// row.
pub fn nearest_exactly(function: Reduce, first: &[u32], second: &[u32], bias: u32) -> u32 {
    let mut reduction = Reduction::new(function, ElementKind::Float);
    reduction.push(&mut Buckets::default(), first, second);
    reduction.finish(first.len() as u32, bias, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use modchains_test_seed::random;

    fn exactly(a: &[f64], b: &[f64], bias: f64) -> u32 {
        let words = |values: &[f64]| values.iter().map(|value| (*value as f32).to_bits()).collect::<Vec<_>>();
        nearest_exactly(Reduce::Affine, &words(a), &words(b), (bias as f32).to_bits())
    }

    fn norm(values: &[f64], last: f64) -> f64 {
        super::super::raised_norm(values.iter().map(|value| value * value).sum::<f64>() + last * last)
    }

    #[test]
    fn twice_the_precision_is_right_or_silent() {
        let mut random = random();
        let (mut decided, mut silent) = (0, 0);
        for round in 0..20_000 {
            let len = 1 + random.below(40) as usize;
            let mut value = || {
                let bits = random.next() as u32;
                // Near each other in most rounds, so that sums cancel; all exponents in others.
                let bits = if round % 3 == 0 { bits } else { bits & 0x80ff_ff00 | 0x3f00_0000 };
                let value = f32::from_bits(bits);
                if value.is_finite() && bits != 1 << 31 { f64::from(value) } else { 1.0 }
            };
            let (mut a, mut b): (Vec<f64>, Vec<f64>) = (0..len).map(|_| (value(), value())).unzip();
            let bias = value();
            if round % 2 == 0 {
                // The same products with the other sign: what is left is the bias, or nothing.
                let negative: Vec<f64> = a.iter().map(|value| -value).collect();
                (a, b) = ([a, negative].concat(), b.repeat(2));
            }
            match nearest_dot(&a, &b, bias, norm(&a, 1.0) * norm(&b, bias)) {
                Some(word) => {
                    assert_eq!(word, exactly(&a, &b, bias), "{a:?} {b:?} {bias}");
                    decided += 1;
                }
                None => silent += 1,
            }
        }
        assert!(decided > 10_000 && silent > 100, "{decided} decided, {silent} not");
    }

    #[test]
    fn a_midpoint_is_left_to_integers_and_what_lies_beside_it_is_not() {
        let half_unit = f64::from(f32::EPSILON) / 2.0;
        let tiny = 1.0 / (1_u64 << 40) as f64;
        for (rest, is_decided) in [(0.0, false), (tiny, true), (-tiny, true)] {
            let (a, b) = ([1.0, half_unit, rest], [1.0, 1.0, tiny]);
            let found = nearest_dot(&a, &b, 0.0, norm(&a, 1.0) * norm(&b, 0.0));
            assert_eq!(found.is_some(), is_decided, "{rest}");
            assert!(found.is_none_or(|word| word == exactly(&a, &b, 0.0)));
        }
        let up = exactly(&[1.0, half_unit, tiny], &[1.0, 1.0, tiny], 0.0);
        assert_eq!([exactly(&[1.0, half_unit], &[1.0, 1.0], 0.0), up], [0x3f80_0000, 0x3f80_0001]);
    }
}
