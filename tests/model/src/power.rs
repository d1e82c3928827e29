//! `2^-x` as the core documents it: the alternating Taylor series of twelve terms in Q32, each coefficient rounded to
//! nearest, evaluated from its last term with every product rounded down, then halved for each whole half-life.

use std::f64::consts::LN_2;

const TERMS: i32 = 12;
const ONE_Q32: u128 = 1 << 32;

/// `2^-(seconds / half_life)` in Q32; nothing is left after 33 half-lives.
pub fn power_of_half_q32(seconds: u128, half_life_seconds: u128) -> u128 {
    let whole = seconds / half_life_seconds;
    if whole > 32 {
        return 0;
    }
    let fraction_q32 = (seconds % half_life_seconds) * ONE_Q32 / half_life_seconds;
    let mut sum_q32 = 0_u128;
    for k in (0..TERMS).rev() {
        // `sum_q32` never exceeds the coefficient before it: the series' terms fall.
        sum_q32 = coefficient_q32(k) - sum_q32 * fraction_q32 / ONE_Q32;
    }
    sum_q32 >> whole
}

/// `ln(2)^k / k!`, which is far from a tie for every `k` here.
fn coefficient_q32(k: i32) -> u128 {
    let factorial: f64 = (1..=k).map(f64::from).product();
    (LN_2.powi(k) / factorial * ONE_Q32 as f64).round() as u128
}
