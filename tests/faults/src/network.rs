use std::{
    env,
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// How long a process may take to do anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);
/// The pause between two looks at whether it has.
const POLL: Duration = Duration::from_millis(50);

/// Waits until `process` has written `file`.
pub fn wait_for(file: &Path, process: &mut Child) {
    let deadline = Instant::now() + PATIENCE;
    while !file.exists() {
        assert_eq!(process.try_wait().expect("its status"), None, "it ended before it wrote {}", file.display());
        assert!(Instant::now() < deadline, "{} was never written", file.display());
        sleep(POLL);
    }
}

/// An embedded local network without any program of ours, in a process of its own that ends when this is dropped. The
/// environment variable `MODCHAINS_LOCALNET` names its executable, as `cargo xtask env` does.
#[derive(Debug)]
pub struct LocalNetwork {
    process: Child,
    state: Value,
    _folder: TempDir,
}

impl LocalNetwork {
    /// Starts one on free ports.
    pub fn start() -> Self {
        let program = env::var_os("MODCHAINS_LOCALNET");
        let program = program.expect("MODCHAINS_LOCALNET is set: run `eval \"$(cargo xtask env)\"` first");
        let folder = tempfile::tempdir().expect("there is room for a temporary folder");
        let state = folder.path().join("network.json");
        let log = File::create(folder.path().join("network.log")).expect("a temporary file can be made");
        let mut command = Command::new(program);
        command.args(["--exit-with-parent", "--state-file"]).arg(&state).stdin(Stdio::null());
        command.stdout(log.try_clone().expect("a file can be shared")).stderr(log);
        let mut process = command.spawn().expect("the local network starts");
        wait_for(&state, &mut process);
        let text = fs::read_to_string(&state).expect("the network has written where it answers");
        let state = serde_json::from_str(&text).expect("the network writes JSON");
        Self { process, state, _folder: folder }
    }

    /// Where it answers JSON-RPC.
    pub fn url(&self) -> &str {
        self.state["rpc_url"].as_str().expect("the network has an endpoint")
    }

    /// Where its websocket is.
    pub fn websocket_url(&self) -> &str {
        self.state["ws_url"].as_str().expect("the network has a websocket")
    }
}

impl Drop for LocalNetwork {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
