//! The weeks in a few lines for the terminal.

use anyhow::Result;
use comfy_table::Table;

use super::{WEEKS, Weeks};
use crate::report;

/// One row for each model.
pub fn table(weeks: &[Weeks]) -> Result<Table> {
    let header = [
        "model",
        "what it was used for",
        "used, SOL",
        "1 week",
        "2",
        "4",
        "8 weeks",
        "backing",
        "depth",
        "ask over bid, most",
    ];
    let mut table = report::table(header);
    for model in weeks {
        let (start, end) = model.after(WEEKS)?;
        let price = |weeks| Ok::<_, anyhow::Error>(change(model.price_after(weeks)?));
        let widest = model.days.iter().map(|point| point.ask_over_bid).fold(0.0, f64::max);
        table.add_row([
            model.path.name().to_owned(),
            model.used_for.to_owned(),
            format!("{:.1}", end.used_sol),
            price(1)?,
            price(2)?,
            price(4)?,
            price(WEEKS)?,
            change(end.backing_lamports / start.backing_lamports),
            change(end.depth_tokens / start.depth_tokens),
            format!("{:.2} %", 100.0 * widest),
        ]);
    }
    report::right_align(&mut table, 2..10);
    Ok(table)
}

fn change(part: f64) -> String {
    format!("{:+.1} %", 100.0 * (part - 1.0))
}
