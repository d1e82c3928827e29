//! Laws of correctly rounded arithmetic, against exact integers and against independent implementations.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod algebraic;
mod dot;
mod edges;
mod functions;
mod reference;

use modchains_core::rounded::MAX;
use modchains_test_seed::Random;

const SIGN: u32 = 1 << 31;
/// The smallest normal value.
const NORMAL_MIN: u32 = 0x0080_0000;

/// A value: of any exponent, of an exponent near 1, or one that is special.
fn draw(random: &mut Random) -> u32 {
    let special =
        [0, 1, 2, NORMAL_MIN - 1, NORMAL_MIN, NORMAL_MIN + 1, 0x3f7f_ffff, 0x3f80_0000, 0x3f80_0001, MAX - 1, MAX];
    let bits = random.next();
    let fraction = match random.below(4) {
        0 => bits as u32 & 0x7f_ffff,
        // Few bits at either end, where ties and carries are.
        1 => (bits as u32 & 7) << 20,
        2 => bits as u32 & 7,
        _ => 0x7f_ffff - (bits as u32 & 7),
    };
    let size = match random.below(8) {
        0 => special[random.below(special.len() as u64) as usize],
        1..4 => (110 + random.below(34) as u32) << 23 | fraction,
        _ => (random.below(255) as u32) << 23 | fraction,
    };
    if size != 0 && random.chance(2) { size | SIGN } else { size }
}

/// The value that a result of the machine counts as; none when it is no number.
fn canonical(result: f32) -> Option<u32> {
    match result {
        _ if result.is_nan() => None,
        _ if result.is_infinite() => Some(if result > 0.0 { MAX } else { MAX | SIGN }),
        0.0 => Some(0),
        _ => Some(result.to_bits()),
    }
}
