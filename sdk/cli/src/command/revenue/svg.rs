//! The days of revenue as an SVG file. Floats are for drawing alone.

use std::path::Path;

use modchains_sdk::{clock::local_short, revenue::DAY_SECONDS, terminal::escaped};
use plotters::prelude::*;

use crate::command::market::Listing;

const SIZE: (u32, u32) = (960, 320);
/// Labels of the time axis.
const TIMES: usize = 4;

/// Draws a bar for each day to `path`; the last day ends now.
pub fn write(listing: &Listing, days: &[u128], now_seconds: i64, path: &Path) -> Result<(), String> {
    // The library panics when its backend is dropped without having been written, and reports errors only here.
    draw(listing, days, now_seconds, path).map_err(|error| error.to_string())
}

fn draw(listing: &Listing, days: &[u128], now_seconds: i64, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let whole = 10_f64.powi(listing.quote.decimals.into());
    let heights: Vec<f64> = days.iter().map(|atoms| *atoms as f64 / whole).collect();
    let top = heights.iter().copied().fold(0.0, f64::max);
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (token, quote) = (escaped(&listing.token.symbol), escaped(&listing.quote.symbol));
    let mut chart = ChartBuilder::on(&area)
        .caption(format!("past revenue of {token} stakers a day, in {quote}"), ("sans-serif", 20))
        .margin(16)
        .margin_right(80)
        .x_label_area_size(36)
        .y_label_area_size(96)
        .build_cartesian_2d(0.0..days.len() as f64, 0.0..if top > 0.0 { top * 1.1 } else { 1.0 })?;
    let start = now_seconds.saturating_sub(days.len() as i64 * DAY_SECONDS);
    let time = |day: &f64| local_short(start.saturating_add((day * DAY_SECONDS as f64) as i64));
    chart.configure_mesh().disable_x_mesh().x_labels(TIMES).x_label_formatter(&time).draw()?;
    let bars = heights.iter().enumerate().filter(|(_, height)| **height > 0.0).map(|(day, height)| {
        let left = day as f64;
        Rectangle::new([(left + 0.1, 0.0), (left + 0.9, *height)], BLUE.filled())
    });
    chart.draw_series(bars)?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::command::market::tests::listing;

    #[test]
    fn there_is_a_bar_for_each_day_on_which_something_came_in() {
        let (listing, folder) = (listing(), tempfile::tempdir().unwrap());
        let path = folder.path().join("revenue.svg");
        let bars = |days: &[u128]| {
            write(&listing, days, 100 * DAY_SECONDS, &path).unwrap();
            let svg = std::fs::read_to_string(&path).unwrap();
            assert!(svg.starts_with("<svg") && svg.contains("past revenue of DIGIT stakers a day, in SOL"), "{svg}");
            // The ground is one rectangle too.
            svg.matches("<rect").count() - 1
        };
        assert_eq!(bars(&[0, 5, 0, 7_000_000_000, 1]), 3);
        assert_eq!(bars(&[0; 30]), 0);
        assert!(write(&listing, &[1], 0, Path::new("/proc/nowhere/revenue.svg")).is_err());
    }
}
