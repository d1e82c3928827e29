//! Weeks of use on the compiled programs, with the clock moved: one model, three futures, and no trade in any of them.
//!
//! The real-time path shows that everything works; how use moves a price takes weeks. So a market lives through half a year
//! of ordinary use in LiteSVM, is copied twice, and each copy goes on in its own way.

mod chart;
mod life;
mod path;
mod table;

use std::{path::Path, thread};

use anyhow::{Context, Result, anyhow};
use indicatif::ProgressBar;
use serde::Serialize;
use tokio::sync::oneshot;

use self::life::Life;
pub use self::{chart::write_svg, life::Point, path::Path as UsePath, table::table};
use crate::progress::{bar, done};

/// Weeks that are drawn.
pub const WEEKS: u32 = 8;
/// Weeks of ordinary use before them, the same for all.
pub const WEEKS_BEFORE: u32 = 26;

const HOURS_OF_WEEK: u32 = 7 * 24;
/// Hours of a step. Epochs are of an hour; an operator's service syncs in each.
const HOURS_OF_STEP: u32 = 2;
/// The time before passes in longer steps.
const HOURS_OF_STEP_BEFORE: u32 = 8;

/// What became of a model that was used in one way.
#[derive(Debug, Serialize)]
pub struct Weeks {
    /// How it was used.
    pub path: UsePath,
    /// The same in words.
    pub used_for: &'static str,
    /// Trades since the weeks began.
    pub trades: u64,
    /// A point at the start and after each day.
    pub days: Vec<Point>,
}

impl Weeks {
    /// Where it was after that many weeks, and where it began.
    pub fn after(&self, weeks: u32) -> Result<(&Point, &Point)> {
        let (start, later) = (self.days.first(), self.days.get(weeks as usize * 7));
        start.zip(later).with_context(|| format!("{weeks} weeks were not simulated"))
    }

    /// The price after that many weeks, of that at the start.
    pub fn price_after(&self, weeks: u32) -> Result<f64> {
        let (start, later) = self.after(weeks)?;
        Ok(later.price_lamports / start.price_lamports)
    }
}

/// Lets the weeks pass on the compiled programs in `programs`, under a progress bar.
pub async fn simulate(programs: &Path) -> Result<Vec<Weeks>> {
    let started = std::time::Instant::now();
    let what = format!("{WEEKS} simulated weeks of three models");
    let steps = u64::from(WEEKS * HOURS_OF_WEEK / HOURS_OF_STEP) * UsePath::ALL.len() as u64;
    let progress = bar(&what, steps + u64::from(WEEKS_BEFORE * HOURS_OF_WEEK / HOURS_OF_STEP_BEFORE));
    let (sender, receiver) = oneshot::channel();
    // A thread that the runtime does not wait for, so that Ctrl-C ends the demo at once.
    let (programs, ticks) = (programs.to_owned(), progress.clone());
    thread::spawn(move || sender.send(run(&programs, &ticks)));
    let weeks = receiver.await.context("the simulation ended without a result")?.with_context(|| what.clone())?;
    progress.finish_and_clear();
    let prices = weeks
        .iter()
        .map(|weeks| Ok(format!("{} {:+.1} %", weeks.path.name(), 100.0 * (weeks.price_after(WEEKS)? - 1.0))));
    done(&what, &prices.collect::<Result<Vec<_>>>()?.join(", "), started.elapsed());
    Ok(weeks)
}

fn run(programs: &Path, progress: &ProgressBar) -> Result<Vec<Weeks>> {
    let mut past = Life::open(programs)?;
    for hour in (0..WEEKS_BEFORE * HOURS_OF_WEEK).step_by(HOURS_OF_STEP_BEFORE as usize) {
        past.pass(HOURS_OF_STEP_BEFORE, UsePath::Steady.requests_per_hour(hour))?;
        progress.inc(1);
    }
    past.begin();
    thread::scope(|scope| {
        let futures = UsePath::ALL.map(|path| {
            let life = past.clone();
            scope.spawn(move || live(life, path, progress))
        });
        let ended =
            futures.into_iter().map(|future| future.join().map_err(|_| anyhow!("a simulated model panicked"))?);
        ended.collect()
    })
}

fn live(mut life: Life, path: UsePath, progress: &ProgressBar) -> Result<Weeks> {
    let mut days = vec![life.point()?];
    for hour in (0..WEEKS * HOURS_OF_WEEK).step_by(HOURS_OF_STEP as usize) {
        life.pass(HOURS_OF_STEP, path.requests_per_hour(hour))?;
        if (hour + HOURS_OF_STEP).is_multiple_of(24) {
            days.push(life.point()?);
        }
        progress.inc(1);
    }
    Ok(Weeks { path, used_for: path.used_for(), trades: life.trades(), days })
}

#[cfg(test)]
mod tests;
