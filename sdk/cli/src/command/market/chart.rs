use std::path::PathBuf;

use clap::Args;
use modchains_sdk::{clock::local_short, terminal::escaped};
use textplots::{Chart, LabelBuilder, LabelFormat, Plot, Shape};

use super::{
    history::{Force, History, Moment},
    listing::Listing,
    plot::{bounds, price_text, span, steps},
    svg,
};
use crate::{
    argument::ModelArg,
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

/// Character cells of the drawing, two dots wide and four high each.
const CELLS: usize = 60;
const LEGEND: &str = "moves of the curve, which are no trades: ▲ ▼ use grew or shrank, + reserve fees worked in";
/// Dots of the drawing.
const DOTS: (u32, u32) = (120, 48);

/// Arguments of `market chart`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The price follows every trade, deposit and move of the curve that the endpoint still knows. Moves of the curve are
no trades: they have a row of marks of their own. Growth and decline of use are triangles, with lines in the SVG; reserve
fees that were worked into the price are a + in the terminal and a diamond in the SVG.

Examples:
  modchains market chart MODEL
  modchains market chart MODEL --last 5000 --svg price.svg
  modchains --json market chart MODEL | jq '.moments[] | select(.what == \"moved\")'"
)]
pub struct ChartArgs {
    #[command(flatten)]
    model: ModelArg,
    /// How many of the last transactions to read.
    #[arg(long, value_name = "COUNT", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    last: u32,
    /// Draw to this file too. An existing one is replaced.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

impl ChartArgs {
    /// Reads the history and draws it. People get the drawing, scripts every moment.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let listing = Listing::load(connection, &self.model.address(connection).await?).await?;
        let history = History::load(connection, &listing, usize::try_from(self.last).unwrap_or(usize::MAX)).await?;
        let (Some(first), Some(last)) = (history.moments.first(), history.moments.last()) else {
            let remedy = "ask an endpoint that keeps more with --url, or come back after a trade";
            return Err(CliError::unfit("the endpoint knows no trade and no move of this market", remedy));
        };
        if let Some(path) = &self.svg {
            let drawn = svg::write(&listing, &history.moments, path);
            drawn.map_err(|reason| CliError::FileNotWritten { path: path.clone(), reason })?;
        }
        let trades = history.moments.iter().filter(|moment| moment.what.is_trade()).count();
        let report = Report::new()
            .text("model", listing.model)
            .moment("from", first.at_seconds)
            .moment("to", last.at_seconds)
            .number("trades", trades as u64)
            .number("moves", forces(&history.moments).filter(|(_, force)| *force != Force::Value).count() as u64)
            .number("absorptions", forces(&history.moments).filter(|(_, force)| *force == Force::Value).count() as u64)
            .flag("older_left_out", history.is_cut);
        let report = listing.add_spot_price(report, "first_price", &first.before);
        let report = listing
            .add_spot_price(report, "last_price", &last.after)
            .maybe("svg", self.svg.as_ref().map(|path| path.display()));
        let moments = history.moments.iter().map(|moment| listing.show_moment(moment)).collect();
        Ok(report.drawing("moments", draw(&listing, &history.moments), moments))
    }
}

/// Those that changed the price without a trade or a deposit, with what did.
fn forces(moments: &[Moment]) -> impl Iterator<Item = (&Moment, Force)> {
    moments.iter().filter_map(|moment| Some((moment, moment.what.force()?)))
}

fn draw(listing: &Listing, moments: &[Moment]) -> String {
    let (start, seconds) = span(moments);
    let (low, high) = bounds(listing, moments);
    // A token costs far less than one; the drawing has small floats, so it gets parts of the highest price.
    let points: Vec<(f32, f32)> =
        steps(listing, moments).into_iter().map(|(at, price)| (at as f32, (price / high) as f32)).collect();
    let shape = Shape::Lines(&points);
    let mut chart = Chart::new_with_y_range(DOTS.0, DOTS.1, 0.0, seconds as f32, (low / high) as f32, 1.0);
    let chart = chart
        .lineplot(&shape)
        .x_label_format(LabelFormat::Custom(Box::new(move |at| local_short(start.saturating_add(at as i64)))))
        .y_label_format(LabelFormat::Custom(Box::new(move |part| price_text(f64::from(part) * high))));
    chart.axis();
    chart.figures();
    let symbol = escaped(&listing.quote.symbol);
    format!("price in {symbol}\n{chart}{}\n{LEGEND}", marks(moments))
}

/// One cell for each column: where use moved the curve up, down or both ways, and where only reserve fees did.
fn marks(moments: &[Moment]) -> String {
    let (start, seconds) = span(moments);
    let mut cells = [' '; CELLS];
    for (moment, force) in forces(moments) {
        let place = moment.at_seconds.saturating_sub(start) as f64 / seconds * (CELLS - 1) as f64;
        let cell = &mut cells[(place as usize).min(CELLS - 1)];
        *cell = match (*cell, force) {
            (' ', Force::Value) => '+',
            (' ' | '+' | '▲', Force::Growth) => '▲',
            (' ' | '+' | '▼', Force::Decline) => '▼',
            (shown, Force::Value) => shown,
            _ => '◆',
        };
    }
    cells.iter().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use modchains_sdk::Signature;

    use super::*;
    use crate::command::market::{history::What, listing::tests::listing};

    /// A buy at 0 s, reserve fees worked in at 25 s, moves up at 50 s and down at 100 s.
    fn moments(listing: &Listing) -> Vec<Moment> {
        let before = listing.market.curve();
        let after =
            before.apply_buy(3_000_000_000, before.buy_exact_in(before.virtual_atoms, 3_000_000_000).unwrap()).unwrap();
        let bought = What::Bought { quote_atoms: 3_000_000_000, token_atoms: after.circulating_atoms };
        let moved = |step_ppm| What::Moved { step_ppm, absorbed_atoms: 7, reason: 0 };
        let moments = [(0, bought), (25, moved(0)), (50, moved(900)), (100, moved(-900))];
        let signature = Signature::default();
        moments
            .map(|(at_seconds, what)| {
                let before = if what.is_trade() { before } else { after };
                Moment { signature, at_seconds, what, before, after }
            })
            .to_vec()
    }

    #[test]
    fn moves_of_the_curve_are_marked_apart_from_trades() {
        let listing = listing();
        let moments = moments(&listing);
        let marks = marks(&moments);
        assert_eq!(marks.chars().count(), CELLS);
        assert_eq!(marks.trim_start().chars().filter(|mark| *mark != ' ').collect::<String>(), "+▲▼");
        assert!(marks.starts_with(' ') && marks.ends_with('▼'), "{marks}");
        assert_eq!(super::marks(&moments[..1]).trim(), "");
    }

    #[test]
    fn use_is_shown_over_reserve_fees_at_the_same_time() {
        let listing = listing();
        let mut moments = moments(&listing);
        moments[1].at_seconds = 50;
        assert_eq!(marks(&moments).trim().matches(['+', '▲', '▼']).collect::<String>(), "▲▼");
        moments[2].at_seconds = 100;
        assert_eq!(marks(&moments).matches(['+', '▲', '▼', '◆']).collect::<String>(), "+◆");
    }

    #[test]
    fn a_price_holds_until_the_next_moment() {
        let listing = listing();
        let steps = steps(&listing, &moments(&listing));
        assert_eq!(steps.iter().map(|(at, _)| *at as u32).collect::<Vec<_>>(), [0, 0, 25, 25, 50, 50, 100, 100]);
        assert!(steps[1].1 > steps[0].1 && steps[2].1 == steps[1].1, "{steps:?}");
    }

    #[test]
    fn the_drawing_has_prices_times_and_a_line() {
        let listing = listing();
        let drawing = draw(&listing, &moments(&listing));
        for part in ["price in SOL", &local_short(100), "0.0000000", "+", "▲", "▼"] {
            assert!(drawing.contains(part), "{part} in\n{drawing}");
        }
        let only = draw(&listing, &moments(&listing)[..1]);
        assert!(only.contains(&local_short(1)), "{only}");
    }
}
