//! The price, as SVG and in the terminal.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;
use serde::Serialize;
use textplots::{Chart, Plot, Shape};

const SIZE: (u32, u32) = (960, 480);

/// A price and what made it.
#[derive(Debug, Clone, Serialize)]
pub struct PricePoint {
    /// What happened.
    pub what: String,
    /// Lamports for a whole token afterwards.
    pub price_lamports: f64,
}

/// Lowest and highest price, with a margin.
fn bounds(prices: &[PricePoint]) -> (f64, f64) {
    let values = prices.iter().map(|point| point.price_lamports);
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), price| (low.min(price), high.max(price)));
    let margin = ((high - low) * 0.1).max(high * 0.001);
    (low - margin, high + margin)
}

/// Writes the chart to `path`.
pub fn write_svg(prices: &[PricePoint], path: &Path) -> Result<()> {
    draw_svg(prices, path).map_err(|error| anyhow!("drawing {}: {error}", path.display()))
}

fn draw_svg(prices: &[PricePoint], path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let (low, high) = bounds(prices);
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption("Price of a token, lamports", ("sans-serif", 20))
        .margin(16)
        .margin_right(64)
        .x_label_area_size(36)
        .y_label_area_size(64)
        .build_cartesian_2d(0..prices.len().saturating_sub(1).max(1), low..high)?;
    let label = |index: &usize| prices.get(*index).map_or_else(String::new, |point| point.what.clone());
    chart.configure_mesh().x_labels(prices.len()).x_label_formatter(&label).y_desc("lamports").draw()?;
    let points = || prices.iter().enumerate().map(|(index, point)| (index, point.price_lamports));
    chart.draw_series(LineSeries::new(points(), BLUE.stroke_width(2)))?;
    chart.draw_series(points().zip(prices).map(|(position, point)| {
        let color = if point.what == "sync" { RED } else { BLUE };
        Circle::new(position, 4, color.filled())
    }))?;
    area.present()?;
    Ok(())
}

/// The chart in characters.
pub fn terminal(prices: &[PricePoint]) -> String {
    let points: Vec<(f32, f32)> =
        prices.iter().enumerate().map(|(index, point)| (index as f32, point.price_lamports as f32)).collect();
    let (low, high) = bounds(prices);
    let last = prices.len().saturating_sub(1).max(1) as f32;
    let shape = Shape::Steps(&points);
    let mut chart = Chart::new_with_y_range(120, 40, 0.0, last, low as f32, high as f32);
    let chart = chart.lineplot(&shape);
    chart.axis();
    chart.figures();
    chart.to_string()
}
