//! Peak memory of the operator service and its worker, read from `/proc` while they run.

use std::{
    fs,
    process::Child,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

const PERIOD: Duration = Duration::from_millis(50);
/// Name of the processes, as the kernel has it (15 characters at most).
const NAME: &str = "modchains-crank";

/// Most memory each kind of process had, bytes; zero for a kind that never ran.
#[derive(Debug, Clone, Copy, Default)]
pub struct Peaks {
    /// The service.
    pub crank: u64,
    /// The process that runs the model, libtorch included.
    pub worker: u64,
}

/// Watches the descendants of `child` until it ends.
pub fn watch(child: &mut Child) -> std::io::Result<(std::process::ExitStatus, Peaks)> {
    let (root, ended) = (child.id(), AtomicBool::new(false));
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut peaks = Peaks::default();
            while !ended.load(Ordering::Relaxed) {
                peaks.look(root);
                thread::sleep(PERIOD);
            }
            peaks
        });
        let status = child.wait();
        ended.store(true, Ordering::Relaxed);
        let peaks = watcher.join().map_err(|_| std::io::Error::other("the memory watcher failed"))?;
        Ok((status?, peaks))
    })
}

impl Peaks {
    /// A process that ends while it is looked at is left out; its peak was seen before.
    fn look(&mut self, root: u32) {
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            let Ok(status) = fs::read_to_string(format!("/proc/{id}/status")) else { continue };
            if field(&status, "Name:") != Some(NAME) || !descends_from(&status, root) {
                continue;
            }
            let Some(peak) = field(&status, "VmHWM:").and_then(|kib| kib.parse::<u64>().ok()) else { continue };
            let arguments = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            match arguments.split(|byte| *byte == 0).nth(1) {
                Some(b"run") => self.crank = self.crank.max(peak * 1_024),
                Some(b"worker") => self.worker = self.worker.max(peak * 1_024),
                _ => {}
            }
        }
    }
}

fn descends_from(status: &str, root: u32) -> bool {
    let Some(parent) = field(status, "PPid:").and_then(|id| id.parse::<u32>().ok()) else { return false };
    let grandparent = || fs::read_to_string(format!("/proc/{parent}/status")).ok();
    parent == root || (parent > 1 && grandparent().is_some_and(|status| descends_from(&status, root)))
}

/// First word after `name` in a status file.
fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_status_file_are_found() {
        let status = "Name:\tmodchains-crank\nPPid:\t12\nVmHWM:\t  2048 kB\n";
        assert_eq!(field(status, "Name:"), Some(NAME));
        assert_eq!(field(status, "VmHWM:"), Some("2048"));
        assert!(descends_from(status, 12));
    }
}
