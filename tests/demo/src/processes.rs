//! The processes of the demo: local network, trainer, crank. Each ends with the demo, however that ends.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use tokio::process::{Child, Command};

/// On a machine that is busy with other things too; a process that ends is noticed at once.
const START_TIMEOUT: Duration = Duration::from_secs(600);
const STOP_TIMEOUT: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(50);

/// A process that is killed when this is dropped.
pub struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

/// Where a local network answers.
#[derive(Debug, Deserialize)]
pub struct Network {
    /// JSON-RPC.
    pub rpc_url: String,
    /// Websocket; none where it follows from the other address.
    pub ws_url: Option<String>,
}

impl Process {
    /// Starts `program`; what it prints goes to a log in `output`.
    pub fn start(name: &'static str, program: &Path, arguments: &[&str], output: &Path) -> Result<Self> {
        let log = output.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("creating {}", log.display()))?;
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        Ok(Self { name, child, log })
    }

    /// Fails if the process has ended, with the end of its log.
    pub fn require_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended with {status}:\n{}", self.name, self.log_tail()),
        }
    }

    /// Waits until the process has ended well.
    pub async fn finish(mut self) -> Result<()> {
        let status = self.child.wait().await?;
        ensure!(status.success(), "{} ended with {status}:\n{}", self.name, self.log_tail());
        Ok(())
    }

    /// Asks the process to stop, as an operator would, and requires that it ends well.
    pub async fn stop(self) -> Result<()> {
        let id = self.child.id().context("the process has ended already")?;
        let sent = Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
        ensure!(sent.success(), "{} could not be asked to stop", self.name);
        let name = self.name;
        tokio::time::timeout(STOP_TIMEOUT, self.finish())
            .await
            .with_context(|| format!("{name} did not stop within {} s", STOP_TIMEOUT.as_secs()))?
    }

    fn log_tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }
}

/// Starts a local network and waits until it answers.
pub async fn start_network(program: &Path, slot_ms: u64, output: &Path) -> Result<(Process, Network)> {
    let state = output.join("network.json");
    if state.exists() {
        std::fs::remove_file(&state)?;
    }
    let state_argument = state.to_string_lossy();
    let slot_ms = slot_ms.to_string();
    let arguments = ["--state-file", &*state_argument, "--exit-with-parent", "--slot-ms", &slot_ms];
    let mut process = Process::start("network", program, &arguments, output)?;
    let deadline = tokio::time::Instant::now() + START_TIMEOUT;
    loop {
        if let Ok(text) = std::fs::read_to_string(&state) {
            return Ok((process, serde_json::from_str(&text)?));
        }
        process.require_running()?;
        ensure!(tokio::time::Instant::now() < deadline, "the local network did not start: {}", process.log_tail());
        tokio::time::sleep(POLL).await;
    }
}

/// A program that was built beside this one.
pub fn sibling(name: &str) -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    ensure!(
        path.is_file(),
        "{} is missing; build it with `cargo build -p modchains-crank -p modchains-digits`",
        path.display()
    );
    Ok(path)
}
