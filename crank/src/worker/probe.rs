//! Trying what the sandbox forbids, from inside it.

use std::{
    fs::{self, OpenOptions},
    io,
    net::{TcpStream, UdpSocket},
    os::unix::net::UnixDatagram,
    path::Path,
    process::Command,
};

use serde::{Deserialize, Serialize};

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempt {
    /// The kernel denied it.
    Denied,
    /// It went through, or failed for a reason that is no denial.
    Possible,
}

/// What a worker could do from inside its sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeReport {
    /// Open a TCP connection.
    pub tcp_socket: Attempt,
    /// Open a UDP socket.
    pub udp_socket: Attempt,
    /// Open a Unix socket.
    pub unix_socket: Attempt,
    /// Start a program.
    pub program: Attempt,
    /// Read the file that was named.
    pub foreign_file: Attempt,
    /// Create a file next to the bundle's files.
    pub new_file: Attempt,
    /// Signal its parent.
    pub signal: Attempt,
    /// Names of its environment variables.
    pub environment: Vec<String>,
}

impl ProbeReport {
    /// Names of the forbidden things that were possible.
    #[must_use]
    pub fn holes(&self) -> Vec<&'static str> {
        let attempts = [
            ("a TCP socket", &self.tcp_socket),
            ("a UDP socket", &self.udp_socket),
            ("a Unix socket", &self.unix_socket),
            ("starting a program", &self.program),
            ("reading a file outside the bundle", &self.foreign_file),
            ("creating a file", &self.new_file),
            ("signalling another process", &self.signal),
        ];
        attempts.into_iter().filter(|(_, attempt)| **attempt == Attempt::Possible).map(|(name, _)| name).collect()
    }
}

/// Tries everything; leaves nothing behind where something succeeds.
pub(super) fn probe(bundle_dir: &Path, foreign_file: &Path) -> ProbeReport {
    let new_file = bundle_dir.join(".sandbox-probe");
    let created = OpenOptions::new().write(true).create_new(true).open(&new_file);
    if created.is_ok() {
        // Without a sandbox the file exists now; failing to remove an empty file is no reason to fail the probe.
        fs::remove_file(&new_file).ok();
    }
    ProbeReport {
        tcp_socket: judge(TcpStream::connect(("127.0.0.1", 9))),
        udp_socket: judge(UdpSocket::bind(("127.0.0.1", 0))),
        unix_socket: judge(UnixDatagram::unbound()),
        program: judge(Command::new("/bin/true").status()),
        foreign_file: judge(fs::read(foreign_file)),
        new_file: judge(created),
        // Signal 0 checks the permission and sends nothing.
        signal: judge(nix::sys::signal::kill(nix::unistd::getppid(), None).map_err(io::Error::from)),
        environment: std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned()).collect(),
    }
}

fn judge<T>(outcome: io::Result<T>) -> Attempt {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Attempt::Denied,
        _ => Attempt::Possible,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]
    use super::*;

    #[test]
    fn without_a_sandbox_the_probe_finds_every_hole() {
        let folder = tempfile::tempdir().unwrap();
        let report = probe(folder.path(), Path::new("/proc/self/status"));
        assert_eq!(report.holes().len(), 7, "{report:?}");
        assert!(report.environment.contains(&"PATH".to_owned()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
