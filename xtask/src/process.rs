//! Running other programs: their output goes to a log file and to the step's progress line, and a failure
//! shows the log's end.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result, bail};

use crate::ui::Step;

/// Lines of output that a failure shows.
const TAIL_LINES: usize = 40;

/// Runs a command to its end and returns what it wrote to standard output.
pub fn run(step: &Step, command: &mut Command, log: &Path) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let mut log_file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    writeln!(log_file, "{command:?}")?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {name}; is it installed?"))?;
    let stdout = child.stdout.take().context("no standard output")?;
    let stderr = child.stderr.take().context("no standard error")?;
    // Both pipes are read at once: a child that fills one while we read the other would wait for ever.
    let reader = thread::spawn(move || std::io::read_to_string(stdout));
    let mut tail = VecDeque::with_capacity(TAIL_LINES);
    for line in BufReader::new(stderr).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        writeln!(log_file, "{line}")?;
        step.detail(&line);
        if tail.len() == TAIL_LINES {
            tail.pop_front();
        }
        tail.push_back(line);
    }
    let output = reader.join().ok().context("the output reader ended early")??;
    let status = child.wait()?;
    if !status.success() {
        writeln!(log_file, "{output}")?;
        let lines: Vec<String> = tail.into();
        bail!("{name} failed ({status}); its last lines, in full in {}:\n{}", log.display(), lines.join("\n"));
    }
    Ok(output)
}

/// Drops from a command's environment what an enclosing `cargo run` put there and what would change a build
/// behind our back. `RUSTUP_TOOLCHAIN` stays: crates from the registry may ask for a toolchain of their own.
pub fn clean_cargo_environment(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let inherited =
            text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_PROFILE_") || text.starts_with("CARGO_BUILD_");
        if inherited {
            command.env_remove(&name);
        }
    }
    for name in ["CARGO_ENCODED_RUSTFLAGS", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_TARGET_DIR"] {
        command.env_remove(name);
    }
    for name in ["LD_LIBRARY_PATH", "RUSTC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "RUSTFLAGS"] {
        command.env_remove(name);
    }
    command
}

/// The cargo that started this program, or the one on the search path.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

    use super::*;

    fn sh(script: &str) -> Result<String> {
        let folder = tempfile::tempdir().unwrap();
        run(&Step::start("test"), Command::new("sh").args(["-c", script]), &folder.path().join("log"))
    }

    #[test]
    fn the_output_of_a_command_comes_back() {
        assert_eq!(sh("echo noise >&2; echo result").unwrap(), "result\n");
    }

    #[test]
    fn a_failure_names_the_program_and_shows_the_end_of_its_errors() {
        let message = sh("seq 1 100 >&2; exit 3").unwrap_err().to_string();
        assert!(message.starts_with("sh failed (exit status: 3)"), "{message}");
        assert!(message.ends_with("\n99\n100"), "{message}");
        assert!(!message.contains("\n60\n"), "{message}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = run(&Step::start("test"), &mut Command::new("no-such-program"), &folder.path().join("log"));
        assert_eq!(error.unwrap_err().to_string(), "cannot start no-such-program; is it installed?");
    }
}
