//! The boundary test: a result in double precision and a bound on its error decide a value when both ends of the interval
//! round to it.

use crate::simd::vectorised;

/// Half the distance from 1 to the next double: the relative error of one operation.
pub const ROUNDING: f64 = 1.0 / (1_u64 << 53) as f64;
/// By how much a norm is raised, so that it is no smaller than the real one.
const RAISE: f64 = 1.0 + 1.0 / (1_u64 << 40) as f64;
/// Elements that are tested together.
const TOGETHER: usize = 32;

/// The value that a rounded float stands for: beyond the largest it is the largest, and zero has no sign.
#[inline(always)]
pub fn settled(rounded: f32) -> f32 {
    let below = if rounded > f32::MAX { f32::MAX } else { rounded };
    let within = if below < f32::MIN { f32::MIN } else { below };
    within + 0.0
}

/// A norm from the sum of squares.
pub fn raised_norm(square_sum: f64) -> f64 {
    square_sum.sqrt() * RAISE
}

/// The value nearest to a number known within `±bound`; none when the bound does not decide.
pub fn decided(number: f64, bound: f64) -> Option<u32> {
    let [low, high] = [number - bound, number + bound].map(|end| end as f32);
    (low == high).then(|| settled(low).to_bits())
}

vectorised! {
    /// Rounds one row of sums `products + bias`, each within `±factor norm` of the real one, and notes the places that this
    /// does not decide.
    pub fn flagged_sums(
        products: &[f64],
        bias: &[f64],
        norms: &[f64],
        factor: f64,
        out: &mut [u32],
        flagged: &mut Vec<usize>,
    ) {
        let operands = products.chunks(TOGETHER).zip(bias.chunks(TOGETHER)).zip(norms.chunks(TOGETHER));
        for (number, (((products, bias), norms), out)) in operands.zip(out.chunks_mut(TOGETHER)).enumerate() {
            let mut is_any = false;
            for (((product, bias), norm), out) in products.iter().zip(bias).zip(norms).zip(out.iter_mut()) {
                let (sum, bound) = (product + bias, factor * norm);
                is_any |= (sum - bound) as f32 != (sum + bound) as f32;
                *out = settled(sum as f32).to_bits();
            }
            if is_any {
                for (place, ((product, bias), norm)) in products.iter().zip(bias).zip(norms).enumerate() {
                    let (sum, bound) = (product + bias, factor * norm);
                    if (sum - bound) as f32 != (sum + bound) as f32 {
                        flagged.push(number * TOGETHER + place);
                    }
                }
            }
        }
    }
}

vectorised! {
    /// Rounds a function of each element, known within the relative error `error`, and notes the places that this does not
    /// decide.
    pub fn decided_by_relative[F: Fn(f64) -> f64](
        words: &[u32],
        out: &mut [u32],
        flagged: &mut Vec<usize>,
        error: f64,
        function: F,
    ) {
        for (number, (words, out)) in words.chunks(TOGETHER).zip(out.chunks_mut(TOGETHER)).enumerate() {
            let mut results = [0.0; TOGETHER];
            let mut is_any = false;
            for ((word, out), result) in words.iter().zip(out.iter_mut()).zip(&mut results) {
                let value = function(f64::from(f32::from_bits(*word)));
                let bound = value.abs() * error;
                is_any |= (value - bound) as f32 != (value + bound) as f32;
                *out = settled(value as f32).to_bits();
                *result = value;
            }
            if is_any {
                for (place, value) in results[..words.len()].iter().enumerate() {
                    if decided(*value, value.abs() * error).is_none() {
                        flagged.push(number * TOGETHER + place);
                    }
                }
            }
        }
    }
}

vectorised! {
    /// Writes a row of values as doubles and gives the sum of their squares.
    pub fn widen(words: &[u32], out: &mut [f64]) -> f64 {
        const LANES: usize = 16;
        let mut sums = [0.0; LANES];
        let ((words, words_rest), (out, out_rest)) = (words.as_chunks::<LANES>(), out.as_chunks_mut::<LANES>());
        for (words, out) in words.iter().zip(out) {
            for ((word, out), sum) in words.iter().zip(out).zip(&mut sums) {
                let value = f64::from(f32::from_bits(*word));
                *out = value;
                *sum += value * value;
            }
        }
        for ((word, out), sum) in words_rest.iter().zip(out_rest).zip(&mut sums) {
            let value = f64::from(f32::from_bits(*word));
            *out = value;
            *sum += value * value;
        }
        sums.iter().sum()
    }
}
