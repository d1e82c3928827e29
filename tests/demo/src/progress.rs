//! Progress: one line per step, with what it found and how long it took.

use std::{
    fmt::Display,
    future::Future,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

const TICK: Duration = Duration::from_millis(100);

/// Runs `step` under a spinner that says `what`, then says what came of it.
pub async fn step<T, F>(what: &str, step: F) -> Result<T>
where
    F: Future<Output = Result<(T, String)>>,
{
    let bar = ProgressBar::new_spinner().with_message(what.to_owned());
    bar.enable_steady_tick(TICK);
    let started = Instant::now();
    let (value, found) = step.await.with_context(|| what.to_owned())?;
    bar.finish_and_clear();
    done(what, &found, started.elapsed());
    Ok(value)
}

/// A bar over `length` units for a step that reports its own progress.
pub fn bar(what: &str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("  {msg:32} {bar:32} {pos}/{len} {elapsed}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(what.to_owned())
}

/// Says that `what` is done.
pub fn done(what: &str, found: &dyn Display, took: Duration) {
    println!("  ok  {what:<42} {found}  ({:.1} s)", took.as_secs_f64());
}
