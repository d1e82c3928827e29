//! Progress: a spinner while a step runs, a line when it is done.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use indicatif::ProgressBar;

const TICK: Duration = Duration::from_millis(100);

/// Runs `measure` under a spinner that says `what`; its error says `what` too.
pub fn step<T>(what: &str, measure: impl FnOnce() -> Result<T>) -> Result<T> {
    let bar = ProgressBar::new_spinner().with_message(what.to_owned());
    bar.enable_steady_tick(TICK);
    let started = Instant::now();
    let found = measure().with_context(|| what.to_owned())?;
    bar.finish_and_clear();
    println!("  ok  {what}  ({:.1} s)", started.elapsed().as_secs_f64());
    Ok(found)
}
