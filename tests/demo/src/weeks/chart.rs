//! The prices of the weeks as SVG.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::{coord::Shift, prelude::*};

use super::{Point, UsePath, WEEKS, Weeks};

const SIZE: (u32, u32) = (960, 860);
/// Height of the upper of the two drawings, pixels.
const UPPER: u32 = 480;
/// What the lower drawing shows, in percent of the price at the start.
const CLOSE_UP: (f64, f64) = (-17.0, 17.0);
const GRID: RGBColor = RGBColor(225, 225, 225);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Writes the chart to `path`: all prices above, and below the same close to the start, where growth leaves the drawing.
pub fn write_svg(weeks: &[Weeks], path: &Path) -> Result<()> {
    draw_svg(weeks, path).map_err(|error| anyhow!("drawing {}: {error}", path.display()))
}

fn draw_svg(weeks: &[Weeks], path: &Path) -> Drawn {
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (upper, lower) = area.split_vertically(UPPER);
    let prices = weeks.iter().flat_map(|model| model.days.iter().map(|point| percent(model, point.price_lamports)));
    let top = prices.fold(CLOSE_UP.1, f64::max);
    let caption = "What use does to a price without any trade (dashed: value; above it: momentum)";
    draw_panel(&upper, caption, weeks, (CLOSE_UP.0, 1.05 * top), true)?;
    draw_panel(&lower, "The same, closer to the start", weeks, CLOSE_UP, false)?;
    area.present()?;
    Ok(())
}

fn draw_panel(area: &Area, caption: &str, weeks: &[Weeks], (low, high): (f64, f64), has_legend: bool) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .caption(caption, ("sans-serif", 18))
        .margin(16)
        .x_label_area_size(36)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..f64::from(WEEKS), low..high)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .x_labels(WEEKS as usize + 1)
        .x_label_formatter(&|week| format!("{week:.0}"))
        .y_label_formatter(&|change| format!("{change:+.0} %"))
        .x_desc("weeks")
        .draw()?;
    for model in weeks {
        let color = color(model.path);
        let line = |value: fn(&Point) -> f64| -> Vec<(f64, f64)> {
            let points = model.days.iter().map(|point| (point.day / 7.0, percent(model, value(point))));
            points.take_while(|(_, change)| (low..=high).contains(change)).collect()
        };
        chart.draw_series(DashedLineSeries::new(line(|point| point.rest_lamports), 4, 4, color.mix(0.7).into()))?;
        chart
            .draw_series(LineSeries::new(line(|point| point.price_lamports), color.stroke_width(3)))?
            .label(format!("{}: {}", model.path.name(), model.used_for))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(3)));
    }
    if has_legend {
        let mut labels = chart.configure_series_labels();
        labels.position(SeriesLabelPosition::UpperLeft).legend_area_size(28).label_font(("sans-serif", 15));
        labels.background_style(WHITE).border_style(GRID).draw()?;
    }
    Ok(())
}

/// Change of a price since the model's start, in percent.
fn percent(model: &Weeks, lamports: f64) -> f64 {
    let start = model.days.first().map_or(lamports, |start| start.price_lamports);
    100.0 * (lamports / start - 1.0)
}

const fn color(path: UsePath) -> RGBColor {
    match path {
        UsePath::Growing => RGBColor(22, 128, 57),
        UsePath::Steady => RGBColor(31, 84, 196),
        UsePath::Dying => RGBColor(176, 42, 48),
    }
}
