//! The price as an SVG file.

use std::path::Path;

use modchains_sdk::{clock::local_short, terminal::escaped};
use plotters::prelude::*;

use super::{
    history::{Force, Moment},
    listing::Listing,
    plot::{bounds, price_text, span, steps},
};

const SIZE: (u32, u32) = (960, 480);
/// Labels of the time axis.
const TIMES: usize = 4;
/// Half the width of the triangle that marks a move, in pixels; a diamond is half as large.
const MARK: i32 = 6;
const UP: RGBColor = RGBColor(22, 128, 57);
const DOWN: RGBColor = RGBColor(176, 42, 48);
const VALUE: RGBColor = RGBColor(196, 132, 0);

/// Draws the price over time to `path`: a line, a dot for each trade, for each move of the curve by use a vertical line with
/// a triangle that points where it went, and a small diamond where only reserve fees were worked into the price.
pub fn write(listing: &Listing, moments: &[Moment], path: &Path) -> Result<(), String> {
    // The library panics when its backend is dropped without having been written, and reports errors only here.
    draw(listing, moments, path).map_err(|error| error.to_string())
}

fn draw(listing: &Listing, moments: &[Moment], path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let (start, seconds) = span(moments);
    let (low, high) = bounds(listing, moments);
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let caption = format!("{} in {}", escaped(&listing.token.symbol), escaped(&listing.quote.symbol));
    let mut chart = ChartBuilder::on(&area)
        .caption(caption, ("sans-serif", 20))
        .margin(16)
        .margin_right(80)
        .x_label_area_size(36)
        .y_label_area_size(96)
        .build_cartesian_2d(0.0..seconds, low..high)?;
    let time = |at: &f64| local_short(start.saturating_add(*at as i64));
    let price = |price: &f64| price_text(*price);
    chart.configure_mesh().x_labels(TIMES).x_label_formatter(&time).y_label_formatter(&price).draw()?;
    chart.draw_series(LineSeries::new(steps(listing, moments), BLUE.stroke_width(2)))?;
    let at = |moment: &Moment| moment.at_seconds.saturating_sub(start) as f64;
    let trades = moments.iter().filter(|moment| moment.what.is_trade());
    chart
        .draw_series(trades.map(|moment| Circle::new((at(moment), listing.price(&moment.after)), 3, BLUE.filled())))?;
    for moment in moments {
        let Some(force) = moment.what.force() else { continue };
        let place = (at(moment), listing.price(&moment.after));
        let (color, shape) = match force {
            Force::Growth => (UP, vec![(-MARK, 0), (MARK, 0), (0, -2 * MARK)]),
            Force::Decline => (DOWN, vec![(-MARK, 0), (MARK, 0), (0, 2 * MARK)]),
            Force::Value => (VALUE, vec![(-MARK / 2, 0), (0, -MARK / 2), (MARK / 2, 0), (0, MARK / 2)]),
        };
        if force != Force::Value {
            chart.draw_series([PathElement::new([(place.0, low), (place.0, high)], color.mix(0.4))])?;
        }
        chart.draw_series([EmptyElement::at(place) + Polygon::new(shape, color)])?;
    }
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use modchains_sdk::Signature;

    use super::*;
    use crate::command::market::{history::What, listing::tests::listing};

    #[test]
    fn trades_are_dots_moves_by_use_triangles_and_reserve_fees_diamonds() {
        let (listing, folder) = (listing(), tempfile::tempdir().unwrap());
        let path = folder.path().join("price.svg");
        let curve = listing.market.curve();
        let moment = |at_seconds, what| Moment {
            signature: Signature::default(),
            at_seconds,
            what,
            before: curve,
            after: curve,
        };
        let bought = What::Bought { quote_atoms: 1, token_atoms: 1 };
        let moments = [
            moment(0, bought),
            moment(5, What::Moved { step_ppm: 5, absorbed_atoms: 0, reason: 0 }),
            moment(7, What::Moved { step_ppm: 0, absorbed_atoms: 5, reason: 2 }),
            moment(9, What::Moved { step_ppm: 0, absorbed_atoms: 0, reason: 3 }),
        ];
        write(&listing, &moments, &path).unwrap();
        let svg = std::fs::read_to_string(&path).unwrap();
        assert_eq!((svg.matches("<circle").count(), svg.matches("<polygon").count()), (1, 2), "{svg}");
        assert_eq!([UP, DOWN, VALUE].map(|color| svg.matches(&hex(color)).count() > 0), [true, false, true], "{svg}");
        assert!(svg.starts_with("<svg") && svg.contains("DIGIT in SOL"), "{svg}");
    }

    fn hex(RGBColor(red, green, blue): RGBColor) -> String {
        format!("#{red:02X}{green:02X}{blue:02X}")
    }

    #[test]
    fn a_file_that_cannot_be_written_is_an_error() {
        let listing = listing();
        let curve = listing.market.curve();
        let moment =
            Moment { signature: Signature::default(), at_seconds: 0, what: What::Opened, before: curve, after: curve };
        assert!(write(&listing, &[moment], Path::new("/proc/nowhere/price.svg")).is_err());
    }
}
