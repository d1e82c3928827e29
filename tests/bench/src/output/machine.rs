//! What the times were measured on.

use std::fs;

use anyhow::{Context, Result};

/// Load, in processes per core, above which times are not to be trusted.
const BUSY_LOAD_PER_CORE: f64 = 0.5;

/// What the figures were measured on.
pub struct Machine {
    cores: usize,
    memory_gib: u64,
    processor: String,
    /// Mean number of running processes over the minute before the measurement.
    load: f64,
}

impl Machine {
    /// Reads `/proc`.
    pub fn read() -> Result<Self> {
        let cores = std::thread::available_parallelism().context("counting cores")?.get();
        let memory = value("/proc/meminfo", "MemTotal")?;
        let kib = memory.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok());
        let load = fs::read_to_string("/proc/loadavg").context("reading /proc/loadavg")?;
        let load = load.split_whitespace().next().and_then(|load| load.parse().ok());
        Ok(Self {
            cores,
            memory_gib: kib.context("reading the memory's size")?.div_ceil(1 << 20),
            processor: value("/proc/cpuinfo", "model name").unwrap_or_else(|_| std::env::consts::ARCH.to_owned()),
            load: load.context("reading the load")?,
        })
    }

    /// Says so when other programs are running.
    pub fn warn_when_busy(&self) {
        if self.is_busy() {
            println!(
                "the machine is busy (load {:.1}): times are not to be compared with those of a quiet one",
                self.load
            );
        }
    }

    /// One sentence.
    pub fn describe(&self) -> String {
        let state = if self.is_busy() { ", busy with other work" } else { "" };
        format!(
            "Times: {} cores ({}), {} GiB of memory, load {:.1} when it began{state}.",
            self.cores, self.processor, self.memory_gib, self.load
        )
    }

    fn is_busy(&self) -> bool {
        self.load > BUSY_LOAD_PER_CORE * self.cores as f64
    }
}

/// The value of a `name: value` line.
fn value(path: &str, name: &str) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {path}"))?;
    let found = text.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == name);
    Ok(found.with_context(|| format!("{path} has no {name}"))?.1.trim().to_owned())
}
