//! 128-bit products and quotients from 64-bit instructions.
//!
//! A chain's compute units count every instruction, so each case takes the shortest way: 64-bit operands divide
//! in one instruction, a 64-bit divisor in two steps, and only a divisor of more than 64 bits needs an estimate
//! and its correction. Nothing here may use `u128`: the compiler would turn it into calls of these very functions.

/// A 128-bit number as its two halves, in the order of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(16))]
pub struct Wide {
    /// The lower 64 bits.
    pub low: u64,
    /// The upper 64 bits.
    pub high: u64,
}

const HALF: u32 = 32;
const HALF_MASK: u64 = u32::MAX as u64;

/// The product modulo 2^128, which is the same for signed and unsigned numbers.
#[inline(always)]
pub fn multiply(left: Wide, right: Wide) -> Wide {
    let product = multiply_halves(left.low, right.low);
    let cross = left.high.wrapping_mul(right.low).wrapping_add(left.low.wrapping_mul(right.high));
    Wide { low: product.low, high: product.high.wrapping_add(cross) }
}

/// Quotient, rounded down, and remainder of unsigned numbers. A divisor of zero gives zeros: whoever divides has
/// checked for it before.
#[inline(always)]
pub fn divide(number: Wide, divisor: Wide) -> (Wide, Wide) {
    if divisor.high != 0 {
        return divide_by_wide(number, divisor);
    }
    if divisor.low == 0 {
        return (Wide { low: 0, high: 0 }, Wide { low: 0, high: 0 });
    }
    if number.high == 0 {
        let (quotient, remainder) = (number.low / divisor.low, number.low % divisor.low);
        return (Wide { low: quotient, high: 0 }, Wide { low: remainder, high: 0 });
    }
    let high = number.high / divisor.low;
    let carried = number.high.wrapping_sub(high.wrapping_mul(divisor.low));
    let (low, remainder) = if divisor.low <= HALF_MASK {
        divide_by_half(carried, number.low, divisor.low)
    } else {
        divide_two_by_one(carried, number.low, divisor.low)
    };
    (Wide { low, high }, Wide { low: remainder, high: 0 })
}

/// The full product of two 64-bit numbers, by 32-bit halves.
#[inline(always)]
fn multiply_halves(left: u64, right: u64) -> Wide {
    let (left_low, left_high) = (left & HALF_MASK, left >> HALF);
    let (right_low, right_high) = (right & HALF_MASK, right >> HALF);
    let low = left_low.wrapping_mul(right_low);
    let middle = left_high.wrapping_mul(right_low).wrapping_add(low >> HALF);
    let other = left_low.wrapping_mul(right_high).wrapping_add(middle & HALF_MASK);
    let high = left_high.wrapping_mul(right_high).wrapping_add(middle >> HALF).wrapping_add(other >> HALF);
    Wide { low: (other << HALF) | (low & HALF_MASK), high }
}

/// `(high, low) / divisor` for `high < divisor < 2^32`: two digits of 32 bits by long division.
#[inline(always)]
fn divide_by_half(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    let upper = (high << HALF) | (low >> HALF);
    let upper_quotient = upper / divisor;
    let lower = (upper.wrapping_sub(upper_quotient.wrapping_mul(divisor)) << HALF) | (low & HALF_MASK);
    let lower_quotient = lower / divisor;
    ((upper_quotient << HALF) | lower_quotient, lower.wrapping_sub(lower_quotient.wrapping_mul(divisor)))
}

/// `(high, low) / divisor` for `high < divisor`: Knuth's algorithm D with two digits of 32 bits
/// (Hacker's Delight, second edition, section 9-4).
#[inline(always)]
fn divide_two_by_one(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    // For a shift of zero this must add nothing; a single shift by 64 has no meaning.
    let high = (high << shift) | ((low >> 1) >> (63 - shift));
    let low = low << shift;
    let (first, rest) = quotient_digit(high, low >> HALF, divisor);
    let (second, rest) = quotient_digit(rest, low & HALF_MASK, divisor);
    ((first << HALF) | second, rest >> shift)
}

/// One 32-bit digit of a quotient and what remains. `divisor` has its top bit set and `high < divisor`.
#[inline(always)]
fn quotient_digit(high: u64, next: u64, divisor: u64) -> (u64, u64) {
    let divisor_high = divisor >> HALF;
    let mut digit = high / divisor_high;
    let mut rest = high.wrapping_sub(digit.wrapping_mul(divisor_high));
    while digit > HALF_MASK || digit.wrapping_mul(divisor & HALF_MASK) > ((rest << HALF) | next) {
        digit = digit.wrapping_sub(1);
        rest = rest.wrapping_add(divisor_high);
        if rest > HALF_MASK {
            break;
        }
    }
    (digit, ((high << HALF) | next).wrapping_sub(digit.wrapping_mul(divisor)))
}

/// A divisor of more than 64 bits. Half the number divided by the divisor's top 64 bits gives the quotient or one
/// more; taking one off and looking at the remainder settles it (Hacker's Delight, section 9-5).
#[inline(always)]
fn divide_by_wide(number: Wide, divisor: Wide) -> (Wide, Wide) {
    let shift = divisor.high.leading_zeros();
    let divisor_top = (divisor.high << shift) | ((divisor.low >> 1) >> (63 - shift));
    let half_low = (number.high << 63) | (number.low >> 1);
    let (estimate, _) = divide_two_by_one(number.high >> 1, half_low, divisor_top);
    let quotient = (estimate >> (63 - shift)).saturating_sub(1);
    let product = multiply(Wide { low: quotient, high: 0 }, divisor);
    let remainder = subtract(number, product);
    if is_less(remainder, divisor) {
        return (Wide { low: quotient, high: 0 }, remainder);
    }
    (Wide { low: quotient.wrapping_add(1), high: 0 }, subtract(remainder, divisor))
}

#[inline(always)]
fn subtract(left: Wide, right: Wide) -> Wide {
    let (low, borrow) = left.low.overflowing_sub(right.low);
    Wide { low, high: left.high.wrapping_sub(right.high).wrapping_sub(u64::from(borrow)) }
}

#[inline(always)]
fn is_less(left: Wide, right: Wide) -> bool {
    left.high < right.high || (left.high == right.high && left.low < right.low)
}
