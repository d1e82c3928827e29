//! What a person sees while a step runs: a spinner on a terminal, plain lines elsewhere.

use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

/// A named piece of work under way. It goes to standard error, so that standard output stays for results.
pub struct Step {
    label: String,
    started: Instant,
    spinner: Option<ProgressBar>,
}

impl Step {
    /// Announces the work.
    pub fn start(label: impl Into<String>) -> Self {
        let label = label.into();
        let spinner = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {wide_msg:.dim}") {
                bar.set_style(style);
            }
            bar.set_prefix(label.clone());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if spinner.is_none() {
            eprintln!("... {label}");
        }
        Self { label, started: Instant::now(), spinner }
    }

    /// Shows what the work is at; only a terminal shows it.
    pub fn detail(&self, text: &str) {
        if let Some(bar) = &self.spinner {
            bar.set_message(text.trim().to_owned());
        }
    }

    /// Announces the end, with the time it took.
    pub fn done(self) {
        self.clear();
        eprintln!(" ok {} ({:.1} s)", self.label, self.started.elapsed().as_secs_f64());
    }

    fn clear(&self) {
        if let Some(bar) = &self.spinner {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.clear();
    }
}
