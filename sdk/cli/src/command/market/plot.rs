//! What the drawing in the terminal and the one in a file have in common. Floats are for drawing alone.

use super::{history::Moment, listing::Listing};

/// When the drawing starts, and how many seconds it covers, at least one.
pub fn span(moments: &[Moment]) -> (i64, f64) {
    let start = moments.first().map_or(0, |first| first.at_seconds);
    let end = moments.last().map_or(start, |last| last.at_seconds);
    (start, end.saturating_sub(start).max(1) as f64)
}

/// Lowest and highest price, with a margin.
pub fn bounds(listing: &Listing, moments: &[Moment]) -> (f64, f64) {
    let prices = moments.iter().flat_map(|moment| [listing.price(&moment.before), listing.price(&moment.after)]);
    let (low, high) = prices.fold((f64::MAX, f64::MIN), |(low, high), price| (low.min(price), high.max(price)));
    let margin = ((high - low) * 0.1).max(high * 0.001);
    (low - margin, high + margin)
}

/// Times since the start with prices, as steps: a price holds until the next moment.
pub fn steps(listing: &Listing, moments: &[Moment]) -> Vec<(f64, f64)> {
    let (start, _) = span(moments);
    let at = |moment: &Moment| moment.at_seconds.saturating_sub(start) as f64;
    let corners = |moment| [(at(moment), listing.price(&moment.before)), (at(moment), listing.price(&moment.after))];
    moments.iter().flat_map(corners).collect()
}

/// A price with six significant digits.
pub fn price_text(price: f64) -> String {
    let magnitude = if price > 0.0 { price.log10().floor() } else { 0.0 };
    format!("{price:.decimals$}", decimals = (5.0 - magnitude).clamp(0.0, 18.0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_written_with_six_digits() {
        assert_eq!(price_text(0.000_000_031_234_567), "0.0000000312346");
        assert_eq!(price_text(12.5), "12.5000");
        assert_eq!(price_text(0.0), "0.00000");
    }
}
