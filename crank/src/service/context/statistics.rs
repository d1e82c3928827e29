//! What the service has done so far, for the log, the statistics file and benchmarks.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::chain::Health;

/// Counts and times since the service started. Times are in microseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Requests taken up.
    pub seen: u64,
    /// Requests refused because they do not fit, by reason.
    pub not_ours: BTreeMap<String, u64>,
    /// Results sent.
    pub answered: u64,
    /// Results that the chain shows.
    pub posted: u64,
    /// Results that are final.
    pub finalized: u64,
    /// Requests given up, by reason.
    pub failed: BTreeMap<String, u64>,
    /// Transactions with results sent, each counted once.
    pub result_transactions: u64,
    /// Transactions with results that failed or expired; what they carried was sent again.
    pub result_transactions_lost: u64,
    /// Sizes of the batches that requests were computed in: size to number of requests.
    pub requests_by_batch: BTreeMap<usize, u64>,
    /// Usage epochs closed.
    pub usage_rolls: u64,
    /// Markets synced.
    pub market_syncs: u64,
    /// Payments of accrued fees.
    pub fee_distributions: u64,
    /// From request seen to result handed to the endpoint.
    pub seen_to_sent: Times,
    /// The same without the model's own forward pass.
    pub overhead: Times,
    /// From request seen to the endpoint's answer that it took the result.
    pub seen_to_accepted: Times,
    /// The model's own forward pass, of the whole batch.
    pub forward: Times,
}

/// Distribution of times, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Times {
    /// Number of measurements.
    pub count: u64,
    /// Median.
    pub p50_us: u64,
    /// 99th percentile.
    pub p99_us: u64,
    /// Largest.
    pub max_us: u64,
}

/// How long an answer took.
#[derive(Debug, Clone, Copy)]
pub struct AnswerTimes {
    /// From request seen to result handed to the endpoint.
    pub seen_to_sent: Duration,
    /// From request seen to the endpoint's answer.
    pub seen_to_accepted: Duration,
    /// Forward pass of the batch.
    pub forward: Duration,
    /// Requests in the batch.
    pub batch: usize,
}

/// Gathers the figures.
pub struct Statistics(Mutex<Figures>);

struct Figures {
    counts: Report,
    seen_to_sent: Histogram<u64>,
    overhead: Histogram<u64>,
    seen_to_accepted: Histogram<u64>,
    forward: Histogram<u64>,
}

impl Statistics {
    /// Nothing counted yet.
    ///
    /// # Errors
    /// Never with the constants used here; the library checks them when it runs.
    pub fn new() -> Result<Self, hdrhistogram::CreationError> {
        // Three significant digits, up to an hour.
        let histogram = || Histogram::new_with_bounds(1, 3_600_000_000, 3);
        Ok(Self(Mutex::new(Figures {
            counts: Report::default(),
            seen_to_sent: histogram()?,
            overhead: histogram()?,
            seen_to_accepted: histogram()?,
            forward: histogram()?,
        })))
    }

    /// Changes counts.
    pub fn count(&self, change: impl FnOnce(&mut Report)) {
        change(&mut self.figures().counts);
    }

    /// Notes a request that does not fit.
    pub fn not_ours(&self, label: &str) {
        self.count(|counts| *counts.not_ours.entry(label.to_owned()).or_default() += 1);
    }

    /// Notes a request that is given up.
    pub fn failed(&self, label: &str) {
        self.count(|counts| *counts.failed.entry(label.to_owned()).or_default() += 1);
    }

    /// Notes an answer that the endpoint took.
    pub fn answered(&self, times: &AnswerTimes) {
        let mut figures = self.figures();
        *figures.counts.requests_by_batch.entry(times.batch).or_default() += 1;
        let overhead = times.seen_to_sent.saturating_sub(times.forward);
        figures.seen_to_sent.saturating_record(micros(times.seen_to_sent));
        figures.overhead.saturating_record(micros(overhead));
        figures.seen_to_accepted.saturating_record(micros(times.seen_to_accepted));
        figures.forward.saturating_record(micros(times.forward));
    }

    /// The figures now.
    pub fn report(&self) -> Report {
        let figures = self.figures();
        Report {
            seen_to_sent: times(&figures.seen_to_sent),
            overhead: times(&figures.overhead),
            seen_to_accepted: times(&figures.seen_to_accepted),
            forward: times(&figures.forward),
            ..figures.counts.clone()
        }
    }

    /// Writes the figures to a file. Readers see the whole file or the one before it.
    ///
    /// # Errors
    /// When the file or its folder cannot be written.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        let text = serde_json::to_vec_pretty(&self.report())?;
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        std::fs::write(&partial, text)?;
        std::fs::rename(&partial, path)
    }

    fn figures(&self) -> std::sync::MutexGuard<'_, Figures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file that the figures go to, if one is wanted.
pub struct StatisticsFile {
    path: Option<PathBuf>,
    health: Health,
}

impl StatisticsFile {
    /// Nothing is written yet.
    pub fn new(path: Option<PathBuf>) -> Self {
        Self {
            path,
            health: Health::new("the statistics file cannot be written", "the statistics file is written again"),
        }
    }

    /// Writes the figures. That it fails, and that it works again, is logged once.
    pub fn write(&self, statistics: &Statistics) {
        let Some(path) = &self.path else { return };
        match statistics.write(path) {
            Ok(()) => self.health.up(),
            Err(error) => self.health.down(&format!("{}: {error}; check folder and permissions", path.display())),
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn times(histogram: &Histogram<u64>) -> Times {
    Times {
        count: histogram.len(),
        p50_us: histogram.value_at_quantile(0.5),
        p99_us: histogram.value_at_quantile(0.99),
        max_us: histogram.max(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use super::*;

    #[test]
    fn the_forward_pass_is_taken_off_and_the_file_holds_the_figures() {
        let statistics = Statistics::new().unwrap();
        for ms in 1..=100 {
            statistics.answered(&AnswerTimes {
                seen_to_sent: Duration::from_millis(ms + 5),
                seen_to_accepted: Duration::from_millis(ms + 7),
                forward: Duration::from_millis(5),
                batch: 20,
            });
        }
        statistics.not_ours("other_version");
        let report = statistics.report();
        let near = |actual: u64, expected: u64| actual.abs_diff(expected) * 1000 <= expected;
        assert!(near(report.overhead.p50_us, 50_000) && near(report.overhead.p99_us, 99_000), "{report:?}");
        assert!(near(report.seen_to_sent.max_us, 105_000) && near(report.forward.p50_us, 5_000), "{report:?}");
        assert_eq!((report.overhead.count, &report.requests_by_batch), (100, &BTreeMap::from([(20, 100)])));

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stats.json");
        statistics.write(&path).unwrap();
        let written: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(written, serde_json::to_value(&report).unwrap());
        assert_eq!(written["not_ours"]["other_version"], 1);
    }
}
