/// What to offer for a compute unit when a side has `left_seconds` of the `clock_seconds` that it had, in micro-lamports: at
/// least `base`, and twice as much each time that the clock has halved, but at most `price_max`. Whoever crowds a dispute out of
/// the blocks has to outbid that to the end.
pub fn price_of_clock(base: u64, price_max: u64, left_seconds: u32, clock_seconds: u32) -> u64 {
    let halvings = clock_seconds.checked_div(left_seconds).unwrap_or(u32::MAX).max(1).ilog2();
    let factor = 1_u64.checked_shl(halvings).unwrap_or(u64::MAX);
    // Nothing doubles to nothing.
    let start = if halvings == 0 { base } else { base.max(1) };
    start.saturating_mul(factor).min(price_max.max(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_doubles_with_every_halving_of_the_clock_up_to_the_most_it_may_be() {
        let prices: Vec<u64> =
            [86_400, 43_201, 43_200, 21_600, 10_800, 1, 0].map(|left| price_of_clock(100, 5_000, left, 86_400)).into();
        assert_eq!(prices, [100, 100, 200, 400, 800, 5_000, 5_000]);
        assert_eq!(price_of_clock(0, 5_000, 50, 100), 2);
        assert_eq!(price_of_clock(0, 5_000, 100, 100), 0);
        // A grace may be longer than the clock.
        assert_eq!(price_of_clock(7, 5_000, 200, 100), 7);
        assert_eq!(price_of_clock(9_000, 5_000, 1, 100), 9_000);
    }
}
